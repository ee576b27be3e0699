"""How much of what was measured is known, and how old it is: by device, and by device and hour."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.totals import HOUR_S, over
from skyweft.observations.sampling import Stream

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


class ByDevice(NamedTuple):
    """Of one datastream, a row a device. Shapes (D,)."""

    device: Longs  # rows of the fleet, in their order
    expected: Longs
    arrived: Longs
    age_mean_s: Floats
    age_max_s: Floats
    latest_s: Floats
    latest_result: Floats


class ByHour(NamedTuple):
    """Of one datastream, a row a device and hour with samples. Shapes (K,)."""

    device: Longs
    time_s: Floats
    expected: Longs
    arrived: Longs
    delay_mean_s: Floats


def by_device(some: Stream, end_s: float) -> ByDevice:
    """Return how complete and fresh each device's observations are.

    The age of information is the time since the freshest observation that has arrived was
    measured; its mean and maximum are from the first arrival to the run's end.

    References
    ----------
    S. Kaul, R. Yates and M. Gruteser, "Real-time status: how often should one update?", 2012.
    """
    device, place = np.unique(some.at.device, return_inverse=True)
    ages = _ages(some, place, len(device), end_s)
    return ByDevice(
        device,
        np.bincount(place, some.expected, len(device)).astype(np.int64),
        np.bincount(place, some.arrived, len(device)).astype(np.int64),
        *ages,
    )


def _ages(
    some: Stream, place: Longs, count: int, end_s: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return mean and greatest age, and the freshest observation's time and result. (count,)."""
    there = np.flatnonzero(np.isfinite(some.received_s) & (some.received_s <= end_s))
    there = there[np.lexsort((some.at.time_s[there], some.received_s[there], place[there]))]
    who, received_s = place[there], some.received_s[there]
    # The freshest so far of each device: rows, since those of a device are in order of time.
    freshest = np.maximum.accumulate(there)
    taken_s = some.at.time_s[freshest]
    last = np.append(who[1:] != who[:-1], True) if len(who) else np.zeros(0, bool)
    until_s = np.where(last, end_s, np.append(received_s[1:], 0.0)) if len(who) else received_s
    known_s = until_s - received_s
    area = known_s * ((received_s + until_s) / 2 - taken_s)
    greatest = np.full(count, -np.inf)
    np.maximum.at(greatest, who, until_s - taken_s)
    mean = over(np.bincount(who, area, count), np.bincount(who, known_s, count))
    latest = np.full((2, count), np.nan)
    latest[:, who[last]] = taken_s[last], some.result[freshest[last]]
    return mean, np.where(np.isfinite(greatest), greatest, np.nan), latest[0], latest[1]


def by_hour(some: Stream) -> ByHour:
    """Return how complete each device's observations are by the hour they were measured in."""
    hour = np.floor(some.at.time_s / HOUR_S).astype(np.int64)
    span = hour.max(initial=0) - hour.min(initial=0) + 1
    found, place = np.unique(
        some.at.device * span + hour - hour.min(initial=0), return_inverse=True
    )
    count = len(found)
    arrived = np.bincount(place, some.arrived, count)
    delay_s = np.where(some.arrived, some.received_s - some.at.time_s, 0.0)
    return ByHour(
        found // span,
        (found % span + hour.min(initial=0)) * HOUR_S,
        np.bincount(place, some.expected, count).astype(np.int64),
        arrived.astype(np.int64),
        over(np.bincount(place, delay_s, count), arrived),
    )
