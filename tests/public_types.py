"""What users' type checkers make of the package: for mypy, not to be run."""

from typing import Any

import numpy as np
from typing_extensions import assert_type

from ssrgan_plugin import Restorer, __version__
from ssrgan_plugin.networks import MaskAwareSSRGANGenerator
from ssrgan_plugin.nmse import nmse

assert_type(__version__, str)
assert_type(Restorer(device='cpu'), Restorer)
assert_type(MaskAwareSSRGANGenerator().margin, int)
assert_type(nmse(np.zeros((2, 2)), np.ones((2, 2))), float)
images: Any = Restorer(resolution=3)  # type: ignore[call-arg]  # which mypy reports if it is none
