"""Draws by counter: the generator's published words, and independence of what else is drawn."""

import numpy as np
import pytest

from skyweft.delivery.access.random import philox, uniforms


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        # Known answers that the authors ship with Random123 (kat_vectors, philox4x32 10).
        ([0, 0, 0, 0], [0, 0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([2**32 - 1] * 4, [2**32 - 1] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_known_answers(counter: list[int], key: list[int], words: list[int]) -> None:
    assert list(philox(*(np.uint64(each) for each in (*counter, *key)))) == words


def test_a_draw_does_not_depend_on_the_others() -> None:
    device, number = np.repeat(np.arange(50), 20), np.tile(np.arange(20), 50)
    whole = uniforms(7, 1, device, number, 3)
    assert np.array_equal(uniforms(7, 1, device[::7], number[::7], 3), whole[::7])
    for other in (
        uniforms(8, 1, device, number, 3),
        uniforms(7, 2, device, number, 3),
        uniforms(7, 1, device, number, 4),
    ):
        assert not np.any(other == whole)


def test_even_and_uncorrelated() -> None:
    device = np.arange(200_000)
    drawn = uniforms(1, 0, device, np.zeros_like(device), 0)
    assert 0 <= drawn.min() < drawn.max() < 1
    # Four standard errors of the mean and of the correlation of neighbours.
    assert drawn.mean() == pytest.approx(0.5, abs=4 / np.sqrt(12 * len(device)))
    assert np.corrcoef(drawn[1:], drawn[:-1])[0, 1] == pytest.approx(
        0, abs=4 / np.sqrt(len(device))
    )
