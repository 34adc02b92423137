from copy import deepcopy

import numpy as np
import pytest
import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.optim import OptimWrapper, OptimWrapperDict

from ssrgan_plugin.errors import InputError


def build(**kwargs):
    torch.manual_seed(0)
    return MODELS.build(
        {
            **dict(
                type='SSRGAN',
                generator=dict(type='SSRGANGenerator', mid_channels=4, num_blocks=1),
                discriminator=dict(type='SSRGANDiscriminator', channels=(4, 4, 4, 4)),
                pixel_loss=dict(type='MSELoss'),
                gan_loss=dict(type='MSEGANLoss'),
                data_preprocessor=dict(
                    type='DataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, output_channel_order='RGB'
                ),
            ),
            **kwargs,
        }
    ).eval()


@pytest.fixture
def batch(rng):
    """Two images of 8×12, half of their pixels black, as the data loader gives them (BGR, 0 to 255)."""
    original = torch.from_numpy(rng.integers(1, 256, (2, 3, 8, 12)).astype(np.uint8))
    mask = torch.from_numpy(rng.integers(0, 2, (2, 1, 8, 12)).astype(np.uint8))
    return packed(original, mask), mask.bool().expand_as(original)


@pytest.fixture
def by_channel(rng):
    """The same with a mask for each channel; and the batch with its images' and masks' channels turned."""
    original = torch.from_numpy(rng.integers(1, 256, (2, 3, 8, 12)).astype(np.uint8))
    mask = torch.from_numpy(rng.integers(0, 2, (2, 3, 8, 12)).astype(np.uint8))
    return packed(original, mask), packed(original.flip(1), mask.flip(1)), mask.bool()


def packed(original, mask, **meta):
    samples = []
    for image, holes in zip(original, mask):
        sample = DataSample(mask=holes, metainfo=meta)
        sample.set_tensor_data(dict(gt_img=image))
        samples.append(sample)
    return dict(inputs=list(original * (1 - mask)), data_samples=samples)


def mask_aware(order, **kwargs):
    model = build(
        mask_input=True,
        generator=dict(type='MaskAwareSSRGANGenerator', mid_channels=4, num_blocks=1),
        data_preprocessor=dict(type='DataPreprocessor', output_channel_order=order),
        **kwargs,
    )
    torch.nn.init.normal_(model.generator.tail.weight)
    return model


def restore(model, data):
    predictions = model.test_step(data)
    return (torch.stack([p.output.pred_img for p in predictions]), torch.stack([p.input for p in predictions]))


def test_prediction_is_the_raw_output_by_default(batch):
    data, mask = batch
    model = build()
    prediction, shown = restore(model, data)
    rgb = torch.stack(data['inputs']).float()[:, [2, 1, 0]]
    with torch.no_grad():
        raw = model.generator(rgb / 127.5 - 1)
    assert torch.allclose(prediction[:, [2, 1, 0]], (raw + 1) * 127.5, atol=1e-3)
    assert (prediction - shown)[~mask].abs().mean() > 1, "known pixels are the generator's too"


def test_composite_replaces_only_holes(batch):
    data, mask = batch
    raw, _ = restore(build(), data)
    composite, shown = restore(build(test_cfg=dict(composite=True)), data)
    assert torch.equal(composite[mask], raw[mask])
    assert torch.equal(composite[~mask], shown[~mask])
    assert torch.allclose(composite[~mask], torch.stack(data['inputs']).float()[~mask], atol=1e-3)


def test_self_ensemble_of_the_composite(batch):
    """Flipped images are restored alike, and their known pixels kept."""
    data, mask = batch
    model = build(test_cfg=dict(composite=True, self_ensemble=True))
    restored, shown = restore(model, data)
    assert torch.equal(restored[~mask], shown[~mask])
    assert not torch.allclose(restored, restore(build(test_cfg=dict(composite=True)), data)[0], atol=0.1)
    for sample in data['data_samples']:
        sample.mask = sample.mask.flip(-1)
        sample.set_tensor_data(dict(gt_img=sample.gt_img.flip(-1)))
    flipped, _ = restore(model, dict(data, inputs=[image.flip(-1) for image in data['inputs']]))
    assert torch.allclose(flipped, restored.flip(-1), atol=1e-2)


@pytest.mark.parametrize('test_cfg', [{}, dict(composite=True), dict(self_ensemble=True)])
def test_masks_of_channels_turn_with_their_images(by_channel, test_cfg):
    """Whatever order the network works in: turned images and masks are the same to it."""
    data, turned, mask = by_channel
    restored, shown = restore(mask_aware('RGB', test_cfg=test_cfg), data)
    expected, _ = restore(mask_aware('BGR', test_cfg=test_cfg), turned)
    assert torch.equal(restored, expected.flip(1))
    assert torch.allclose(restored[~mask], shown[~mask], atol=1e-3)
    assert not torch.allclose(restored[mask], shown[mask], atol=1)


