"""The best routes of a bundle through a contact plan, in Schedule-Aware Bundle Routing's order.

A route is better that arrives earlier; of those equal, one of fewer hops; of those equal, one whose
contacts live longer (the first of them to end ends later). One label a node cannot tell: who comes
to a node first may have made more hops than who comes to the target as early by another. So the
three are settled one after the other, each exactly: the earliest arrival, the fewest hops that
keep it, the latest expiry that keeps both.

References
----------
CCSDS 734.3-B-1, "Schedule-Aware Bundle Routing", 2019, section 3.2.
J. Y. Yen, "Finding the K shortest loopless paths in a network", Management Science 17, 1971.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.plan.product import ContactPlan, Floats, Longs, Route
from skyweft.delivery.plan.search import (
    FREE,
    NOBODY,
    Asked,
    Bound,
    Labels,
    Slots,
    begun,
    by_hops,
    columns,
    earliest,
)

NOTHING = np.empty(0, np.uint8)


class Errand(NamedTuple):
    """A bundle to be routed: from where, to where (rows of names), from when on, and its bits."""

    source: int
    target: int
    ready_s: float
    bits: float = 0.0
    priority: int = 0
    settled_s: float = -np.inf  # what others began to send before this stays theirs


def arrivals(plan: ContactPlan, source: str, at_s: float = 0.0, size_bytes: float = 0.0) -> Floats:
    """Return when a bundle can be at every node at the earliest.

    Parameters
    ----------
    plan : ContactPlan
        Who can send to whom.
    source : str
        Name of the node that has the bundle.
    at_s : float
        From when on. [s]
    size_bytes : float
        Its size; nothing is a first bit that is also the last. [byte]

    Returns
    -------
    arrival_s : (N,)
        Of the last bit; infinity where there is no route. [s]
    """
    node = plan.node(source)
    reached = begun(len(plan.names), node, at_s)
    asked = Asked(8 * size_bytes, 0, -np.inf, NOTHING, NOTHING)
    earliest(columns(plan), FREE, asked, node, NOBODY, reached)
    return reached.arrival_s


def routes(
    plan: ContactPlan,
    source: str,
    target: str,
    at_s: float = 0.0,
    size_bytes: float = 0.0,
    count: int = 1,
) -> list[Route]:
    """Return the best routes of a bundle, best first.

    Parameters
    ----------
    plan : ContactPlan
        Who can send to whom.
    source, target : str
        Names of two nodes.
    at_s : float
        From when on the bundle is at the source. [s]
    size_bytes : float
        Its size. [byte]
    count : int
        How many routes at most. Two are different that differ in a contact; none passes a node
        twice.

    Returns
    -------
    list of Route
        In the order of SABR: earlier arrival, fewer hops, later expiry. Empty where there is none.
    """
    errand = Errand(plan.node(source), plan.node(target), at_s, 8 * size_bytes)
    paths_found = _paths_found(plan, errand)
    return [path_found for _, path_found in zip(range(count), paths_found, strict=False)]


def best(
    plan: ContactPlan,
    errand: Errand,
    slots: Slots = FREE,
    shut: NDArray[np.uint8] = NOTHING,
    closed: NDArray[np.uint8] = NOTHING,
) -> Route | None:
    """Return the best route of one errand, or None where there is none."""
    source, target, ready_s, bits, priority, settled_s = errand
    asked = Asked(bits, priority, settled_s, shut, closed)
    reached = begun(len(plan.names), source, ready_s)
    earliest(columns(plan), slots, asked, source, target, reached)
    arrival_s, by, *_ = reached
    if target == source or arrival_s[target] == np.inf:
        return None
    hops, node = 0, target
    while node != source:
        hops, node = hops + 1, plan.source[by[node]]
    return _settle(plan, errand, slots, asked, float(arrival_s[target]), hops)


def _settle(
    plan: ContactPlan,
    errand: Errand,
    slots: Slots,
    asked: Asked,
    arrival_s: float,
    hops_max: int,
) -> Route:
    """Return the route of fewest hops, then latest expiry, among those that arrive by then."""
    source, target, ready_s, *_ = errand
    shape = hops_max + 1, len(plan.names)
    by, begin_s, best_s = np.empty(shape, np.int64), np.empty(shape), np.empty(shape[1])
    labels = Labels(np.full(shape, np.inf), by, begin_s, best_s)
    labels.arrival_s[0, source] = ready_s

    def found(end_min_s: float, hops: int) -> Route | None:
        bound = Bound(source, target, arrival_s, end_min_s)
        last = by_hops(columns(plan), slots, asked, bound, labels.within(hops))
        if last == NOBODY:
            return None
        hop, node = np.arange(1, last + 1), np.empty(last, np.int64)
        node[-1] = target
        for row in range(last - 1, 0, -1):
            node[row - 1] = plan.source[by[row + 1, node[row]]]
        return _route(plan, asked.bits, by[hop, node], begin_s[hop, node])

    path_found = found(-np.inf, hops_max)
    assert path_found is not None
    # Leaving out what ends early can only take routes away, so the latest end that leaves one is
    # found by halving; with growing steps before, for mostly the next end leaves none already.
    low, high, step = _place(plan, path_found), len(plan.index.ends_s), 1
    while low + 1 < high:
        middle = min(low + step, (low + high) // 2)
        later = found(plan.index.ends_s[middle], len(path_found))
        if later is None:
            high, step = middle, len(plan.index.ends_s)
        else:
            path_found, low, step = later, _place(plan, later), 2 * step
    return path_found


def _place(plan: ContactPlan, path_found: Route) -> int:
    """Return the place of a route's expiry among all ends."""
    return int(np.searchsorted(plan.index.ends_s, path_found.expiry_s))


