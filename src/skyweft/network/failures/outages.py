"""What is out of order, and when: satellites, links, sites, by list or by chance.

Every item fails by itself. Its random numbers are counted from the seed and its own name, so they
do not change when others are added, taken away or put in another order.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import ScenarioError

Floats = NDArray[np.float64]
Counters = NDArray[np.uint64]

OUTAGES_MAX = 50_000_000  # rows, 1.2 GB: more than this is an error in the means
_STEP = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Outages:
    """When items are out of order; one row an outage, by item, then start. Shape (F,)."""

    item: NDArray[np.int32]  # place among the names
    start_s: Floats
    end_s: Floats

    def __post_init__(self) -> None:
        assert len(self.item) == len(self.start_s) == len(self.end_s)
        assert np.all(self.start_s < self.end_s)
        same = self.item[1:] == self.item[:-1]
        assert np.all(self.item[1:] >= self.item[:-1])
        assert np.all(self.start_s[1:][same] > self.end_s[:-1][same])

    def __len__(self) -> int:
        return len(self.item)


def failed(
    duration_s: float,
    names: Sequence[str],
    mtbf_s: float,
    mttr_s: float,
    seed: int,
) -> Outages:
    """Draw when items are out of order: random times up, then random times down, and so on.

    Parameters
    ----------
    duration_s : float
        How long, from the scenario's start. A longer time only adds outages. [s]
    names : sequence of (N,)
        Who the items are. Each name is part of the key of its random numbers.
    mtbf_s : float
        Mean time from a repair to the next failure; infinite: never fails. [s]
    mttr_s : float
        Mean time from a failure to its repair; infinite: never repaired. [s]
    seed : int
        Of the random numbers, 0 or more.

    Returns
    -------
    Outages
        Cut at the start and the end of the duration.

    Raises
    ------
    ScenarioError
        A mean or the duration is not above zero, both means are infinite, or so many outages are to
        be expected that the means must be wrong.

    Notes
    -----
    Both times are exponential. At the start a item is out of order with the chance it has at any
    other moment, so its availability is mtbf_s / (mtbf_s + mttr_s)
    throughout. Where it never is repaired or never fails, all are in order at the start.

    References
    ----------
    R. E. Barlow and F. Proschan, "Mathematical Theory of Reliability", Wiley, 1965, chapter 5.
    """
    _check_means(duration_s, len(names), mtbf_s, mttr_s)
    key = _keys(names, seed, "failed")
    down = _uniform(key, 0) < _unavailability(mtbf_s, mttr_s)
    time_s = np.zeros(len(names))
    rows: list[tuple[NDArray[np.int64], Floats, Floats]] = []
    left, draw = np.arange(len(names)), 1
    while draw == 1 or len(left):
        # In a round each is up once, then down once; who begins down is not up in the first.
        up_s = mtbf_s * _exponential(key[left], draw)
        start_s = time_s[left] + np.where(down[left] & (draw == 1), 0.0, up_s)
        end_s = start_s + mttr_s * _exponential(key[left], draw + 1)
        within = start_s < duration_s
        left, start_s, end_s = left[within], start_s[within], end_s[within]
        rows.append((left, start_s, np.minimum(end_s, duration_s)))
        time_s[left] = end_s
        left = left[end_s < duration_s]
        draw += 2
    return _tidy(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def chosen(names: Sequence[str], share: float, seed: int) -> NDArray[np.bool_]:
    """Draw a set of items, each with the same chance and by itself.

    Parameters
    ----------
    names : sequence of (N,)
        Who the items are.
    share : float
        The chance of each, 0 to 1. With a greater share all that were chosen before still are.
    seed : int
        Of the random numbers, 0 or more.

    Returns
    -------
    chosen : (N,) bool
        How many there are is itself a random number.

    Raises
    ------
    ScenarioError
        The share is not in 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ScenarioError(f"the share that fails must be 0 to 1, got {share:g}")
    return _uniform(_keys(names, seed, "chosen"), 0) < share


def drawn(names: Sequence[str], count: int, seed: int) -> NDArray[np.bool_]:
    """Draw a set of so many items, each as likely as any other.

    Parameters
    ----------
    names : sequence of (N,)
        Who the items are.
    count : int
        How many; all where there are no more. With a greater count all that were drawn before
        still are, and so are all that `chosen` takes where it takes no more.
    seed : int
        Of the random numbers, 0 or more.

    Returns
    -------
    drawn : (N,) bool
    """
    hit = np.zeros(len(names), np.bool_)
    hit[np.argsort(_uniform(_keys(names, seed, "chosen"), 0), kind="stable")[:count]] = True
    return hit


