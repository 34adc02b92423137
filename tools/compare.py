"""One fair table: every method on the same images and masks, and what each costs: "ssrgan compare", from a clone."""

from ssrgan_plugin.cli import main

if __name__ == '__main__':
    main('compare')
