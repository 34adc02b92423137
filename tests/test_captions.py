import numpy as np
import pytest

from ssrgan_plugin.captions import CAPTION, LINE, captioned, uncaptioned


@pytest.fixture
def pictures(rng):
    return [rng.integers(0, 250, (40, 64, 3), dtype=np.uint8) for _ in range(3)]


def test_pictures_come_back(pictures):
    row = captioned(pictures, ['damaged, NMSE 0.5000', 'restored, NMSE 0.0100', 'original'])
    assert row.shape == (CAPTION + 40, 3 * 64 + 2 * LINE, 3)
    for picture, back in zip(pictures, uncaptioned(row, 3)):
        assert np.array_equal(back, picture)


def test_rows_without_captions(pictures):
    for picture, back in zip(pictures, uncaptioned(np.concatenate(pictures, 1), 3)):
        assert np.array_equal(back, picture)


def test_captions_stay_over_their_pictures(pictures):
    """What is too long for one line goes to a second, not over the next picture."""
    head = captioned(pictures, ['a very long caption, and its second part', '', 'x'])[:CAPTION]
    dark = [(head[:, i * (64 + LINE) :][:, :64] < 128).any(-1) for i in range(3)]
    assert dark[0][: CAPTION // 2].any() and dark[0][CAPTION // 2 :].any()
    assert not dark[1].any() and dark[2].any()
    assert (head[:, 64 : 64 + LINE] == 255).all()