def listed(
    names: Sequence[str], failures: Sequence[tuple[str, float, float]], duration_s: float
) -> Outages:
    """Return the outages of a list.

    Parameters
    ----------
    names : sequence of (N,)
        Who the items are.
    failures : sequence of (name, start_s, end_s)
        From the scenario's start; the same may be listed again. [s]
    duration_s : float
        Where outages are cut. [s]

    Returns
    -------
    Outages
        Overlapping ones joined; those outside the duration left out.

    Raises
    ------
    ScenarioError
        Names nobody has, and outages that do not end after they start: all of them at once.
    """
    places = {name: place for place, name in enumerate(names)}
    errors = [
        f"failures: nothing is called {name!r}" for name, *_ in failures if name not in places
    ]
    errors += [
        f"failures: {name!r} must fail before it is repaired, got {start:g} s to {end:g} s"
        for name, start, end in failures
        if not start < end
    ]
    if errors:
        raise ScenarioError("\n".join(dict.fromkeys(errors)))
    item = np.array([places[name] for name, *_ in failures], np.int32)
    times = np.array([times for _, *times in failures], np.float64).reshape(-1, 2)
    return _tidy(item, *np.clip(times, 0.0, duration_s).T)


def together(outages: Sequence[Outages]) -> Outages:
    """Return when any of several lists has a item out of order; all use the same names."""
    nothing = np.empty(0)
    return _tidy(
        *(
            np.concatenate([nothing, *(getattr(outage, name) for outage in outages)])
            for name in ("item", "start_s", "end_s")
        )
    )


def out_of_order(outages: Outages, count: int, time_s: ArrayLike) -> NDArray[np.bool_]:
    """Return which of `count` items are out of order at each time, (count, T).

    An outage includes its start but not its end.
    """
    time = np.atleast_1d(np.asarray(time_s, np.float64))
    order = np.argsort(time, kind="stable")
    change = np.zeros((count, len(time) + 1), np.int32)
    for at, step in ((outages.start_s, 1), (outages.end_s, -1)):
        np.add.at(change, (outages.item, np.searchsorted(time[order], at, side="left")), step)
    down = np.empty((count, len(time)), np.bool_)
    down[:, order] = np.cumsum(change, axis=1)[:, :-1] > 0
    return down


def _tidy(item: NDArray[Any], start_s: Floats, end_s: Floats) -> Outages:
    """Sort outages, leave out empty ones and join those that touch."""
    kept = start_s < end_s
    who = np.tile(item[kept].astype(np.int32), 2)
    time_s = np.append(start_s[kept], end_s[kept])
    step = np.repeat([1, -1], np.count_nonzero(kept))
    order = np.lexsort((-step, time_s, who))  # a start before an end of the same moment
    who, time_s, step = who[order], time_s[order], step[order]
    open_ = np.cumsum(step)
    begin, end = (step == 1) & (open_ == 1), open_ == 0
    return Outages(who[begin], time_s[begin], time_s[end])


def _check_means(duration_s: float, count: int, between_s: float, mttr_s: float) -> None:
    """Raise ScenarioError where times make no sense."""
    if not 0 < duration_s < np.inf:
        raise ScenarioError(f"the duration must be above 0 s and finite, got {duration_s:g} s")
    for name, mean_s in (("mtbf_s", between_s), ("mttr_s", mttr_s)):
        if not mean_s > 0:
            raise ScenarioError(f"{name} must be above 0 s, got {mean_s:g} s")
    if np.isinf(between_s) and np.isinf(mttr_s):
        raise ScenarioError("mtbf_s and mttr_s cannot both be infinite")
    expected = count * duration_s / (between_s + mttr_s)
    if expected > OUTAGES_MAX:
        raise ScenarioError(
            f"{expected:,.0f} outages are to be expected, more than {OUTAGES_MAX:,}: "
            "mtbf_s and mttr_s are too short"
        )


def _unavailability(between_s: float, mttr_s: float) -> float:
    """Return the chance of being out of order at the start."""
    if np.isinf(between_s) or np.isinf(mttr_s):
        return 0.0
    return mttr_s / (between_s + mttr_s)


def _keys(names: Sequence[str], seed: int, purpose: str) -> Counters:
    """Return where each item's random numbers begin, others for each purpose."""
    words = (f"{purpose}:{seed}:{name}".encode() for name in names)
    digests = b"".join(hashlib.blake2b(word, digest_size=8).digest() for word in words)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def _uniform(key: Counters, draw: int) -> Floats:
    """Return random number `draw` of each item, between 0 and 1 and never either.

    References
    ----------
    G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA
    2014: their SplitMix64, entered at any place of its sequence.
    """
    word = key + _STEP * np.full(1, draw + 1, np.uint64)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word ^= word >> np.uint64(31)
    return ((word >> np.uint64(12)) + 0.5) * 2.0**-52


def _exponential(key: Counters, draw: int) -> Floats:
    """Return exponential times of mean 1 from random number `draw` of each item."""
    return -np.log(_uniform(key, draw))
