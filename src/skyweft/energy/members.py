"""Who has a battery: the platforms whose group states its energy, a group at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.energy.charge import Lit, Nights, Settled, beginning, settle
from skyweft.energy.light import Light, Path, below, in_space
from skyweft.fleet import Fleet, Floats, Motion
from skyweft.motion.aircraft import Soaring, soared
from skyweft.motion.airship import STEP_S, Keeping
from skyweft.motion.flights import flying
from skyweft.motion.supply import Supply, supply
from skyweft.scenario.energy import Energy
from skyweft.scenario.scenario import Scenario
from skyweft.world.clock import Clock
from skyweft.world.sun import sun_direction, sun_position, sunlight

Ints = NDArray[np.int64]
Spans = tuple[Ints, Floats, Floats]
NO_SPANS: Spans = (np.empty(0, np.int64), np.empty(0), np.empty(0))


@dataclass(frozen=True, slots=True)
class Members:
    """One group's platforms: rows of the fleet, and what each has."""

    group: str
    layer: str
    rows: Ints
    energy: Energy
    flight: Keeping | Soaring | None  # that settles the charge, where there is one

    @property
    def supply(self) -> Supply:
        """What each of them has, as kernels take it."""
        return supply(self.energy)

    def beginning(self) -> Nights:
        """Return their state at the run's start."""
        return beginning(len(self.rows), self.supply.start_j)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a group's arrays gave in a block, and what became of its batteries."""

    time_s: Floats
    lit: Lit
    settled: Settled
    eclipses: Spans  # of rows of the fleet


def members(scenario: Scenario, fleet: Fleet) -> Iterator[Members]:
    """Yield the groups that state their energy."""
    flights: dict[int, Keeping | Soaring] = {**dict(flying(fleet)), **dict(soared(fleet))}
    for number, group in enumerate(fleet.groups):
        energy = scenario.platforms[group].energy
        if energy is not None:
            rows = np.flatnonzero(fleet.group == number)
            flight = flights.get(int(rows[0])) if len(rows) else None
            yield Members(group, fleet.layers[number], rows, energy, flight)


def gone_on(some: Members, fleet: Fleet, motion: Motion, clock: Clock, nights: Nights) -> Stretch:
    """Let a group's charge go on through a block, and `nights` with it."""
    time_s = motion.tracks.time_s
    out = Settled(*(np.empty((len(some.rows), len(time_s) - k)) for k in (0, 1, 1, 1)))
    if some.flight is not None:
        return _flown(some.flight, time_s, out, nights)
    energy = some.energy
    light, spans = _light(some, fleet, motion, clock)
    full_w = energy.array_m2 * energy.array_efficiency * sunlight(clock, time_s)
    light_w = light.received * (full_w[1:] + full_w[:-1]) / 2
    lit = Lit(light_w, light.unlit_s)
    settle(time_s, lit, some.supply, nights, out)
    return Stretch(time_s, lit, out, spans)


def _light(some: Members, fleet: Fleet, motion: Motion, clock: Clock) -> tuple[Light, Spans]:
    time_s, level = motion.tracks.time_s, some.energy.array == "level"
    path = _path(some.rows, fleet, motion)
    if some.layer == "space":
        light, (who, *spans) = in_space(path, sun_position(clock, time_s), level)
        return light, (some.rows[who], spans[0], spans[1])
    dips = some.layer != "ground"
    return below(path, sun_direction(clock, time_s), dips, level), NO_SPANS


def _path(rows: Ints, fleet: Fleet, motion: Motion) -> Path:
    """Return where members are: a group moves or stands as a whole."""
    tracks, place = motion.tracks, fleet.mover[rows]
    if np.all(place >= 0):
        whole = np.array_equal(place, np.arange(place[0], place[0] + len(place)))
        chosen = slice(place[0], place[0] + len(place)) if whole else place
        return Path(tracks.time_s, tracks.position_m[chosen], tracks.velocity_m_s[chosen])
    stands = motion.sites.position_m[fleet.site[rows]][:, :, None]
    return Path(tracks.time_s, stands, np.zeros_like(stands))


def _flown(flight: Keeping | Soaring, time_s: Floats, out: Settled, nights: Nights) -> Stretch:
    """Take charge and light from a flight that has spent it already."""
    flown, light = flight.flight, flight.light.power_w
    minute = STEP_S * np.arange(len(flown.charge_j))
    middle = (time_s[1:] + time_s[:-1]) / 2
    out.charge_j[:] = np.interp(time_s, minute, flown.charge_j)
    step = np.minimum((middle / STEP_S).astype(np.int64), len(minute) - 1)
    out.used_w[:] = flown.propulsion_w[step] + flight.supply.payload_w
    light_w = np.tile(light[step], (len(out.charge_j), 1))
    out.silent_s[:] = flown.silent[step] * np.diff(time_s)
    nights.charge_j[:] = out.charge_j[:, -1]
    out.silent_from_s[:] = 0.0
    lit = Lit(light_w, np.where(light_w > 0, 0.0, np.diff(time_s)))
    return Stretch(time_s, lit, out, NO_SPANS)
