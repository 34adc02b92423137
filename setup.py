import re
from pathlib import Path

from setuptools import find_packages, setup

here = Path(__file__).parent

setup(
    name='ssrgan-plugin',
    version=re.search(r"__version__ = '(.*)'", (here / 'ssrgan_plugin/__init__.py').read_text()).group(1),
    description='SSRGAN for MMagic: restores images whose pixels were lost at random',
    long_description=(here / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    packages=find_packages(include=['ssrgan_plugin', 'ssrgan_plugin.*']),
    python_requires='>=3.9',
    # On some machines torch 2.13.0 resolves to a CPU build that no torchvision matches.
    install_requires=[
        'numpy>=1.25',
        'opencv-python-headless',
        'pillow',
        'pyvips[binary]>=3',
        'safetensors>=0.4',
        'scikit-image',
        'tifffile',
        'torch>=2.6,!=2.13.0',
        'tqdm',
    ],
    package_data={'ssrgan_plugin': ['weights/*.safetensors', 'weights/*.md']},
    entry_points={'console_scripts': ['ssrgan = ssrgan_plugin.cli:main']},
    extras_require={
        # MMagic imports albumentations, and MMEngine pkg_resources (setuptools < 81), without asking for them.
        # MMCV is the user's choice: mmcv-lite installs in seconds, full MMCV compiles its ops; one replaces the other.
        'mmagic': ['mmagic>=1.2,<1.3', 'mmengine>=0.10.7,<1', 'albumentations', 'setuptools<81', 'torchvision'],
        'lite': ['mmcv-lite>=2.1,<2.2'],
        'data': ['gdown', 'scipy', 'torchvision'],
        'samples': ['scikit-learn'],
        'tests': ['hypothesis', 'pytest', 'pytest-xdist'],
    },
)
