"""Which of many overlapping signals survive at their receivers.

Signals meet in groups: one receiver, one frequency. A signal is lost if any single other one
overlaps it, past its harmless beginning, and is not weaker by as much as the two need; what several
add up to is not reckoned with.
"""

from concurrent.futures import Executor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TOGETHER = 131_072  # signals that one thread takes on


class Signals(NamedTuple):
    """What arrives, (E,), about in order of time within each group."""

    group: NDArray[np.int32]
    start_s: Floats
    end_s: Floats
    harmless_s: Singles  # how much of the beginning may be overlapped
    power_db: Singles  # against the same noise for all of a group
    lane: NDArray[np.int8]


def destroyed(
    signals: Signals, groups: int, band: NDArray[np.int16], need_db: Singles, executor: Executor
) -> Flags:
    """Return which signals are lost to another one.

    Parameters
    ----------
    signals : Signals
        Of any number of groups, mixed.
    groups : int
        How many groups there are.
    band : (groups,)
        Which of the tables in `need_db` a group goes by.
    need_db : (B, L, L)
        How much stronger than a single disturber (second) a signal (first) must be, by lanes. [dB]
    executor : Executor
        Threads that share the groups; the answer does not depend on them.

    Returns
    -------
    lost : (E,)
    """
    lost = np.zeros(len(signals.group), np.bool_)
    first, order = by_group(signals.group, groups)
    cuts = np.searchsorted(first, np.arange(0, first[-1], TOGETHER), side="left")
    cuts = np.unique([0, *cuts, groups])

    def work(some: tuple[int, int]) -> None:
        _sweep(some[0], some[1], first, order, *signals[1:], band, need_db, lost)

    for _ in executor.map(work, pairwise(cuts.tolist())):
        pass
    return lost


@njit(cache=True, error_model="numpy", nogil=True)
def by_group(group: NDArray[np.int32], groups: int) -> tuple[Ints, NDArray[np.int32]]:
    """Return where each group begins (G + 1,), and the rows group by group in their order."""
    first = np.zeros(groups + 1, np.int64)
    for each in group:
        first[each + 1] += 1
    for g in range(groups):
        first[g + 1] += first[g]
    at = first[:-1].copy()
    order = np.empty(len(group), np.int32)
    for row in range(len(group)):
        g = group[row]
        order[at[g]] = row
        at[g] += 1
    return first, order


@njit(cache=True, error_model="numpy", nogil=True)
def in_time(order: NDArray[np.int32], start_s: Floats) -> None:
    """Sort rows by time, in place: by insertion, for they are nearly sorted."""
    for k in range(1, len(order)):
        row = order[k]
        at = k
        while at > 0 and start_s[order[at - 1]] > start_s[row]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = row


@njit(cache=True, error_model="numpy", nogil=True)
def _sweep(
    low: int, high: int, first: Ints, order: NDArray[np.int32], start_s: Floats, end_s: Floats,
    harmless_s: Singles, power_db: Singles, lane: NDArray[np.int8], band: NDArray[np.int16],
    need_db: Singles, lost: Flags,
) -> None:  # fmt: skip
    """Go through some groups in time, each signal against those still on the air."""
    longest = 0
    for g in range(low, high):
        longest = max(longest, first[g + 1] - first[g])
    # Copies in order of time: what is compared lies side by side.
    start, end, safe = np.empty(longest), np.empty(longest), np.empty(longest)
    power, kind = np.empty(longest, np.float32), np.empty(longest, np.int8)
    on_air = np.empty(longest, np.int32)
    for g in range(low, high):
        rows = order[first[g] : first[g + 1]]
        in_time(rows, start_s)
        need = need_db[band[g]]
        count = 0
        for i in range(len(rows)):
            row = rows[i]
            start[i], end[i], power[i], kind[i] = start_s[row], end_s[row], power_db[row], lane[row]
            safe[i] = start[i] + harmless_s[row]
            kept = 0
            for k in range(count):
                j = on_air[k]
                if end[j] <= start[i]:
                    continue
                on_air[kept] = j
                kept += 1
                above = power[i] - power[j]
                if end[j] > safe[i] and above < need[kind[i], kind[j]]:
                    lost[row] = True
                if end[i] > safe[j] and -above < need[kind[j], kind[i]]:
                    lost[rows[j]] = True
            on_air[kept] = i
            count = kept + 1
