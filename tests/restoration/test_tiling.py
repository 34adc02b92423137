"""A picture in tiles, whatever computes them."""

import numpy as np
import pytest

from ssrgan_plugin.checkpoint_files import read_weights, write_weights
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration.restorer import Restorer
from ssrgan_plugin.restoration.torch_backend import SHIPPED


@pytest.fixture(scope='module')
def overflowing(tmp_path_factory):
    """Weights that are finite, and compute what is not."""
    path = tmp_path_factory.mktemp('weights') / 'great.safetensors'
    write_weights({name: each.float() * 1e8 for name, each in read_weights(SHIPPED).items()}, path)
    return path


@pytest.mark.parametrize('kind', [np.uint8, np.uint16, np.float32])
def test_numbers_that_are_not_finite_are_refused(overflowing, rng, kind):
    image = rng.integers(1, 255, (40, 40, 3)).astype(kind)
    lost = rng.random((40, 40)) < 0.5
    with pytest.raises(InputError, match='not finite, so its weights are damaged .*: name another checkpoint'):
        Restorer(checkpoint=overflowing, device='cpu')(np.where(lost[..., None], 0, image), lost)


def test_nothing_is_written_of_them(overflowing, damaged, ssrgan, tmp_path):
    done = ssrgan('restore', damaged, '-o', tmp_path / 'out.png', '--checkpoint', overflowing, status=1)
    assert 'not finite' in done.stderr and 'Traceback' not in done.stderr
    assert not (tmp_path / 'out.png').exists() and not list(tmp_path.glob('.*'))