def test_images_loaded_in_rgb_keep_their_masks(by_channel):
    data, turned, mask = by_channel
    order = dict(img_channel_order='rgb', gt_channel_order='rgb')
    loaded = packed(
        torch.stack([sample.gt_img for sample in turned['data_samples']]),
        torch.stack([sample.mask for sample in turned['data_samples']]),
        **order,
    )
    model = mask_aware('RGB', test_cfg=dict(composite=True))
    assert torch.equal(restore(model, loaded)[0], restore(model, data)[0])


def test_training_and_its_benchmark_show_the_same(by_channel):
    from ssrgan_plugin.experiments.training_speed import BareStep

    data, turned, mask = by_channel
    model, turned_model = mask_aware('RGB'), mask_aware('BGR')
    seen = []
    turned_model.generator.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    prepared = turned_model.data_preprocessor(turned, True)
    turned_model(**prepared, mode='loss')
    assert torch.equal(BareStep(model, data, amp=False).damaged, seen[0])
    assert torch.equal(seen[0][:, 3:].bool(), mask.flip(1))


def optimizers(model, make=torch.optim.Adam, **kwargs):
    return OptimWrapperDict(
        **{
            name: OptimWrapper(make(getattr(model, name).parameters(), 1e-3), **kwargs)
            for name in ('generator', 'discriminator')
        }
    )


def test_discriminator_learns_as_in_mmagics_own(batch):
    """Whose class makes two backward passes of what is one here."""
    data, _ = batch
    models = [build(type=type_).train() for type_ in ('SSRGAN', 'SRGAN')]
    logs = []
    for model in models:
        wrappers = optimizers(model)
        for step in range(3):
            torch.manual_seed(step)  # label noise
            logs.append(model.train_step(deepcopy(data), wrappers))
    assert logs[:3] == logs[3:]
    for (name, parameter), other in zip(models[0].named_parameters(), models[1].parameters()):
        torch.testing.assert_close(parameter, other, rtol=0, atol=1e-6, msg=name)
    assert all(torch.equal(*pair) for pair in zip(models[0].buffers(), models[1].buffers()))


def test_accumulated_gradients_step_both_networks_as_often(batch):
    data, _ = batch
    model = build().train()
    wrappers = optimizers(model, torch.optim.SGD, accumulative_counts=4)
    moved = []
    for _ in range(8):
        before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
        model.train_step(deepcopy(data), wrappers)
        after = dict(model.named_parameters())
        moved.append({name.split('.')[0] for name in before if not torch.equal(before[name], after[name])})
    both = {'generator', 'discriminator'}
    assert moved == [set(), set(), set(), both] * 2


@pytest.mark.parametrize(
    'part, sentence',
    [
        (dict(test_cfg=dict(composit=True)), 'model.test_cfg has no composit: choose of composite, self_ensemble'),
        (dict(test_cfg=dict(self_ensembl=True)), 'model.test_cfg has no self_ensembl: choose'),
        (
            dict(train_cfg=dict(disc_step=2)),
            'model.train_cfg has no disc_step: choose of disc_steps, disc_repeat, disc_',
        ),
        (dict(discriminator=None), 'model.gan_loss does nothing without model.discriminator: give both'),
        (dict(gan_loss=None), 'model.discriminator does nothing without model.gan_loss: give both'),
    ],
)
def test_settings_that_mean_nothing_are_refused(part, sentence):
    with pytest.raises(InputError, match=sentence):
        build(**part)


def test_network_without_an_optimizer_is_refused(batch):
    model = build().train()
    alone = OptimWrapper(torch.optim.Adam(model.generator.parameters()))
    with pytest.raises(InputError, match='the discriminator has no optimizer: give optim_wrapper.discriminator'):
        model.train_step(batch[0], OptimWrapperDict(generator=alone))
    with pytest.raises(InputError, match='the generator has no optimizer'):
        model.train_step(batch[0], alone)


@pytest.mark.parametrize('order', [('generator', 'discriminator'), ('discriminator', 'generator')])
def test_optimizers_in_either_order(batch, order):
    model = build().train()
    wrappers = {name: OptimWrapper(torch.optim.Adam(getattr(model, name).parameters())) for name in order}
    assert {'loss_pix', 'loss_d_real'} <= model.train_step(batch[0], OptimWrapperDict(**wrappers)).keys()


def test_train_step_moves_every_parameter(batch):
    data, _ = batch
    model = build().train()
    wrapper = optimizers(model)
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    logs = model.train_step(data, wrapper)
    assert {'loss_pix', 'loss_gan', 'loss_d_real', 'loss_d_fake'} == set(logs)
    assert all(torch.isfinite(torch.as_tensor(value)) for value in logs.values())
    still = [name for name, parameter in model.named_parameters() if torch.equal(parameter, before[name])]
    assert still == []
