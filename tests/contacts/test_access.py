"""Statistics of pairs against plain Python, whole and in stretches of time."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.contacts import access
from skyweft.contacts.access import ContactStatistics

Row = tuple[int, float, float, float]


def _tally(rows: list[Row]) -> ContactStatistics:
    key, start_s, end_s, elevation_deg = (np.array([row[k] for row in rows]) for k in range(4))
    return access.tally(
        key.astype(np.int64),
        start_s.astype(float),
        end_s.astype(float),
        elevation_deg.astype(np.float32),
    )


def _rows(pairs: list[int]) -> list[Row]:
    """Return contacts of some pairs, one after the other, with odd gaps and durations."""
    return [
        (pair, 10.0 * k + pair, 10.0 * k + pair + 1 + k % 3, 20.0 + k)
        for k, pair in enumerate(pairs)
    ]


def test_one_pair() -> None:
    found = _tally([(5, 10, 20, 30), (5, 50, 55, 80), (5, 60, 80, np.nan)])
    assert (found.key[0], found.contacts[0]) == (5, 3)
    assert (found.total_s[0], found.min_s[0], found.max_s[0]) == (35, 5, 20)
    assert (found.gaps_s[0], found.gap_max_s[0]) == (35, 30)
    assert (found.first_s[0], found.last_s[0], found.elevation_max_deg[0]) == (10, 80, 80)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 5), max_size=60))
def test_all_pairs(pairs: list[int]) -> None:
    rows = _rows(pairs)
    found = _tally(rows) if rows else access.nothing()
    assert list(found.key) == sorted(set(pairs))
    for place, pair in enumerate(found.key):
        mine = [row for row in rows if row[0] == pair]
        gaps = [b[1] - a[2] for a, b in pairwise(mine)]
        assert found.contacts[place] == len(mine)
        assert np.isclose(found.total_s[place], sum(row[2] - row[1] for row in mine))
        assert np.isclose(found.gaps_s[place], sum(gaps))
        assert found.gap_max_s[place] == max(gaps, default=0)
        assert found.elevation_max_deg[place] == max(row[3] for row in mine)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 5), max_size=60), st.integers(0, 60))
def test_stretches_add_up(pairs: list[int], cut: int) -> None:
    rows = _rows(pairs)
    joined = access.nothing()
    for stretch in (rows[:cut], rows[cut:]):
        joined = access.join(joined, _tally(stretch) if stretch else access.nothing())
    whole = _tally(rows) if rows else access.nothing()
    for name in ContactStatistics.__slots__:
        np.testing.assert_allclose(getattr(joined, name), getattr(whole, name), err_msg=name)
