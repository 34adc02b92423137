"""Networks as ONNX files that need no PyTorch."""

import json
import warnings
from math import exp
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple
from unittest import mock

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxscript import opset18
from torch import Tensor, nn

from ..atomic_files import whole
from ..networks import CorruptionFinder, RestoringNetwork, mask_aware_generator
from .light_network import FACTS, sealed

op: Any = opset18  # its types are those of one operator alone
LEVELS = 10  # of the pyramid that reaches into holes: 1,024 pixels deep
SMALL = 64  # values that are not worth a conversion


class RestoringGraph(nn.Module):
    """Image and mask in, restored image out: what the light runtime is given of a generator.

    Shape:
        - image: (1, 3, H, W), -1 to 1; lost pixels may hold anything.
        - mask: (1, 3, H, W) if the network takes channels together, else (1, 1, H, W); 1 = lost, else 0.
        - far, if the network has a reach: (1, 3, H, W), what to begin with beyond it; NaN: with what is known afar.
        - Output: (1, 3, H, W).
    """

    fill: Tensor

    def __init__(self, network: RestoringNetwork, fill: Sequence[float]):
        super().__init__()
        self.network = network
        self.register_buffer('fill', torch.tensor(fill, dtype=torch.float32).view(1, 3, 1, 1) / 127.5 - 1)

    def forward(self, image: Tensor, mask: Tensor, far: Optional[Tensor] = None) -> Tensor:
        return self.network(self.network.shown(image, mask, self.fill, far))


def write_generator(network: RestoringNetwork, path: Path, fill: Sequence[float] = (0, 0, 0), **facts: Any) -> None:
    """Writes a generator of RGB images for :class:`ssrgan_plugin.restoration.light_backend.LightBackend`.

    Args:
        network: With its weights, on the CPU.
        path: File to write.
        fill: What stood in lost pixels in training: RGB, 0 to 255. Default: black.
        facts: What else is to be known of it: JSON's types.
    """
    masks = 3 if network.by_channel == 'together' else 1
    names = ('tile', 'margin', 'reach', 'any_range', 'by_channel', 'half_precision')
    facts.update({name: getattr(network, name) for name in names}, kind='generator')
    example = dict(image=torch.zeros(1, 3, 130, 150), mask=torch.zeros(1, masks, 130, 150))
    if network.reach is not None:
        example['far'] = torch.zeros(1, 3, 130, 150)
    write_onnx(RestoringGraph(network, fill), example, 'restored', facts, path)


def write_finder(network: CorruptionFinder, path: Path, **facts: Any) -> None:
    """Writes a network that finds lost values: ``image``, (1, 3, H, W), to ``logits`` of its shape."""
    facts.update(kind='finder', tile=network.tile, margin=network.margin)
    write_onnx(network, dict(image=torch.zeros(1, network.channels, 130, 150)), 'logits', facts, path)


def write_onnx(module: nn.Module, inputs: Dict[str, Tensor], output: str, facts: Dict[str, Any], path: Path) -> None:
    """Writes a module of any height and width, whole or not at all, with facts and a checksum that
    :class:`ssrgan_plugin.restoration.light_network.LightNetwork` reads.

    Weights that half precision holds are stored in it.

    Args:
        module: In single precision, on the CPU.
        inputs: Examples by name, (N, C, H, W); N and C stay as they are.
        output: Name of what it returns.
        facts: What is to be known of it: JSON's types.
        path: File to write.
    """
    dynamic = torch.export.Dim.DYNAMIC
    ours: Any = {torch.ops.ssrgan.first_estimate.default: estimate}
    with warnings.catch_warnings(), mock.patch.object(mask_aware_generator, 'first_estimate', first_estimate):
        warnings.simplefilter('ignore')
        program: Any = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            dynamo=True,
            dynamic_shapes=tuple({2: dynamic, 3: dynamic} for _ in inputs),
            input_names=list(inputs),
            output_names=[output],
            external_data=False,
            verbose=False,
            opset_version=18,
            custom_translation_table=ours,
        )
    model = program.model_proto
    for node in model.graph.node:
        node.doc_string = ''
        del node.metadata_props[:]  # lines of whoever's code
    halve_weights(model.graph)
    content = model.SerializeToString(deterministic=True)
    # Fields that repeat may be appended to a message.
    seal = onnx.ModelProto()
    seal.metadata_props.add(key=FACTS, value=json.dumps(sealed(content, facts), sort_keys=True))
    with whole(path) as unfinished:
        unfinished.write_bytes(content + seal.SerializeToString())


