"""Puts the paper's data sets where the configs look for them: "ssrgan prepare-data", from a clone."""

from ssrgan_plugin.cli import main

if __name__ == '__main__':
    main('prepare-data')
