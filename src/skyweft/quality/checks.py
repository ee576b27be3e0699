"""Tests of the values of one sensor, in order of time; one that is not finite is missing.

References
----------
U.S. Integrated Ocean Observing System, *Manual for Real-Time Quality Control of Water Level Data*
(QARTOD), version 2.1: gross range, climatology, spike, rate of change, flat line.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skyweft.quality.flags import (
    FAIL,
    GOOD,
    MISSING,
    NOT_EVALUATED,
    SUSPECT,
    Flags,
    Floats,
    beyond,
)

Span = Sequence[float]  # least and greatest
Season = tuple[int, int, Span | None, Span | None]


def gross_range(value: Floats, fail: Span | None, suspect: Span | None) -> Flags:
    """Flag what lies outside of two spans, the ends of which lie inside.

    Parameters
    ----------
    value : float64
        Shape (N,).
    fail, suspect : sequence of float, optional
        What a sensor can tell, and what its operator expects.

    Returns
    -------
    int32
        Flags of shape (N,).
    """
    flags = np.full(len(value), GOOD, np.int32)
    for span, flag in ((suspect, SUSPECT), (fail, FAIL)):
        if span is not None:
            flags[(value < span[0]) | (value > span[1])] = flag
    return _but_missing(flags, value)


def spike(value: Floats, suspect: float | None, fail: float | None) -> Flags:
    """Flag what is further from the mean of its two neighbours than a threshold.

    Parameters
    ----------
    value : float64
        Shape (N,).
    suspect, fail : float, optional
        Thresholds in the unit of the values.

    Returns
    -------
    int32
        Flags of shape (N,): the first, the last, and those beside a missing one are not evaluated.
    """
    size = np.full(len(value), np.nan)
    size[1:-1] = np.abs(value[1:-1] - (value[:-2] + value[2:]) / 2)
    return _but_missing(beyond(size, np.isfinite(size), suspect, fail), value)


def rate_of_change(
    time_s: Floats, value: Floats, suspect: float | None, fail: float | None
) -> Flags:
    """Flag what differs from the value before it by more than a rate.

    Parameters
    ----------
    time_s, value : float64
        Shape (N,).
    suspect, fail : float, optional
        Rates in the unit of the values per second.

    Returns
    -------
    int32
        Flags of shape (N,): the first, and one after a missing one or at the same time as the one
        before, are not evaluated.
    """
    size = np.full(len(value), np.nan)
    apart_s = np.diff(time_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        size[1:] = np.where(apart_s > 0, np.abs(np.diff(value)) / apart_s, np.nan)
    return _but_missing(beyond(size, np.isfinite(size), suspect, fail), value)


def flat_line(
    time_s: Floats,
    value: Floats,
    suspect_s: float | None,
    fail_s: float | None,
    tolerance: float,
) -> Flags:
    """Flag what has not changed for a while.

    Parameters
    ----------
    time_s, value : float64
        Shape (N,).
    suspect_s, fail_s : float, optional
        For how long. [s]
    tolerance : float
        How far the greatest and the least of these values may be apart and count as one.

    Returns
    -------
    int32
        Flags of shape (N,). The while goes back to the latest value that is as old as it or older,
        however far apart samples are; without such a value nothing is flat.
    """
    there = np.flatnonzero(np.isfinite(value))
    at_s, known = time_s[there], value[there]
    flags = np.full(len(value), GOOD, np.int32)
    for span_s, flag in ((suspect_s, SUSPECT), (fail_s, FAIL)):
        if span_s is None:
            continue
        first = np.searchsorted(at_s, at_s - span_s, side="right") - 1
        whole = np.flatnonzero(first >= 0)
        flags[there[whole[_spread(known, first[whole], whole) <= tolerance]]] = flag
    return _but_missing(flags, value)


def climatology(place: NDArray[np.int64], value: Floats, seasons: Sequence[Season]) -> Flags:
    """Flag what is unusual for the season.

    Parameters
    ----------
    place : int64
        Of each value in the period that the seasons are parts of, such as its month. Shape (N,).
    value : float64
        Shape (N,).
    seasons : sequence of tuple
        First and last place, and the spans of `gross_range`: fail, suspect. One whose first lies
        after its last goes over the period's end; of several a value is judged by the last.

    Returns
    -------
    int32
        Flags of shape (N,): not evaluated outside of all seasons.
    """
    flags = np.full(len(value), NOT_EVALUATED, np.int32)
    for first, last, fail, suspect in seasons:
        after, before = place >= first, place <= last
        inside = after & before if first <= last else after | before
        flags[inside] = gross_range(value[inside], fail, suspect)
    return _but_missing(flags, value)


def _but_missing(flags: Flags, value: Floats) -> Flags:
    flags[~np.isfinite(value)] = MISSING
    return flags


def _spread(value: Floats, first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    """Return greatest less least of the values from each first to its last. Shape (M,).

    By tables of the extremes of 1, 2, 4, ... values: two of them, overlapping, cover each span.
    """
    spread = np.zeros(len(first))
    level = np.frexp((last - first + 1).astype(float))[1] - 1
    low = high = value
    for power in range(int(level.max(initial=-1)) + 1):
        mine, width = level == power, 1 << power
        start, end = first[mine], last[mine] - width + 1
        spread[mine] = np.maximum(high[start], high[end]) - np.minimum(low[start], low[end])
        low, high = (
            np.minimum(low[:-width], low[width:]),
            np.maximum(high[:-width], high[width:]),
        )
    return spread
