"""The ``ssrgan`` command. Heavy imports wait until they are needed."""

import argparse
import sys
from pathlib import Path
from typing import List, NamedTuple, Optional

from .errors import InputError


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='ssrgan', description='Restores images whose pixels were lost at random.')
    commands = parser.add_subparsers(dest='command', required=True)

    restore = commands.add_parser('restore', help='restore one image, or a folder of them')
    restore.add_argument('image', nargs='?', type=Path, help='damaged image, or folder')
    restore.add_argument('-i', '--image', dest='image_option', type=Path, help='the same')
    restore.add_argument('-o', '--output', type=Path, required=True, help='restored image, or folder')
    restore.add_argument(
        '--mask',
        '--mask-dir',
        type=Path,
        metavar='FILE_OR_DIR',
        help='not black = lost; one file may serve a whole folder (default: found in the image)',
    )
    restore.add_argument(
        '--fill',
        help='what lost pixels look like: black (default), white, or a colour from 0 to '
        '255 such as 255,0,0; unless it is given, transparent pixels count as lost; NaN always do',
    )
    restore.add_argument(
        '--compare', action='store_true', help='also write NAME_compare.png: damaged | restored (| original)'
    )
    restore.add_argument('--original', type=Path, metavar='FILE_OR_DIR', help='for --compare')
    restore.add_argument('--overwrite', action='store_true', help='replace outputs that exist')
    restore.add_argument('--config', help='config of an SSRGAN that you trained (default: the shipped network)')
    restore.add_argument('--checkpoint', help='its weights')
    restore.add_argument(
        '--self-ensemble',
        action='store_true',
        help='average over flips and turns of the image: smaller errors in eight times the time',
    )
    restore.add_argument('--device', help='such as cpu or cuda:1 (default: the GPU if there is one)')

    corrupt = commands.add_parser('corrupt', help='lose pixels of an image at random')
    corrupt.add_argument('image', type=Path)
    corrupt.add_argument('-o', '--output', type=Path, required=True)
    corrupt.add_argument('--ratio', type=float, required=True, help='share of the pixels, between 0 and 1')
    corrupt.add_argument('--fill', default='black', help='black (default), white, or a colour such as 255,0,0')
    corrupt.add_argument('--seed', type=seed, default=0)
    corrupt.add_argument('--save-mask', type=Path, metavar='FILE', help='white = lost')
    corrupt.add_argument('--overwrite', action='store_true', help='replace outputs that exist')

    evaluate = commands.add_parser('evaluate', help='NMSE, PSNR and SSIM of restored images')
    evaluate.add_argument('--originals', type=Path, required=True, metavar='DIR')
    evaluate.add_argument('--restored', type=Path, required=True, metavar='DIR')

    args = parser.parse_args()
    if args.command == 'restore':
        if (args.image is None) == (args.image_option is None):
            restore.error('name one damaged image, or a folder')
        args.image = args.image or args.image_option
        if args.mask and args.fill:
            restore.error('--mask says which pixels are lost, --fill how to find them: give one of them')
        if args.original and not args.compare:
            restore.error('--original is for --compare')
    return args


def seed(text: str) -> int:
    if int(text) < 0:
        raise argparse.ArgumentTypeError(f'{text} must not be negative')
    return int(text)


JPEG = ('.jpg', '.jpeg')


class Job(NamedTuple):
    """One image to restore; ``name`` is its path below the folder, by which mask and original are found."""

    image: Path
    name: Path
    output: Path

    @property
    def comparison(self) -> Path:
        return self.output.with_name(f'{self.output.name.removesuffix(".png")}_compare.png')


