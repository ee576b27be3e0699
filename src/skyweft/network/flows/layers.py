"""Which layer carries what, and which users are served by which, snapshot by snapshot."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.fleet import Fleet
from skyweft.links.path import LAYERS
from skyweft.network.flows.throughput import codes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ANY = len(LAYERS)  # in place of a layer: served at all


class Whose(NamedTuple):
    """Of every platform its layer and group, (N,), as places in `LAYERS` and `groups`."""

    layer: Ints
    group: Ints
    groups: tuple[str, ...]

    @classmethod
    def of(cls, fleet: Fleet) -> "Whose":
        """Return those of a fleet."""
        layers = np.array([LAYERS.index(layer) for layer in fleet.layers], np.int64)
        return cls(layers[fleet.group], fleet.group.astype(np.int64), tuple(fleet.groups))


@dataclass(frozen=True, slots=True)
class Carried:
    """Sums over links and users; T snapshots, L layers, G groups of users."""

    time_s: Floats  # (T,)
    load_bps: Floats  # (T, L, L) of the links from a layer to a layer
    links: Ints  # (T, L, L) how many carry anything
    groups: tuple[str, ...]  # (G,) of the platforms that flows begin or end at
    users: Ints  # (G,) how many there are
    served: Ints  # (T, G, L + 1) of them get or send anything, by a link with a layer; or any

    @property
    def sent_bps(self) -> Floats:
        """Return what the platforms of each layer send, (T, L): every bit counts once a hop."""
        found: Floats = self.load_bps.sum(axis=2)
        return found

    @property
    def share_served(self) -> Floats:
        """Return the share of each group's users that are served, (T, G, L + 1)."""
        return self.served / np.maximum(1, self.users)[:, None]


def carried(
    shares: Iterable[pa.RecordBatch],
    loads: Iterable[pa.RecordBatch],
    names: pa.Array,
    whose: Whose,
) -> Carried:
    """Return what layers carry and whom they serve.

    Parameters
    ----------
    shares, loads : iterable of pyarrow.RecordBatch
        Rows of `flow_rates` and of `link_loads`.
    names : pyarrow.StringArray
        All platforms.
    whose : Whose
        Of these.
    """
    many = len(names)
    times, keys, ends = [np.zeros(0)], [np.zeros((2, 0))], [np.zeros(0, np.int64)]
    for batch in shares:
        time_s, rate_bps = (batch.column(name).to_numpy() for name in ("time_s", "rate_bps"))
        both = [codes(batch.column(side), names) for side in ("source", "target")]
        times.append(np.unique(time_s))
        ends += [np.unique(end) for end in both]
        got = rate_bps > 0
        keys += [_unique(time_s[got], end[got]) for end in both]
    time_s, user = np.unique(np.concatenate(times)), np.unique(np.concatenate(ends))
    is_user = np.zeros(many, np.bool_)
    is_user[user] = True
    taking = np.concatenate(keys, axis=1)
    met = _Met.none(time_s, whose)
    for batch in loads:
        met.add(batch, names, is_user)
    groups: Ints = np.unique(whose.group[user])
    served = np.zeros((len(time_s), len(groups), ANY + 1), np.int64)
    at, who = np.searchsorted(time_s, taking[0]), taking[1].astype(np.int64)
    pair = np.unique(at * many + who)  # a user of two flows counts once
    place: Ints = np.searchsorted(groups, whose.group)
    np.add.at(served[:, :, ANY], (pair // many, place[pair % many]), 1)
    pair, layer = np.divmod(np.unique(np.concatenate(met.keys)), ANY)
    np.add.at(served, (pair // many, place[pair % many], layer), 1)
    return Carried(
        time_s,
        met.load_bps,
        met.links,
        tuple(whose.groups[group] for group in groups),
        np.bincount(place[user], minlength=len(groups)).astype(np.int64),
        served,
    )


@dataclass(slots=True)
class _Met:
    """Sums so far over the links in use."""

    time_s: Floats
    whose: Whose
    load_bps: Floats
    links: Ints
    keys: list[Ints]  # snapshot, user and the layer at the other end as one number

    @classmethod
    def none(cls, time_s: Floats, whose: Whose) -> "_Met":
        """Return sums over nothing."""
        shape = len(time_s), ANY, ANY
        return cls(
            time_s, whose, np.zeros(shape), np.zeros(shape, np.int64), [np.zeros(0, np.int64)]
        )

    def add(self, batch: pa.RecordBatch, names: pa.Array, is_user: NDArray[np.bool_]) -> None:
        """Add some rows."""
        at = np.searchsorted(self.time_s, batch.column("time_s").to_numpy())
        source, target = (codes(batch.column(side), names) for side in ("source", "target"))
        layer = self.whose.layer
        place = at, layer[source], layer[target]
        np.add.at(self.load_bps, place, batch.column("load_bps").to_numpy())
        np.add.at(self.links, place, 1)
        for user, other in ((source, target), (target, source)):
            mine = is_user[user]
            key = (at[mine] * len(names) + user[mine]) * ANY + layer[other[mine]]
            self.keys.append(np.unique(key))


def _unique(time_s: Floats, who: Ints) -> Floats:
    """Return times and platforms, (2, K), each pair once."""
    return np.unique(np.stack([time_s, who.astype(np.float64)]), axis=1)


def metrics(found: Carried) -> dict[str, Any]:
    """Return the key metrics, ready for JSON: of layers in use, and of the groups of users."""
    sent_bps = found.sent_bps.mean(axis=0) if len(found.time_s) else np.zeros(ANY)
    share = found.share_served
    return {
        "layers": {
            layer: {"sent_mean_bps": float(sent_bps[k])}
            for k, layer in enumerate(LAYERS)
            if sent_bps[k] > 0
        },
        "users": [
            {
                "group": group,
                "platforms": int(found.users[k]),
                "share_served": float(share[:, k, ANY].mean()),
                "share_served_min": float(share[:, k, ANY].min()),
                "share_served_by": {
                    layer: float(share[:, k, place].mean())
                    for place, layer in enumerate(LAYERS)
                    if share[:, k, place].any()
                },
            }
            for k, group in enumerate(found.groups)
        ],
    }
