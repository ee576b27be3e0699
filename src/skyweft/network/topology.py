"""Which of the contacts that are up carry traffic at an instant: limits and failures.

A contact says that two platforms could talk. A terminal that follows one other end at a time, a
beam that serves so many users, a laser that is blinded by the Sun or still being pointed, and a
platform that is out of order say which of them do.
"""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.motion.product import Fleet
from skyweft.network.failures import Outages, chosen, failed, listed, together
from skyweft.scenario.network import Failures
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link
from skyweft.world.clock import Clock
from skyweft.world.sun import sun_direction

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

NO_LIMIT = 1 << 30


@dataclass(frozen=True, slots=True)
class Topology:
    """What a run needs to say which contacts are used: rules, Sun and outages of platforms."""

    links: tuple[Link, ...]
    clock: Clock
    outages: Outages

    @property
    def idle(self) -> bool:
        """Whether every contact carries traffic at any time."""
        return not len(self.outages) and not any(_limited(link) for link in self.links)

    def used(self, contacts: Contacts, up: Ints, position_m: Floats, time_s: float) -> Ints:
        """Return those of the contacts `up` that carry traffic at an instant.

        Parameters
        ----------
        contacts : Contacts
            Windows.
        up : (K,)
            Rows of `contacts` that are up, ascending.
        position_m : (N, 3)
            Where every platform is, ITRS. [m]
        time_s : float
            The instant, from the scenario's start. [s]

        Returns
        -------
        used : (L,)
            Rows of `contacts`, ascending.
        """
        keep = self._in_order(contacts, up, len(position_m), time_s)
        for number, link in enumerate(self.links):
            if not _limited(link):
                continue
            rows = np.flatnonzero(keep & (contacts.link[up] == number))
            keep[rows] = self._held(link, contacts, up[rows], position_m, time_s)
        return up[keep]

    def _in_order(self, contacts: Contacts, up: Ints, platforms: int, time_s: float) -> Bools:
        down = np.zeros(platforms, np.bool_)
        now = (self.outages.start_s <= time_s) & (time_s < self.outages.end_s)
        down[self.outages.thing[now]] = True
        return ~(down[contacts.source[up]] | down[contacts.target[up]])

    def _held(
        self, link: Link, contacts: Contacts, up: Ints, position_m: Floats, time_s: float
    ) -> Bools:
        """Return which contacts of one rule keep to all its limits."""
        a, b = contacts.source[up], contacts.target[up]
        along_m = position_m[b] - position_m[a]
        range_m = np.linalg.norm(along_m, axis=1)
        # A contact that was up when the run began was pointed before.
        pointed_s = contacts.start_s[up] + np.where(contacts.cut_start[up], 0, link.acquisition_s)
        keep = time_s >= pointed_s
        if link.sun_exclusion_deg > 0:
            sun = sun_direction(self.clock, np.array([time_s]))[:, 0]
            # Either end looks along the link, so the Sun may stand behind the one or the other.
            cosine = np.abs(along_m @ sun) / np.maximum(range_m, 1.0)
            keep &= cosine < np.cos(np.radians(link.sun_exclusion_deg))
        if link.latitude_max_deg < 90:
            highest = np.sin(np.radians(link.latitude_max_deg))
            for end in (a, b):
                radius_m = np.linalg.norm(position_m[end], axis=1)
                keep &= np.abs(position_m[end, 2]) <= highest * radius_m
        if link.source_links_max is not None or link.target_links_max is not None:
            keep &= _served(
                np.argsort(_worth(link, contacts, up, position_m), kind="stable"),
                a,
                b,
                keep,
                link.source_links_max or NO_LIMIT,
                link.target_links_max or NO_LIMIT,
                0 if link.between[0] == link.between[1] else 1,
                len(position_m),
            )
        return keep


def topology(scenario: Scenario, fleet: Fleet) -> Topology:
    """Return the limits and the failures of a scenario.

    Raises
    ------
    ScenarioError
        A failure names a platform that is not there.
    """
    return Topology(
        tuple(scenario.links),
        Clock.at(scenario.start, tables=scenario.world.earth_orientation == "tables"),
        _outages(scenario, fleet),
    )


def _limited(link: Link) -> bool:
    return bool(
        link.acquisition_s
        or link.sun_exclusion_deg
        or link.latitude_max_deg < 90
        or link.source_links_max
        or link.target_links_max
    )


def _outages(scenario: Scenario, fleet: Fleet) -> Outages:
    """Put the outages of all `[[failures]]` together."""
    names = fleet.names
    return together(
        [
            listed(names, [], scenario.duration_s),
            *(_failing(each, scenario, fleet) for each in scenario.failures),
        ]
    )


def _failing(failures: Failures, scenario: Scenario, fleet: Fleet) -> Outages:
    """Return the outages of one `[[failures]]`."""
    rows = np.concatenate([fleet.rows_of(group) for group in failures.platforms])
    rows = np.sort(rows)
    names = [fleet.names[row] for row in rows]
    if failures.mean_time_between_s is not None:
        repair_s = np.inf if failures.repair_s is None else failures.repair_s
        found = failed(
            scenario.duration_s, names, failures.mean_time_between_s, repair_s, scenario.seed
        )
        return replace(found, thing=rows[found.thing])
    if failures.share is not None:
        hit = chosen(names, failures.share, scenario.seed)
        names = [name for name, each in zip(names, hit, strict=True) if each]
    wanted = failures.names or names
    end_s = scenario.duration_s if failures.end_s is None else failures.end_s
    return listed(
        fleet.names, [(name, failures.start_s, end_s) for name in wanted], scenario.duration_s
    )


def _worth(link: Link, contacts: Contacts, up: Ints, position_m: Floats) -> Floats:
    """Return what contacts are sorted by, the best first."""
    if link.choose == "longest":
        return -contacts.end_s[up]
    a, b = position_m[contacts.source[up]], position_m[contacts.target[up]]
    range_m = np.linalg.norm(b - a, axis=1)
    if link.choose == "nearest":
        return range_m
    # Sorting needs no ellipsoid: elevation above the sphere through the lower end.
    low = (np.linalg.norm(a, axis=1) <= np.linalg.norm(b, axis=1))[:, None]
    foot, along = np.where(low, a, b), np.where(low, b - a, a - b)
    return -np.sum(foot * along, axis=1) / (np.linalg.norm(foot, axis=1) * range_m)


@njit(cache=True, error_model="numpy", nogil=True)
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
