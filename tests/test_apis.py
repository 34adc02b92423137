"""MMagic's own inferencer, with the shipped weights."""

from importlib.metadata import version

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from ssrgan_plugin import Restorer
from ssrgan_plugin.errors import InputError

if tuple(map(int, version('mediapipe').split('.')[:3])) >= (0, 10, 30):
    pytest.skip("MMagic's inferencers need an older mediapipe", allow_module_level=True)

from ssrgan_plugin.apis import MODELS, MMagicInferencer


@pytest.fixture
def infer(tmp_path):
    def infer(name, image, mask, **settings):
        output = tmp_path / 'inferred.png'
        inferencer = MMagicInferencer(name, device='cpu', **settings)
        inferencer.infer(img=str(image), mask=str(mask), result_out_dir=str(output))
        return np.asarray(Image.open(output))

    return infer


@pytest.mark.parametrize(
    'name, setting, decibels', [('ssrgan', 0, 28), *(('ssrgan_mask_aware', i, 31) for i in (0, 1))]
)
def test_restores(infer, name, setting, decibels, photograph, damaged, tmp_path):
    restored = infer(name, damaged, tmp_path / 'mask.png', model_setting=setting)
    original = np.asarray(Image.open(photograph))
    known = np.asarray(Image.open(tmp_path / 'mask.png')) == 0
    assert np.array_equal(restored[known], original[known]), 'known pixels stay, in their colours'
    print(name, peak_signal_noise_ratio(original, restored))
    assert peak_signal_noise_ratio(original, restored) > decibels


def test_is_what_the_restorer_makes(infer, damaged, tmp_path):
    """Its mask's fill is ours, not MMagic's grey."""
    configs = [MODELS[name][0] for name in ('ssrgan', 'ssrgan_mask_aware')]
    lost = np.asarray(Image.open(tmp_path / 'mask.png')) != 0
    for name, model in zip(('ssrgan', 'ssrgan_mask_aware'), configs):
        ours = Restorer(model['Config'], model['Weights'], device='cpu')(np.asarray(Image.open(damaged)), lost)
        difference = infer(name, damaged, tmp_path / 'mask.png').astype(int) - ours
        assert np.abs(difference).mean() < 0.5, 'but for the precision'


def test_what_lies_in_lost_pixels_does_not_matter(infer, photograph, damaged, tmp_path):
    whole, black = (infer('ssrgan', image, tmp_path / 'mask.png') for image in (photograph, damaged))
    assert np.array_equal(whole, black)


def test_turned_as_viewers_show_it(infer, damaged, tmp_path):
    plain = infer('ssrgan', damaged, tmp_path / 'mask.png')
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.open(damaged).transpose(Image.Transpose.ROTATE_90)
    stored.save(tmp_path / 'turned.png', exif=exif)
    assert np.array_equal(infer('ssrgan', tmp_path / 'turned.png', tmp_path / 'mask.png'), plain)


def test_config_and_weights_of_one_name(infer):
    assert MODELS['ssrgan'][0]['Name'] == 'ssrgan_flower_p50', 'whatever other levels have weights'
    kwargs = MMagicInferencer._get_inferencer_kwargs
    for name, models in MODELS.items():
        for model in models:
            told = kwargs(None, name, None, model['Name'], None, None, None)
            assert told == dict(task='Inpainting', config=model['Config'], ckpt=model['Weights'])
    with pytest.raises(InputError, match='no weights for ssrgan_pet_p30'):
        kwargs(None, 'ssrgan', None, 'ssrgan_pet_p30', None, None, None)


def test_bad_input(infer, damaged, photograph, tmp_path):
    Image.new('L', (8, 8), 255).save(tmp_path / 'small.png')
    with pytest.raises(InputError, match='both need the same size'):
        infer('ssrgan', damaged, tmp_path / 'small.png')
    mask = tmp_path / 'mask.png'
    for images in ((damaged, None), ([str(damaged)], [str(mask)])):
        with pytest.raises(InputError, match='needs img= and mask=, two paths'):
            MMagicInferencer('ssrgan', device='cpu').infer(img=images[0], mask=images[1])
    for output, sentence in ((tmp_path, "unknown format ''"), (tmp_path / 'new.gif', "unknown format '.gif'")):
        with pytest.raises(InputError, match=sentence):
            MMagicInferencer('ssrgan', device='cpu').infer(img=damaged, mask=mask, result_out_dir=output)
    Image.fromarray(np.zeros_like(np.asarray(Image.open(mask)))).save(tmp_path / 'none.png')
    with pytest.warns(UserWarning, match='none.png marks no pixel as lost'):
        infer('ssrgan', damaged, tmp_path / 'none.png')
    Image.open(damaged).save(tmp_path / 'smeared.jpg')
    with pytest.warns(UserWarning, match='its lossy compression has smeared lost pixels'):
        infer('ssrgan', tmp_path / 'smeared.jpg', mask)
    with pytest.raises(InputError, match='another architecture'):
        infer('ssrgan', damaged, tmp_path / 'mask.png', model_ckpt=MODELS['ssrgan_mask_aware'][0]['Weights'])


def test_mmagic_lists_them():
    assert {*MODELS} < {*MMagicInferencer.get_inference_supported_models()}
    assert {*MODELS} < {*MMagicInferencer.get_task_supported_models('Inpainting')}
    assert 'aot_gan' in MMagicInferencer.get_inference_supported_models()
