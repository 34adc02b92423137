"""SSRGAN for MMagic: restores images whose pixels were lost at random (arXiv 2409.12636).

Configs name ``ssrgan_plugin.registration`` in their ``custom_imports``; the networks, in
``ssrgan_plugin.networks``, are plain PyTorch.
"""
__version__ = '0.1.0'
