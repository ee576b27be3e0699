from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.contacts.product import Contacts
from skyweft.links.sampling import sample_times

RUN_S = 1000.0


def contact(start: float, best: float, end: float, *cuts: str) -> Contacts:
    return Contacts(
        np.zeros(1, np.int16),
        np.zeros(1, np.int32),
        np.ones(1, np.int32),
        np.array([start]),
        np.array([end]),
        np.array([best]),
        np.array([20], np.float32),
        np.array([1e6]),
        np.array(["start" in cuts]),
        np.array(["end" in cuts]),
    )


def times(one: Contacts, step: float, block: tuple[float, float] = (0.0, RUN_S)) -> list[float]:
    row, time_s = sample_times(one, np.full(len(one), step), *block, RUN_S)
    assert np.all(row == 0)
    found: list[float] = time_s.tolist()
    return found


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (contact(70, 95, 130), [70, 95, 120, 130]),
        (contact(70, 120, 130), [70, 120, 130]),
        (contact(60, 95, 120), [60, 95, 120]),
        (contact(61, 62, 63), [61, 62, 63]),
        (contact(61, 61, 63), [61, 63]),
        (contact(61, 63, 63), [61, 63]),
        (contact(61, 61, 61), [61]),
        (contact(0, 100, 250), [0, 60, 100, 120, 180, 240, 250]),
        (contact(950, 1000, 1000, "end"), [950, 960, 1000]),
        (contact(0, 0, 100, "start"), [0, 60, 100]),
    ],
)
def test_one_block(one: Contacts, expected: list[float]) -> None:
    assert times(one, 60.0) == expected


def test_blocks_share_a_contact() -> None:
    whole = contact(70, 310, 370)
    assert times(whole, 60.0, (0, 120)) == [70]
    assert times(whole, 60.0, (120, 300)) == [120, 180, 240]
    assert times(whole, 60.0, (300, 600)) == [300, 310, 360, 370]


def test_pieces_cut_at_a_border_add_nothing() -> None:
    assert times(contact(70, 110, 110, "end"), 60.0, (0, 110)) == [70]
    assert times(contact(110, 115, 130, "start"), 60.0, (110, 500)) == [115, 120, 130]
    assert times(contact(110, 110, 130, "start"), 60.0, (110, 500)) == [120, 130]
    assert times(contact(120, 120, 130, "start"), 60.0, (120, 500)) == [120, 130]


def test_true_ends_on_a_border() -> None:
    assert times(contact(70, 80, 110), 60.0, (0, 110)) == [70, 80, 110]
    assert times(contact(110, 115, 130), 60.0, (110, 500)) == [110, 115, 120, 130]


def test_many_contacts_with_their_own_steps() -> None:
    one, two = contact(5, 7, 35), contact(5, 20, 35)
    both = Contacts(
        *(
            np.concatenate([getattr(each, name) for each in (one, two)])
            for name in Contacts.__slots__
        )
    )
    row, time_s = sample_times(both, np.array([10.0, 20.0]), 0.0, RUN_S, RUN_S)
    assert row.tolist() == [0] * 6 + [1] * 3
    assert time_s.tolist() == [5, 7, 10, 20, 30, 35, 5, 20, 35]


finite: Any = st.floats(0, RUN_S)


@given(
    st.tuples(finite, finite, finite).map(sorted), st.floats(0.5, 100), st.sets(finite, max_size=5)
)
def test_any_division_gives_each_sample_once(
    moments: list[float], step: float, borders: set[float]
) -> None:
    """The samples of a run do not depend on its blocks, and are what was promised."""
    one = contact(*moments)
    start, best, end = moments
    whole = times(one, step)
    edges = sorted({0.0, RUN_S, *borders})
    parts: list[float] = []
    for a, b in pairwise(edges):
        # As the run does it: only contacts that reach into the block, marked open at its end. What
        # ended at the border, be it a moment long, is not handed on.
        if start <= b and (end > a or a == 0):
            parts += times(contact(*moments, *(["end"] if end > b else [])), step, (a, b))
    assert parts == whole
    grid = {m * step for m in range(int(RUN_S / step) + 2) if start < m * step < end}
    assert set(whole) == {start, best, end} | grid
    assert whole == sorted(set(whole))


def test_a_border_that_rounding_moves_is_of_one_block() -> None:
    """Multiples of 0.1 are none in binary: m * 0.1 / 0.1 falls on either side of m."""
    one = contact(0.05, 0.05, 30.0)
    whole = times(one, 0.1)
    open_end = contact(0.05, 0.05, 30.0, "end")
    for m in range(1, 300):
        at_s = m * 0.1
        for border_s in (at_s, np.nextafter(at_s, 0.0), np.nextafter(at_s, 99.0)):
            first = times(open_end, 0.1, (0.0, border_s))
            assert first == [each for each in whole if each < border_s]
            assert first + times(one, 0.1, (border_s, RUN_S)) == whole


def test_what_begins_with_the_next_block_is_left_to_it() -> None:
    assert times(contact(110, 115, 130, "end"), 60.0, (0, 110)) == []
    assert times(contact(200, 210, 230), 60.0, (0, 110)) == []
    # At the best moment too; what was left open and ends there is the later one's.
    assert times(contact(70, 110, 130, "end"), 60.0, (0, 110)) == [70]
    assert times(contact(70, 110, 130), 60.0, (110, 500)) == [110, 120, 130]
    assert times(contact(70, 80, 110), 60.0, (110, 500)) == [110]
