"""Which of many overlapping signals survive at their receivers.

Signals meet in groups: one receiver, and one frequency or one grid of carriers that they hop over.
A signal, or a hop of one, is lost if any single other one on its frequency overlaps it, past its
harmless beginning, and is not weaker by as much as the two need; what several add up to is not
reckoned with. What hops is lost with all its headers, or with too many of its fragments.
"""

from concurrent.futures import Executor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import kernel, making, spliced
from skyweft.links.waveforms.lr_fhss import FRAGMENT_S, HEADER_S

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TOGETHER = 16_384  # signals that one thread takes on
HAIR_S = 1e-6  # more than sums of hops are off by rounding
# The hops of one signal of a group: where they and their flags begin, and what is left of them.
_HOPPING = np.dtype(
    [(name, np.int32) for name in ("first", "count", "hit", "headers", "headers_left", "spare")]
)


class Signals(NamedTuple):
    """What arrives, (E,), about in order of time within each group."""

    group: NDArray[np.int32]
    start_s: Floats
    end_s: Floats  # of what does not hop
    harmless_s: Singles  # how much of the beginning may be overlapped
    power_db: Singles  # against the same noise for all of a group
    lane: NDArray[np.int8]


class Hops(NamedTuple):
    """Where transmissions hop to, (S,), and of which of them signals are, (E,)."""

    sent: Ints  # (E,) of a signal
    first: Ints  # (S + 1,) where the hops of a transmission begin; those that do not hop have none
    carrier: NDArray[np.uint16]  # (H,) of each hop: headers first, then fragments
    headers: Ints  # (S,)
    needed: Ints  # (S,) of the fragments

    @classmethod
    def none(cls) -> "Hops":
        """Return that nothing hops."""
        nothing = np.empty(0, np.int64)
        return cls(nothing, nothing, np.empty(0, np.uint16), nothing, nothing)


class _Needs(NamedTuple):
    """How much stronger than a disturber a signal must be: by band of its group, and lanes."""

    band: NDArray[np.int16]
    need_db: Singles


class _Lined(NamedTuple):
    """A group's signals in order of time, side by side; the last two are written into."""

    start: Floats
    end: Floats
    safe: Floats
    power: Singles
    kind: NDArray[np.int8]
    on_air: NDArray[np.int32]
    dead: Flags


class _Leaps(NamedTuple):
    """The hops of a group's signals, and which are hit."""

    hops: NDArray[Any]
    carrier: NDArray[np.uint16]
    hit: Flags


