"""The two searches every answer about a contact plan is made of.

Waiting costs nothing but time, so coming earlier to a node never makes one later anywhere: with
fixed contacts the earliest arrival is found by settling nodes in order of time. Light time may
change, contacts of a pair may overlap, and parts of them may be taken by others; all that only
decides which contact of a pair is the next to use.

Kernels take a plan as a plain tuple of its columns (`columns`), so that numba can keep what it
compiled, what is asked as another (`Asked`), and all they write in a third. None makes an array:
counting references to those of a tuple took three quarters of the time.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.plan.product import (
    DELAY,
    DELAY_LEAST,
    END,
    RATE,
    SOONEST,
    START,
    ContactPlan,
)
from skyweft.kernels import kernel, spliced

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Marks = NDArray[np.uint8]

NOBODY = -1


class Slots(NamedTuple):
    """Stretches of contacts that are taken, chained in order of time from `head` (C,) on.

    An empty `head` says that nothing is taken; -1 ends a chain.
    """

    head: Longs
    following: Longs
    begin_s: Floats
    end_s: Floats
    priority: NDArray[np.int8]


FREE = Slots(
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.empty(0, np.float64),
    np.empty(0, np.float64),
    np.empty(0, np.int8),
)


class Asked(NamedTuple):
    """What is to be carried, and what may not be used for it."""

    bits: float
    priority: int  # 0 first; slots of greater numbers may be displaced ...
    settled_s: float  # ... unless they have begun by now
    shut: Marks  # (C,) contacts that may not be used; or empty
    closed: Marks  # (N,) nodes that may not be entered; or empty


class Reached(NamedTuple):
    """What the earliest arrival is found in: see `begun`."""

    arrival_s: Floats  # (N,) infinity where nothing arrives
    by: Longs  # (N,) by which contact, or `NOBODY`
    heap: Longs  # (N,) nodes that are not settled yet, the earliest first
    place: Longs  # (N,) in the heap


class Bound(NamedTuple):
    """Between which nodes, by when, and over no contact that ends before `end_min_s`."""

    source: int
    target: int
    deadline_s: float
    end_min_s: float


class Labels(NamedTuple):
    """How each node is reached by 0 to H hops, where that is earlier than by fewer. (H + 1, N)."""

    arrival_s: Floats
    by: Longs  # the contact
    begin_s: Floats  # of its sending
    best_s: Floats  # (N,) the earliest by any number so far

    def within(self, hops: int) -> "Labels":
        """Return those of so many hops at most."""
        rows = slice(hops + 1)
        return Labels(self.arrival_s[rows], self.by[rows], self.begin_s[rows], self.best_s)


def begun(nodes: int, source: int, ready_s: float) -> Reached:
    """Return how a search of that many nodes begins."""
    arrival_s, by = np.full(nodes, np.inf), np.full(nodes, NOBODY, np.int64)
    arrival_s[source] = ready_s
    return Reached(arrival_s, by, np.empty(nodes, np.int64), np.full(nodes, NOBODY, np.int64))


def columns(plan: ContactPlan) -> tuple[Any, ...]:
    """Return a plan as the kernels take it."""
    node_first, pair_first, pair_target, pair_end_s, pair_soonest_s, packed, _ = plan.index
    pairs = pair_first, pair_target, pair_end_s, pair_soonest_s
    return (node_first, *pairs, plan.relays, plan.end_s, packed)


@kernel
def _free_from(
    slots: Slots, k: int, begin_s: float, airtime_s: float, priority: int, settled_s: float
) -> float:
    """Return the first moment from `begin_s` on at which contact k is free for an air time."""
    slot = slots[0][k]
    while slot >= 0:
        if slots[4][slot] <= priority or slots[2][slot] < settled_s:
            if begin_s + airtime_s <= slots[2][slot]:
                break
            begin_s = max(begin_s, slots[3][slot])
        slot = slots[1][slot]
    return begin_s


# Inlined: handing the arrays over costs more than the work.
@spliced
def _cross(
    pair_first: Longs,
    end: Floats,
    packed: Floats,
    slots: Slots,
    asked: Asked,
    bounds_s: tuple[float, float],
    pair: int,
    ready_s: float,
) -> tuple[float, int, float]:
    """Return the earliest arrival over a pair's contacts, by which, and when its sending begins.

    `NOBODY` where none ends by or after the first bound and arrives before the second.
    """
    bits, priority, settled_s, shut, _ = asked
    end_min_s, best_s = bounds_s
    low, after = pair_first[pair], pair_first[pair + 1]
    high = after
    while low < high:  # the first that ends late enough
        middle = (low + high) // 2
        if end[middle] > ready_s and end[middle] >= end_min_s:
            high = middle
        else:
            low = middle + 1
    by, from_s = NOBODY, np.inf
    for k in range(low, after):
        if max(packed[k, SOONEST], ready_s + packed[k, DELAY_LEAST]) >= best_s:
            break
        if len(shut) > 0 and shut[k]:
            continue
        begin_s, airtime_s = max(ready_s, packed[k, START]), bits / packed[k, RATE]
        if len(slots[0]) > 0:
            begin_s = _free_from(slots, k, begin_s, airtime_s, priority, settled_s)
        # Both: an air time of nothing still needs a contact that is there, 0 / 0 is not one.
        if begin_s < packed[k, END] and begin_s + airtime_s <= packed[k, END]:
            arrival_s = begin_s + airtime_s + packed[k, DELAY]
            if arrival_s < best_s:
                best_s, by, from_s = arrival_s, k, begin_s
    return best_s, by, from_s


@kernel
def _rise(heap: Longs, place: Longs, key: Floats, at: int) -> None:
    """Move an entry of a heap up to where its key belongs."""
    node = heap[at]
    while at > 0:
        above = (at - 1) // 2
        if key[heap[above]] <= key[node]:
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = node
    place[node] = at


@kernel
def _sink(heap: Longs, place: Longs, key: Floats, size: int) -> None:
    """Move the top of a heap down to where its key belongs."""
    node, at = heap[0], 0
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:
            below += 1
        if key[heap[below]] >= key[node]:
            break
        heap[at] = heap[below]
        place[heap[at]] = at
        at = below
    heap[at] = node
    place[node] = at


@kernel
def earliest(
    table: tuple[Any, ...], slots: Slots, asked: Asked, source: int, target: int, reached: Reached
) -> None:
    """Settle nodes in order of arrival, up to the target, or all where it is `NOBODY`."""
    node_first, pair_first, pair_target, pair_end, pair_soonest, relays, end, packed = table
    arrival_s, by, heap, place = reached
    closed = asked[4]
    heap[0], place[source], size = source, 0, 1
    while size > 0:
        node = heap[0]
        if node == target:
            return
        size -= 1
        heap[0] = heap[size]
        if size > 0:
            _sink(heap, place, arrival_s, size)
        if not relays[node] and node != source:
            continue
        ready_s = arrival_s[node]
        for pair in range(node_first[node], node_first[node + 1]):
            other = pair_target[pair]
            best_s = arrival_s[other]
            if pair_end[pair] <= ready_s or best_s <= max(ready_s, pair_soonest[pair]):
                continue
            if len(closed) > 0 and closed[other]:
                continue
            bounds_s = -np.inf, best_s
            then_s, k, _ = _cross(pair_first, end, packed, slots, asked, bounds_s, pair, ready_s)
            if k != NOBODY:
                if place[other] == NOBODY:
                    place[other] = size
                    heap[size] = other
                    size += 1
                arrival_s[other], by[other] = then_s, k
                _rise(heap, place, arrival_s, place[other])


@kernel
def by_hops(
    table: tuple[Any, ...], slots: Slots, asked: Asked, bound: Bound, labels: Labels
) -> int:
    """Find the fewest hops by which the target is reached no later than the deadline; or -1.

    The first row of the labels is the start; those after it are written.
    """
    source, target, deadline_s, end_min_s = bound
    arrival_s, by, begin_s, best_s = labels
    node_first, pair_first, pair_target, pair_end, pair_soonest, relays, end, packed = table
    closed = asked[4]
    for node in range(len(best_s)):
        best_s[node] = arrival_s[0, node]
    for hop in range(1, len(arrival_s)):
        for node in range(len(best_s)):
            arrival_s[hop, node] = np.inf
        for node in range(len(best_s)):
            ready_s = arrival_s[hop - 1, node]
            if ready_s == np.inf or (not relays[node] and node != source):
                continue
            for pair in range(node_first[node], node_first[node + 1]):
                other = pair_target[pair]
                if pair_end[pair] < end_min_s or best_s[other] <= max(ready_s, pair_soonest[pair]):
                    continue
                if len(closed) > 0 and closed[other]:
                    continue
                bounds_s = end_min_s, best_s[other]
                then_s, k, from_s = _cross(
                    pair_first, end, packed, slots, asked, bounds_s, pair, ready_s
                )
                if k != NOBODY and then_s <= deadline_s:
                    best_s[other] = arrival_s[hop, other] = then_s
                    by[hop, other], begin_s[hop, other] = k, from_s
        if best_s[target] <= deadline_s:
            return hop
    return NOBODY
