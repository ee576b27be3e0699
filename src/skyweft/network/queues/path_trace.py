"""Routes of chosen pairs at close snapshots, and what the links on them do meanwhile.

Blocks of time are noted one by one and put together at the end, so that packets and queues pass
their borders: see `queueing`.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.errors import RangeError
from skyweft.fleet import Fleet, Motion
from skyweft.links.budget import rates_at
from skyweft.network.graph.topology import Topology, topology
from skyweft.network.queues.model import Packets
from skyweft.network.queues.sending import Pairs, window
from skyweft.network.routing.best import routes_found
from skyweft.network.routing.routes import carrying, places, relaying, snapshot_times, sweep_blocks
from skyweft.scenario.scenario import Scenario
from skyweft.stage import NOTHING, Restrictions
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

CELLS_MAX = 20_000_000  # links times snapshots: about a gigabyte
SNAPSHOTS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Laid:
    """Routes and links at T snapshots: L directed links that were on a route up to then, F pairs.

    The links of pair f at snapshot t are the next `hops[t, f]` of `path`, in that order.
    """

    time_s: Floats  # (T,)
    key: Longs  # (L,) tail * N + head, rising
    delay_s: Floats  # (L, T) NaN: not looked at, or an end is absent
    rate_bps: Floats  # (L, T) 0: there is no link, or nothing fits through it
    up: NDArray[np.bool_]  # (L, T) there is a link
    hops: Ints  # (T, F) 0: no route
    path: Longs  # (E,) keys
    contact_key: Longs  # (C,) contacts of those links
    contact_start_s: Floats  # (C,)
    contact_end_s: Floats  # (C,)

    def __post_init__(self) -> None:
        assert self.delay_s.shape == self.rate_bps.shape == (len(self.key), len(self.time_s))
        assert self.up.shape == self.delay_s.shape
        assert len(self.hops) == len(self.time_s)
        assert self.hops.sum() == len(self.path)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def nothing(cls, pairs: int) -> "Laid":
        """Return a snapshot without links."""
        none, keys, cells = np.zeros(0), np.zeros(0, np.int64), np.zeros((0, 1))
        hops = np.zeros((1, pairs), np.int32)
        return cls(np.zeros(1), keys, cells, cells, cells > 0, hops, keys, keys, none, none)


def gather(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    pairs: Pairs,
    known: Longs,
    executor: Executor,
    restrictions: Restrictions = NOTHING,
) -> Laid | None:
    """Return routes and links of a block of time, as far as packets are sent in it.

    Parameters
    ----------
    scenario, fleet, motion, contacts
        As in `shares.shares`.
    pairs : Pairs
        From `asked`.
    known : (L,)
        Keys of the links of earlier blocks: packets may still wait for them.
    executor : Executor
        Threads that share the snapshots; the answer does not depend on them.
    restrictions : Restrictions
        Of earlier stages.

    Returns
    -------
    Laid or None
        None where no snapshot lies in the window.

    Raises
    ------
    RangeError
        More links and snapshots than fit.
    """
    step_s = scenario.rules(Packets)[0].step_s
    start_s, end_s = window(scenario)
    time_s = snapshot_times(motion, step_s)
    # From the last snapshot before the first packet to the first after the last has arrived.
    time_s = time_s[(time_s > start_s - step_s) & (time_s < end_s + step_s)]
    if not len(time_s):
        return None
    relays = relaying(scenario, fleet)
    node = np.where(relays, np.cumsum(relays) - 1, -1).astype(np.int32)
    limits = topology(scenario, fleet, contacts, restrictions)
    blocks = sweep_blocks(fleet, relays, node, contacts)
    parts = []
    for k in range(0, len(time_s), SNAPSHOTS_AT_ONCE):
        some = time_s[k : k + SNAPSHOTS_AT_ONCE]
        up = carrying(limits, fleet, motion, contacts, some)
        stage = _Stage(limits, scenario, fleet, motion, contacts, pairs, node, blocks, some, *up)
        parts.append(stage.laid(known, executor))
        known = parts[-1].key
        _guard(len(known), (end_s - start_s) / step_s)
    return joined(parts)


def _guard(links: int, snapshots: float) -> None:
    if links * snapshots > CELLS_MAX:
        raise RangeError(
            f"packets: {links:,} links at {snapshots:,.0f} snapshots are more than fits "
            f"({CELLS_MAX:,} in all): send for a shorter time, or make step_s longer"
        )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Some snapshots, and what all of a block have in common."""

    limits: Topology
    scenario: Scenario
    fleet: Fleet
    motion: Motion
    contacts: Contacts
    pairs: Pairs
    node: Ints
    blocks: tuple[Ints, Ints, Ints]
    time_s: Floats
    first: Longs
    contact: Ints

    def laid(self, known: Longs, executor: Executor) -> Laid:
        """Return routes, and the links on them and on earlier ones."""
        found = list(executor.map(self.routes_found, range(len(self.time_s))))
        path = np.concatenate([np.empty(0, np.int64), *(each for _, each, _ in found)])
        key = np.union1d(known, path).astype(np.int64)
        tail, head = np.divmod(key, len(self.fleet))
        delay_s = np.empty((len(key), len(self.time_s)))
        for k, (_, _, position_m) in enumerate(found):
            apart_m = position_m[tail] - position_m[head]
            delay_s[:, k] = np.sqrt((apart_m * apart_m).sum(axis=1)) / SPEED_OF_LIGHT_M_S
        rate_bps, up = self.rates(key)
        hops = np.array([each for each, _, _ in found], np.int32)
        hops = hops.reshape(len(self.time_s), len(self.pairs))
        rate_bps[np.isnan(delay_s)] = 0.0
        return Laid(self.time_s, key, delay_s, rate_bps, up, hops, path, *self.spans(key))

    def routes_found(self, k: int) -> tuple[Ints, Longs, Floats]:
        """Return hops (F,), keys of the links, and where everybody is at a snapshot."""
        position_m = places(self.fleet, self.motion, float(self.time_s[k]))
        up = self.contact[self.first[k] : self.first[k + 1]]
        sources, start = np.unique(self.pairs.source, return_inverse=True)
        targets, goal = np.unique(self.pairs.target, return_inverse=True)
        hops, _, _, _, _, path = routes_found(
            position_m,
            self.contacts.source[up],
            self.contacts.target[up],
            self.node,
            np.flatnonzero(self.node >= 0).astype(np.int32),
            self.blocks,
            sources,
            targets,
            False,
            round(self.scenario.rules(Packets)[0].processing_s * 1e9),
        )
        begin = np.concatenate([[0], np.cumsum(np.where(hops > 0, hops + 1, 0))])
        mine = start * len(targets) + goal
        legs = [path[begin[row] : begin[row] + hops[row] + 1].astype(np.int64) for row in mine]
        keys = [leg[:-1] * len(self.fleet) + leg[1:] for leg in legs]
        return hops[mine], np.concatenate([np.empty(0, np.int64), *keys]), position_m

    def rates(self, key: Longs) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the rate of every link at every snapshot, contacts of a pair summed, and if up."""
        rate_bps = np.zeros((len(key), len(self.time_s)))
        up = np.zeros(rate_bps.shape, np.bool_)
        rows = self.contact.astype(np.int64)
        when = np.repeat(np.arange(len(self.time_s)), np.diff(self.first))
        one, other = self.keys_of(rows)
        mine = np.flatnonzero(np.isin(one, key) | np.isin(other, key))
        rows, when, one, other = rows[mine], when[mine], one[mine], other[mine]
        known = self.scenario, self.fleet, self.motion, self.contacts
        both = rates_at(*known, rows, self.time_s[when], self.limits.restrictions)
        for route, bps in zip((one, other), both, strict=True):
            held = np.isin(route, key)
            place = np.searchsorted(key, route[held])
            np.add.at(rate_bps, (place, when[held]), bps[held])
            up[place, when[held]] = True
        return rate_bps, up

    def keys_of(self, rows: Longs) -> tuple[Longs, Longs]:
        """Return the keys of contacts there and back."""
        ends = (self.contacts.source[rows], self.contacts.target[rows])
        a, b = (end.astype(np.int64) for end in ends)
        return a * len(self.fleet) + b, b * len(self.fleet) + a

    def spans(self, key: Longs) -> tuple[Longs, Floats, Floats]:
        """Return from when to when the links have contacts."""
        step_s = self.scenario.rules(Packets)[
            0
        ].step_s  # an end just before these belongs to the last
        met = self.contacts.start_s <= self.time_s[-1]
        rows = np.flatnonzero(met & (self.contacts.end_s >= self.time_s[0] - step_s))
        route = np.concatenate(self.keys_of(rows))
        twice = np.tile(rows, 2)
        held = np.isin(route, key)
        start_s, end_s = self.contacts.start_s[twice[held]], self.contacts.end_s[twice[held]]
        return route[held], start_s, end_s


def joined(parts: Sequence[Laid]) -> Laid:
    """Put blocks one after the other; what one did not look at is NaN and not there."""
    key = np.unique(np.concatenate([each.key for each in parts]))
    time_s = np.concatenate([each.time_s for each in parts])
    delay_s = np.full((len(key), len(time_s)), np.nan)
    rate_bps, up = np.zeros(delay_s.shape), np.zeros(delay_s.shape, np.bool_)
    after = 0
    for each in parts:
        rows = np.searchsorted(key, each.key)
        columns = slice(after, after + len(each.time_s))
        delay_s[rows, columns] = each.delay_s
        rate_bps[rows, columns] = each.rate_bps
        up[rows, columns] = each.up
        after = columns.stop
    rest = {
        each.name: np.concatenate([getattr(part, each.name) for part in parts])
        for each in fields(Laid)
        if each.name not in ("time_s", "key", "delay_s", "rate_bps", "up")
    }
    return Laid(time_s, key, delay_s, rate_bps, up, **rest)
