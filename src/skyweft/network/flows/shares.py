"""Traffic over time: what every flow of a scenario gets, and what every link carries.

At each snapshot a flow takes its best route, or is split over several; links carry what their
contacts' budgets say at that moment, each direction for itself, and are shared max-min fairly.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Motion
from skyweft.network.flows.carriers import Carriers, carriers
from skyweft.network.flows.ceiling import Ceiling, Demands, Links, Shared, ceiling
from skyweft.network.flows.demand import Wanted, demand_at, wanted
from skyweft.network.flows.fairness import shares_at
from skyweft.network.flows.model import Flows
from skyweft.network.flows.path_selection import Instant
from skyweft.network.flows.splitting import FlowPaths, shared, together
from skyweft.network.graph.block import Network
from skyweft.network.graph.snapshot import Snapshot, Snapshots, every
from skyweft.network.product import ITSELF, NO_ROUTE, Beams, FlowRates, LinkLoads
from skyweft.network.routing.policy import Policy
from skyweft.network.routing.weights import Weights
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

ROWS_AT_ONCE = 100_000  # of a task: long enough to hide its own cost
SNAPSHOTS_AT_ONCE = 32  # whose link budgets are made in one go
SPANS_AHEAD = 8

_SHARED: dict[str, type] = {
    "rule": np.int16,
    "time_s": np.float64,
    "flow": np.int32,
    "source": np.int32,
    "target": np.int32,
    "demand_bps": np.float64,
    "rate_bps": np.float64,
    "bottleneck_from": np.int32,
    "bottleneck_to": np.int32,
    "limiting_factor": np.int8,
}
_LOADED: dict[str, type] = {
    "time_s": np.float64,
    "source": np.int32,
    "target": np.int32,
    "load_bps": np.float64,
    "capacity_bps": np.float64,
}
_BEAMED: dict[str, type] = {
    "time_s": np.float64,
    "rule": np.int16,
    "platform": np.int32,
    "beam": np.int32,
    "centre": np.int32,
    "sends": np.bool_,
    "users": np.int32,
    "load_bps": np.float64,
    "capacity_bps": np.float64,
    "utilisation": np.float64,
}
Traffic = tuple[FlowRates, LinkLoads, Beams]


def shares(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    executor: Executor | None = None,
) -> Traffic:
    """Return what every flow gets and every link carries at every snapshot of a block of time.

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
    FlowRates
        One row a snapshot and flow; every flow that gets less than it wants has its reason.
    LinkLoads
        One row a snapshot and directed link that carries anything.
    Beams
        One row a snapshot, beam with users and direction; none where no link has beams.

    Raises
    ------
    ScenarioError
        A file of demands is not valid.

    Notes
    -----
    A flow takes the route of least delay (or fewest hops), or several as its rule says. A link's
    capacity in either direction is the rate of its contact at the snapshot's instant. Where a link
    has beams, the users of one share its carrier in time; else every link has one for itself.
    """
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return shares(scenario, fleet, motion, contacts, threads)
    network = Network(scenario, fleet, motion, contacts)
    return _joined(list(pieces(network, wanted(scenario, fleet), executor)))


def pieces(
    network: Network, flows: Wanted, executor: Executor, weights: Weights | None = None
) -> Iterator[Traffic]:
    """Yield `flow_rates` about a hundred thousand rows at a time, in their order.

    Restrictions of earlier stages take links or part of their rates away. `weights` stand in place
    of the rules' metrics.
    """
    block = _Block(network, flows, weights)
    size = min(SNAPSHOTS_AT_ONCE, max(1, ROWS_AT_ONCE // max(1, len(flows))))
    count = len(block.snapshots)
    spans = list(pairwise([*range(0, count, size), count]))
    # A few ahead of the reader, never all: they wait in memory.
    for first in range(0, len(spans), SPANS_AHEAD):
        yield from executor.map(block.span, spans[first : first + SPANS_AHEAD])


def most(network: Network, flows: Wanted, variables_max: int) -> Ceiling:
    """Return the most that any routes could carry at the first snapshot of a block of time.

    Parameters
    ----------
    network : Network
        Of the block.
    flows : Wanted
        All flows of the scenario.
    variables_max : int
        Of the linear program.

    Raises
    ------
    RangeError
        The program is larger.
    """
    block = _Block(network, flows)
    first = block.snapshots[0]
    net = block.net(first, *block.snapshots[:1].rates())
    links = Links(
        nodes=len(network.fleet),
        tail=net.tail,
        head=net.head,
        capacity_bps=net.capacity_bps,
        transit=network.relays.passes,
        shared=Shared(net.carriers.of, net.carriers.part, net.carriers.capacity_bps),
    )
    demands = Demands(flows.source, flows.target, block.demand_bps(first))
    return ceiling(links, demands, variables_max)


@dataclass(frozen=True, slots=True)
class _Net:
    """The directed links of an instant, sorted by their ends, (L,)."""

    key: Longs  # tail * N + head
    tail: Ints
    head: Ints
    capacity_bps: Floats
    carriers: Carriers


@dataclass(frozen=True, slots=True)
class _Block:
    """What all snapshots of a block of time have in common."""

    network: Network
    flows: Wanted
    weights: Weights | None = None

    @property
    def snapshots(self) -> Snapshots:
        """Return them; all rules have one step."""
        return every(self.network, self.network.scenario.rules(Flows)[0].step_s)

    def span(self, span: tuple[int, int]) -> Traffic:
        """Return the shares and loads of some snapshots."""
        some = self.snapshots[span[0] : span[1]]
        rate_bps, reverse_bps = some.rates()
        parts = []
        for k, snapshot in enumerate(some):
            mine = slice(some.first[k], some.first[k + 1])
            parts.append(self.one(snapshot, rate_bps[mine], reverse_bps[mine]))
        return _joined(parts)

    def net(self, snapshot: Snapshot, rate_bps: Floats, reverse_bps: Floats) -> _Net:
        """Return the directed links of a snapshot; contacts of one pair add up."""
        a, b = (side.astype(np.int64) for side in snapshot.ends)
        many = len(snapshot.position_m)
        key, which = np.unique(np.append(a * many + b, b * many + a), return_inverse=True)
        capacity_bps = np.zeros(len(key))
        np.add.at(capacity_bps, which, np.append(rate_bps, reverse_bps))
        tail, head = (side.astype(np.int32) for side in np.divmod(key, many))
        return _Net(key, tail, head, capacity_bps, carriers(snapshot, key, capacity_bps))

    def demand_bps(self, snapshot: Snapshot) -> Floats:
        """Return what every flow would send at a snapshot, by the hour at its source."""
        scenario = self.network.scenario
        return demand_at(scenario, self.flows, snapshot.time_s, snapshot.position_m)

    def one(self, snapshot: Snapshot, rate_bps: Floats, reverse_bps: Floats) -> Traffic:
        """Share the links of one snapshot."""
        time_s, flows, rules = snapshot.time_s, self.flows, self.network.scenario.rules(Flows)
        net = self.net(snapshot, rate_bps, reverse_bps)
        paths, reasons = self.paths(snapshot, net)
        if len(net.carriers.rule):
            paths = net.carriers.laid(paths)
        demand_bps = self.demand_bps(snapshot)
        found = shared(
            paths,
            np.append(net.capacity_bps, net.carriers.capacity_bps),
            demand_bps,
            np.array([rule.weight for rule in rules])[flows.rule],
            np.array([rule.priority for rule in rules], np.int32)[flows.rule],
            np.array([rule.split for rule in rules])[flows.rule],
        )
        if len(net.carriers.rule):
            found = net.carriers.named(found, paths)
        got = shares_at(
            time_s, flows.source, flows.target, demand_bps, found, net.tail, net.head, flows.rule
        )
        why = np.where(
            got.limiting_factor == NO_ROUTE, ITSELF + reasons, got.limiting_factor
        ).astype(np.int8)
        links = len(net.key)
        used = np.flatnonzero(found.load_bps[:links] > 0)
        carried = LinkLoads(
            np.full(len(used), time_s),
            net.tail[used],
            net.head[used],
            # Rounding of many sums.
            np.minimum(found.load_bps[:links], net.capacity_bps)[used],
            net.capacity_bps[used],
        )
        return replace(got, limiting_factor=why), carried, net.carriers.rows(time_s, found.load_bps)

    def paths(self, snapshot: Snapshot, net: _Net) -> tuple[FlowPaths, Ints]:
        """Return the paths of all flows of a snapshot, and why flows have none."""
        now, flows = Instant(snapshot, net.key), self.flows
        found = [
            now.paths_of(
                rule, Policy.of(rule, self.weights), flows.source[mine], flows.target[mine]
            )
            for number, rule in enumerate(self.network.scenario.rules(Flows))
            for mine in [flows.rule == number]
        ]
        reasons = np.concatenate([reason for _, reason in found])
        return together([part for part, _ in found]), reasons


def _joined(parts: list[Traffic]) -> Traffic:
    """Put rows one after the other."""
    return (
        FlowRates(**_columns([part for part, _, _ in parts], _SHARED)),
        LinkLoads(**_columns([part for _, part, _ in parts], _LOADED)),
        Beams(**_columns([part for _, _, part in parts], _BEAMED)),
    )


def _columns(parts: Sequence[object], kinds: Mapping[str, type]) -> dict[str, Any]:
    return {
        name: np.concatenate([np.empty(0, kind), *(getattr(part, name) for part in parts)])
        for name, kind in kinds.items()
    }
