from setuptools import setup
setup(name='ssrgan-plugin', version='0.1.0', packages=['ssrgan_plugin'])
