"""A snapshot of the network as the routing kernels want it.

Nodes that carry transit come in their natural order (shell, plane, slot): neighbours in space are
then neighbours in memory, which is what makes the sweep fast. Weights are whole nanoseconds: exact,
so every algorithm gives the same distance to the last bit.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

FAR_NS = 2**30  # no route there: two of these do not overflow 32 bits
NO_EDGE_NS = 2**30 - 1
BLOCK = 32  # nodes of a dirty flag; a plane's length where the fleet has planes
NS_M = 299_792_458.0 / 1e9  # metres light goes in a nanosecond
FAN = 4  # edges are relaxed four at a time, the rest padded to a node that is always far


@dataclass(frozen=True, slots=True)
class Adjacency:
    """Directed edges among N transit nodes, grouped by the node they leave.

    `first` (N + 1,) is where a node's edges begin in `head` and `delay_ns` (E,), padded to a
    multiple of four with edges to node N. `bounds` (B + 1,) cuts the nodes into blocks; `touching`,
    grouped by `touching_first` (B + 1,), lists the blocks with an edge into a block.
    """

    first: Ints
    head: Ints
    delay_ns: Ints
    bounds: Ints
    touching_first: Ints
    touching: Ints

    def __post_init__(self) -> None:
        assert np.all(np.diff(self.first) % FAN == 0)
        assert self.first[-1] == len(self.head) == len(self.delay_ns)
        assert self.bounds[0] == 0
        assert self.bounds[-1] == len(self.first) - 1
        assert np.all(self.delay_ns >= 0)

    @property
    def nodes(self) -> int:
        """How many transit nodes."""
        return len(self.first) - 1


def adjacency(
    nodes: int, tail: Ints, head: Ints, delay_ns: Ints, bounds: Ints | None = None
) -> Adjacency:
    """Group directed edges by the node they leave.

    Parameters
    ----------
    nodes : int
        How many transit nodes.
    tail, head : (E,)
        Where each edge leaves and arrives.
    delay_ns : (E,)
        Its delay, below 2**30 ns. [ns]
    bounds : (B + 1,), optional
        Where blocks of nodes that are close to each other begin, such as the planes of a shell.

    Returns
    -------
    Adjacency
        Edges of a node in the order given.
    """
    if bounds is None:
        bounds = np.append(np.arange(0, nodes, BLOCK), nodes).astype(np.int32)
    degree = np.bincount(tail, minlength=nodes)
    padded = -(-degree // FAN) * FAN
    first = np.concatenate([[0], np.cumsum(padded)]).astype(np.int32)
    order = np.argsort(tail, kind="stable")
    rank = np.arange(len(tail)) - np.repeat(np.cumsum(degree) - degree, degree)
    place = first[tail[order]] + rank
    heads = np.full(first[-1], nodes, np.int32)
    delays = np.full(first[-1], NO_EDGE_NS, np.int32)
    heads[place] = head[order]
    delays[place] = delay_ns[order]
    touching_first, touching = touching_blocks(tail, head, bounds)
    return Adjacency(first, heads, delays, bounds, touching_first, touching)


def touching_blocks(tail: Ints, head: Ints, bounds: Ints) -> tuple[Ints, Ints]:
    """List, for every block, the other blocks whose nodes have an edge into it."""
    count = len(bounds) - 1
    into = np.searchsorted(bounds, head, side="right") - 1
    out_of = np.searchsorted(bounds, tail, side="right") - 1
    apart = into != out_of
    pairs = np.unique(into[apart].astype(np.int64) * count + out_of[apart])
    first = np.searchsorted(pairs, np.arange(count + 1, dtype=np.int64) * count)
    return first.astype(np.int32), (pairs % max(count, 1)).astype(np.int32)


class Blocks(NamedTuple):
    """Where blocks of nodes begin, and which have an edge into each: see `Adjacency`."""

    bounds: Ints
    touching_first: Ints
    touching: Ints


class Near(NamedTuple):
    """The links of an instant grouped by platform, both ways: 2K of them, N platforms."""

    first: Ints  # (N + 1,) where a platform's links begin
    other: Ints  # (2K,) the other end
    cost: Ints  # (2K,) towards it
    cost_back: Ints  # (2K,) from it


class Among(NamedTuple):
    """The directed edges among relays, grouped by the node they leave and padded to fours."""

    first: Ints
    head: Ints
    cost: Ints


@making
def delays_ns(position_m: Floats, a: Ints, b: Ints) -> Ints:
    """Return the delay of every link in whole nanoseconds; -1 where an end is absent."""
    delay = np.empty(len(a), np.int32)
    for k in range(len(a)):
        square = 0.0
        for axis in range(3):
            square += (position_m[a[k], axis] - position_m[b[k], axis]) ** 2
        # At least 1, so that every hop brings a path closer to its end.
        delay[k] = -1 if np.isnan(square) else max(1.0, np.rint(np.sqrt(square) / NS_M))
    return delay


@making
def neighbours(platforms: int, a: Ints, b: Ints, there: Ints, back: Ints) -> Near:
    """Group the links of an instant by platform, both ways.

    `there` and `back` (K,) are what a link costs from `a` to `b` and from `b` to `a`; links that
    cost less than nothing are left out.
    """
    first = np.zeros(platforms + 1, np.int32)
    for k in range(len(a)):
        if there[k] >= 0:
            first[a[k] + 1] += 1
            first[b[k] + 1] += 1
    for k in range(platforms):
        first[k + 1] += first[k]
    place = first[:-1].copy()
    other = np.empty(first[-1], np.int32)
    cost = np.empty(first[-1], np.int32)
    cost_back = np.empty(first[-1], np.int32)
    for k in range(len(a)):
        if there[k] >= 0:
            at = place[a[k]]
            other[at], cost[at], cost_back[at] = b[k], there[k], back[k]
            place[a[k]] += 1
            at = place[b[k]]
            other[at], cost[at], cost_back[at] = a[k], back[k], there[k]
            place[b[k]] += 1
    return Near(first, other, cost, cost_back)


@making
def transit(node: Ints, nodes: int, near: Near, passing: int) -> Among:
    """Keep the links among relaying platforms, grouped by node and padded to fours.

    Every hop out of a node costs its processing too.
    """
    first, other, cost, _ = near
    start = np.zeros(nodes + 1, np.int32)
    for k in range(len(node)):
        if node[k] >= 0:
            count = 0
            for e in range(first[k], first[k + 1]):
                count += node[other[e]] >= 0
            start[node[k] + 1] = (count + 3) // 4 * 4
    for k in range(nodes):
        start[k + 1] += start[k]
    head = np.full(start[nodes], nodes, np.int32)
    delay = np.full(start[nodes], NO_EDGE_NS, np.int32)
    for k in range(len(node)):
        if node[k] >= 0:
            place = start[node[k]]
            for e in range(first[k], first[k + 1]):
                if node[other[e]] >= 0:
                    head[place], delay[place] = node[other[e]], cost[e] + passing
                    place += 1
    return Among(start, head, delay)


@making
def grouped(
    node: Ints, nodes: int, a: Ints, b: Ints, there: Ints, back: Ints, passing: int
) -> tuple[Near, Among]:
    """Return `neighbours` of all platforms and `transit` among the relays, in one call."""
    near = neighbours(len(node), a, b, there, back)
    return near, transit(node, nodes, near, passing)
