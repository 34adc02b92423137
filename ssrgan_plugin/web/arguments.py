"""Arguments of ``ssrgan web``; imports nothing heavy."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from ..restoration.argument_types import positive

HERE = 'ssrgan_plugin.web'


def web(parser: ArgumentParser) -> None:
    """A page to restore pictures in a browser, on this machine alone.

    ssrgan web                                # http://127.0.0.1:7860
    ssrgan web --host 0.0.0.0 --max-upload 20 # for all of the network: whoever reaches the machine may use it

    Pictures stay in a temporary folder until their page is closed. Needs pip install 'ssrgan-plugin[web]'.
    """
    parser.add_argument('--host', default='127.0.0.1', help='address to listen at (default: 127.0.0.1, this machine)')
    parser.add_argument('--port', type=port, default=7860, help='0 for any that is free (default: 7860)')
    parser.add_argument(
        '--max-upload', type=megabytes, default=megabytes('100'), metavar='MB', help='of a file (default: 100)'
    )
    parser.add_argument(
        '--max-pixels',
        type=positive,
        default=2**26,
        metavar='N',
        help='larger pictures are refused (default: 67108864)',
    )
    parser.add_argument('--config', type=Path, help='config of an SSRGAN that you trained (default: the shipped one)')
    parser.add_argument('--checkpoint', type=Path, help='its weights (default: the shipped ones)')
    parser.add_argument('--device', help='such as cpu or cuda:1 (default: the GPU if there is one, and PyTorch)')
    parser.add_argument('--backend', choices=['openvino', 'torch'], help='what computes: see ssrgan restore')
    parser.set_defaults(function=f'{HERE}.server:serve', interrupted="all pages' files are removed")


def port(text: str) -> int:
    if not 0 <= int(text) < 2**16:
        raise ArgumentTypeError(f'{text} is no port: give a number up to 65535')
    return int(text)


def megabytes(text: str) -> int:
    """In bytes."""
    if not 0 < float(text) < 1e6:
        raise ArgumentTypeError(f'{text} must be more than 0, and less than a million')
    return int(float(text) * 1e6)


COMMANDS = {'web': web}
