"""Contacts of a scenario in one block of time, and how blocks are put together.

Which rule holds between whom is decided here; when it holds is found by `windows`.

Between two layers, b is in the higher one and a's horizon counts: the geodetic one of a place, or
the one that moves along with a ship or an aircraft. Within one layer there is no elevation; the
line of sight must clear the Earth. It is a straight line between the altitudes above the ellipsoid
that the scenario states, so between two places on the ground it reaches as far as the geometric
horizon of both; below 10 m above the lower end nothing is taken to block it.
"""

import os
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.geometry import Side
from skyweft.contacts.masks import sectors
from skyweft.contacts.pairs import Pairs, sets
from skyweft.contacts.product import Contacts
from skyweft.contacts.windows import Rules, Windows, find_pairs, moving, standing, with_floor
from skyweft.fleet import Fleet, Motion, Tracks
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link

Ints = NDArray[np.int32]
Columns = dict[str, NDArray[np.generic]]
# Columns of windows that contacts take over as they are.
SAME = (
    "start_s",
    "end_s",
    "culmination_s",
    "elevation_max_deg",
    "range_min_m",
    "cut_start",
    "cut_end",
)

HEIGHT = {"ground": 0, "air": 1, "near_space": 2, "space": 3}
LASER_GRAZING_M = 80e3  # between satellites: above all weather and most of the airglow


def find_contacts(
    scenario: Scenario, fleet: Fleet, motion: Motion, executor: Executor | None = None
) -> Contacts:
    """Find all contacts of one block of time.

    Parameters
    ----------
    scenario : Scenario
        Its links are the rules.
    fleet : Fleet
        From `motion.fleet.build_fleet`.
    motion : Motion
        Where everybody is during the block, from `motion.propagate.propagate`.
    executor : Executor, optional
        Threads; all of the machine's unless given. The result does not depend on their number.

    Returns
    -------
    contacts : Contacts
        Edges within 10 ms of the tracks' truth; windows that the block's ends or a mover's absence
        cut are flagged. `join` puts blocks together.

    Raises
    ------
    ScenarioError
        Where a group under a grid does not fill planes.
    """
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return find_contacts(scenario, fleet, motion, threads)
    search = _Search(scenario, fleet, motion)
    found = [search.columns(members, executor) for members in sets(scenario, fleet)]
    return _ordered([*found, _nothing()])


class _Search:
    """What the rules of one block share: the two kinds of ends and who they are."""

    def __init__(self, scenario: Scenario, fleet: Fleet, motion: Motion) -> None:
        self._scenario, self._fleet = scenario, fleet
        self._tracks = motion.tracks
        self._sites = motion.sites
        self._flown: list[tuple[Tracks, Side]] = []  # what is known of tracks asked for before
        movers = np.flatnonzero(fleet.mover >= 0).astype(np.int32)
        self._movers = movers[np.argsort(fleet.mover[movers])]  # rows of the fleet by row of tracks

    def columns(self, pairs: Pairs, executor: Executor) -> Columns:
        """Return the contacts of one rule between two groups."""
        link = self._scenario.links[pairs.link]
        groups = (pairs.source_group, pairs.target_group)
        layers = [self._fleet.layers[group] for group in groups]
        terminals = [self._scenario.terminals[end] for end in link.between]
        # The lower layer's end is a; within one layer the source is.
        swapped = HEIGHT[layers[0]] > HEIGHT[layers[1]]
        order = (1, 0) if swapped else (0, 1)
        masks = [terminals[end].mask for end in order]
        floor_deg = link.elevation_min_deg
        if masks[0]:
            floor_deg = max(floor_deg, min(level for _, level in masks[0]))
        members = (pairs.sources, pairs.targets)
        tracks, movers = self._together(members)
        a, rows_a, who_a = self._side(members[order[0]], tracks, movers)
        b, rows_b, who_b = self._side(members[order[1]], tracks, movers)
        between = layers[0] != layers[1]
        rules = Rules(
            elevation=between,
            sight=bool(between and floor_deg < 0 and a.moves and b.moves),
            grazing_altitude_m=_grazing_m(link, layers, [terminal.kind for terminal in terminals]),
            range_max_m=link.range_max_m or float("inf"),
            mask_a=sectors(masks[0]),
            mask_b=sectors(masks[1]),
        )
        lists = (
            (rows_a[numbers[order[0]]], rows_b[numbers[order[1]]]) for numbers in pairs.lists()
        )
        time_s = tracks.time_s if a.moves or b.moves else tracks.time_s[[0, -1]]
        windows = find_pairs(with_floor(a, floor_deg), b, lists, time_s, rules, executor)
        ends = who_a[windows.a], who_b[windows.b]
        return _columns(pairs.link, windows, ends[order[0]], ends[order[1]])

    def _of(self, tracks: Tracks) -> Side:
        """Return tracks as a side; those made for one rule are forgotten with the next."""
        for known, side in self._flown:
            if known is tracks:
                return side
        whole = (self._tracks, *self._tracks.parts)
        self._flown = [pair for pair in self._flown if any(pair[0] is column for column in whole)]
        self._flown.append((tracks, moving(tracks)))
        return self._flown[-1][1]

    def _together(self, members: tuple[Ints, Ints]) -> tuple[Tracks, Ints]:
        """Return tracks that hold all movers of two groups at equal knots, and whose they are."""
        rows = self._fleet.mover[np.concatenate(members)]
        rows = rows[rows >= 0]
        return self._tracks.among(rows) if len(rows) else (self._tracks, rows)

    def _side(self, members: Ints, tracks: Tracks, movers: Ints) -> tuple[Side, Ints, Ints]:
        """Return the side that a group is on, its rows there, and the fleet's rows of that side.

        A group moves or stands whole. Of places only the group's own are taken: beside it there
        may be a million devices without windows.
        """
        rows = self._fleet.mover[members]
        if np.all(rows >= 0):
            place = np.searchsorted(movers, rows).astype(np.int32)
            return self._of(tracks), place, self._movers[movers]
        site = self._fleet.site[members]
        places = standing(self._sites.position_m[site], self._sites.up[site])
        return places, np.arange(len(members), dtype=np.int32), members.astype(np.int32)


