"""The best routes between groups of platforms over time."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Motion
from skyweft.kernels import making
from skyweft.motion.hermite import states_at
from skyweft.network.graph.adjacency import BLOCK, touching_blocks
from skyweft.network.graph.topology import Topology, topology
from skyweft.network.product import Routes
from skyweft.network.routing.alternatives import asked_for, folded, others
from skyweft.network.routing.best import routes_found
from skyweft.network.routing.blame import Found, blamed
from skyweft.network.routing.model import Routes as Rule
from skyweft.scenario.scenario import Scenario
from skyweft.stage import NOTHING, Restrictions
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

KINDS: dict[str, type] = {
    "rule": np.int16,
    "time_s": np.float64,
    "source": np.int32,
    "target": np.int32,
    "rank": np.int8,
    "delay_s": np.float64,
    "path_length_m": np.float64,
    "hops": np.int16,
    "reason": np.int8,
    "first_hop": np.int32,
    "path_id": np.int32,
}
ROWS_AT_ONCE = 200_000  # of a task: long enough to hide its own cost
SPANS_AHEAD = 16


def routes(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    executor: Executor | None = None,
) -> Routes:
    """Return the best routes from every source to every target at every snapshot of a block.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.
    motion : Motion
        Where they are in this block; snapshots from its first moment to before its last.
    contacts : Contacts
        Windows of this block, those still open from before included.
    executor : Executor, optional
        Threads that share the snapshots; the answer does not depend on them.

    Returns
    -------
    Routes
        One row a snapshot and pair, more where alternatives are asked for; every unreachable
        pair with its reason.

    Notes
    -----
    Links exist while their contact lasts; delays are straight lines at the snapshot's instant plus
    `processing_s` a relay. Routes must stay below 1.07 s.
    """
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return routes(scenario, fleet, motion, contacts, threads)
    return join(list(pieces(scenario, fleet, motion, contacts, executor)))


def pieces(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    executor: Executor,
    restrictions: Restrictions = NOTHING,
) -> Iterator[Routes]:
    """Yield `routes` a few hundred thousand rows at a time, in their order.

    `restrictions` of earlier stages take links away, and are the reason where no route is left.
    """
    relays = relaying(scenario, fleet)
    node = np.where(relays, np.cumsum(relays) - 1, -1).astype(np.int32)
    blocks = sweep_blocks(fleet, relays, node, contacts)
    limits = topology(scenario, fleet, contacts, restrictions)
    for number, rule in enumerate(scenario.rules(Rule)):
        time_s = snapshot_times(motion, rule.step_s)
        up = carrying(limits, fleet, motion, contacts, time_s)
        known = fleet, motion, contacts, (time_s, *up), node, blocks, executor, limits
        yield from _ruled(number, rule, *known)


def relaying(scenario: Scenario, fleet: Fleet) -> NDArray[np.bool_]:
    """Return which platforms pass traffic on: as their group says, else all above the ground."""
    groups = [each.passes_on for each in scenario.platforms.values()]
    return np.array(groups, np.bool_)[fleet.group]


def snapshot_times(motion: Motion, step_s: float) -> Floats:
    """Return the multiples of a step from a block's first moment to before its last."""
    start_s, end_s = motion.tracks.time_s[[0, -1]]
    first, after = (int(np.ceil(edge / step_s - 1e-9)) for edge in (start_s, end_s))
    return np.arange(first, after, dtype=np.float64) * step_s


def places(fleet: Fleet, motion: Motion, time_s: float) -> Floats:
    """Return where every platform is at an instant, (N, 3) ITRS [m]."""
    return states(fleet, motion, time_s)[0]


def states(fleet: Fleet, motion: Motion, time_s: float) -> tuple[Floats, Floats]:
    """Return position and velocity of every platform at an instant, (N, 3) ITRS [m], [m/s]."""
    position_m, velocity_m_s = np.zeros((2, len(fleet), 3))
    moves = fleet.mover >= 0
    movers = fleet.mover[moves].astype(np.int64)
    found = states_at(motion.tracks, movers, np.full(len(movers), time_s))
    position_m[moves], velocity_m_s[moves] = found[:2]
    position_m[~moves] = motion.sites.position_m[fleet.site[~moves]]
    return position_m, velocity_m_s


