"""A training checkpoint's generator alone: "ssrgan export-generator", from a clone."""

from ssrgan_plugin.cli import main

if __name__ == '__main__':
    main('export-generator')
