"""What a scenario says twice, differently: warned about, since nobody sees it in a result."""

import re
from collections.abc import Iterator, Mapping

from skyweft.fleet.planes import Planes
from skyweft.motion.beside import nearer
from skyweft.motion.members import Members
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link

DECAYS_M = 160e3
NEAR_SPACE_M = (15e3, 60e3)
APART_M = 10e3
# "550 km", "550km", "1,100 km", "550_km": an altitude in a name.
KILOMETRES = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)[\s_-]?km(?![A-Za-z])")
ORBITS_KM = (160.0, 60_000.0)  # a number outside these is no orbit's altitude


def contradictions(scenario: Scenario, members: Mapping[str, Members]) -> list[str]:
    """Return a line for every contradiction between layer, name, motion and derived geometry."""
    lines = []
    for group, member in members.items():
        platforms = scenario.platforms[group]
        orbits = platforms.motion.orbits
        lines += [
            f"{group}: {words}"
            for words in (
                _layer(platforms.layer, platforms.motion.kind, orbits),
                _height(platforms.layer, member, orbits),
                _named(group, member) if orbits else None,
            )
            if words
        ]
    lines += _scenario_named(scenario, members) + _coarse(scenario, members)
    return lines + _grids(scenario, members)


def _grids(scenario: Scenario, members: Mapping[str, Members]) -> list[str]:
    """Question grids whose links are longer than need be, and planes that none of them joins."""
    lines = []
    for number, link in enumerate(scenario.links):
        if link.pattern != "grid" or not link.windows:
            continue
        for group, member in members.items():
            if member.planes and link.between[0] in scenario.platforms[group].terminals:
                lines += [
                    f"{group}: links[{number}]: {words}" for words in _grid(link, member.planes)
                ]
    return lines


def _grid(link: Link, planes: Planes) -> Iterator[str]:
    if link.grid_offset is not None:
        if planes.numbered and planes.shape[0] > 1:
            yield (
                "grid_offset counts slots, and the rows are not in the order of planes and slots, "
                f"so they are counted by the orbits: {planes.numbered}"
            )
        if words := nearer(planes, link.grid_offset):
            yield words
    if words := planes.apart():
        yield words


def _coarse(scenario: Scenario, members: Mapping[str, Members]) -> list[str]:
    """Question a knot spacing that the user made too wide for some mover."""
    needed = {
        group: min(mover.step_max_s for mover in member.movers)
        for group, member in members.items()
        if member.movers
    }
    if scenario.step_s is None or not needed:
        return []
    group = min(needed, key=lambda name: needed[name])
    if scenario.step_s <= needed[group]:
        return []
    return [
        f"{group}: step_s is {scenario.step_s:g} s, between knots so far apart its path is off; "
        f"{needed[group]:.3g} s keeps it"
    ]


def _layer(layer: str, kind: str, orbits: bool) -> str | None:
    if (layer == "space") == orbits:
        return None
    return (
        f'the layer is "{layer}" but motion of kind "{kind}" is {"" if orbits else "not "}an orbit'
    )


def _height(layer: str, members: Members, orbits: bool) -> str | None:
    if members.altitude_m is None:
        return None
    low, high = members.altitude_m
    if orbits and low < DECAYS_M:
        return (
            f"the lowest altitude is {low / 1e3:,.0f} km: below {DECAYS_M / 1e3:.0f} km a "
            "satellite falls within days"
        )
    least, most = NEAR_SPACE_M
    if layer == "near_space" and not (least <= low and high <= most):
        return (
            f'the layer is "near_space" ({least / 1e3:.0f} to {most / 1e3:.0f} km) but the '
            f"altitude is {low / 1e3:,.1f}" + (f" to {high / 1e3:,.1f} km" if high > low else " km")
        )
    return None


def _stated_m(name: str) -> list[float]:
    """Return the orbit altitudes that a name states."""
    stated = [float(number.replace(",", "")) for number in KILOMETRES.findall(name)]
    return [height_m * 1e3 for height_m in stated if ORBITS_KM[0] <= height_m <= ORBITS_KM[1]]


def _fits(stated_m: float, members: Members) -> bool:
    assert members.altitude_m is not None
    low, high = members.altitude_m
    return low - APART_M <= stated_m <= high + APART_M


def _named(group: str, members: Members) -> str | None:
    wrong = [height_m for height_m in _stated_m(group) if not _fits(height_m, members)]
    return _difference(f"its name says {wrong[0] / 1e3:,.0f} km", members) if wrong else None


def _difference(words: str, members: Members) -> str:
    assert members.altitude_m is not None
    low, high = (height_m / 1e3 for height_m in members.altitude_m)
    derived = f"{low:,.1f} km" if high - low < 0.1 else f"{low:,.1f} to {high:,.1f} km"
    return f"{words}, its orbits are at {derived}"


def _scenario_named(scenario: Scenario, members: Mapping[str, Members]) -> list[str]:
    """Question every altitude in the scenario's name that no group of satellites flies at."""
    satellites = {
        group: member
        for group, member in members.items()
        if scenario.platforms[group].motion.orbits
    }
    lines = []
    for stated in _stated_m(scenario.name) if satellites else []:
        if not any(_fits(stated, satellite) for satellite in satellites.values()):
            group, nearest = min(
                satellites.items(),
                key=lambda pair: abs((pair[1].altitude_m or (0.0, 0.0))[0] - stated),
            )
            words = f"the scenario's name says {stated / 1e3:,.0f} km"
            lines.append(f"{group}: {_difference(words, nearest)}")
    return lines