def destroyed(
    signals: Signals,
    groups: int,
    band: NDArray[np.int16],
    need_db: Singles,
    executor: Executor,
    hops: Hops | None = None,
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
    hops : Hops, optional
        Of the signals that hop; those do so within their group.

    Returns
    -------
    lost : (E,)
    """
    lost = np.zeros(len(signals.group), np.bool_)
    first, order = by_group(signals.group, groups)
    cuts = np.searchsorted(first, np.arange(0, first[-1], TOGETHER), side="left")
    cuts = np.unique([0, *cuts, groups])
    hops = Hops.none() if hops is None else hops

    def work(some: tuple[int, int]) -> None:
        _sweep(*some, (first, order), signals, _Needs(band, need_db), hops, lost)

    for _ in executor.map(work, pairwise(cuts.tolist())):
        pass
    return lost


@making
def by_group(group: NDArray[np.int32], groups: int) -> tuple[Ints, NDArray[np.int32]]:
    """Return where each group begins (G + 1,), and the rows group by group in their order."""
    first = np.zeros(groups + 1, np.int64)
    for number in group:
        first[number + 1] += 1
    for g in range(groups):
        first[g + 1] += first[g]
    at = first[:-1].copy()
    order = np.empty(len(group), np.int32)
    for row in range(len(group)):
        g = group[row]
        order[at[g]] = row
        at[g] += 1
    return first, order


@making
def in_time(order: NDArray[np.int32], start_s: Floats) -> None:
    """Sort rows by time, in place: by insertion, for they are nearly sorted."""
    for k in range(1, len(order)):
        row = order[k]
        at = k
        while at > 0 and start_s[order[at - 1]] > start_s[row]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = row


@making
def _sweep(
    low: int,
    high: int,
    grouped: tuple[Ints, NDArray[np.int32]],
    signals: Signals,
    needs: _Needs,
    hopping: Hops,
    lost: Flags,
) -> None:
    """Go through some groups, each in time."""
    (first, order), (band, need_db) = grouped, needs
    _, start_s, end_s, harmless_s, power_db, lane = signals
    sent, hop, carrier, headers, needed = hopping
    longest, most = _sizes(first[low : high + 1], order, sent, hop)
    # Copies in order of time: what is compared lies side by side.
    start, end, safe = np.empty(longest), np.empty(longest), np.empty(longest)
    power, kind = np.empty(longest, np.float32), np.empty(longest, np.int8)
    on_air, dead = np.empty(longest, np.int32), np.empty(longest, np.bool_)
    hops = np.empty(longest if most else 0, _HOPPING)
    hit = np.empty(most, np.bool_)
    lined = _Lined(start, end, safe, power, kind, on_air, dead)
    leaps = _Leaps(hops, carrier, hit)
    for g in range(low, high):
        rows = order[first[g] : first[g + 1]]
        in_time(rows, start_s)
        for i in range(len(rows)):
            row = rows[i]
            start[i], end[i], safe[i] = start_s[row], end_s[row], harmless_s[row]
            power[i], kind[i], dead[i] = power_db[row], lane[row], False
        if len(sent):
            _begin(rows, sent, hop, headers, needed, hops, hit, end)
        _group(len(rows), lined, need_db[band[g]], leaps)
        for i in range(len(rows)):
            lost[rows[i]] = dead[i]


@making
def _sizes(first: Ints, order: NDArray[np.int32], sent: Ints, hop: Ints) -> tuple[int, int]:
    """Return the most signals of a group, and the most hops."""
    longest, most = 0, 0
    for g in range(len(first) - 1):
        longest = max(longest, first[g + 1] - first[g])
        hops = 0
        if len(sent):
            for row in order[first[g] : first[g + 1]]:
                hops += hop[sent[row] + 1] - hop[sent[row]]
        most = max(most, hops)
    return longest, most


@making
def _begin(
    rows: NDArray[np.int32],
    sent: Ints,
    hop: Ints,
    headers: Ints,
    needed: Ints,
    hops: NDArray[Any],
    hit: Flags,
    end: Floats,
) -> None:
    """Write where the hops of a group's signals are; none is hit yet."""
    count = 0
    for i in range(len(rows)):
        s = sent[rows[i]]
        several = hop[s + 1] - hop[s]
        hops[i].first, hops[i].count, hops[i].hit = hop[s], several, count
        hops[i].headers, hops[i].headers_left = headers[s], headers[s]
        hops[i].spare = several - headers[s] - needed[s]
        end[i] += HAIR_S if several else 0.0
        count += several
    hit[:count] = False


@kernel
def _group(count: int, lined: _Lined, need: Singles, leaps: _Leaps) -> None:
    """Compare each signal with those still on the air; write which are lost."""
    start, end, safe, power, kind, on_air, dead = lined
    hops = leaps.hops
    several = 0
    for i in range(count):
        kept = 0
        for k in range(several):
            j = on_air[k]
            if end[j] <= start[i]:
                continue
            on_air[kept] = j
            kept += 1
            above = power[i] - power[j]
            here, there = above < need[kind[i], kind[j]], -above < need[kind[j], kind[i]]
            # What is lost cannot be lost again, however many more there are.
            here, there = here and not dead[i], there and not dead[j]
            if len(hops) and hops[i].count and (here or there):
                _cross(i, j, here, there, lined, leaps)
                dead[i], dead[j] = _too_few(hops[i]), _too_few(hops[j])
            elif here or there:
                dead[i] |= here and end[j] > start[i] + safe[i]
                dead[j] |= there and end[i] > start[j] + safe[j]
        on_air[kept] = i
        several = kept + 1


@spliced
def _too_few(hops: Any) -> bool:
    """Whether a signal has no header left, or not enough fragments."""
    return hops.headers_left == 0 or hops.spare < 0


@kernel
def _cross(i: int, j: int, here: bool, there: bool, lined: _Lined, leaps: _Leaps) -> None:
    """Follow two signals from hop to hop, and strike those that meet: one's, the other's, both."""
    start, safe = lined.start, lined.safe
    hops, carrier, hit = leaps
    a, a_last, a_frame = (
        hops[i].first,
        hops[i].first + hops[i].count,
        hops[i].first + hops[i].headers,
    )
    b, b_last, b_frame = (
        hops[j].first,
        hops[j].first + hops[j].count,
        hops[j].first + hops[j].headers,
    )
    a_from, b_from = start[i], start[j]
    a_to = a_from + (HEADER_S if a < a_frame else FRAGMENT_S)
    b_to = b_from + (HEADER_S if b < b_frame else FRAGMENT_S)
    # The other one began earlier.
    while b + 1 < b_last and b_to <= a_from:
        b += 1
        b_from, b_to = b_to, b_to + (HEADER_S if b < b_frame else FRAGMENT_S)
    while a < a_last and b < b_last:
        if carrier[a] == carrier[b] and a_from < b_to and b_from < a_to:
            if here and b_to > a_from + safe[i]:
                _strike(hops[i], a - hops[i].first, hit)
            if there and a_to > b_from + safe[j]:
                _strike(hops[j], b - hops[j].first, hit)
        if a_to < b_to:
            a += 1
            a_from, a_to = a_to, a_to + (HEADER_S if a < a_frame else FRAGMENT_S)
        else:
            b += 1
            b_from, b_to = b_to, b_to + (HEADER_S if b < b_frame else FRAGMENT_S)


@kernel
def _strike(hops: Any, h: int, hit: Flags) -> None:
    """Note that a hop is lost."""
    if hit[hops.hit + h]:
        return
    hit[hops.hit + h] = True
    if h < hops.headers:
        hops.headers_left -= 1
    else:
        hops.spare -= 1
