"""Which of the contacts that are up carry traffic at an instant: limits and failures.

A contact says that two platforms could talk. A terminal that follows one other end at a time, a
beam that serves so many users, a laser that is blinded by the Sun or still being pointed, and a
platform that is out of order say which of them do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts
from skyweft.fleet import Fleet, Motion
from skyweft.kernels import making
from skyweft.network.failures.causes import outages, pair_keys, pair_outages
from skyweft.network.failures.outages import Outages
from skyweft.network.graph.beams import NO_LIMIT, UNLINKED, UNSTEERED, Limits, steered
from skyweft.network.graph.causes import ACQUISITION, NO_ANTENNA, NO_BEAM, OUT_OF_ORDER, POINTING
from skyweft.network.graph.choices import Candidates, worth
from skyweft.network.graph.pointing import Ends, blocked, blocking, steers
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link
from skyweft.world.clock import Clock
from skyweft.world.sun import sun_direction

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Topology:
    """What a run needs to say which contacts are used: rules, Sun and outages.

    `outages` are of the fleet's platforms, `pair_outages` of the pairs `pair_key`: their link and
    ends as one number, ascending.
    """

    links: tuple[Link, ...]
    clock: Clock
    outages: Outages
    pair_outages: Outages
    pair_key: NDArray[np.int64]

    @property
    def idle(self) -> bool:
        """Whether every contact carries traffic at any time."""
        failing = len(self.outages) or len(self.pair_outages)
        return not failing and not any(_limited(link) for link in self.links)

    def withheld(
        self,
        contacts: Contacts,
        up: Ints,
        position_m: Floats,
        velocity_m_s: Floats,
        time_s: float,
        begun_s: Floats,
    ) -> Codes:
        """Return what keeps each of the contacts `up` from carrying traffic at an instant.

        Parameters
        ----------
        contacts : Contacts
            Windows.
        up : (K,)
            Rows of `contacts` that are up, ascending.
        position_m, velocity_m_s : (N, 3)
            Where every platform is and how it moves, ITRS. [m], [m/s]
        time_s : float
            The instant, from the scenario's start. [s]
        begun_s : (K,)
            Since when each of them could be pointed along without a break. [s]

        Returns
        -------
        code : (K,)
            0 where nothing does; else 1 and more, by place in `causes.CAUSES`.
        """
        in_order = self._in_order(contacts, up, len(position_m), time_s)
        wait_s = np.array([link.acquisition_s for link in self.links])[contacts.link[up]]
        code = np.where(time_s < begun_s + wait_s, ACQUISITION, 0).astype(np.int8)
        code[~in_order] = OUT_OF_ORDER
        for number, link in enumerate(self.links):
            if not _limited(link):
                continue
            rows = np.flatnonzero(in_order & (contacts.link[up] == number))
            code[rows] = self._held(
                link, contacts, up[rows], position_m, velocity_m_s, time_s, code[rows]
            )
        return code

    def unpointed(self, fleet: Fleet, motion: Motion, contacts: Contacts) -> Cuts:
        """Return when contacts cannot be pointed along in a block of time; see `blocked`."""
        return blocked(self.links, self.clock, fleet, motion, contacts)

    def _in_order(self, contacts: Contacts, up: Ints, platforms: int, time_s: float) -> Bools:
        down = _down(self.outages, platforms, time_s)
        keep = ~(down[contacts.source[up]] | down[contacts.target[up]])
        if len(self.pair_outages):
            down = _down(self.pair_outages, len(self.pair_key), time_s)
            keep &= ~down[np.searchsorted(self.pair_key, pair_keys(contacts, up, platforms))]
        return keep

    def _held(
        self,
        link: Link,
        contacts: Contacts,
        up: Ints,
        position_m: Floats,
        velocity_m_s: Floats,
        time_s: float,
        code: Codes,
    ) -> Codes:
        """Return which limit of their rule keeps contacts back, if none does by `code`. (K,)."""
        a, b = contacts.source[up], contacts.target[up]
        if steers(link):
            where = Ends(position_m[a], position_m[b], velocity_m_s[a], velocity_m_s[b])
            sun = sun_direction(self.clock, np.array([time_s]))[:, 0]
            reason = blocking(link, where, sun)
            code[reason > 0] = POINTING + reason[reason > 0]
        free = code == 0
        limits = Limits(
            link.source_links_max or NO_LIMIT,
            link.target_links_max or NO_LIMIT,
            0 if link.between[0] == link.between[1] else 1,
        )
        if link.beams is not None:
            order = _order(link, contacts, up, position_m)
            beam = steered(link.beams, order, a, b, free, limits, position_m)[0]
            code[free & (beam == UNSTEERED)] = NO_BEAM
            code[free & (beam == UNLINKED)] = NO_ANTENNA
        elif min(limits.source_max, limits.target_max) < NO_LIMIT:
            order = _order(link, contacts, up, position_m)
            ends = limits.source_max, limits.target_max, limits.side
            code[free & ~_served(order, a, b, free, *ends, len(position_m))] = NO_ANTENNA
        return code

    def beams(
        self, contacts: Contacts, used: Ints, position_m: Floats
    ) -> tuple[NDArray[np.int16], Ints, Ints, Ints, Ints]:
        """Return the beams that serve the contacts that carry traffic.

        Parameters
        ----------
        contacts, position_m
            As in `withheld`.
        used : (K,)
            Contacts that carry traffic, ascending.

        Returns
        -------
        rule, platform, beam, centre : (B,)
            Of every beam with users: place in `[[links]]`, row of the fleet, number there, and the
            user that it is steered at, a row of the fleet.
        which : (K,)
            Which of them serves each contact, -1 where it needs none.
        """
        which = np.full(len(used), -1, np.int32)
        found = [np.empty((0, 4), np.int64)]
        endless = Limits(NO_LIMIT, NO_LIMIT, 1)
        for number, link in enumerate(self.links):
            rows = np.flatnonzero(contacts.link[used] == number)
            if link.beams is None or not len(rows):
                continue
            mine = used[rows]
            # In the same order those that were served before are served again, by the same beams.
            order, free = _order(link, contacts, mine, position_m), np.ones(len(mine), np.bool_)
            a, b = contacts.source[mine], contacts.target[mine]
            beam, users = steered(link.beams, order, a, b, free, endless, position_m)
            place, taken = np.nonzero(users)
            at, user = (a, b) if link.beams.end == "source" else (b, a)
            before = sum(map(len, found))
            number_of = np.cumsum(users.ravel() > 0) - 1
            mine_of = number_of[at.astype(np.int64) * link.beams.count + beam]
            which[rows] = before + mine_of
            # A beam is steered at the first of its users.
            first = order[np.unique(mine_of[order], return_index=True)[1]]
            found.append(np.column_stack([np.full(len(place), number), place, taken, user[first]]))
        rule, platform, beam, centre = np.concatenate(found).T.astype(np.int32)
        return rule.astype(np.int16), platform, beam, centre, which


def topology(scenario: Scenario, fleet: Fleet, contacts: Contacts) -> Topology:
    """Return the limits and the failures of a scenario, and of the links that contacts make.

    Raises
    ------
    ScenarioError
        A failure names a platform that is not there.
    """
    return Topology(
        tuple(scenario.links),
        Clock.at(scenario.start, tables=scenario.world.earth_orientation == "tables"),
        outages(scenario, fleet),
        *pair_outages(scenario, fleet, contacts),
    )


def _down(outages: Outages, count: int, time_s: float) -> Bools:
    """Return which items are out of order at an instant."""
    down = np.zeros(count, np.bool_)
    now = (outages.start_s <= time_s) & (time_s < outages.end_s)
    down[outages.item[now]] = True
    return down


def _limited(link: Link) -> bool:
    return bool(
        link.acquisition_s
        or steers(link)
        or link.source_links_max
        or link.target_links_max
        or link.beams
    )


def _order(link: Link, contacts: Contacts, up: Ints, position_m: Floats) -> NDArray[np.int64]:
    a, b = position_m[contacts.source[up]], position_m[contacts.target[up]]
    range_m = np.linalg.norm(b - a, axis=1)
    # Sorting needs no ellipsoid: elevation above the sphere through the lower end.
    low = (np.linalg.norm(a, axis=1) <= np.linalg.norm(b, axis=1))[:, None]
    foot, along = np.where(low, a, b), np.where(low, b - a, a - b)
    with np.errstate(invalid="ignore", divide="ignore"):
        sine = np.sum(foot * along, axis=1) / (np.linalg.norm(foot, axis=1) * range_m)
    elevation_deg = np.degrees(np.arcsin(np.clip(sine, -1, 1)))
    some = Candidates(contacts.start_s[up], contacts.end_s[up], range_m, elevation_deg)
    return np.argsort(worth(link.choose, some), kind="stable")


@making
def _served(
    order: NDArray[np.int64],
    source: Ints,
    target: Ints,
    free: Bools,
    source_max: int,
    target_max: int,
    side: int,
    platforms: int,
) -> Bools:
    """Serve contacts in their order while both ends have a link left; return which are.

    Between two terminals of one name (`side` 0) an end's links count together, whichever end of a
    pair it is.
    """
    left = np.empty((2, platforms), np.int64)
    left[0], left[1] = source_max, target_max
    served = np.zeros(len(order), np.bool_)
    for row in order:
        a, b = source[row], target[row]
        if free[row] and left[0, a] > 0 and left[side, b] > 0:
            served[row] = True
            left[0, a] -= 1
            left[side, b] -= 1
    return served