def linked(contacts: Contacts, time_s: Floats) -> tuple[NDArray[np.int64], Ints]:
    """Return the contacts that are up at each of evenly spaced times.

    Returns
    -------
    first : (T + 1,)
        Where a time's contacts begin.
    contact : (L,)
        Rows of `contacts`, ascending within a time.
    """
    begin = np.searchsorted(time_s, contacts.start_s, side="left")
    count = np.maximum(np.searchsorted(time_s, contacts.end_s, side="right") - begin, 0)
    # Up at a time: all that began by then less all that ended before.
    change = np.zeros(len(time_s) + 1, np.int64)
    np.add.at(change, begin, 1)
    np.add.at(change, begin + count, -1)
    first = np.concatenate([[0], np.cumsum(np.cumsum(change[:-1]))])
    contact = np.empty(first[-1], np.int32)
    _deal(begin, count, first[:-1].copy(), contact)
    return first.astype(np.int64), contact


def carrying(
    limits: Topology, fleet: Fleet, motion: Motion, contacts: Contacts, time_s: Floats
) -> tuple[NDArray[np.int64], Ints]:
    """Return `linked` less the contacts that limits and failures keep from carrying traffic."""
    first, contact = linked(contacts, time_s)
    if limits.idle:
        return first, contact
    used = [
        limits.used(contacts, contact[low:high], *states(fleet, motion, float(t)), float(t))
        for t, low, high in zip(time_s, first[:-1], first[1:], strict=True)
    ]
    counts = [len(each) for each in used]
    return np.cumsum([0, *counts]), np.concatenate([np.empty(0, np.int32), *used])


@making
def _deal(
    begin: NDArray[np.int64], count: NDArray[np.int64], place: NDArray[np.int64], contact: Ints
) -> None:
    """Write every contact under each of its times."""
    for c in range(len(begin)):
        for k in range(begin[c], begin[c] + count[c]):
            contact[place[k]] = c
            place[k] += 1


