"""What pyproject.toml cannot say: a wheel carries configs/ and tools/ in ssrgan_plugin/.mim, as MMagic's does."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithConfigs(build_py):
    PARTS = ('configs', 'tools')
    OF_A_CLONE = ('__pycache__', 'quickstart.sh', 'run_*tests.sh', 'setup_env.sh')

    def run(self):
        super().run()
        if not self.editable_mode:  # a clone has them beside the package
            for part in self.PARTS:
                ignore = shutil.ignore_patterns(*self.OF_A_CLONE)
                shutil.copytree(part, self.target / part, dirs_exist_ok=True, ignore=ignore)

    @property
    def target(self) -> Path:
        return Path(self.build_lib) / 'ssrgan_plugin' / '.mim'

    def get_outputs(self, include_bytecode=1):
        carried = [path for part in self.PARTS for path in (self.target / part).rglob('*') if path.is_file()]
        return super().get_outputs(include_bytecode) + [str(path) for path in carried]


setup(cmdclass=dict(build_py=BuildWithConfigs))
