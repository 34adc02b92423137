"""MMagic's ``MMagicInferencer``, which knows this package's models and restores by its pipeline.

    from ssrgan_plugin.apis import MMagicInferencer

    MMagicInferencer('ssrgan_mask_aware').infer(img='damaged.png', mask='mask.png', result_out_dir='restored.png')

'ssrgan' is the paper's network, 'ssrgan_mask_aware' the one that :class:`ssrgan_plugin.Restorer` takes; the weights are
the shipped ones. It is MMagic's own class, so that all of its arguments work, those of other models too.
"""

import warnings
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

import numpy as np
import torch
import yaml

from . import registration  # noqa: F401
from .corruption import fixed_colour
from .errors import InputError
from .networks.state_dicts import check_match
from .restoration.image_files import check_format, open_file
from .restoration.image_info import upright
from .restoration.marked import SMEARED
from .restoration.mask_files import read_mask
from .shipped_files import WEIGHTS, shipped
from .toolbox import shown_images

# MMagic can be imported only now; its inferencers bring libraries that complain of each other.
with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    from mmagic.apis import MMagicInferencer, inferencers
from mmengine.dataset import Compose  # noqa: E402
from mmengine.runner.checkpoint import load_checkpoint  # noqa: E402

__all__ = ['MMagicInferencer', 'MODELS']

COLLECTIONS = {'ssrgan': 'SSRGAN', 'ssrgan_mask_aware': 'Mask-aware SSRGAN'}
STOCK = inferencers.InpaintingInferencer


def shipped_models() -> Dict[str, List[dict]]:
    """What configs/metafile.yml says of the models with weights, by the name that the inferencer knows them by.

    Of those for one level each, that for half of the pixels is first, which is the default.
    """
    configs = shipped('configs')
    models = yaml.safe_load((configs / 'metafile.yml').read_text())['Models']
    models.sort(key=lambda model: not model['Name'].endswith('_p50'))
    return {
        name: [
            {
                **model,
                'Config': str(configs / Path(model['Config']).relative_to('configs')),
                'Weights': str(WEIGHTS / Path(model['Weights']).name),
            }
            for model in models
            if model['In Collection'] == collection and 'Weights' in model
        ]
        for name, collection in COLLECTIONS.items()
    }


MODELS = shipped_models()


class CorruptionInferencer(STOCK):
    """MMagic's ``InpaintingInferencer`` for models trained on our corruption; for all others it is the stock one.

    The stock pipeline paints lost pixels mid-grey, which the networks have never seen: here they look as the config's
    data make them look. Masks are read by the rules of ``ssrgan restore``, and known pixels stay, as those of MMagic's
    inpainting models do.
    """

    def _init_model(self, cfg: Any, ckpt: Optional[str], device: Any) -> torch.nn.Module:
        if cfg.model.type == 'SSRGAN':
            cfg.model.test_cfg = dict(cfg.model.get('test_cfg') or {}, composite=True)
        model = super()._init_model(cfg, None, device)
        if ckpt:
            checkpoint = load_checkpoint(model, str(ckpt), map_location='cpu', logger='silent')
            if cfg.model.type == 'SSRGAN':
                check_match(model.state_dict(), checkpoint.get('state_dict', checkpoint))
        self.fill = None
        if any(shown_images.kind(step) in shown_images.CORRUPTIONS for step in shown_images.all_steps(cfg)):
            fill = shown_images.fill(cfg)
            self.fill = fixed_colour(fill)
            if self.fill is None:
                raise InputError(
                    f'{cfg.filename} fills lost pixels by {fill}, of which a mask says nothing: use Restorer'
                )
        return model

    def __call__(self, result_out_dir: Union[str, Path, None] = None, **kwargs: Any) -> Any:
        """MMagic's own, which finds out after all its work that ``result_out_dir`` is no file that can be written."""
        if self.fill is not None and result_out_dir:
            check_format(Path(result_out_dir))
            if Path(result_out_dir).is_dir():
                raise InputError(f'{result_out_dir} is a folder: name a file in it')
        return super().__call__(result_out_dir=result_out_dir and str(result_out_dir), **kwargs)

    def preprocess(self, img: Union[str, Path], mask: Union[str, Path]) -> Dict:
        """Image and mask, of one size, as paths.

        Raises:
            InputError: as ``ssrgan restore`` does, if the mask cannot be taken, or is of another size.
        """
        if self.fill is None:
            return super().preprocess(img, mask)
        if not (isinstance(img, (str, Path)) and isinstance(mask, (str, Path))):
            raise InputError('infer() needs img= and mask=, two paths')
        image = open_file(Path(img))
        lost, _ = read_mask(Path(mask), image)
        if not lost.count:
            warnings.warn(f'{mask} marks no pixel as lost: nothing is restored', stacklevel=2)
        if image.info.lossy:
            warnings.warn(f'{img}: {SMEARED}', stacklevel=2)
        by_pixel = lost.array().reshape(lost.height, lost.width, -1).any(-1, keepdims=True)
        pipeline = Compose(
            [
                dict(type='LoadWholeImageFromFile', key='gt', channel_order='bgr', imdecode_backend='cv2'),
                dict(type='GetMaskedImage', zero_value=self.fill.astype(np.float32)),
                dict(type='PackInputs'),
            ]
        )
        data = pipeline(dict(gt_path=str(img), mask=upright(by_pixel.astype(np.uint8), image.info.orientation)))
        return dict(inputs=[data['inputs']], data_samples=[data['data_samples']])


stock_arguments = MMagicInferencer._get_inferencer_kwargs


def arguments(
    self: MMagicInferencer,
    model_name: Optional[str],
    model_setting: Optional[int],
    config_name: Optional[str],
    model_config: Optional[str],
    model_ckpt: Optional[str],
    extra_parameters: Optional[Dict],
) -> Dict:
    """Config and weights of one setting; MMagic's own takes the config by its name, and the first setting's weights."""
    if model_name not in MODELS:
        return stock_arguments(self, model_name, model_setting, config_name, model_config, model_ckpt, extra_parameters)
    names = [model['Name'] for model in MODELS[model_name]]
    if config_name is not None and config_name not in names:
        raise InputError(f'{model_name} has no weights for {config_name}, but for {", ".join(names)}')
    setting = MODELS[model_name][names.index(config_name) if config_name else model_setting or 0]
    told = dict(task='Inpainting', config=model_config or setting['Config'], ckpt=model_ckpt or setting['Weights'])
    return told if extra_parameters is None else dict(told, extra_parameters=extra_parameters)


def add_to_mmagic() -> None:
    MMagicInferencer.init_inference_supported_models_cfg()  # reads its own, by the list
    for name, settings in MODELS.items():
        MMagicInferencer.inference_supported_models.append(name)
        MMagicInferencer.inference_supported_models_cfg[name] = dict(task='Inpainting', settings=settings)
    MMagicInferencer._get_inferencer_kwargs = arguments
    inferencers.InpaintingInferencer = CorruptionInferencer


add_to_mmagic()
