"""Carriers that the users of a beam share: what one takes of its time, the others cannot have.

A beam sends to one user at a time, and receives one at a time, at that user's own rate. So what its
users take of the rates of their links, as parts, adds up to one at most.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skyweft.network.flows.fairness import USE_MIN, Sharing
from skyweft.network.flows.splitting import FlowPaths
from skyweft.network.graph.snapshot import Snapshot
from skyweft.network.product import BEAM_FULL, FULL, Beams

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Carriers:
    """V carriers, one a beam and direction, over L directed links."""

    of: Ints  # (L,) the carrier of each link, -1 where it has one for itself
    part: Floats  # (L,) what a bit over the link takes of the carrier's capacity
    capacity_bps: Floats  # (V,) the rate of its slowest user
    mixed_bps: Floats  # (V,) its rate if all its users get the same time
    rule: NDArray[np.int16]  # (V,) place in the scenario's [[links]]
    platform: Ints  # (V,) whose beam
    beam: Ints  # (V,) number at its platform
    centre: Ints  # (V,) the user it is steered at
    sends: NDArray[np.bool_]  # (V,) to the users, or receives them
    users: Ints  # (V,)

    def laid(self, routes: FlowPaths) -> FlowPaths:
        """Return routes over their links, and behind each its carrier; numbered after the links."""
        held = self.of[routes.link] >= 0
        behind = np.concatenate([[0], np.cumsum(held)])  # carriers before each link
        place = np.arange(len(routes.link)) + behind[:-1]
        at, after = routes.link[held], place[held] + 1
        link = np.empty(len(held) + len(at), np.int32)
        link[place], link[after] = routes.link, len(self.of) + self.of[at]
        use = np.ones(len(link))
        use[after] = self.part[at]
        return replace(routes, first=routes.first + behind[routes.first], link=link, use=use)

    def named(self, found: Sharing, routes: FlowPaths) -> Sharing:
        """Name a full carrier by the link of the flow that belongs to it."""
        links = len(self.of)
        owner = np.repeat(routes.flow, np.diff(routes.first))
        entry = np.flatnonzero((routes.link >= links) & (routes.link == found.bottleneck[owner]))
        bottleneck, limiting_factor = found.bottleneck.copy(), found.limiting_factor.copy()
        bottleneck[owner[entry]] = routes.link[entry - 1]
        held = owner[entry][limiting_factor[owner[entry]] == FULL]
        limiting_factor[held] = BEAM_FULL
        return Sharing(found.rate_bps, bottleneck, limiting_factor, found.load_bps)

    def rows(self, time_s: float, load_bps: Floats) -> Beams:
        """Return what every beam carries, from the loads of links and carriers."""
        held = np.flatnonzero(self.of >= 0)
        carried = np.zeros(len(self.rule))
        np.add.at(carried, self.of[held], load_bps[held])
        with np.errstate(invalid="ignore", divide="ignore"):
            used = np.minimum(np.nan_to_num(load_bps[len(self.of) :] / self.capacity_bps), 1.0)
            rate_bps = np.where(used > 0, carried / used, self.mixed_bps)
        return Beams(
            time_s=np.full(len(self.rule), time_s),
            rule=self.rule,
            platform=self.platform,
            beam=self.beam,
            centre=self.centre,
            sends=self.sends,
            users=self.users,
            load_bps=carried,
            capacity_bps=rate_bps,
            utilisation=used,
        )


def carriers(snapshot: Snapshot, key: Longs, rate_bps: Floats) -> Carriers:
    """Return the carriers that beams share at an instant.

    Parameters
    ----------
    snapshot : Snapshot
        The network.
    key, rate_bps : (L,)
        Directed links, tail * N + head, rising, and what they carry alone. [bit/s]
    """
    network, up = snapshot.network, snapshot.contact
    rule, platform, beam, centre, which = network.limits.beams(
        network.contacts, up, snapshot.position_m
    )
    of = np.full(len(key), -1, np.int32)
    served = np.flatnonzero(which >= 0)
    number = which[served]
    a, b = (side[served].astype(np.int64) for side in snapshot.ends)
    many, at = len(network.fleet), platform[number]
    user = np.where(a == at, b, a)
    for sends, ends in ((0, user * many + at), (1, at * many + user)):
        of[np.searchsorted(key, ends)] = 2 * number + sends
    held = np.flatnonzero((of >= 0) & (rate_bps > 0))
    least_bps = np.full(2 * len(rule), np.inf)
    np.minimum.at(least_bps, of[held], rate_bps[held])
    each_s = np.bincount(of[held], 1 / rate_bps[held], 2 * len(rule))
    count = np.bincount(of[held], minlength=2 * len(rule))
    capacity_bps = np.where(count > 0, least_bps, 0.0)
    part = np.ones(len(key))
    part[held] = np.maximum(capacity_bps[of[held]] / rate_bps[held], USE_MIN)
    return Carriers(
        of,
        part,
        capacity_bps,
        count / np.where(count > 0, each_s, 1.0),
        np.repeat(rule, 2),
        np.repeat(platform, 2),
        np.repeat(beam, 2),
        np.repeat(centre, 2),
        np.tile([False, True], len(rule)),
        np.repeat(np.bincount(number, minlength=len(rule)), 2).astype(np.int32),
    )
