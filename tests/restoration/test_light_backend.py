"""OpenVINO beside PyTorch: the same pixels, from one network in two files that cannot drift apart."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from PIL import Image

from ssrgan_plugin import Restorer
from ssrgan_plugin.checkpoint_files import read_weights
from ssrgan_plugin.corruption import random_mask
from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.networks import CorruptionFinder, first_estimate
from ssrgan_plugin.restoration import backends, light_network, torch_backend
from ssrgan_plugin.restoration.light_backend import LightBackend, fill_by_neighbours
from ssrgan_plugin.restoration.light_network import LightNetwork
from ssrgan_plugin.restoration.onnx_writing import write_finder

PHOTO = np.array(Image.open(find_photograph('skimage/data/astronaut.png')))[:301, 100:333]
HOLE = np.zeros(PHOTO.shape[:2], bool)
HOLE[100:180, 80:200] = True
HOLE[-40:, -40:] = True


@pytest.fixture(scope='module')
def both():
    return [Restorer(device='cpu', backend=name) for name in backends.NAMES]


@pytest.fixture(scope='module')
def light():
    return LightNetwork(backends.LIGHT)


def test_light_one_is_chosen_without_a_gpu(both, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    assert type(Restorer().backend) is type(both[0].backend) is LightBackend
    assert type(both[1].backend) is torch_backend.TorchBackend
    attributes = ('tile', 'margin', 'reach', 'any_range', 'by_channel')
    for name in attributes:
        assert getattr(both[0].backend, name) == getattr(both[1].backend, name)


@pytest.mark.parametrize('share', [0.1, 0.5, 0.9])
@pytest.mark.parametrize('channels', [1, 3])
def test_same_pixels_to_one_grey_level(both, share, channels):
    lost = random_mask(*PHOTO.shape[:2], share, np.random.default_rng(0), channels)
    light, heavy = (restorer(PHOTO, lost).astype(int) for restorer in both)
    assert (light != PHOTO).any() and np.abs(light - heavy).max() <= 1


@pytest.mark.parametrize('height, width', [(1, 1), (1, 9), (17, 16), (65, 130), (301, 7)])
def test_sizes(both, height, width):
    lost = np.arange(height * width).reshape(height, width) % 3 == 1
    light, heavy = (restorer(PHOTO[:height, :width], lost).astype(int) for restorer in both)
    assert np.abs(light - heavy).max() <= 1


@pytest.mark.parametrize('kind', ['grey', '16 bits', 'float', 'beyond', 'hole'])
def test_types_in_single_precision(both, kind):
    lost = random_mask(*PHOTO.shape[:2], 0.5, np.random.default_rng(1))[..., 0] != 0
    image = PHOTO.astype(np.uint16) * 257
    if kind == 'grey':
        image = image[..., 0]
    elif kind == 'float':
        image = PHOTO / 255
    elif kind == 'beyond':
        image = np.where(np.arange(233)[:, None] % 50 == 0, 60000, image // 16).astype(np.uint16)
    if kind == 'hole':
        with pytest.warns(UserWarning, match='smooth surface'):
            light, heavy = (restorer(image, HOLE).astype(float) for restorer in both)
    else:
        light, heavy = (restorer(image, lost).astype(float) for restorer in both)
    assert np.abs(light - heavy).max() <= (1e-6 if kind == 'float' else 1)


def test_self_ensemble():
    lost = random_mask(65, 50, 0.5, np.random.default_rng(0))
    light, heavy = (
        Restorer(device='cpu', backend=name, self_ensemble=True)(PHOTO[:65, :50].astype(np.uint16), lost)
        for name in backends.NAMES
    )
    assert np.abs(light.astype(int) - heavy).max() <= 1


def test_neighbours_are_those_of_the_networks(rng):
    values = rng.normal(size=(20, 31, 3)).astype(np.float32)
    for lost in (rng.random((20, 31)) < 0.9, rng.random((20, 31, 3)) < 0.9):
        values[np.broadcast_to(np.atleast_3d(lost), values.shape)] = 0
        known = torch.from_numpy(~np.atleast_3d(lost)).permute(2, 0, 1)[None].float()
        expected = first_estimate.fill_by_neighbours(torch.from_numpy(values).permute(2, 0, 1)[None], known)[0]
        assert np.allclose(fill_by_neighbours(values, lost), expected[0].permute(1, 2, 0), atol=1e-5)


def test_shipped_files_hold_the_same_network(light):
    """Else write it anew: ssrgan export ssrgan_mask_aware.safetensors ssrgan_mask_aware.onnx."""
    assert light.facts['weights'] == sha256(torch_backend.SHIPPED.read_bytes()).hexdigest()
    graph = onnx.load(backends.LIGHT).graph
    held = [numpy_helper.to_array(tensor).ravel() for tensor in graph.initializer]
    for name, weight in read_weights(torch_backend.SHIPPED).items():
        weight = weight.numpy().ravel()
        assert any(np.array_equal(weight, values) for values in held if values.size == weight.size), name
    assert sha256(backends.LIGHT.read_bytes()).hexdigest() in (backends.WEIGHTS / 'README.md').read_text()


def test_shipped_graph_is_the_network(light, rng):
    """Holes of any depth too, which the restorer shows to no network."""
    network = torch_backend.load(device='cpu').network
    for height, width in ((1, 1), (3, 50), (64, 64), (131, 202)):
        image = rng.uniform(-1, 1, (1, 3, height, width)).astype(np.float32)
        masks = (rng.random((1, 1, height, width)) < 0.5, np.ones((1, 1, height, width)))
        hole = np.zeros((1, 1, height, width))
        hole[..., height // 8 :, : width * 7 // 8] = 1
        for mask in (*masks, hole):
            far = rng.uniform(-1, 1, image.shape).astype(np.float32)
            for begin in (None, far):
                tensors = [each if each is None else torch.from_numpy(each).float() for each in (image, mask, begin)]
                with torch.no_grad():
                    expected = network(network.shown(tensors[0], tensors[1], None, tensors[2])).numpy()
                begin = np.full_like(far, np.nan) if begin is None else begin
                assert np.abs(light(image=image, mask=mask, far=begin) - expected).max() < 1e-5


def test_finder_of_any_size(tmp_path, rng):
    network = CorruptionFinder(mid_channels=8, num_blocks=1).eval()
    write_finder(network, tmp_path / 'finder.onnx')
    finder = LightNetwork(tmp_path / 'finder.onnx')
    assert (finder.facts['tile'], finder.facts['margin']) == (network.tile, network.margin)
    for height, width in ((1, 1), (33, 50)):
        image = rng.uniform(-1.2, 1.2, (1, 3, height, width)).clip(-1, 1).astype(np.float32)
        with torch.no_grad():
            assert np.abs(finder(image=image) - network(torch.from_numpy(image)).numpy()).max() < 1e-5
    with pytest.raises(InputError, match='no network that restores'):
        Restorer(checkpoint=tmp_path / 'finder.onnx')


def test_nobody_is_told():
    """OpenVINO's own import tells Google Analytics."""
    code = (
        'import sys\n'
        'from ssrgan_plugin import Restorer; import numpy as np\n'
        'Restorer(backend="openvino")(np.ones((9, 9, 3), np.uint8), np.eye(9) > 0)\n'
        'print("openvino_telemetry" in sys.modules)'
    )
    env = {name: value for name, value in os.environ.items() if name not in ('CI', 'TF_BUILD', 'JENKINS_URL')}
    done = subprocess.run([sys.executable, '-W', 'ignore', '-c', code], capture_output=True, text=True, env=env)
    assert done.stdout == 'False\n', done.stderr[-500:]


