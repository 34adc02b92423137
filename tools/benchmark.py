"""Where the time goes: "ssrgan benchmark", from a clone."""

from ssrgan_plugin.cli import main

if __name__ == '__main__':
    main('benchmark')
