"""``python -m ssrgan_plugin``, where no ``ssrgan`` is on the path."""

from .cli import main

main()
