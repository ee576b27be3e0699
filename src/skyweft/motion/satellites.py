"""Satellites of one group: shells, single orbits and files of elements, told in numbers.

SGP4 itself is in `orbits.py`; here its elements are made or read and their geometry is echoed.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.fleet.planes import Ints, Planes
from skyweft.motion import walker as shell
from skyweft.motion.beside import within
from skyweft.motion.members import Members, Setting
from skyweft.motion.orbits import Orbits, mean_motion_from_altitude
from skyweft.motion.seats import seated
from skyweft.motion.tables import read_bytes
from skyweft.protocols.element_choice import Choice
from skyweft.protocols.elements import Elements, parse
from skyweft.scenario.motion import ElementSets, Orbit, Walker
from skyweft.world.constants import DAY_S

TILTS_DEG, ROUND = 2.0, 0.02  # beyond these a shell is hardly one, its orbits hardly circles


def walker(group: str, motion: Walker, setting: Setting) -> Members:
    """Return the satellites of a Walker shell whose epoch is the scenario's start.

    Raises
    ------
    ScenarioError
        The orbit lies within the Earth.
    """
    rate = _mean_motion(motion, 0.0)
    elements = shell.elements(group, motion, setting.clock.start_tai_ns, rate)
    return _members(group, elements, setting, planes=(motion.planes, motion.per_plane))


def orbit(group: str, motion: Orbit, setting: Setting) -> Members:
    """Return one satellite by its mean elements at the scenario's start.

    Raises
    ------
    ScenarioError
        The perigee lies within the Earth.
    """
    elements = Elements(
        names=(group,),
        catalogue_number=np.zeros(1, dtype=np.int64),
        epoch_tai_ns=np.array([setting.clock.start_tai_ns], dtype=np.int64),
        mean_motion_rev_day=np.array([_mean_motion(motion, motion.eccentricity)]),
        eccentricity=np.array([motion.eccentricity]),
        inclination_deg=np.array([motion.inclination_deg]),
        raan_deg=np.array([motion.raan_deg]),
        argument_of_perigee_deg=np.array([motion.argument_of_perigee_deg]),
        mean_anomaly_deg=np.array([motion.mean_anomaly_deg]),
        bstar=np.array([motion.bstar]),
    )
    return _members(group, elements, setting)


def element_sets(group: str, motion: ElementSets, setting: Setting) -> Members:
    """Return the satellites of a file of elements, in its order.

    Raises
    ------
    ScenarioError
        Everything wrong with the file; satellites of which it cannot be told how they fill the
        planes.
    """
    choice = Choice(
        duplicates=motion.duplicates,
        start_tai_ns=setting.clock.start_tai_ns,
        end_tai_ns=int(setting.clock.tai_ns(setting.duration_s)),
        skip_damaged=motion.on_error == "skip",
    )
    elements, notes = parse(read_bytes(motion.file), motion.file.name, choice)
    planes = None
    if motion.planes is not None and motion.per_plane is not None:
        planes = (motion.planes, motion.per_plane)
    words = f"from {motion.file.name}, epochs {_epochs(elements, setting)}"
    try:
        members = _members(group, elements, setting, words, planes, checked=False)
    except ScenarioError as error:
        raise ScenarioError(f"platforms.{group}.motion: {motion.file.name}: {error}") from error
    stale = _stale(elements, motion.stale_days, setting)
    return replace(members, warnings=(*notes, *stale, *members.warnings))


def _unsteady(mover: Orbits, rows: Ints, slot_deg: float, setting: Setting) -> Iterator[str]:
    """Say for whom of a shell's satellites, `rows`, circles at the start are no good picture."""
    rate = mover.at_start().rate_deg_s[rows]
    slots = np.abs(rate - np.median(rate)) * setting.duration_s / slot_deg
    if moved := np.count_nonzero(slots > 0.5):
        worst = int(slots.argmax())
        yield (
            f"{moved:,} of {len(rows):,} satellites leave their slots within the run (worst "
            f"{mover.elements.names[rows[worst]]}, by {slots[worst]:,.1f} slots): a grid stays as "
            "it is at the start"
        )
    tilt = mover.elements.inclination_deg[rows]
    if np.ptp(tilt) > TILTS_DEG:
        yield f"inclinations from {tilt.min():.4g} to {tilt.max():.4g} deg are taken for one shell"
    if (eccentric := mover.elements.eccentricity[rows].max()) > ROUND:
        yield (
            f"eccentricity up to {eccentric:.3g}: neighbours in a grid and their distances are "
            "those of circles"
        )


