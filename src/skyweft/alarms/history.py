"""What was known of an alarm when: late values raise it, move it, or withdraw it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from skyweft.alarms.conditions import Episodes, Floats, beyond, gaps
from skyweft.alarms.model import NoData, Threshold


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of a device. Times in seconds, NaN for never.

    Attributes
    ----------
    raised_s, cleared_s : float
        Event times, by all that is known in the end.
    extreme : float
        The worst value; NaN without any.
    detected_s, clearing_detected_s : float
        When it was first known that it was raised, and that it was cleared then.
    withdrawn_s : float
        When a late value showed that it had never been.
    """

    raised_s: float
    cleared_s: float
    extreme: float
    detected_s: float
    clearing_detected_s: float
    withdrawn_s: float = np.nan


def followed(asked: Threshold, time_s: Floats, value: Floats, received_s: Floats) -> list[Alarm]:
    """Return the alarms of a device as its values arrived, in order of event time.

    After each arrival the condition is seen anew over all that has arrived. An alarm is the one
    from before if their times overlap; what overlaps nothing any more is withdrawn.

    Parameters
    ----------
    asked : Threshold
        The condition.
    time_s, value, received_s : float64
        Of each value, in order of time, all finite. Shape (N,).

    Returns
    -------
    list of Alarm
        Those that are not withdrawn have the event times of `beyond` over all values, whatever the
        order of arrival.
    """
    if not np.any(asked.sign * (value - asked.threshold) > 0):
        return []
    if np.all(np.diff(received_s) >= 0):  # what is known is what was measured first
        known_s = _arrivals(time_s, received_s)
        return [
            Alarm(raised_s, cleared_s, extreme, known_s[raised_s], known_s.get(cleared_s, np.nan))
            for raised_s, cleared_s, extreme in _rows(beyond(asked, time_s, value))
        ]
    return replayed(asked, time_s, value, received_s)


def replayed(asked: Threshold, time_s: Floats, value: Floats, received_s: Floats) -> list[Alarm]:
    """Return what `followed` does, arrival by arrival."""
    standing: list[Alarm] = []
    gone: list[Alarm] = []
    for moment_s in np.unique(received_s).tolist():
        known = received_s <= moment_s
        seen = beyond(asked, time_s[known], value[known])
        standing, withdrawn = _matched(standing, seen, moment_s)
        gone += withdrawn
    return sorted(standing + gone, key=lambda alarm: (alarm.raised_s, alarm.detected_s))


def silences(
    asked: NoData, time_s: Floats, received_s: Floats, end_s: float, brought_s: float
) -> list[Alarm]:
    """Return when a device was silent, each known once the network could bring nothing any more.

    Parameters
    ----------
    asked : NoData
        The condition.
    time_s, received_s : float64
        Of each value, in order of time. Shape (N,).
    end_s : float
        How far the run came.
    brought_s : float
        How long after its phenomenon time a value arrives at the latest.
    """
    seen = gaps(asked, time_s, end_s - brought_s)
    arrived_s = _arrivals(time_s, received_s)
    return [
        Alarm(
            raised_s,
            cleared_s,
            extreme,
            raised_s + brought_s,
            max(raised_s + brought_s, arrived_s[cleared_s]) if cleared_s in arrived_s else np.nan,
        )
        for raised_s, cleared_s, extreme in _rows(seen)
    ]


def _matched(
    before: list[Alarm], seen: Episodes, moment_s: float
) -> tuple[list[Alarm], list[Alarm]]:
    """Return the alarms that stand now, in order, and those that are withdrawn."""
    left, standing = list(before), []
    for raised_s, cleared_s, extreme in _rows(seen):
        mine = next((alarm for alarm in left if _overlap(alarm, raised_s, cleared_s)), None)
        if mine:
            left.remove(mine)
        detected_s = mine.detected_s if mine else moment_s
        # A clearing that late values move is known anew.
        same = mine is not None and mine.cleared_s == cleared_s
        known_s = mine.clearing_detected_s if mine and same else moment_s
        if np.isnan(cleared_s):
            known_s = np.nan
        standing.append(Alarm(raised_s, cleared_s, extreme, detected_s, known_s))
    return standing, [replace(alarm, withdrawn_s=moment_s) for alarm in left]


def _arrivals(time_s: Floats, received_s: Floats) -> dict[float, float]:
    """Return when the value of a moment arrived; NaN is no moment."""
    return dict(zip(time_s.tolist(), received_s.tolist(), strict=True))


def _rows(seen: Episodes) -> Iterator[tuple[float, ...]]:
    return zip(*(column.tolist() for column in seen), strict=True)


def _overlap(alarm: Alarm, raised_s: float, cleared_s: float) -> bool:
    """Whether an alarm and an episode have a moment in common; NaN is no end."""
    return not (alarm.cleared_s <= raised_s or cleared_s <= alarm.raised_s)
