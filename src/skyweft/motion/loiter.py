"""Craft that fly a pattern around a place: circle, racetrack, figure of eight.

A path of straight legs and turns is laid out in the plane that touches the ellipsoid at the
place, flown at constant ground speed, and dropped along the vertical to its constant altitude.
Wind, energy and the time of climbs are not modelled.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from skyweft.fleet import Floats
from skyweft.motion.members import Members, Setting, numbered
from skyweft.scenario.motion import Circle, Loiter
from skyweft.world.ellipsoid import to_ecef, to_geodetic, up

GRAVITY_M_S2 = 9.80665
BANK_MAX_DEG = 45.0
# Cubic Hermite over a step h in which the acceleration jumps by a is off by 0.01615 a h^2 at most.
JUMP_ERROR = 0.01615


@dataclass(frozen=True, slots=True)
class Leg:
    """A straight line (`turn` 0) or an arc, in metres and radians on the east-north plane."""

    east_m: float
    north_m: float
    heading_rad: float  # at its beginning, clockwise from north
    length_m: float
    turn: float  # curvature, positive to the right [1/m]


def legs(motion: Loiter | Circle) -> tuple[Leg, ...]:
    """Return the closed path of a pattern, long axis to the north, centred on the place."""
    radius, half = motion.radius_m, motion.length_m / 2
    if motion.pattern == "circle":
        return (Leg(-radius, 0.0, 0.0, 2 * math.pi * radius, 1 / radius),)
    if motion.pattern == "racetrack":
        turn = math.pi * radius
        return (
            Leg(-radius, -half, 0.0, 2 * half, 0.0),
            Leg(-radius, half, 0.0, turn, 1 / radius),
            Leg(radius, half, math.pi, 2 * half, 0.0),
            Leg(radius, -half, math.pi, turn, 1 / radius),
        )
    # The straight legs cross in the middle, touching both turns.
    apart = radius + half  # of a turn's centre from the place
    slant = math.acos(radius / apart)  # seen from the centre, between the long axis and the touch
    cross = 2 * apart * math.sin(slant)
    east, north = radius * math.sin(slant), apart - radius * math.cos(slant)
    turn = (2 * math.pi - 2 * slant) * radius
    heading = math.pi / 2 - slant
    return (
        Leg(-east, -north, heading, cross, 0.0),
        Leg(east, north, heading, turn, -1 / radius),
        Leg(-east, north, math.pi - heading, cross, 0.0),
        Leg(east, -north, math.pi - heading, turn, 1 / radius),
    )


class Lap:
    """A closed path around a place, on the plane that touches the Earth there."""

    def __init__(self, motion: Loiter | Circle) -> None:
        self._legs = legs(motion)
        self._heading_deg, self._radius_m = motion.heading_deg, motion.radius_m
        self._ends_m = np.cumsum([leg.length_m for leg in self._legs])
        self.lap_m = float(self._ends_m[-1])

    def step_max_s(self, speed_m_s: float) -> float:
        """Return the widest knot spacing at which cubic Hermite stays within a metre."""
        # h^4 / 384 of the fourth derivative
        step = (384 * self._radius_m**3 / speed_m_s**4) ** 0.25
        # Sideways acceleration comes and goes with the turns, or changes its side at once.
        turns = np.array([leg.turn for leg in self._legs if leg.length_m > 0])
        jump = np.abs(turns - np.roll(turns, 1)).max() * speed_m_s**2
        if jump > 0:
            step = min(step, math.sqrt(1 / (JUMP_ERROR * jump)))
        return float(step)

    def on_plane(self, along_m: Floats) -> tuple[Floats, Floats]:
        """Return (T, 2) east and north of points along the path, and unit vectors ahead."""
        along_m = along_m % self.lap_m
        which = np.minimum(
            np.searchsorted(self._ends_m, along_m, side="right"), len(self._legs) - 1
        )
        table = np.array(
            [(leg.east_m, leg.north_m, leg.heading_rad, leg.turn) for leg in self._legs]
        )
        east, north, heading, turn = table[which].T
        begin = self._ends_m[which] - np.array([leg.length_m for leg in self._legs])[which]
        gone = along_m - begin
        angle = turn * gone
        # The chord of an arc: sinc covers the straight legs (turn 0) without a branch.
        chord = gone * np.sinc(angle / (2 * np.pi))
        middle, course = heading + angle / 2, heading + angle
        plane = np.stack([east + chord * np.sin(middle), north + chord * np.cos(middle)], axis=-1)
        axis = math.radians(self._heading_deg)
        turned = np.array([[math.cos(axis), -math.sin(axis)], [math.sin(axis), math.cos(axis)]])
        return plane @ turned, np.stack([np.sin(course), np.cos(course)], axis=-1) @ turned


class Pattern:
    """Implements `Mover`: `count` craft, evenly spaced along one pattern.

    Altitude is kept exactly; ground speed to (distance from the place / 6,400 km) squared, 6e-5 at
    50 km.
    """

    def __init__(self, motion: Loiter) -> None:
        self._motion, self._lap = motion, Lap(motion)
        self.lap_m = self._lap.lap_m

    @property
    def count(self) -> int:
        """How many craft."""
        return self._motion.count

    @property
    def turn_m_s2(self) -> float:
        """Sideways acceleration in the turns."""
        return self._motion.speed_m_s**2 / self._motion.radius_m

    @property
    def step_max_s(self) -> float:
        """The widest knot spacing at which cubic Hermite stays within a metre."""
        return self._lap.step_max_s(self._motion.speed_m_s)

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Sequence[str]:
        """Write ITRS states (count, 3, T) at `time_s`."""
        motion = self._motion
        place = (motion.latitude_deg, motion.longitude_deg)
        origin = to_ecef(*(np.array(coordinate) for coordinate in (*place, motion.altitude_m)))
        axes = np.stack([*_east_north(*place), up(*(np.array(coordinate) for coordinate in place))])
        for craft in range(motion.count):
            along = motion.speed_m_s * time_s + self.lap_m * craft / motion.count
            plane, course = self._lap.on_plane(along)
            position, velocity = _drop(
                origin + plane @ axes[:2], motion.speed_m_s * course @ axes[:2], motion.altitude_m
            )
            position_m[craft] = position.T
            velocity_m_s[craft] = velocity.T
        return ()


def _east_north(latitude_deg: float, longitude_deg: float) -> tuple[Floats, Floats]:
    latitude, longitude = math.radians(latitude_deg), math.radians(longitude_deg)
    sine, cosine = math.sin(longitude), math.cos(longitude)
    east = np.array([-sine, cosine, 0.0])
    north = np.array([-math.sin(latitude) * cosine, -math.sin(latitude) * sine, math.cos(latitude)])
    return east, north


def _drop(point_m: Floats, velocity_m_s: Floats, altitude_m: float) -> tuple[Floats, Floats]:
    """Move points (T, 3) along their verticals to an altitude, and their velocities with them."""
    latitude, longitude, high_m = to_geodetic(point_m)
    vertical = up(latitude, longitude)
    over = (high_m - altitude_m)[:, None]
    level = velocity_m_s - np.sum(velocity_m_s * vertical, axis=1, keepdims=True) * vertical
    distance = np.linalg.norm(point_m, axis=1, keepdims=True)
    return point_m - over * vertical, level * (1 - over / distance)


def loiter(group: str, motion: Loiter, *_: Setting) -> Members:
    """Return the craft of a group that shares a pattern, with what it asks of them."""
    mover = Pattern(motion)
    bank = math.degrees(math.atan(mover.turn_m_s2 / GRAVITY_M_S2))
    warnings = (
        (f"turns need a bank angle of {bank:.0f} deg: slower, or a wider radius_m",)
        if bank > BANK_MAX_DEG
        else ()
    )
    names = (group,) if motion.count == 1 else numbered(group, motion.count)
    return Members(
        names=names,
        geometry=f"{len(names)} x {motion.pattern.replace('_', ' of ')} at "
        f"{motion.altitude_m:,.0f} m, {motion.speed_m_s:g} m/s, lap {mover.lap_m / 1e3:,.1f} km in "
        f"{mover.lap_m / motion.speed_m_s / 60:,.1f} min, bank {bank:.1f} deg",
        movers=(mover,),
        altitude_m=(motion.altitude_m, motion.altitude_m),
        warnings=warnings,
    )