def restore_jobs(args: argparse.Namespace) -> List[Job]:
    from .image_files import find

    if not args.image.exists():
        raise InputError(f'{args.image} does not exist: check the path')
    if not args.image.is_dir():
        name = Path(args.image.name)
        return [Job(args.image, name, args.output / name if args.output.is_dir() else args.output)]
    if args.output.exists() and not args.output.is_dir():
        raise InputError(f'{args.output} is a file, {args.image} a folder: name a folder')
    folder = args.image.resolve()
    if args.output.resolve() == folder:
        raise InputError(f'{args.output} is the input too: name another output folder')
    others = [path.resolve() for path in (args.output, args.mask, args.original) if path]
    others = [path for path in others if folder in path.parents]
    names = [
        path.relative_to(args.image)
        for path in find(args.image)
        if not any(other in (path.resolve(), *path.resolve().parents) for other in others)
    ]
    if not names:
        raise InputError(f'{args.image} holds no image')
    jobs = [Job(args.image / name, name, args.output / name) for name in names]
    outputs = {job.output for job in jobs}
    for job in jobs:
        if args.compare and job.comparison in outputs:
            raise InputError(
                f'{job.comparison} would be the comparison of {job.image} and the output of another: rename one'
            )
    return jobs


def companion(place: Path, name: Path, what: str) -> Path:
    """``place`` itself, or the file in that folder that goes with ``name``, of any format."""
    if not place.is_dir():
        return place
    from .image_files import SUFFIXES

    folder = (place / name).parent
    exact = folder / name.name
    if exact.exists():
        return exact
    for candidate in sorted(folder.glob('*')):
        if candidate.stem == name.stem and candidate.suffix.lower() in SUFFIXES:
            return candidate
    raise InputError(f'{place} has no {what} for {name}: add {name.with_suffix(".png")}')


