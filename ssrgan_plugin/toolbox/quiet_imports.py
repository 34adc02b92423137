"""Warnings that no user of this project can do anything about."""

import warnings


def silence_imports() -> None:
    """Lets MMagic import without the warnings of old transformers and diffusers about PyTorch's newer names."""
    for package in ('transformers', 'diffusers'):
        warnings.filterwarnings('ignore', '.*_register_pytree_node', FutureWarning, rf'{package}\.')
