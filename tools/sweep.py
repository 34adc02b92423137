"""The paper's trainings and evaluations, one after the other: "ssrgan sweep", from a clone."""

from ssrgan_plugin.cli import main

if __name__ == '__main__':
    main('sweep')