def restore(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from .image_files import check_format
    from .restorer import Restorer

    jobs = restore_jobs(args)
    if not args.image.is_dir():
        check_format(jobs[0].output)
        refuse_overwriting(jobs[0].output, args)
    restorer = Restorer(args.config, args.checkpoint, args.device, progress=True, self_ensemble=args.self_ensemble)
    failures = []
    with tqdm(jobs, unit='image', disable=len(jobs) == 1) as progress:
        for job in progress:
            try:
                told = restore_one(job, restorer, args)
            except (InputError, OSError, MemoryError, RuntimeError) as error:  # PyTorch's lack of memory is the last
                reason = str(error).splitlines()[0] if str(error) else 'too little memory'
                failures.append(reason if str(job.image) in reason else f'{job.image}: {reason}')
            else:
                tqdm.write(told)
    for failure in failures:
        print(f'ssrgan: {failure}', file=sys.stderr)
    if failures and len(jobs) > 1:
        print(f'ssrgan: {len(failures)} of {len(jobs)} images failed, the others are done', file=sys.stderr)
    return 1 if failures else 0


def restore_one(job: Job, restorer, args: argparse.Namespace) -> str:
    """Restores one file; returns what to tell."""
    import numpy as np

    from . import image_files
    from .mask_finding import find_corrupted

    mask_file = companion(args.mask, job.name, 'mask') if args.mask else None
    original_file = companion(args.original, job.name, 'original') if args.original else None
    for output in (job.output, *([job.comparison] if args.compare else [])):
        refuse_overwriting(output, args, job.image, mask_file, original_file)
    damaged = image_files.read(job.image)
    if damaged.lossy and not mask_file:
        raise InputError(
            f'{job.image}: its lossy compression smears lost pixels over their neighbours, so they cannot '
            'be found: give a mask'
        )
    if mask_file:
        lost = read_mask(mask_file, damaged)
    else:
        fill = colour(args.fill)
        lost = find_corrupted(
            damaged.pixels,
            fill if isinstance(fill, (str, type(None))) else in_range(np.array(fill), damaged.pixels.dtype),
        )
    restored = restorer(damaged.pixels, lost)
    if args.compare:
        pictures = [damaged, damaged._replace(pixels=restored)]
        if original_file:
            pictures.append(image_files.read(original_file))
        compared = image_files.ImageFile(side_by_side([picture.upright() for picture in pictures]))
    image_files.write(job.output, damaged._replace(pixels=restored))
    if args.compare:
        image_files.write(job.comparison, compared)
    inexact = '; JPEG changes known pixels too, .png would not' if job.output.suffix.lower() in JPEG else ''
    return f'{job.output}: {lost.sum():,} of {lost.size:,} pixels ({lost.mean():.1%}) restored{inexact}'


def read_mask(path: Path, damaged):
    """(H, W) bool, True = lost, as the damaged image is stored."""
    from . import image_files
    from .restorer import check_mask

    file = image_files.read(path)
    mask = file.pixels if file.pixels.ndim == 3 else file.pixels[..., None]
    if file.lossy:
        mask = mask > 127
    marked = mask.any(-1)
    if mask.shape[-1] in (2, 4):
        colours, alpha = mask[..., :-1], mask[..., -1]
        # Of one colour throughout: then transparency alone tells.
        painted = (colours != colours[0, 0]).any() or alpha.all()
        marked = (alpha > 0) & colours.any(-1) if painted else alpha > 0
    return check_mask(file._replace(pixels=marked).stored_as(damaged), damaged.pixels.shape)


def in_range(value, dtype):
    """A value from 0 to 255 in an image's own range."""
    import numpy as np

    if np.issubdtype(dtype, np.integer):
        return np.rint(np.multiply(value, np.iinfo(dtype).max / 255))
    return np.divide(value, 255)


def side_by_side(pictures: list):
    """RGB, 8 bits, with a white line between."""
    import numpy as np

    def to_rgb(picture):
        if picture.dtype == np.uint16:
            picture = picture >> 8
        elif picture.dtype != np.uint8:
            picture = np.rint(np.nan_to_num(picture).clip(0, 1) * 255)
        picture = picture.astype(np.uint8)
        if picture.ndim == 2:
            return np.repeat(picture[..., None], 3, -1)
        if picture.shape[2] in (2, 4):
            picture = np.where(picture[..., -1:] > 0, picture[..., :-1], 0)
            return picture if picture.shape[2] == 3 else np.repeat(picture, 3, -1)
        return picture

    pictures = [to_rgb(picture) for picture in pictures]
    if len({picture.shape for picture in pictures}) > 1:
        raise InputError('the original is of another size than the image: leave --original out, or name the right one')
    line = np.full((pictures[0].shape[0], 4, 3), 255, np.uint8)
    return np.concatenate([part for picture in pictures for part in (line, picture)][1:], 1)


def corrupt(args: argparse.Namespace) -> int:
    from . import corruption, image_files

    for output in filter(None, (args.output, args.save_mask)):
        if image_files.check_format(output) in JPEG:
            raise InputError(f'{output}: JPEG would smear the lost pixels over their neighbours: write .png')
        refuse_overwriting(output, args, args.image)
    if args.save_mask and args.save_mask.resolve() == args.output.resolve():
        raise InputError(f'{args.output} cannot be image and mask at once: name another --save-mask')
    image = image_files.read(args.image)
    pixels = image.pixels
    rng = corruption.seeded_rng(args.seed, args.image.name)
    mask = corruption.random_mask(*pixels.shape[:2], args.ratio, rng)
    fill = corruption.check_fill(colour(args.fill))
    result = pixels.copy()
    colours = result[..., :-1] if pixels.ndim == 3 and pixels.shape[2] in (2, 4) else result
    lost = mask[..., 0] != 0
    to_255 = 255 / float(in_range(255, pixels.dtype))
    damaged = in_range(corruption.corrupt(colours * to_255, mask, fill, rng), pixels.dtype)
    colours[lost] = damaged[lost].astype(pixels.dtype)
    image_files.write(args.output, image._replace(pixels=result))
    if args.save_mask:
        image_files.write(args.save_mask, image_files.ImageFile(255 * mask[..., 0], image.exif))
    print(f'{args.output}: {lost.sum():,} of {lost.size:,} pixels ({lost.mean():.1%}) lost')
    return 0


def evaluate(args: argparse.Namespace) -> int:
    import numpy as np
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity
    from tqdm import tqdm

    from . import image_files
    from .mask_finding import top_of
    from .nmse import nmse

    for folder in (args.originals, args.restored):
        if not folder.is_dir():
            raise InputError(f'{folder} is no folder: check the path')
    names = [path.relative_to(args.restored) for path in image_files.find(args.restored)]
    names = [name for name in names if not name.stem.endswith('_compare')]
    if not names:
        raise InputError(f'{args.restored} holds no image')
    rows, failures = [], []
    print(f'{"":40}{"NMSE":>10}{"PSNR, dB":>10}{"SSIM":>8}')
    for name in tqdm(names, unit='image', leave=False):
        try:
            restored = image_files.read(args.restored / name).upright()
            original = image_files.read(companion(args.originals, name, 'original')).upright()
            if (restored.shape, restored.dtype) != (original.shape, original.dtype):
                raise InputError(
                    f'{name}: {restored.shape} {restored.dtype}, its original {original.shape} '
                    f'{original.dtype}: both must agree'
                )
            if original.ndim == 3 and original.shape[2] in (2, 4):  # transparency is no part of the error
                restored, original = restored[..., :-1], original[..., :-1]
            top = top_of(original.dtype)
            side = min(original.shape[:2])
            with np.errstate(divide='ignore'):
                psnr = peak_signal_noise_ratio(original, restored, data_range=top)
            ssim = (
                structural_similarity(
                    original,
                    restored,
                    data_range=top,
                    channel_axis=2 if original.ndim == 3 else None,
                    gaussian_weights=True,
                    sigma=1.5,
                    use_sample_covariance=False,
                )
                if side >= 11
                else np.nan
            )
            rows.append((nmse(restored, original) if original.any() else np.nan, psnr, ssim))
            tqdm.write(f'{str(name):40}{rows[-1][0]:10.5f}{psnr:10.2f}{ssim:8.4f}')
        except InputError as error:
            failures.append(str(error))
    if rows:
        columns = [[value for value in column if not np.isnan(value)] for column in zip(*rows)]
        mean = [np.mean(column) if column else np.nan for column in columns]
        print(f'{f"mean of {len(rows)}":40}{mean[0]:10.5f}{mean[1]:10.2f}{mean[2]:8.4f}')
    done = {name.with_suffix('') for name in names}
    originals = [path.relative_to(args.originals).with_suffix('') for path in image_files.find(args.originals)]
    left = [name for name in originals if name not in done]
    if left:
        print(f'originals without a restored image: {len(left)}, such as {left[0]}')
    for failure in failures:
        print(f'ssrgan: {failure}', file=sys.stderr)
    return 1 if failures else 0


def refuse_overwriting(output: Path, args: argparse.Namespace, *inputs: Optional[Path]) -> None:
    for path in (args.image, *inputs):
        if path is not None and output.resolve() == path.resolve():
            raise InputError(f'{output} is an input too: name another output')
    if output.exists() and not args.overwrite:
        raise InputError(f'{output} exists: name another output, or say --overwrite')


def colour(fill: Optional[str]):
    """A colour such as "255,0,0" as numbers; a name as it is."""
    try:
        return fill and [float(value) for value in fill.split(',')]
    except ValueError:
        return fill


def main() -> None:
    args = parse_args()
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = 2**29  # hundreds of megapixels are meant, not billions
    try:
        sys.exit(dict(restore=restore, corrupt=corrupt, evaluate=evaluate)[args.command](args))
    except (InputError, OSError) as error:
        sys.exit(f'ssrgan: {error}')
    except KeyboardInterrupt:
        sys.exit('ssrgan: interrupted; what is written is whole')


if __name__ == '__main__':
    main()
