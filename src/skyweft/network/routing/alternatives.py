"""The other routes of an instant: the next best ones, or two that share nothing.

The best route is the one that `best.routes` found, whatever else is asked for, so figures of best
routes do not move when alternatives are asked for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making
from skyweft.network.graph.adjacency import Adjacency, Near, adjacency
from skyweft.network.product import REACHED, Routes
from skyweft.network.routing.disjoint import TWO, disjoint
from skyweft.network.routing.loopfree import loop_free
from skyweft.network.routing.model import Choice
from skyweft.network.routing.policy import Graph
from skyweft.network.routing.serial import Alone
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


class _Paths(NamedTuple):
    """Where the nodes of each path begin, all nodes, lengths and marks."""

    first: Longs
    path: Ints
    path_length_m: Floats
    path_id: Longs


RANKS_APART = 3  # the best route, and the two that share nothing where it is neither of them


def asked_for(rule: Choice) -> int:
    """Return how many rows a pair may have at an instant."""
    return rule.alternatives if rule.disjoint is None else RANKS_APART


def others(rule: Choice, best: Routes, graph: Graph) -> tuple[Routes, Ints]:
    """Return the routes of an instant behind the best ones.

    Parameters
    ----------
    rule : Choice
        What is asked for: so many routes, or two disjoint ones.
    best : Routes
        The best route of every pair, with its path.
    graph : Graph
        The network, and what its links cost.

    Returns
    -------
    more : Routes
        Routes of rank 2 and above, sorted by pair, then rank.
    row : (R,)
        Row of `best` each belongs to.

    Notes
    -----
    With `disjoint` the two routes are the last two of a pair: ranks 1 and 2 where the best route is
    one of them, else 2 and 3. A pair without two such routes has no row here.
    """
    reached = np.flatnonzero(best.reason == REACHED)
    ends = np.column_stack([best.source, best.target])[reached]
    relays = graph.node >= 0
    keep = relays.copy()
    keep[ends] = True
    platform = np.flatnonzero(keep).astype(np.int32)
    place = (np.cumsum(keep) - 1).astype(np.int32)
    network = _network(graph.near, keep, place, graph.passing)
    pair, first, path = _found(rule, network, place[ends], relays[platform])
    path, row = platform[path], reached[pair].astype(np.int32)
    path_length_m, path_id = _measured(graph.position_m, first, path)
    same = path_id == _measured(graph.position_m, best.path_first, best.path)[1][row]
    kept = _behind(rule, row, same)
    return _routes(rule, best, row, _Paths(first, path, path_length_m, path_id), kept), row[kept]


def folded(path_id: Longs) -> Ints:
    """Return marks in half the space."""
    return ((path_id ^ (path_id >> 32)) & 0x7FFF_FFFF).astype(np.int32)


def _network(near: Near, keep: Flags, place: Ints, passing_ns: int) -> Adjacency:
    """Return the graph of the platforms that matter.

    Every hop costs processing, the first one too: that lengthens all routes of a pair alike.
    """
    first, other, price, _ = near
    tail = np.repeat(np.arange(len(keep)), np.diff(first))
    some = keep[tail] & keep[other]
    return adjacency(
        int(np.count_nonzero(keep)),
        place[tail[some]],
        place[other[some]],
        (price[some] + passing_ns).astype(np.int32),
    )


def _found(
    rule: Choice, network: Adjacency, pairs: Ints, passing: Flags
) -> tuple[Longs, Longs, Ints]:
    """Return the pair of every route found, where its nodes begin, and all nodes."""
    # Snapshots are what threads share; a pool inside its own tasks would wait for itself.
    alone = Alone()
    if rule.disjoint is None:
        some = loop_free(network, pairs, rule.alternatives, passing, alone)
        return some.pair.astype(np.int64), some.path_first, some.path
    found = disjoint(network, pairs, rule.disjoint, passing, alone)
    of_two = np.repeat(found.reason == TWO, 2)
    size = np.diff(found.path_first)
    first = np.concatenate([[0], np.cumsum(size[of_two])])
    return np.flatnonzero(of_two) // 2, first, found.path[np.repeat(of_two, size)]


def _behind(rule: Choice, row: Ints, same: Flags) -> Longs:
    """Return which routes come after the best one of their pair, which is left out."""
    if rule.disjoint is not None:
        return np.flatnonzero(~same)
    kept = ~same
    # Of equal routes the best may be one that was not found: then one of them makes room for it.
    last = np.append(row[1:] != row[:-1], True)[: len(row)]
    held = np.zeros(int(row.max(initial=-1)) + 1, np.bool_)
    held[row[same]] = True
    kept &= ~(last & ~held[row])
    return np.flatnonzero(kept)


def _routes(
    rule: Choice,
    best: Routes,
    row: Ints,
    found: _Paths,
    kept: Longs,
) -> Routes:
    """Make the rows of the routes that are kept, ranked from 2."""
    first, path, path_length_m, path_id = found
    hops = (np.diff(first) - 1)[kept]
    row, path_length_m = row[kept], path_length_m[kept]
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 2
    size = hops + 1
    path_first = np.concatenate([[0], np.cumsum(size)])
    within = np.arange(path_first[-1]) - np.repeat(path_first[:-1], size)
    return Routes(
        rule=best.rule[row],
        time_s=best.time_s[row],
        source=best.source[row],
        target=best.target[row],
        rank=rank.astype(np.int8),
        delay_s=path_length_m / SPEED_OF_LIGHT_M_S + (hops - 1) * rule.processing_s,
        path_length_m=path_length_m,
        hops=hops.astype(np.int16),
        reason=np.full(len(row), REACHED, np.int8),
        first_hop=path[first[kept] + 1],
        path_id=folded(path_id[kept]),
        path_first=path_first,
        path=path[np.repeat(first[kept], size) + within],
    )


@making
def _measured(position_m: Floats, first: Longs, path: Ints) -> tuple[Floats, Longs]:
    """Return every route's length in straight lines, and its path_id, as `best.walk` does."""
    path_length_m = np.zeros(len(first) - 1)
    path_id = np.zeros(len(first) - 1, np.int64)
    for route in range(len(first) - 1):
        for k in range(first[route], first[route + 1]):
            path_id[route] = path_id[route] * 1_000_003 + path[k]
            if k > first[route]:
                square = 0.0
                for axis in range(3):
                    square += (position_m[path[k], axis] - position_m[path[k - 1], axis]) ** 2
                path_length_m[route] += np.sqrt(square)
    return path_length_m, path_id
