"""A trained network alone: "ssrgan export", from a clone."""

from ssrgan_plugin.cli import main

if __name__ == '__main__':
    main('export')
