"""The best routes between groups of platforms over time."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Motion
from skyweft.network.graph.block import Network
from skyweft.network.graph.snapshot import Snapshot, Snapshots, every
from skyweft.network.product import Routes
from skyweft.network.routing.alternatives import asked_for, folded, others
from skyweft.network.routing.best import Paths, best_paths
from skyweft.network.routing.model import Routes as Rule
from skyweft.network.routing.policy import Policy, weighed
from skyweft.network.routing.weights import Weights
from skyweft.scenario.scenario import Scenario
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
    return join(list(pieces(Network(scenario, fleet, motion, contacts), executor)))


def pieces(
    network: Network, executor: Executor, weights: Weights | None = None
) -> Iterator[Routes]:
    """Yield `routes` a few hundred thousand rows at a time, in their order.

    Restrictions of earlier stages are the reason where they leave no route. `weights` stand in
    place of the rules' metrics.
    """
    for number, rule in enumerate(network.scenario.rules(Rule)):
        snapshots, policy = every(network, rule.step_s), Policy.of(rule, weights)
        yield from _ruled(_Asked.of(number, rule, network.fleet, policy), snapshots, executor)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One `[[routes]]`."""

    number: int
    rule: Rule
    policy: Policy
    sources: Ints
    targets: Ints

    @classmethod
    def of(cls, number: int, rule: Rule, fleet: Fleet, policy: Policy) -> "_Asked":
        """Return it with its platforms."""
        ends = (
            np.concatenate([fleet.rows_of(group) for group in side])
            for side in (rule.sources, rule.targets)
        )
        return cls(number, rule, policy, *ends)

    def at(self, snapshot: Snapshot) -> Routes:
        """Answer it at an instant."""
        found = best_paths(snapshot, self.sources, self.targets, self.policy)
        best = _rows(self, snapshot.time_s, found)
        if asked_for(self.rule) == 1:
            return best
        return ranked(
            best, others(self.rule, best, weighed(snapshot, self.policy)), self.rule.paths
        )


def _ruled(asked: _Asked, snapshots: Snapshots, executor: Executor) -> Iterator[Routes]:
    """Answer one `[[routes]]` over a block."""

    def some(span: tuple[int, int]) -> Routes:
        return join([asked.at(snapshots[k]) for k in range(*span)])

    rows = len(asked.sources) * len(asked.targets) * asked_for(asked.rule)
    starts = [*range(0, len(snapshots), max(1, ROWS_AT_ONCE // max(1, rows))), len(snapshots)]
    spans = list(pairwise(starts))
    # A few ahead of the reader, never all: they wait in memory.
    for first_span in range(0, len(spans), SPANS_AHEAD):
        yield from executor.map(some, spans[first_span : first_span + SPANS_AHEAD])


def _rows(asked: _Asked, time_s: float, found: Paths) -> Routes:
    """Make the rows of one snapshot; a platform's route to itself is no row."""
    source = np.repeat(asked.sources, len(asked.targets))
    target = np.tile(asked.targets, len(asked.sources))
    apart = source != target
    hops, path_length_m, reason = (
        column[apart] for column in (found.hops, found.path_length_m, found.reason)
    )
    rule, wanted = asked.rule, asked.rule.paths or asked_for(asked.rule) > 1
    held = np.where(hops > 0, hops + 1, 0) if wanted else np.zeros(len(hops), np.int64)
    return Routes(
        rule=np.full(len(hops), asked.number, np.int16),
        time_s=np.full(len(hops), time_s),
        source=source[apart],
        target=target[apart],
        rank=np.ones(len(hops), np.int8),
        delay_s=path_length_m / SPEED_OF_LIGHT_M_S + np.maximum(hops - 1, 0) * rule.processing_s,
        path_length_m=path_length_m,
        hops=hops.astype(np.int16),
        reason=reason.astype(np.int8),
        first_hop=found.first_hop[apart],
        path_id=folded(found.path_id[apart]),
        path_first=np.concatenate([[0], np.cumsum(held)]),
        path=found.path if wanted else np.empty(0, np.int32),
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
            name: np.concatenate([np.empty(0, kind), *(getattr(piece, name) for piece in pieces)])
            for name, kind in KINDS.items()
        },
        path_first=np.concatenate([*firsts, ends[-1:]]).astype(np.int64),
        path=np.concatenate([np.empty(0, np.int32), *(piece.path for piece in pieces)]),
    )