def _route(plan: ContactPlan, bits: float, contact: Longs, begin_s: Floats) -> Route:
    sent_s = begin_s + bits / plan.rate_bps[contact]
    received_s = sent_s + plan.delay_s[contact]
    return Route(contact, begin_s, sent_s, received_s, float(plan.end_s[contact].min()))


def _paths_found(plan: ContactPlan, errand: Errand) -> Iterator[Route]:
    """Yield routes, best first, each once: every next one leaves a known one at some node."""
    known: list[Route] = []
    waiting: list[tuple[tuple[float, int, float], tuple[int, ...], Route]] = []
    path_found = best(plan, errand)
    seen: set[tuple[int, ...]] = set()
    while path_found is not None:
        yield path_found
        known.append(path_found)
        for contact in _leaving(plan, errand, path_found, known):
            rows = tuple(contact.contact.tolist())
            if rows not in seen:
                seen.add(rows)
                heappush(waiting, (contact.rank, rows, contact))
        path_found = heappop(waiting)[-1] if waiting else None


def _leaving(
    plan: ContactPlan, errand: Errand, path_found: Route, known: list[Route]
) -> Iterator[Route]:
    """Yield the best route that leaves `route` at each node by a contact no known one took."""
    closed = np.zeros(len(plan.names), np.uint8)
    node, ready_s = errand.source, errand.ready_s
    for hop in range(len(path_found)):
        shut = np.zeros(len(plan), np.uint8)
        for other in known:
            if len(other) > hop and np.array_equal(other.contact[:hop], path_found.contact[:hop]):
                shut[other.contact[hop]] = 1
        closed[node] = 1
        rest = best(plan, errand._replace(source=node, ready_s=ready_s), FREE, shut, closed)
        if rest is not None:
            yield _route(
                plan,
                errand.bits,
                np.append(path_found.contact[:hop], rest.contact),
                np.append(path_found.begin_s[:hop], rest.begin_s),
            )
        node, ready_s = int(plan.target[path_found.contact[hop]]), float(path_found.received_s[hop])