@pytest.mark.skipif(sys.platform != 'linux', reason='signal stacks of Linux')
def test_signals_are_handled_after_a_network_is_gone(rng):
    """Python handles them on the thread's own stack for that, which OpenVINO has replaced, and frees."""
    before = light_network.signal_stack()
    restorer = Restorer(backend='openvino')
    restorer(rng.integers(0, 256, (64, 64, 3), np.uint8), rng.random((64, 64)) < 0.5)
    after = light_network.signal_stack()
    assert (after.address, after.size) == (before.address, before.size)
    code = (
        'import faulthandler, gc, os, signal; import numpy as np; from ssrgan_plugin import Restorer\n'
        'faulthandler.enable(); heard = []\n'
        'signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))\n'
        'for size in (64, 96):\n'
        '    restorer = Restorer(backend="openvino")\n'
        '    restorer(np.ones((size, size, 3), np.uint8), np.eye(size) > 0)\n'
        '    del restorer; gc.collect(); os.kill(os.getpid(), signal.SIGUSR1)\n'
        'print(len(heard))'
    )
    done = subprocess.run([sys.executable, '-W', 'ignore', '-c', code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, '2\n'), done.stderr[-500:]


@pytest.mark.parametrize('damage', ['flipped', 'facts', 'cut', 'other', 'empty', 'missing'])
def test_damaged_files_are_refused(damage, tmp_path):
    content = bytearray(backends.LIGHT.read_bytes())
    if damage == 'flipped':
        content[len(content) // 2] ^= 1
    elif damage == 'facts':
        content = content.replace(b'"margin": 4', b'"margin": 1')
    elif damage == 'cut':
        del content[-1000:]
    elif damage == 'other':
        content = b'{"tile": 3}'
    elif damage == 'empty':
        content = b''
    path = tmp_path / 'network.onnx'
    if damage != 'missing':
        path.write_bytes(content)
    with pytest.raises(InputError, match='network.onnx'):
        Restorer(checkpoint=path)


@pytest.mark.parametrize(
    'settings, sentence',
    [
        (dict(backend='tensorflow'), 'say openvino or torch'),
        (dict(backend='openvino', device='cuda'), 'is for PyTorch'),
        (dict(backend='openvino', checkpoint='a.safetensors'), 'export a.safetensors to .onnx first'),
        (dict(backend='torch', checkpoint='a.onnx'), 'runs in OpenVINO alone'),
        (dict(config='a.py', checkpoint='a.onnx'), 'runs in OpenVINO alone'),
    ],
)
def test_contradictions(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        Restorer(**settings)


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='no fork on this system')
def test_works_after_a_fork_with_several_threads():
    code = (
        'import os, numpy as np, signal\n'
        'from ssrgan_plugin import Restorer\n'
        'image, mask = np.full((256, 256, 3), 99, np.uint8), np.eye(256)\n'
        'restorer, unused = Restorer(backend="openvino"), Restorer(backend="openvino")\n'
        'expected = restorer(image, mask)\n'
        'child = os.fork()\n'
        'if not child:\n'
        '    signal.alarm(60)\n'
        '    same = np.array_equal(restorer(image, mask), expected)\n'
        '    try:\n'
        '        unused(image, mask)\n'  # nothing that can be compiled here
        '    except ValueError as error:\n'
        '        os._exit(0 if same and "before the fork" in str(error) else 1)\n'
        'assert os.waitpid(child, 0)[1] == 0'
    )
    subprocess.run([sys.executable, '-c', code], check=True, env={**os.environ, 'OMP_NUM_THREADS': '2'})


def test_threads_that_share_a_restorer_do_not_mix_their_pictures():
    restorer = Restorer(backend='openvino')
    rng = np.random.default_rng(0)
    pictures = [(PHOTO[y : y + 40, 80:120], rng.random((40, 40)) < 0.3) for y in range(0, 240, 30)] * 5
    alone = [restorer(*each) for each in pictures]
    with ThreadPoolExecutor(8) as threads:
        together = [*threads.map(lambda each: restorer(*each), pictures)]
    assert all(np.array_equal(one, other) for one, other in zip(together, alone))


def test_goes_to_another_process_as_it_is():
    restorer = Restorer(backend='openvino')
    mask = np.eye(len(PHOTO), PHOTO.shape[1])
    expected = restorer(PHOTO, mask)
    assert np.array_equal(pickle.loads(pickle.dumps(restorer))(PHOTO, mask), expected)
