"""OpenVINO without its telemetry: importing it tells Google Analytics, unless its module for that is missing."""

import sys

TELEMETRY = 'openvino_telemetry'

missing = TELEMETRY not in sys.modules
if missing:
    sys.modules[TELEMETRY] = None  # type: ignore[assignment]  # which makes importing it fail
try:
    import openvino
finally:
    if missing:
        del sys.modules[TELEMETRY]

__all__ = ['openvino']
