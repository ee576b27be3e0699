"""Where to build gateways: what every candidate site could take down, and the fewest that do.

At a snapshot a candidate takes down what its links with platforms that pass traffic on carry at
that moment, towards it. Every snapshot is a column of demand for `gateways.fewest`, so a site is
never counted for two moments at once. Routes through space to the sites are not looked at.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import RangeError, ScenarioError
from skyweft.fleet import Fleet
from skyweft.network.flows.demand import Wanted, demand_at
from skyweft.network.graph.block import Network
from skyweft.network.graph.snapshot import Snapshots, every
from skyweft.network.placement.gateways import CARRIED, Plan, fewest, greedy
from skyweft.network.placement.model import Gateways
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

ENTRIES_MAX = 20_000_000  # candidates times snapshots: they are planned in one go
SNAPSHOTS_AT_ONCE = 32  # whose link budgets are made in one go

UNWANTED = (
    "",
    "never linked with anything that passes traffic on",
    "its links have no capacity",
    "the selected carry what is asked for without it",
)
CHOSEN, NEVER_LINKED, POWERLESS, SPARE = range(len(UNWANTED))

SHORT = (
    "",
    "no candidate is linked with anything that passes traffic on",
    "no candidate's links have capacity",
    "all candidates together carry less than is asked for",
)
CARRIED_ALL, NONE_LINKED, NO_CAPACITY, TOO_LITTLE = range(len(SHORT))


@dataclass(frozen=True, slots=True)
class Downlinks:
    """What every candidate could take down: C candidates at T snapshots."""

    site: Ints  # (C,) rows of Fleet
    time_s: Floats  # (T,)
    demand_bps: Floats  # (T,) what all sites together should take down
    rate_bps: Floats  # (C, T)
    linked: Bools  # (C, T) with anything that passes traffic on

    def __post_init__(self) -> None:
        assert self.rate_bps.shape == self.linked.shape == (len(self.site), len(self.time_s))
        assert len(self.demand_bps) == len(self.time_s)
        assert not np.any(self.rate_bps[~self.linked])

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Siting:
    """Which candidates to build, and what comes of it."""

    down: Downlinks
    plan: Plan
    rank: Ints  # (C,) from 1, the site that adds most first; 0 where not selected
    gain_bps: Floats  # (C,) mean; over those of lower rank, or over all selected where not selected
    unwanted: NDArray[np.int8]  # (C,) indexes UNWANTED
    required_bps: Floats  # (T,) the share of the need that was asked for
    available_bps: Floats  # (T,) what all candidates could take down
    carried_bps: Floats  # (T,) what the selected do, at most the need
    short: NDArray[np.int8]  # (T,) indexes SHORT

    def __post_init__(self) -> None:
        assert np.array_equal(np.flatnonzero(self.rank), self.plan.selected)
        assert np.array_equal(self.unwanted == CHOSEN, self.rank > 0)


def check(scenario: Scenario, fleet: Fleet, flows: Wanted) -> None:
    """Refuse a plan that nothing is asked of, or that is too large.

    Raises
    ------
    ScenarioError
        Everything wrong, a line each, with its place.
    """
    asked = scenario.settings(Gateways)
    if asked is None:
        return
    errors = []
    wanted_bps = flows.demand_bps[np.isfinite(flows.demand_bps)]
    if asked.demand_bps is None and not wanted_bps.any():
        errors.append("gateways: no flow has a demand with an end; give demand_bps")
    sites, snapshots = len(_sites(fleet, asked)), int(scenario.duration_s / asked.step_s) + 1
    if sites * snapshots > ENTRIES_MAX:
        errors.append(
            f"gateways: {sites:,} candidates at {snapshots:,} snapshots are more than "
            f"{ENTRIES_MAX:,}; widen step_s or thin the candidates"
        )
    if errors:
        raise ScenarioError("\n".join(errors))


def downlinks(network: Network, flows: Wanted, executor: Executor | None = None) -> Downlinks:
    """Return what the candidates of `[gateways]` could take down in a block of time.

    Parameters
    ----------
    network : Network
        Of the block; `[gateways]` must be there. Snapshots from its first moment to before
        its last.
    flows : Wanted
        All flows of the scenario: their demand is the need unless `demand_bps` is given.
    executor : Executor, optional
        Threads that share the snapshots; the answer does not depend on them.

    Returns
    -------
    Downlinks

    Notes
    -----
    Limits of terminals and failures hold as in `flow_rates`, with all candidates standing.
    """
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return downlinks(network, flows, threads)
    asked = network.scenario.settings(Gateways)
    assert asked is not None
    site = _sites(network.fleet, asked)
    snapshots = every(network, asked.step_s)
    time_s = snapshots.time_s
    place, outward = _candidates(network, site)
    snapshot = np.repeat(np.arange(len(time_s)), np.diff(snapshots.first))
    mine = place[snapshots.contact] >= 0
    up, snapshot = snapshots.contact[mine], snapshot[mine]

    def some(span: tuple[int, int]) -> Floats:
        low, high = np.searchsorted(snapshot, span)
        rows, moments = up[low:high].astype(np.int64), time_s[snapshot[low:high]]
        there, back = network.rates(rows, moments)
        return np.where(outward[rows], back, there)

    spans = pairwise([*range(0, len(time_s), SNAPSHOTS_AT_ONCE), len(time_s)])
    rate_bps = np.concatenate([np.empty(0), *executor.map(some, spans)])
    cell = place[up] * len(time_s) + snapshot
    many = len(site) * len(time_s)
    shape = (len(site), len(time_s))
    kept = _best(cell, rate_bps, asked.antennas_max)
    total = np.bincount(cell[kept], rate_bps[kept], many).reshape(shape)
    return Downlinks(
        site,
        time_s,
        _need(network, flows, snapshots),
        np.minimum(total, np.inf if asked.site_rate_max_bps is None else asked.site_rate_max_bps),
        np.bincount(cell, minlength=many).reshape(shape) > 0,
    )


def _sites(fleet: Fleet, asked: Gateways) -> Ints:
    return np.concatenate([fleet.rows_of(group) for group in dict.fromkeys(asked.sites)])


def _candidates(network: Network, site: Ints) -> tuple[NDArray[np.int64], Bools]:
    """Return the candidate of every contact, or -1, and whether it is the contact's source.

    The other end passes traffic on and is no candidate itself.
    """
    number = np.full(len(network.fleet), -1, np.int64)
    number[site] = np.arange(len(site))
    through = network.relays.passes & (number < 0)
    a, b = network.contacts.source, network.contacts.target
    place = np.where(through[b], number[a], np.where(through[a], number[b], -1))
    return place, number[a] >= 0


def _best(cell: NDArray[np.int64], rate_bps: Floats, most: int | None) -> NDArray[np.int64]:
    """Return the rows of the greatest rates in each cell, at most so many."""
    order = np.lexsort((-rate_bps, cell))
    if most is None or not len(order):
        return order
    ordered = cell[order]
    begins = np.append(True, np.diff(ordered) > 0)
    rank = np.arange(len(order)) - np.flatnonzero(begins)[np.cumsum(begins) - 1]
    return order[rank < most]


def _need(network: Network, flows: Wanted, snapshots: Snapshots) -> Floats:
    """Return what should be downlinked at each snapshot: as said, or all demand that has an end."""
    scenario = network.scenario
    asked = scenario.settings(Gateways)
    assert asked is not None
    if asked.demand_bps is not None:
        return np.full(len(snapshots), asked.demand_bps)
    total_bps = np.empty(len(snapshots))
    for k, snapshot in enumerate(snapshots):
        demand_bps = demand_at(scenario, flows, snapshot.time_s, snapshot.position_m)
        total_bps[k] = demand_bps[np.isfinite(demand_bps)].sum()
    return total_bps


def join(pieces: Sequence[Downlinks]) -> Downlinks:
    """Put blocks of time one after the other."""
    return Downlinks(
        pieces[0].site,
        *(
            np.concatenate([getattr(piece, name) for piece in pieces])
            for name in ("time_s", "demand_bps")
        ),
        *(
            np.concatenate([getattr(piece, name) for piece in pieces], axis=1)
            for name in ("rate_bps", "linked")
        ),
    )


def siting(down: Downlinks, target_share: float = 1.0) -> Siting:
    """Return the fewest candidates that take down a share of the need at every snapshot.

    Parameters
    ----------
    down : Downlinks
        Of the whole time.
    target_share : float
        Of the need, at every snapshot for itself.

    Returns
    -------
    Siting
        Where all candidates together are too few, they are all wanted, and the snapshot has its
        reason.
    """
    required_bps = target_share * down.demand_bps
    try:
        plan = fewest(down.rate_bps, required_bps)
    except RangeError:  # no plan in the time that `exact` takes
        plan = greedy(down.rate_bps, required_bps)
    rank, gain_bps, left_bps = _ranked(down, plan)
    carried_bps = down.demand_bps - left_bps
    anything, linked = down.rate_bps.max(axis=1, initial=0.0) > 0, down.linked.any(axis=1)
    available_bps = down.rate_bps.sum(axis=0)
    reasons = [rank > 0, ~linked, ~anything]
    missed = carried_bps < required_bps * (1 - 2 * CARRIED)
    causes = [~missed, ~down.linked.any(axis=0), available_bps == 0]
    return Siting(
        down,
        plan,
        rank,
        gain_bps,
        np.select(reasons, [CHOSEN, NEVER_LINKED, POWERLESS], SPARE).astype(np.int8),
        required_bps,
        available_bps,
        carried_bps,
        np.select(causes, [CARRIED_ALL, NONE_LINKED, NO_CAPACITY], TOO_LITTLE).astype(np.int8),
    )


def _ranked(down: Downlinks, plan: Plan) -> tuple[Ints, Floats, Floats]:
    """Return rank and mean gain of every candidate, and the need that the selected leave."""
    left_bps = down.demand_bps.copy()
    rank = np.zeros(len(down.site), np.int32)
    gain_bps = np.zeros(len(down.site))
    waiting = list(plan.selected)
    for place in range(1, len(waiting) + 1):
        gains = np.minimum(down.rate_bps[waiting], left_bps).mean(axis=1)
        best = int(np.argmax(gains))
        site = waiting.pop(best)
        rank[site], gain_bps[site] = place, gains[best]
        left_bps = np.maximum(left_bps - down.rate_bps[site], 0.0)
    rest = np.flatnonzero(rank == 0)
    if len(rest) and len(left_bps):
        gain_bps[rest] = np.minimum(down.rate_bps[rest], left_bps).mean(axis=1)
    return rank, gain_bps, left_bps