@torch.library.custom_op('ssrgan::first_estimate', mutates_args=())
def first_estimate(image: Tensor, known: Tensor, far: Tensor) -> Tensor:
    """Stands for :func:`ssrgan_plugin.networks.first_estimate.first_estimate`, whose sizes halve again and again:
    PyTorch would reckon them out, symbol by symbol and for minutes, ONNX has them from the image. And where the network
    may be computed in half precision, OpenVINO would do so with whatever passes a convolution, this as well."""
    raise NotImplementedError


@first_estimate.register_fake
def _(image: Tensor, known: Tensor, far: Tensor) -> Tensor:
    return torch.empty_like(image)


def estimate(image: Any, known: Any, far: Any) -> Any:
    """The same in ONNX."""
    filled, reached = blur(image, known)
    begin = op.Where(op.IsNaN(far), pull_push(filled, reached), far)
    return op.Where(op.Greater(reached, op.Constant(value_float=0.0)), filled, begin)


def blur(image: Any, known: Any, rounds: int = 3, sigma: float = 0.8) -> Tuple[Any, Any]:
    """What is near: convolutions as sums of what is shifted."""
    zero, least = op.Constant(value_float=0.0), op.Constant(value_float=1e-12)
    filled = op.Mul(image, known)
    for _ in range(rounds):
        sums, weights = (shifted_sums(shifted_sums(plane, 2, sigma), 3, sigma) for plane in (filled, known))
        reached = op.Greater(weights, zero)
        means = op.Where(reached, op.Div(sums, op.Max(weights, least)), zero)
        filled = op.Where(op.Greater(known, zero), filled, means)
        known = op.Cast(reached, to=onnx.TensorProto.FLOAT)
    return filled, known


def shifted_sums(plane: Any, axis: int, sigma: float) -> Any:
    """A Gaussian of five along an axis, zeros around."""
    pads = [0] * 8
    pads[axis] = pads[axis + 4] = 2
    padded = op.Pad(plane, op.Constant(value_ints=pads))
    total = None
    for place in range(5):
        end = place - 4 or 2**31 - 1
        part = op.Slice(*(padded, *(op.Constant(value_ints=[value]) for value in (place, end, axis))))
        part = op.Mul(part, op.Constant(value_float=exp(-((place - 2) ** 2) / (2 * sigma**2))))
        total = part if total is None else op.Add(total, part)
    return total


def pull_push(image: Any, known: Any) -> Any:
    """What is afar: means over cells that exist, so that odd sides need no zeros."""
    zero, least = op.Constant(value_float=0.0), op.Constant(value_float=1e-12)
    finer = []
    for _ in range(LEVELS):
        finer.append((image, known))
        shares, sums = (
            op.AveragePool(values, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 1, 1])
            for values in (known, op.Mul(image, known))
        )
        image = op.Div(sums, op.Max(shares, least))
        known = op.Cast(op.Greater(shares, zero), to=onnx.TensorProto.FLOAT)
    coarse = op.Mul(image, known)
    twice, origin, axes = op.Constant(value_floats=[1.0, 1.0, 2.0, 2.0]), [0, 0], [2, 3]
    for image, known in reversed(finer):
        smooth = op.Resize(coarse, None, twice, None, mode='linear', coordinate_transformation_mode='half_pixel')
        size = op.Shape(image, start=2)
        smooth = op.Slice(smooth, op.Constant(value_ints=origin), size, op.Constant(value_ints=axes))
        coarse = op.Where(op.Greater(known, zero), image, smooth)
    return coarse


def halve_weights(graph: onnx.GraphProto) -> None:
    """Stores in half precision what that holds to the bit; runtimes turn it back when they load it."""
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALL:
            continue
        with np.errstate(over='ignore'):
            half = values.astype(np.float16)
        if np.array_equal(half, values):
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(half, f'{name}.half'))
            casts.append(onnx.helper.make_node('Cast', [f'{name}.half'], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
