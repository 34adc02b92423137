"""The paper's figures from a sweep: "ssrgan plot", from a clone."""

from ssrgan_plugin.cli import main

if __name__ == '__main__':
    main('plot')