def _grazing_m(link: Link, layers: list[str], kinds: list[str]) -> float:
    if link.grazing_altitude_m is not None:
        return link.grazing_altitude_m
    optical = kinds[0] == kinds[1] == "optical"
    # An end in the air cannot keep its line above 80 km: the default is one between satellites.
    return LASER_GRAZING_M if optical and layers[0] == layers[1] == "space" else 0.0


def _columns(link: int, windows: Windows, source: Ints, target: Ints) -> Columns:
    rule = np.full(len(windows), link, dtype=np.int16)
    same = {name: getattr(windows, name) for name in SAME}
    return {"link": rule, "source": source, "target": target, **same}


def _nothing() -> Columns:
    """Return no contacts, in columns of the right kind."""
    none = np.empty(0)
    kinds = {"link": np.int16, "source": np.int32, "target": np.int32, "cut_start": np.bool_}
    kinds |= {"cut_end": np.bool_, "elevation_max_deg": np.float32}
    names = [field.name for field in fields(Contacts)]
    return {name: none.astype(kinds.get(name, np.float64)) for name in names}


def _ordered(parts: list[Columns]) -> Contacts:
    """Return the rows of all parts, sorted by start, link, source, target."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(columns["start_s"], kind="stable")
    start_s = columns["start_s"][order]
    # Four keys only where starts are equal, as at the block's beginning: ten times faster.
    equal = np.flatnonzero(start_s[1:] == start_s[:-1])
    places = np.union1d(equal, equal + 1)
    tied = order[places]
    keys = [columns[name][tied] for name in ("target", "source", "link", "start_s")]
    order[places] = tied[np.lexsort(keys)]
    return Contacts(**{name: column[order] for name, column in columns.items()})


def join(earlier: Contacts, later: Contacts) -> Contacts:
    """Put together the contacts of two blocks of time, one right after the other.

    A contact that the border cut becomes one again: start of the first part, end of the second, the
    better of both best moments.

    Parameters
    ----------
    earlier, later : Contacts
        Of blocks of which the second begins exactly when the first ends.
    """
    one, two = _met(earlier, later)
    first, second = _part(earlier, np.ones(len(earlier), bool)), _part(later, _without(later, two))
    for name in ("end_s", "cut_end"):
        first[name][one] = getattr(later, name)[two]
    first["range_min_m"][one] = np.minimum(earlier.range_min_m[one], later.range_min_m[two])
    higher = later.elevation_max_deg[two] > earlier.elevation_max_deg[one]
    nearer = later.range_min_m[two] < earlier.range_min_m[one]
    better = np.where(np.isnan(earlier.elevation_max_deg[one]), nearer, higher)
    for name in ("culmination_s", "elevation_max_deg"):
        first[name][one[better]] = getattr(later, name)[two[better]]
    return _ordered([first, second])


def part(contacts: Contacts, border_s: float) -> tuple[Contacts, Contacts]:
    """Divide contacts into those that are over and those still up at a block's end.

    The second go into the next `join` as `earlier`; the first are complete and may leave memory.
    """
    still = contacts.cut_end & (contacts.end_s == border_s)
    return _ordered([_part(contacts, ~still)]), _ordered([_part(contacts, still)])


def _part(contacts: Contacts, which: NDArray[np.bool_]) -> Columns:
    return {field.name: getattr(contacts, field.name)[which] for field in fields(Contacts)}


def _without(contacts: Contacts, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    left = np.ones(len(contacts), dtype=bool)
    left[rows] = False
    return left


def _met(earlier: Contacts, later: Contacts) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of both that are two parts of one contact."""
    one, two = np.flatnonzero(earlier.cut_end), np.flatnonzero(later.cut_start)
    row = np.concatenate([one, two])
    keys: Mapping[str, NDArray[np.generic]] = {
        name: np.concatenate([getattr(earlier, name)[one], getattr(later, name)[two]])
        for name in ("link", "source", "target")
    }
    at_s = np.concatenate([earlier.end_s[one], later.start_s[two]])
    side = np.repeat([0, 1], [len(one), len(two)])
    order = np.lexsort([side, at_s, keys["target"], keys["source"], keys["link"]])
    same = side[order[:-1]] < side[order[1:]]
    for column in (at_s, *keys.values()):
        same &= column[order[:-1]] == column[order[1:]]
    return row[order[:-1][same]], row[order[1:][same]]
