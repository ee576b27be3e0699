"""Routes of chosen pairs at close snapshots, and what the links on them do meanwhile.

Blocks of time are noted one by one and put together at the end, so that packets and queues pass
their borders: see `queueing`.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import RangeError
from skyweft.network.graph.block import Network, step_times
from skyweft.network.graph.snapshot import Snapshot, Snapshots, snapshots
from skyweft.network.queues.model import Packets
from skyweft.network.queues.sending import Pairs, window
from skyweft.network.routing.best import best_paths
from skyweft.network.routing.policy import Policy
from skyweft.network.routing.weights import Weights
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
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def nothing(cls, pairs: int) -> "Laid":
        """Return a snapshot without links."""
        none, keys, cells = np.zeros(0), np.zeros(0, np.int64), np.zeros((0, 1))
        hops = np.zeros((1, pairs), np.int32)
        return cls(np.zeros(1), keys, cells, cells, cells > 0, hops, keys, keys, none, none)


def gather(
    network: Network,
    pairs: Pairs,
    known: Longs,
    executor: Executor,
    weights: Weights | None = None,
) -> Laid | None:
    """Return routes and links of a block of time, as far as packets are sent in it.

    Parameters
    ----------
    network : Network
        Of the block.
    pairs : Pairs
        From `asked`.
    known : (L,)
        Keys of the links of earlier blocks: packets may still wait for them.
    executor : Executor
        Threads that share the snapshots; the answer does not depend on them.
    weights : callable, optional
        By what routes are the best, in place of their delay.

    Returns
    -------
    Laid or None
        None where no snapshot lies in the window.

    Raises
    ------
    RangeError
        More links and snapshots than fit.
    """
    rule = network.scenario.rules(Packets)[0]
    start_s, end_s = window(network.scenario)
    time_s = step_times(network.motion, rule.step_s)
    # From the last snapshot before the first packet to the first after the last has arrived.
    time_s = time_s[(time_s > start_s - rule.step_s) & (time_s < end_s + rule.step_s)]
    if not len(time_s):
        return None
    policy = Policy(processing_s=rule.processing_s, weights=weights)
    parts = []
    for k in range(0, len(time_s), SNAPSHOTS_AT_ONCE):
        some = snapshots(network, time_s[k : k + SNAPSHOTS_AT_ONCE])
        parts.append(_Stage(some, pairs, policy).laid(known, executor))
        known = parts[-1].key
        _guard(len(known), (end_s - start_s) / rule.step_s)
    return joined(parts)


class _Paths(NamedTuple):
    """The routes of F pairs at a snapshot: hops (F,), keys of their links, where everybody is."""

    hops: Ints
    key: Longs
    position_m: Floats


def _guard(links: int, snapshots: float) -> None:
    if links * snapshots > CELLS_MAX:
        raise RangeError(
            f"packets: {links:,} links at {snapshots:,.0f} snapshots are more than fits "
            f"({CELLS_MAX:,} in all): send for a shorter time, or make step_s longer"
        )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Some snapshots, and whose packets are sent."""

    snapshots: Snapshots
    pairs: Pairs
    policy: Policy

    def laid(self, known: Longs, executor: Executor) -> Laid:
        """Return routes, and the links on them and on earlier ones."""
        found = list(executor.map(self.paths, self.snapshots))
        path = np.concatenate([np.empty(0, np.int64), *(part.key for part in found)])
        key = np.union1d(known, path).astype(np.int64)
        tail, head = np.divmod(key, self.platforms)
        delay_s = np.empty((len(key), len(found)))
        for k, part in enumerate(found):
            apart_m = part.position_m[tail] - part.position_m[head]
            delay_s[:, k] = np.sqrt((apart_m * apart_m).sum(axis=1)) / SPEED_OF_LIGHT_M_S
        rate_bps, up = self.rates(key)
        hops = np.array([part.hops for part in found], np.int32)
        hops = hops.reshape(len(found), len(self.pairs))
        rate_bps[np.isnan(delay_s)] = 0.0
        time_s = self.snapshots.time_s
        return Laid(time_s, key, delay_s, rate_bps, up, hops, path, *self.spans(key))

    @property
    def platforms(self) -> int:
        """Return how many there are."""
        return len(self.snapshots.network.fleet)

    def paths(self, snapshot: Snapshot) -> _Paths:
        """Return the routes of all pairs at a snapshot."""
        sources, start = np.unique(self.pairs.source, return_inverse=True)
        targets, goal = np.unique(self.pairs.target, return_inverse=True)
        found = best_paths(snapshot, sources, targets, self.policy)
        mine = start * len(targets) + goal
        begin, hops = found.begin, found.hops
        legs = [
            found.path[begin[row] : begin[row] + hops[row] + 1].astype(np.int64) for row in mine
        ]
        keys = [leg[:-1] * self.platforms + leg[1:] for leg in legs]
        key = np.concatenate([np.empty(0, np.int64), *keys])
        return _Paths(hops[mine], key, snapshot.position_m)

    def rates(self, key: Longs) -> tuple[Floats, NDArray[np.bool_]]:
        """Return rates of links at snapshots, contacts of a pair added up, and which are up."""
        some = self.snapshots
        rate_bps = np.zeros((len(key), len(some)))
        up = np.zeros(rate_bps.shape, np.bool_)
        rows = some.contact.astype(np.int64)
        when = np.repeat(np.arange(len(some)), np.diff(some.first))
        one, other = self.keys_of(rows)
        mine = np.flatnonzero(np.isin(one, key) | np.isin(other, key))
        rows, when, one, other = rows[mine], when[mine], one[mine], other[mine]
        there_and_back = some.network.rates(rows, some.time_s[when])
        for link, bps in zip((one, other), there_and_back, strict=True):
            held = np.isin(link, key)
            place = np.searchsorted(key, link[held])
            np.add.at(rate_bps, (place, when[held]), bps[held])
            up[place, when[held]] = True
        return rate_bps, up

    def keys_of(self, rows: Longs) -> tuple[Longs, Longs]:
        """Return the keys of contacts there and back."""
        contacts = self.snapshots.network.contacts
        a, b = (end[rows].astype(np.int64) for end in (contacts.source, contacts.target))
        return a * self.platforms + b, b * self.platforms + a

    def spans(self, key: Longs) -> tuple[Longs, Floats, Floats]:
        """Return from when to when the links have contacts."""
        network, time_s = self.snapshots.network, self.snapshots.time_s
        contacts = network.contacts
        # An end just before the first snapshot belongs to the last one of the block before.
        step_s = network.scenario.rules(Packets)[0].step_s
        met = contacts.start_s <= time_s[-1]
        rows = np.flatnonzero(met & (contacts.end_s >= time_s[0] - step_s))
        link = np.concatenate(self.keys_of(rows))
        twice = np.tile(rows, 2)
        held = np.isin(link, key)
        return link[held], contacts.start_s[twice[held]], contacts.end_s[twice[held]]


def joined(parts: Sequence[Laid]) -> Laid:
    """Put blocks one after the other; what one did not look at is NaN and not there."""
    key = np.unique(np.concatenate([part.key for part in parts]))
    time_s = np.concatenate([part.time_s for part in parts])
    delay_s = np.full((len(key), len(time_s)), np.nan)
    rate_bps, up = np.zeros(delay_s.shape), np.zeros(delay_s.shape, np.bool_)
    after = 0
    for part in parts:
        rows = np.searchsorted(key, part.key)
        columns = slice(after, after + len(part.time_s))
        delay_s[rows, columns] = part.delay_s
        rate_bps[rows, columns] = part.rate_bps
        up[rows, columns] = part.up
        after = columns.stop
    rest = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Laid)
        if field.name not in ("time_s", "key", "delay_s", "rate_bps", "up")
    }
    return Laid(time_s, key, delay_s, rate_bps, up, **rest)