def _mean_motion(motion: Walker | Orbit, eccentricity: float) -> float:
    if motion.altitude_m is None:
        assert motion.mean_motion_rev_day is not None
        return motion.mean_motion_rev_day
    return float(mean_motion_from_altitude(motion.altitude_m, motion.inclination_deg, eccentricity))


def _members(
    group: str,
    elements: Elements,
    setting: Setting,
    words: str = "",
    planes: tuple[int, int] | None = None,
    checked: bool = True,
) -> Members:
    mover = Orbits(elements, setting.clock)
    low, high = float(mover.perigee_altitude_m.min()), float(mover.apogee_altitude_m.max())
    if checked and not low >= 0:
        raise ScenarioError(
            f"platforms.{group}.motion: the lowest altitude is {low / 1e3:,.0f} km, within "
            "the Earth: a higher altitude_m, or a smaller mean_motion_rev_day or eccentricity"
        )
    parts, filled = [_numbers(elements, mover), words], None
    warnings: list[str] = []
    if planes is not None:
        filled, warnings = _planes(mover, planes, setting)
        parts += [filled.words(), _slots(filled)]
    return Members(
        names=elements.names,
        geometry=", ".join(part for part in parts if part),
        movers=(mover,),
        planes=filled,
        altitude_m=(low, high),
        warnings=tuple(warnings),
    )


def _planes(mover: Orbits, planes: tuple[int, int], setting: Setting) -> tuple[Planes, list[str]]:
    """Tell who sits where in a shell, and what had to be assumed."""
    orbits, names = mover.at_start(), mover.elements.names
    try:
        filled, warnings = seated(orbits, *planes, names)
    except ScenarioError as error:
        raise ScenarioError(
            f"{_sets(len(names))}, planes x per_plane = {planes[0]} x {planes[1]} needs "
            f"{planes[0] * planes[1]:,}, and who is missing or to spare cannot be told: {error}"
        ) from error
    rows = np.sort(filled.member[filled.member >= 0])
    warnings += _unsteady(mover, rows, filled.slot_deg, setting)
    return filled, warnings


def _numbers(elements: Elements, mover: Orbits) -> str:
    perigee, apogee = mover.perigee_altitude_m, mover.apogee_altitude_m
    count = f"{len(elements):,} satellite{'s' * (len(elements) != 1)}"
    round_orbits = np.all(apogee - perigee < 100)
    altitude = (
        f"altitude {_range(perigee / 1e3, '.1f')} km"
        if round_orbits
        else f"perigee {_range(perigee / 1e3, '.1f')} km, apogee {_range(apogee / 1e3, '.1f')} km"
    )
    return (
        f"{count}, {altitude}, period {_range(mover.period_s / 60, '.2f')} min, "
        f"{_range(elements.mean_motion_rev_day, '.4f')} rev/day, "
        f"inclination {_range(elements.inclination_deg, '.5g')} deg"
    )


def _range(values: Floats, form: str) -> str:
    low, high = f"{values.min():,{form}}", f"{values.max():,{form}}"
    return low if low == high else f"{low} to {high}"


def _slots(planes: Planes) -> str:
    """Tell the spacing in a plane; the distance is along the straight line between neighbours."""
    words = f"{planes.shape[0]} planes x {planes.shape[1]}"
    if planes.shape[1] == 1:
        return words
    apart_km = within(planes).mean() / 1e3
    return f"{words}, slots {planes.slot_deg:.4g} deg ({apart_km:,.0f} km) apart"


def _epochs(elements: Elements, setting: Setting) -> str:
    ends = np.array([elements.epoch_tai_ns.min(), elements.epoch_tai_ns.max()])
    first, last = (text[:10] for text in setting.clock.utc(setting.clock.seconds_to(ends)))
    return first if first == last else f"{first} to {last}"


def _sets(count: int) -> str:
    return f"{count:,} element set{'s' * (count != 1)}"


def _stale(elements: Elements, stale_days: float, setting: Setting) -> tuple[str, ...]:
    """Warn of elements whose epoch is far from the run's farther end."""
    epoch_s = setting.clock.seconds_to(elements.epoch_tai_ns)
    away = np.maximum(np.abs(epoch_s), np.abs(epoch_s - setting.duration_s)) / DAY_S
    stale = np.count_nonzero(away > stale_days)
    if not stale:
        return ()
    worst = int(np.argmax(away))
    return (
        f"{stale:,} of {_sets(len(elements))} up to {away[worst]:,.1f} days away from the run "
        f"({elements.names[worst]}; warned from {stale_days:g} days on): SGP4 loses km a day",
    )
