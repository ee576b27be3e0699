"""Which platforms may meet under each rule of a scenario: group by group, never one by one.

Pairs are made in short lists when they are searched, so that a million sensors and thirty thousand
satellites never stand in memory as pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.windows import cut, every
from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.fleet.planes import Planes
from skyweft.motion.beside import shifts
from skyweft.motion.tables import read_table
from skyweft.protocols.records import Errors
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of one rule between two groups; rows are rows of `Fleet`.

    Either every source with every target, or, when the two are one group under one terminal, each
    two members once; or the pairs `listed` (K, 2), as places in `sources` and `targets`.
    """

    link: int
    source_group: int
    target_group: int
    sources: Ints
    targets: Ints
    once: bool
    listed: Ints | None = None

    def __len__(self) -> int:
        if self.listed is not None:
            return len(self.listed)
        count = len(self.sources) * len(self.targets)
        if self.once:
            return (count - len(self.sources)) // 2
        return count - len(self.sources) if self.source_group == self.target_group else count

    def lists(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield short lists of places in `sources` and in `targets`, always the same ones."""
        if self.listed is not None:
            yield from cut(self.listed)
            return
        for sources, targets in every(_places(self.sources), _places(self.targets)):
            yield self._meet(sources, targets)

    def _meet(self, sources: Ints, targets: Ints) -> tuple[Ints, Ints]:
        """Drop platforms that would meet themselves, or meet again."""
        if self.source_group != self.target_group:
            return sources, targets
        keep = sources < targets if self.once else sources != targets
        return sources[keep], targets[keep]


def _places(rows: Ints) -> Ints:
    return np.arange(len(rows), dtype=np.int32)


def unsearched(scenario: Scenario) -> frozenset[str]:
    """Return the groups whose terminals stand in rules without windows alone."""
    found = {windows: set[str]() for windows in (True, False)}
    for link in scenario.links:
        for name, platform in scenario.platforms.items():
            if set(link.between) & set(platform.terminals):
                found[link.windows].add(name)
    return frozenset(found[False] - found[True])


def sets(scenario: Scenario, fleet: Fleet) -> list[Pairs]:
    """Return the pairs of every rule that windows are searched for, group by group.

    Raises
    ------
    ScenarioError
        For every group under a grid whose members do not fill planes.
    """
    members = [
        np.flatnonzero(fleet.group == group).astype(np.int32) for group in range(len(fleet.groups))
    ]
    found: list[Pairs] = []
    errors: list[str] = []
    for number, link in enumerate(scenario.links):
        if not link.windows:
            continue
        first, second = (_carriers(scenario, fleet, terminal) for terminal in link.between)
        if link.pattern == "list":
            try:
                found += _listed(number, link, fleet, first, second)
            except ScenarioError as error:
                errors.append(str(error))
            continue
        if link.pattern != "all":
            for group in first:
                name = fleet.groups[group]
                if name not in fleet.planes:
                    errors.append(
                        f"links[{number}].pattern: the group {name!r} does not fill planes; "
                        f"{link.pattern!r} needs a walker, or elements with planes and per_plane"
                    )
                    continue
                rows = members[group]
                planes = fleet.planes[name]
                if link.pattern == "ring":
                    listed = rings(planes)
                else:
                    listed = neighbours(planes, link.grid_offset)
                found.append(Pairs(number, group, group, rows, rows, once=True, listed=listed))
            continue
        alike = link.between[0] == link.between[1]
        for source in first:
            for target in second:
                if not alike or source <= target:
                    once = alike and source == target
                    rows, columns = members[source], members[target]
                    found.append(Pairs(number, source, target, rows, columns, once))
    if errors:
        raise ScenarioError("\n".join(errors))
    return [pairs for pairs in found if len(pairs)]


def pairs(scenario: Scenario, fleet: Fleet) -> list[int]:
    """Return how many pairs each of the scenario's links has."""
    counts = [0] * len(scenario.links)
    for members in sets(scenario, fleet):
        counts[members.link] += len(members)
    return counts


def _carriers(scenario: Scenario, fleet: Fleet, terminal: str) -> list[int]:
    return [
        number
        for number, name in enumerate(fleet.groups)
        if terminal in scenario.platforms[name].terminals
    ]


def neighbours(planes: Planes, grid_offset: int | None = None) -> Ints:
    """Return the +grid: the next slot of the plane, and one slot of each plane beside it.

    Parameters
    ----------
    planes : Planes
        The shell; empty slots have no links, and nothing crosses a seam.
    grid_offset : int, optional
        Slots on to the neighbour in the next plane to the east; the nearest unless given.

    Returns
    -------
    listed : (K, 2)
        Rows of the group, each pair once, also where a plane has two slots or a ring two planes.
    """
    shift = shifts(planes, grid_offset)
    links = [rings(planes)]
    for plane in np.flatnonzero(planes.east >= 0):
        beside = np.roll(planes.member[planes.east[plane]], -shift[plane])
        links.append(np.stack([planes.member[plane], beside], axis=-1))
    return _once(np.concatenate(links))


def rings(planes: Planes) -> Ints:
    """Return every satellite of a plane with that in the next slot, (K, 2), each pair once."""
    member = planes.member
    return _once(np.stack([member, np.roll(member, -1, axis=1)], axis=-1).reshape(-1, 2))


def _once(pairs: NDArray[np.integer]) -> Ints:
    pairs = pairs[np.all(pairs >= 0, axis=1) & (pairs[:, 0] != pairs[:, 1])]
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int32).reshape(-1, 2)


def _listed(
    number: int, link: Link, fleet: Fleet, first: list[int], second: list[int]
) -> Iterator[Pairs]:
    """Yield the pairs of a file, by the groups of their ends.

    Raises
    ------
    ScenarioError
        Names nobody has, or whose group does not carry the terminal, and pairs of one platform
        with itself: all of them at once.
    """
    assert link.file is not None
    table = read_table(link.file, {}, {}, ("source", "target"))
    row_of = {name: row for row, name in enumerate(fleet.names)}
    ends: list[Ints] = []
    errors = Errors(link.file.name)
    for column, groups in (("source", first), ("target", second)):
        places = [row_of.get(name, -1) for name in table.texts[column]]
        ends.append(np.array(places, np.int32))
        terminal = link.between[0 if column == "source" else 1]
        carries = np.isin(fleet.group[ends[-1]], groups)
        for k in np.flatnonzero((ends[-1] < 0) | ~carries).tolist():
            name = table.texts[column][k]
            words = f"{name!r} carries no {terminal!r}"
            words = f"nothing is called {name!r}" if ends[-1][k] < 0 else words
            errors.add(f"line {table.lines[k]}", f"{column}: {words}")
    for k in np.flatnonzero((ends[0] == ends[1]) & (ends[0] >= 0)).tolist():
        words = f"{fleet.names[ends[0][k]]!r} is paired with itself"
        errors.add(f"line {table.lines[k]}", words)
    errors.complain()
    met = np.unique(np.stack(ends, axis=1), axis=0)
    group = fleet.group[met]
    for source, target in np.unique(group, axis=0):
        here = met[np.all(group == (source, target), axis=1)]
        sources, rows = np.unique(here[:, 0], return_inverse=True)
        targets, columns = np.unique(here[:, 1], return_inverse=True)
        listed = np.stack([rows, columns], axis=1).astype(np.int32)
        yield Pairs(number, int(source), int(target), sources, targets, once=False, listed=listed)
