"""A trained model beside its input and OpenCV's Telea: "ssrgan quickstart-report", from a clone."""

from ssrgan_plugin.cli import main

if __name__ == '__main__':
    main('quickstart-report')
