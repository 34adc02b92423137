"""MMagic's own tools/test.py, with every option of it: python tools/test.py CONFIG CHECKPOINT"""
from ssrgan_plugin.mmagic_tools import run

if __name__ == '__main__':
    run('test.py')
