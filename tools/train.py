"""MMagic's own tools/train.py, with every option of it: python tools/train.py configs/ssrgan_flower_p50.py"""

from ssrgan_plugin.toolbox.mmagic_scripts import run

if __name__ == '__main__':
    run('train.py')
