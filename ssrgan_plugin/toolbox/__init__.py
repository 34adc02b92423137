"""Adapts MMagic 1.2, MMEngine 0.10 and MMCV 2.1 to the versions around them, and loads their models.

One module an adaptation. Each looks first whether anything is wrong, and leaves all alone where nothing is.
"""