def sweep_blocks(
    fleet: Fleet, relays: NDArray[np.bool_], node: Ints, contacts: Contacts
) -> tuple[Ints, Ints, Ints]:
    """Cut the relays into planes, or runs of neighbours, and list which touch each other."""
    bounds = [0]
    for number, name in enumerate(fleet.groups):
        size = int(np.count_nonzero(relays & (fleet.group == number)))
        length = fleet.planes[name].shape[1] if name in fleet.planes else BLOCK
        bounds += [bounds[-1] + min(at, size) for at in range(length, size + length, length)]
    edges = np.array(sorted(set(bounds)), np.int32)
    a, b = node[contacts.source], node[contacts.target]
    both = (a >= 0) & (b >= 0)
    pairs = np.unique(a[both].astype(np.int64) * len(node) + b[both])
    one, other = (pairs // len(node)).astype(np.int32), (pairs % len(node)).astype(np.int32)
    return edges, *touching_blocks(np.append(one, other), np.append(other, one), edges)


def _ruled(
    number: int,
    rule: Rule,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    up: tuple[Floats, NDArray[np.int64], Ints],
    node: Ints,
    blocks: tuple[Ints, Ints, Ints],
    executor: Executor,
    limits: Topology,
) -> Iterator[Routes]:
    """Answer one `[[routes]]` over a block."""
    time_s, first, contact = up
    sources = np.concatenate([fleet.rows_of(group) for group in rule.sources])
    targets = np.concatenate([fleet.rows_of(group) for group in rule.targets])

    def some(span: tuple[int, int]) -> Routes:
        return join([one(k) for k in range(*span)])

    def one(k: int) -> Routes:
        now = contact[first[k] : first[k + 1]]
        state = states(fleet, motion, float(time_s[k]))
        where = state[0]
        a, b = contacts.source[now], contacts.target[now]

        def search(a: Ints, b: Ints) -> Found:
            return routes_found(
                where,
                a,
                b,
                node,
                np.flatnonzero(node >= 0).astype(np.int32),
                blocks,
                sources,
                targets,
                rule.metric == "hops",
                0 if rule.metric == "hops" else round(rule.processing_s * 1e9),
            )

        found = blamed(limits, contacts, search(a, b), state, float(time_s[k]), search)
        best = _rows(number, rule, float(time_s[k]), sources, targets, *found)
        if asked_for(rule) == 1:
            return best
        return ranked(best, others(rule, best, where, a, b, node >= 0), rule.paths)

    size = max(1, ROWS_AT_ONCE // max(1, len(sources) * len(targets) * asked_for(rule)))
    starts = [*range(0, len(time_s), size), len(time_s)]
    spans = list(pairwise(starts))
    # A few ahead of the reader, never all: they wait in memory.
    for first_span in range(0, len(spans), SPANS_AHEAD):
        yield from executor.map(some, spans[first_span : first_span + SPANS_AHEAD])


def _rows(
    number: int,
    rule: Rule,
    time_s: float,
    sources: Ints,
    targets: Ints,
    hops: Ints,
    path_length_m: Floats,
    reason: Ints,
    first_hop: Ints,
    path_id: NDArray[np.int64],
    path: Ints,
) -> Routes:
    """Make the rows of one snapshot; a platform's route to itself is no row."""
    source, target = np.repeat(sources, len(targets)), np.tile(targets, len(sources))
    apart = source != target
    hops, path_length_m, reason = hops[apart], path_length_m[apart], reason[apart]
    wanted = rule.paths or asked_for(rule) > 1
    held = np.where(hops > 0, hops + 1, 0) if wanted else np.zeros(len(hops), np.int64)
    return Routes(
        rule=np.full(len(hops), number, np.int16),
        time_s=np.full(len(hops), time_s),
        source=source[apart],
        target=target[apart],
        rank=np.ones(len(hops), np.int8),
        delay_s=path_length_m / SPEED_OF_LIGHT_M_S + np.maximum(hops - 1, 0) * rule.processing_s,
        path_length_m=path_length_m,
        hops=hops.astype(np.int16),
        reason=reason.astype(np.int8),
        first_hop=first_hop[apart],
        path_id=folded(path_id[apart]),
        path_first=np.concatenate([[0], np.cumsum(held)]),
        path=path if wanted else np.empty(0, np.int32),
    )


def ranked(best: Routes, more: tuple[Routes, Ints], paths: bool) -> Routes:
    """Put routes of higher rank, and the rows of `best` they belong to, behind these rows."""
    every, row = join([best, more[0]]), np.append(np.arange(len(best)), more[1])
    order = np.lexsort((every.rank, row))
    size = np.diff(every.path_first)[order] * paths
    path_first = np.concatenate([[0], np.cumsum(size)])
    within = np.arange(path_first[-1]) - np.repeat(path_first[:-1], size)
    return Routes(
        **{name: getattr(every, name)[order] for name in KINDS},
        path_first=path_first,
        path=every.path[np.repeat(every.path_first[:-1][order], size) + within],
    )


def join(pieces: list[Routes]) -> Routes:
    """Put routes one after the other."""
    if len(pieces) == 1:
        return pieces[0]
    ends = np.cumsum([0, *(len(piece.path) for piece in pieces)])
    firsts = [piece.path_first[:-1] + end for piece, end in zip(pieces, ends, strict=False)]
    return Routes(
        **{
            name: np.concatenate([np.empty(0, kind), *(getattr(each, name) for each in pieces)])
            for name, kind in KINDS.items()
        },
        path_first=np.concatenate([*firsts, ends[-1:]]).astype(np.int64),
        path=np.concatenate([np.empty(0, np.int32), *(piece.path for piece in pieces)]),
    )
