"""Flags are those of ioos-qc, flag by flag; where they differ, a case says who is wrong and why."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.quality.checks import (
    climatology,
    flat_line,
    gross_range,
    rate_of_change,
    spike,
)
from skyweft.quality.flags import Floats, combined

qartod: Any = pytest.importorskip("ioos_qc.qartod", reason="ioos-qc is the oracle of flags")

# Halves: differences and means are exact, so no flag hangs on the order of operations.
VALUE = st.integers(-12, 12).map(lambda number: number / 2)
GAPPY = st.lists(st.one_of(VALUE, VALUE, VALUE, st.just(np.nan)), min_size=3, max_size=60)
WHOLE = st.lists(VALUE, min_size=3, max_size=60)
SIZE = st.integers(1, 12).map(lambda number: number / 4)
MINUTE_S = 60.0


def series(values: list[float]) -> tuple[Floats, Floats]:
    return np.arange(len(values), dtype=np.float64) * MINUTE_S, np.array(values)


@given(GAPPY, st.tuples(*[VALUE] * 4).map(sorted))
def test_gross_range(values: list[float], ends: list[float]) -> None:
    fail, suspect = (ends[0], ends[3]), (ends[1], ends[2])
    theirs = qartod.gross_range_test(values, fail, suspect)
    assert gross_range(np.array(values), fail, suspect).tolist() == theirs.tolist()


@given(GAPPY, st.tuples(SIZE, SIZE).map(sorted))
def test_spike(values: list[float], limits: list[float]) -> None:
    # Theirs needs a mask that is an array: without a gap it fails on `inp.mask[i]`.
    masked = [*values, np.nan]
    theirs = qartod.spike_test(masked, *limits)
    assert spike(np.array(masked), limits[0], limits[1]).tolist() == theirs.tolist()


@given(WHOLE, st.lists(st.integers(1, 90), min_size=60, max_size=60), SIZE)
def test_rate_of_change(values: list[float], apart_s: list[int], limit: float) -> None:
    time_s = np.cumsum(apart_s[: len(values)]).astype(float)
    found = rate_of_change(time_s, np.array(values), limit / 16, limit / 8)
    theirs = qartod.rate_of_change_test(
        values, time_s.astype("datetime64[s]"), limit / 16, limit / 8
    )
    assert found[1:].tolist() == theirs[1:].tolist()
    # The first has none before it: theirs calls it good, the scale knows "not evaluated".
    assert (found[0], theirs[0]) == (2, 1)


def test_rate_of_change_where_they_differ() -> None:
    gap = [0.0, np.nan, 50.0, 50.0]
    time_s, value = series(gap)
    theirs = qartod.rate_of_change_test(gap, time_s.astype("datetime64[s]"), 0.1)
    assert theirs.tolist() == [1, 9, 1, 1]  # 50 after a gap has been compared to nothing
    assert rate_of_change(time_s, value, 0.1, None).tolist() == [2, 9, 2, 1]
    # Theirs counts whole seconds: 1.9 s are one, and a rate of 5.3 is 10.
    time_s = np.array([0.0, 1.9])
    at = (time_s * 1e9).astype("datetime64[ns]")
    assert qartod.rate_of_change_test([0.0, 10.0], at, 6.0).tolist() == [1, 3]
    assert rate_of_change(time_s, np.array([0.0, 10.0]), 6.0, None).tolist() == [2, 1]


@given(
    st.lists(st.integers(0, 2).map(float), min_size=3, max_size=60),
    st.tuples(st.integers(1, 8), st.integers(1, 8)).map(sorted),
    st.sampled_from([0.5, 1.5]),
)
def test_flat_line(values: list[float], steps: list[int], tolerance: float) -> None:
    time_s, value = series(values)
    suspect_s, fail_s = (MINUTE_S * number for number in steps)
    theirs = qartod.flat_line_test(
        values, time_s.astype("datetime64[s]"), int(suspect_s), int(fail_s), tolerance
    )
    assert flat_line(time_s, value, suspect_s, fail_s, tolerance).tolist() == theirs.tolist()


def test_flat_line_where_they_differ() -> None:
    time_s, value = series([1.0] * 5)
    theirs = qartod.flat_line_test(value, time_s.astype("datetime64[s]"), 120, 240)
    assert theirs.tolist() == [1] * 5  # its own tolerance, 0: no range is below it
    assert flat_line(time_s, value, 120, 240, 0.0).tolist() == [1, 1, 3, 3, 4]
    # Theirs counts samples by the median interval: after an hour two equal ones have been flat.
    time_s = np.array([0.0, 60.0, 120.0, 180.0, 3_780.0])
    value = np.array([0.0, 5.0, 9.0, 1.0, 1.0])
    at = time_s.astype("datetime64[s]")
    assert qartod.flat_line_test(value, at, 1_800, 3_600, 0.5).tolist() == [1] * 5
    assert flat_line(time_s, value, 1_800, 3_600, 0.5).tolist() == [1, 1, 1, 1, 4]


@given(
    GAPPY,
    st.lists(
        st.tuples(
            st.tuples(st.integers(1, 12), st.integers(1, 12)).map(sorted),
            st.tuples(*[VALUE] * 4).map(sorted),
        ),
        max_size=4,
    ),
)
def test_climatology(values: list[float], asked: list[tuple[list[int], list[float]]]) -> None:
    at = np.datetime64("2025-01-15", "s") + np.arange(len(values)) * np.timedelta64(
        11 * 86_400, "s"
    )
    month = at.astype("datetime64[M]").astype(np.int64) % 12 + 1
    seasons, config = [], qartod.ClimatologyConfig()
    for (first, last), ends in asked:
        fail, suspect = (ends[0], ends[3]), (ends[1], ends[2])
        seasons.append((first, last, fail, suspect))
        config.add(tspan=(first, last), vspan=suspect, fspan=fail, period="month")
    theirs = qartod.climatology_test(config, values, at, np.full(len(values), np.nan))
    found, gap = climatology(month, np.array(values), seasons), np.isnan(values)
    assert found[~gap].tolist() == theirs[~gap].tolist()
    assert set(found[gap]) <= {9}  # theirs calls a missing value within a season good


def test_climatology_where_they_differ() -> None:
    # From November to February: theirs sorts the ends, and judges from February to November.
    config = qartod.ClimatologyConfig()
    config.add(tspan=(11, 2), vspan=(0, 1), period="month")
    at = np.array(["2025-01-15", "2025-06-15"], "datetime64[s]")
    value = np.array([5.0, 5.0])
    theirs = qartod.climatology_test(config, value, at, np.full(2, np.nan))
    assert theirs.tolist() == [2, 3]
    found = climatology(np.array([1, 6]), value, [(11, 2, None, (0.0, 1.0))])
    assert found.tolist() == [3, 2]


@given(st.lists(st.lists(st.sampled_from([1, 2, 3, 4, 9]), min_size=6, max_size=6), min_size=1))
def test_the_worst_flag_counts(flags: list[list[int]]) -> None:
    several = [np.array(some, np.int32) for some in flags]
    assert combined(several, 6).tolist() == qartod.qartod_compare(several).tolist()
