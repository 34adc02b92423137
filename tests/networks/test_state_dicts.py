import pytest
import torch

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.networks.state_dicts import check_match

MODEL = {'generator.a': torch.zeros(2, 3), 'generator.b': torch.zeros(4), 'discriminator.a': torch.zeros(5)}


@pytest.mark.parametrize('networks', [['generator'], ['generator', 'discriminator']])
def test_whole_networks_match(networks):
    check_match(MODEL, {key: value for key, value in MODEL.items() if key.split('.')[0] in networks})


@pytest.mark.parametrize(
    'given, message',
    [
        ({'generator.b': torch.zeros(3)}, 'lacks generator.a'),
        ({'discriminator.a': torch.zeros(5)}, 'lacks generator.a'),
        ({'generator.a': torch.zeros(2, 3)}, 'lacks generator.b'),
        ({**MODEL, 'generator.b': torch.zeros(5)}, r'generator.b is \(5,\) in the checkpoint, \(4,\) in the model'),
        ({**MODEL, 'generator.c': torch.zeros(1)}, 'no generator.c'),
    ],
)
def test_another_architecture_is_named(given, message):
    with pytest.raises(InputError, match=f'{message}.*use the config it was trained with'):
        check_match(MODEL, given)


def test_no_weights_at_all():
    check_match({}, {})
    with pytest.raises(InputError, match='the model has weights, and none are given: name their checkpoint'):
        check_match(MODEL, {})
