"""By which route messages leave a platform in an epoch, and how soon they can be there at all.

Every platform knows the timetable. What can reach a target now goes to the pass that brings it
down soonest; what cannot is handed to a neighbour only where that saves more than a second.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.onboard.timetable import Timetable, refreshed
from skyweft.delivery.plan.along import Edges, carried, delay_at
from skyweft.kernels import kernel, making

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

GAIN_S = 1.0  # a wait shortened by less is not worth handing a message over


class EarliestArrivals(NamedTuple):
    """Where every node sends messages in an epoch, for each goal. Shapes (D, V)."""

    arrival_s: Floats  # of what sets out when the epoch begins
    root: Ints  # who keeps it, or brings it down in this epoch
    via: Ints  # the edge to take, -1: stays
    delay_s: Floats  # light time to the root
    slow: Floats  # seconds per byte on the way to it, all edges added up
    hops: Ints
    live: Flags  # brings messages down in this epoch


class Pace(NamedTuple):
    """How fast edges are in an epoch; written where they are active. (E,)."""

    rate: Floats  # bytes per second
    delay_s: Floats  # light time


def no_arrivals(goals: int, nodes: int) -> EarliestArrivals:
    """Return arrivals to be written into."""
    shape = goals, nodes
    return EarliestArrivals(
        np.empty(shape),
        np.empty(shape, np.int32),
        np.empty(shape, np.int32),
        np.empty(shape),
        np.empty(shape),
        np.empty(shape, np.int32),
        np.empty(shape, np.bool_),
    )


def soonest(table: Timetable, later: bool) -> Floats:
    """Return when what is at a node at each border of an epoch can be at its goal, at best.

    Parameters
    ----------
    table : Timetable
        What is known of the network.
    later : bool
        Whether waiting counts; else everything but what can set out at once is infinity.

    Returns
    -------
    soonest_s : (T, D, V)
        Infinity where it never can. Volume is not asked: the first to come may fill a pass.
    """
    soonest_s = np.full((len(table.epoch_s), *table.goal.shape), np.inf)
    if later:
        order = np.argsort(-table.edges.end_s, kind="stable").astype(np.int32)
        earliest = no_arrivals(*table.goal.shape)
        _backwards(table.edges, order, table.epoch_s, table.goal, earliest, soonest_s)
    return soonest_s


@making
def _backwards(
    edges: Edges,
    order: Ints,
    epoch_s: Floats,
    goal: Flags,
    earliest: EarliestArrivals,
    soonest_s: Floats,
) -> None:
    """Go through the epochs from the last to the first."""
    count = after = 0
    active = np.empty(len(order), np.int32)
    current = np.empty(len(order), np.int32)
    pace = no_pace(len(order))
    start_s, end_s = -edges.end_s[order], -edges.start_s[order]
    every = np.ones(goal.shape[1], np.bool_)
    for k in range(len(epoch_s) - 2, -1, -1):
        count, after = refreshed(active, count, after, start_s, end_s, -epoch_s[k + 1])
        for j in range(count):
            current[j] = order[active[j]]
        look_up(edges, current[:count], epoch_s[k], epoch_s[k + 1], pace)
        for d in range(len(goal)):
            keep(earliest, d, soonest_s[k + 1, d])
            find(edges, current[:count], pace, epoch_s[k], goal, d, every, earliest)
            soonest_s[k, d] = earliest.arrival_s[d]


@making
def no_pace(edges: int) -> Pace:
    """Return paces to be written into."""
    return Pace(np.zeros(edges), np.zeros(edges))


@kernel
def look_up(edges: Edges, active: Ints, start_s: float, end_s: float, pace: Pace) -> None:
    """Write how fast each active edge is in an epoch."""
    for e in active:
        volume = carried(edges, e, end_s) - carried(edges, e, start_s)
        pace.rate[e] = volume / (end_s - start_s)
        pace.delay_s[e] = delay_at(edges, e, start_s)


@kernel
def keep(earliest: EarliestArrivals, d: int, next_s: Floats) -> None:
    """Write when what every node keeps to the epoch's end can be at a goal."""
    for v in range(len(next_s)):
        earliest.arrival_s[d, v] = next_s[v]


@kernel
def find(
    edges: Edges,
    active: Ints,
    pace: Pace,
    now_s: float,
    goal: Flags,
    d: int,
    open_: Flags,
    earliest: EarliestArrivals,
) -> None:
    """Write the arrivals of one goal in an epoch; exits that are not `open_` bring nothing down.

    `keep` says before when what is kept to the epoch's end can be there.
    Labels only ever fall, so the rounds end; an edge is taken for less, never for the same.
    """
    for v in range(goal.shape[1]):
        earliest.root[d, v] = v
        earliest.via[d, v] = -1
        earliest.delay_s[d, v] = 0.0
        earliest.slow[d, v] = 0.0
        earliest.hops[d, v] = 0
        earliest.live[d, v] = False
        if goal[d, v]:
            earliest.arrival_s[d, v] = now_s
    for e in active:
        v = edges.tail[e]
        if goal[d, edges.head[e]] and open_[v] and pace.rate[e] > 0:
            at_s = now_s + pace.delay_s[e]
            if not earliest.live[d, v] or at_s < earliest.arrival_s[d, v]:
                earliest.arrival_s[d, v] = at_s
                earliest.live[d, v] = True
    changed = True
    while changed:
        changed = False
        for e in active:
            if pace.rate[e] > 0 and _relaxed(edges, e, pace, goal, d, earliest):
                changed = True


@kernel
def _relaxed(
    edges: Edges, e: int, pace: Pace, goal: Flags, d: int, earliest: EarliestArrivals
) -> bool:
    """Go over an edge where that is sooner; return whether it is."""
    v, w = edges.tail[e], edges.head[e]
    if goal[d, w] or goal[d, v] or earliest.live[d, v] or earliest.arrival_s[d, w] == np.inf:
        return False
    keeps = earliest.via[d, w] < 0 and not earliest.live[d, w]
    at_s = earliest.arrival_s[d, w] + pace.delay_s[e] + (GAIN_S if keeps else 0.0)
    if at_s >= earliest.arrival_s[d, v]:
        return False
    earliest.arrival_s[d, v] = at_s
    earliest.via[d, v] = e
    earliest.root[d, v] = earliest.root[d, w]
    earliest.delay_s[d, v] = earliest.delay_s[d, w] + pace.delay_s[e]
    earliest.slow[d, v] = earliest.slow[d, w] + 1.0 / pace.rate[e]
    earliest.hops[d, v] = earliest.hops[d, w] + 1
    return True
