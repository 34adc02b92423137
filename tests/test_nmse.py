import numpy as np
import pytest

from ssrgan_plugin.nmse import nmse


def test_by_hand():
    assert nmse(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 0.0])) == pytest.approx((4 + 9) / (1 + 16))


def test_uint8_does_not_wrap():
    original, restored = np.array([200, 100], np.uint8), np.array([100, 200], np.uint8)
    assert nmse(restored, original) == pytest.approx(20000 / 50000)


def test_same_on_0_1_and_0_255(rng):
    original, restored = rng.random((2, 5, 6, 3))
    assert nmse(restored * 255, original * 255) == pytest.approx(nmse(restored, original))


def test_perfect_and_black(rng):
    original = rng.random((4, 4))
    assert nmse(original, original) == 0
    assert nmse(np.zeros((4, 4)), original) == 1


def test_holes_only(rng):
    original, restored = rng.random((2, 3, 8, 8))
    mask = rng.integers(0, 2, (1, 8, 8))
    holes = np.broadcast_to(mask == 1, original.shape)
    assert nmse(restored, original, mask) == pytest.approx(nmse(restored[holes], original[holes]))


def test_black_original_is_undefined():
    assert np.isnan(nmse(np.ones(3), np.zeros(3))) and np.isnan(nmse(np.zeros(3), np.zeros(3)))


def test_shapes_must_match():
    with pytest.raises(ValueError, match='differ in shape'):
        nmse(np.zeros((4, 4, 3)), np.zeros((4, 4, 1)))
