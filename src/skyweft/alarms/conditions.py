"""Conditions as functions of event time: of the values of one device, in that order, alone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.alarms.model import NoData, Threshold

Floats = NDArray[np.float64]


class Episodes(NamedTuple):
    """When a condition held, in order of time. Shapes (K,)."""

    raised_s: Floats
    cleared_s: Floats  # NaN: it holds still
    extreme: Floats  # the worst value; NaN where there is none


def beyond(asked: Threshold, time_s: Floats, value: Floats) -> Episodes:
    """Return when values were beyond a threshold, with hysteresis and delay.

    Parameters
    ----------
    asked : Threshold
        The condition.
    time_s, value : float64
        Of each value, in order of time, all finite. Shape (N,).

    Returns
    -------
    Episodes
        Each is raised at the first value that is at least `for_s` after the first beyond the
        threshold, with none between that clears, and cleared at the first that does.
    """
    size, threshold = asked.sign * value, asked.sign * asked.threshold
    clear = threshold if asked.clear is None else asked.sign * asked.clear
    says = np.where(size > threshold, 1, np.where(size <= clear, 0, -1))
    place = np.arange(len(says))
    latest = np.maximum.accumulate(np.where(says >= 0, place, -1))
    holds = (latest >= 0) & (says[latest] == 1)
    edges = np.diff(holds.astype(np.int8), prepend=0, append=0)
    first, end = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    raising = np.maximum(first, np.searchsorted(time_s, time_s[first] + asked.for_s))
    kept = raising < end
    first, end, raising = first[kept], end[kept], raising[kept]
    worst = [size[start:stop].max() for start, stop in zip(first, end, strict=True)]
    return Episodes(
        time_s[raising], np.append(time_s, np.nan)[end], asked.sign * np.array(worst, np.float64)
    )


def gaps(asked: NoData, time_s: Floats, end_s: float) -> Episodes:
    """Return when there was no value for too long, from 0 to the end.

    Parameters
    ----------
    asked : NoData
        The condition.
    time_s : float64
        When there were values, in order of time. Shape (N,).
    end_s : float
        How far all that will ever arrive has arrived.
    """
    before, after = np.append(0.0, time_s), np.append(time_s, np.inf)
    raised_s = before + asked.after_s
    kept = (raised_s < after) & (raised_s <= end_s)
    cleared_s = np.where(np.isfinite(after), after, np.nan)[kept]
    return Episodes(raised_s[kept], cleared_s, np.full(len(cleared_s), np.nan))
