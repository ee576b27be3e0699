"""Tests of quality against brute force, by the words of their definitions."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skyweft.quality.checks import flat_line, rate_of_change, spike
from skyweft.quality.flags import combined
from skyweft.quality.model import Quality, judged

VALUE = st.one_of(st.integers(0, 3).map(float), st.just(np.nan))
SERIES = st.lists(
    st.tuples(st.integers(0, 1_000), VALUE), max_size=40, unique_by=lambda row: row[0]
)
START = np.datetime64("2026-07-01T00:00:00", "us")
ALL = Quality.model_validate(
    {
        "range": {"fail": [0, 3], "suspect": [0, 2]},
        "climatology": [{"months": [6, 8], "suspect": [0.5, 3]}],
        "spike": {"suspect": 0.5, "fail": 2},
        "rate_of_change": {"suspect": 0.01},
        "flat_line": {"suspect_s": 50, "fail_s": 200},
    }
)


@given(SERIES, st.integers(1, 500), st.sampled_from([0.0, 1.0]))
def test_flat_line_of_irregular_times(
    rows: list[tuple[int, float]], span_s: int, tolerance: float
) -> None:
    rows.sort()
    time_s, value = np.array(rows, float).reshape(-1, 2).T
    expected = []
    for at_s, mine in rows:
        known = [(t, x) for t, x in rows if t <= at_s and not np.isnan(x)]
        old = [t for t, _ in known if t <= at_s - span_s]
        window = [x for t, x in known if old and t >= max(old)]
        flat = bool(window) and max(window) - min(window) <= tolerance
        expected.append(9 if np.isnan(mine) else 4 if flat else 1)
    assert flat_line(time_s, value, None, span_s, tolerance).tolist() == expected


def test_short_series_are_not_evaluated() -> None:
    for count in (0, 1, 2):
        value = np.zeros(count)
        assert spike(value, 1, 2).tolist() == [2] * count
        assert rate_of_change(value, value, 1, 2).tolist() == [2] * count
    assert combined([], 2).tolist() == [2, 2]


@given(SERIES, st.randoms())
def test_flags_follow_from_the_values_alone(rows: list[tuple[int, float]], chance: Random) -> None:
    """However rows arrive, doubled and in disorder, what is kept by time has the same flags."""
    arrivals = rows * 2
    chance.shuffle(arrivals)
    kept = dict(arrivals)
    perfect, woven = (
        np.array(sorted(some), float).reshape(-1, 2).T for some in (rows, kept.items())
    )
    assert judged(ALL, START, *perfect).tolist() == judged(ALL, START, *woven).tolist()


def test_the_month_is_that_of_the_moment() -> None:
    winter = Quality.model_validate({"climatology": [{"months": [11, 2], "fail": [0, 1]}]})
    start = np.datetime64("2026-02-28T23:59:59", "us")
    assert judged(winter, start, np.array([0.0, 1.0]), np.array([5.0, 5.0])).tolist() == [4, 2]
