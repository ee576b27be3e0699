"""Every platform of a scenario, made from its groups, with its geometry echoed and questioned."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Sites
from skyweft.motion import contradictions
from skyweft.motion.added import Added, odd
from skyweft.motion.members import Members, Setting
from skyweft.motion.tables import ERRORS_MAX
from skyweft.motion.unread import unread
from skyweft.naming import look_alike, told_apart, wrong_name
from skyweft.scenario.excerpt import excerpt
from skyweft.scenario.motion import MOTIONS, Motion
from skyweft.scenario.scenario import Scenario
from skyweft.stage.context import READ_BY_ALL
from skyweft.weather.model import Weather
from skyweft.world.clock import Clock

PLACES_SHOWN = 4  # of a name that several platforms have


def build_fleet(scenario: Scenario) -> Fleet:
    """Return who the platforms of a scenario are and how they move.

    Reads the files that the scenario names; places nobody in time yet (see `propagate`).

    Parameters
    ----------
    scenario : Scenario
        Checked by `skyweft.load`.

    Returns
    -------
    fleet : Fleet
        Platforms in the order of the scenario's groups, with a line of derived geometry a group
        and a line a contradiction.

    Raises
    ------
    ScenarioError
        Everything wrong with the groups' files, and names that are not unique, a line each.
    """
    # What stages know platforms by, and no more; the seed only where something is drawn.
    seen = excerpt(scenario, (*READ_BY_ALL, "seed"))
    setting = Setting(
        clock=Clock.at(seen.start, tables=seen.world.earth_orientation == "tables"),
        duration_s=seen.duration_s,
        seed=seen.seed,
        wind=(seen.settings(Weather) or Weather()).wind,
    )
    members: dict[str, Members] = {}
    errors: list[str] = []
    for group, platforms in seen.platforms.items():
        try:
            known = replace(setting, energy=platforms.energy)
            members[group] = _members(group, platforms.motion, known)
        except ScenarioError as error:
            errors.append(str(error))
    errors += [*_too_long(members), *_twice(scenario, members)]
    if errors:
        raise ScenarioError("\n".join(errors))
    questions = (
        *contradictions.contradictions(scenario, members),
        *_alike([name for member in members.values() for name in member.names]),
        *unread(scenario),
    )
    return _joined(seen, members, questions)


def _members(group: str, motion: Motion, setting: Setting) -> Members:
    """Return the platforms of one group, by what its kind of motion stands for."""
    known = setting if motion.draws else setting.without_seed()
    found: Members = MOTIONS.work(motion.kind, Members, group, motion, known)
    if not MOTIONS.origin(motion.kind):
        return found
    if motion.stands != (found.sites is not None):
        said, done = ("stand", "move") if motion.stands else ("move", "stand")
        words = f"says that its platforms {said}, but those of {group} {done}"
        raise MOTIONS.error(motion.kind, words)
    if why := odd(found):
        raise MOTIONS.error(motion.kind, why)
    return replace(found, movers=tuple(Added(motion.kind, mover) for mover in found.movers))


def _too_long(members: dict[str, Members]) -> list[str]:
    """Return a line for every group whose name leaves no room for its platforms' numbers."""
    return [
        f"platforms.{group}: its platforms would have {wrong}: call it something shorter"
        for group, member in members.items()
        if (wrong := wrong_name(max(member.names, key=len, default=group)))
    ]


def _twice(scenario: Scenario, members: dict[str, Members]) -> list[str]:
    """Return a line for every name that several platforms share, and where they are."""
    shared = _shared(name for member in members.values() for name in member.names)
    if not shared:
        return []
    every = (name for member in members.values() for name in member.names)
    counts = Counter(filter(shared.__contains__, every))
    places: dict[str, list[str]] = {name: [] for name in islice(shared, ERRORS_MAX)}
    for group, numbers in members.items():
        for k, name in enumerate(numbers.names):
            if name in places and len(places[name]) <= PLACES_SHOWN:
                places[name].append(_place(scenario, group, numbers, k))
    lines = [
        f"platforms: the name {name} is given to {counts[name]:,} platforms: {_listed(where)}"
        for name, where in places.items()
    ]
    more = len(shared) - ERRORS_MAX
    return [*sorted(lines), *([f"... and {more:,} more names"] if more > 0 else [])]


def _alike(names: Sequence[str]) -> Iterator[str]:
    """Question names that nobody can tell apart by looking at them."""
    if found := look_alike(names):
        one, other = map(told_apart, found[0])
        count = f"{len(found):,} name{'s look' if len(found) > 1 else ' looks'} like another one"
        yield f"platforms: {count}: '{one}' and '{other}' differ in what is not seen alone"


def _shared(names: Iterable[str]) -> dict[str, None]:
    """Return names that come again; of a million names a set is held, and no count of each."""
    seen: set[str] = set()
    again: dict[str, None] = {}
    for name in names:
        if name in seen:
            again[name] = None
        seen.add(name)
    return again


def _place(scenario: Scenario, group: str, members: Members, member: int) -> str:
    file = getattr(scenario.platforms[group].motion, "file", None)
    if file is None:
        return group
    line = f"line {members.lines[member]}" if members.lines else f"number {member + 1}"
    return f"{group} ({file.name}: {line})"


def _listed(where: Sequence[str]) -> str:
    return ", ".join(where[:PLACES_SHOWN]) + (" and more" if len(where) > PLACES_SHOWN else "")


def _joined(scenario: Scenario, members: dict[str, Members], questions: tuple[str, ...]) -> Fleet:
    counts = [len(member.names) for member in members.values()]
    moves = np.repeat([bool(member.movers) for member in members.values()], counts)
    standing = [member.sites for member in members.values() if member.sites is not None]
    none = np.empty((0, 3))
    return Fleet(
        names=tuple(name for member in members.values() for name in member.names),
        groups=tuple(members),
        layers=tuple(scenario.platforms[group].layer for group in members),
        group=np.repeat(np.arange(len(members)), counts).astype(np.int32),
        mover=np.where(moves, np.cumsum(moves) - 1, -1).astype(np.int32),
        site=np.where(moves, -1, np.cumsum(~moves) - 1).astype(np.int32),
        movers=tuple(mover for member in members.values() for mover in member.movers),
        sites=Sites(
            np.concatenate([none, *(mover.position_m for mover in standing)]),
            np.concatenate([none, *(mover.up for mover in standing)]),
        ),
        planes={group: member.planes for group, member in members.items() if member.planes},
        derived_geometry=tuple(f"{group}: {member.geometry}" for group, member in members.items()),
        warnings=(
            *(f"{group}: {line}" for group, member in members.items() for line in member.warnings),
            *questions,
        ),
    )
