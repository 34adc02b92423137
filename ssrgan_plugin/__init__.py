"""SSRGAN for MMagic: restores images whose pixels were lost at random (arXiv 2409.12636).

Configs name ``ssrgan_plugin.registration`` in their ``custom_imports``; the networks, in
``ssrgan_plugin.networks``, are plain PyTorch, and so is ``Restorer``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .restoration.restorer import Restorer

__version__ = '0.1.0'
__all__ = ['Restorer']


def __getattr__(name: str) -> Any:
    """Imports what computes only when a Restorer is asked for."""
    if name == 'Restorer':
        from .restoration.restorer import Restorer

        return Restorer
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
