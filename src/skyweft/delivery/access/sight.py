"""Who can hear a transmission, and how well, from where everybody is when it begins.

A threshold on the angle at the Earth's centre, at the nearest knot of the tracks, leaves few
receivers; those are looked at exactly, with the positions of that moment.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields

import numpy as np
from numba import njit
from numpy.typing import NDArray

from skyweft.delivery.access.medium import Media, Medium
from skyweft.links.budget import LAYERS, carrier_to_noise_dbhz
from skyweft.links.doppler import doppler_hz
from skyweft.links.geometry import geometry_of, states_of
from skyweft.links.losses import Path
from skyweft.motion.product import Fleet, Motion
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Radio
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

PIECE = 32_768  # transmissions looked at together
TILT_RAD = 0.0035  # geodetic against geocentric vertical: at most 0.1925 degrees
ROUNDING = 2e-6  # of single-precision dot products and angles
FASTER = 1.05  # a mover between knots, against the knots


@dataclass(frozen=True, slots=True)
class Rays:
    """Who has a transmission in view, (K,), by transmission; columns of single precision."""

    sent: Ints  # row of the transmission
    receiver: NDArray[np.int32]  # row of Fleet
    delay_s: Floats
    power_dbhz: Singles  # carrier over noise density; NaN where an antenna cannot point
    doppler_hz: Singles
    drift_hz_s: Singles
    bearing_rad: Singles  # of the thing, seen from below the receiver, clockwise from north

    def __len__(self) -> int:
        return len(self.sent)

    @classmethod
    def joined(cls, parts: Sequence["Rays"]) -> "Rays":
        """Return the rows of all parts, one after the other."""
        return cls(
            *(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls))
        )

    def taking(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "Rays":
        """Return the chosen rows."""
        return Rays(*(getattr(self, each.name)[rows] for each in fields(Rays)))

    @classmethod
    def none(cls) -> "Rays":
        """Return no rays."""
        kinds = (np.int64, np.int32, np.float64, *[np.float32] * 4)
        return cls(*(np.empty(0, kind) for kind in kinds))


class Sight:
    """Receivers of a block of time, ready to be looked for."""

    def __init__(self, scenario: Scenario, fleet: Fleet, motion: Motion, media: Media) -> None:
        self._scenario, self._fleet, self._motion = scenario, fleet, motion
        self._media = media
        self._layer = np.array([LAYERS.index(each) for each in fleet.layers])
        self._fields = [
            [self._field(medium, way.link, way.receiver) for way in medium.ways]
            for medium in media.of_rule
        ]

    def rays(
        self, rule: NDArray[np.int16], thing: NDArray[np.int32], time_s: Floats, executor: Executor
    ) -> Rays:
        """Return who has each transmission in view; rows in order of transmissions.

        Parameters
        ----------
        rule, thing, time_s : (M,)
            Its rule, the row of its thing in the fleet, and when it begins, within the motion.
        executor : Executor
            Threads that share the transmissions.
        """
        pieces = [slice(k, k + PIECE) for k in range(0, len(time_s), PIECE)]
        found = executor.map(lambda p: self._piece(p, rule[p], thing[p], time_s[p]), pieces)
        return Rays.joined([Rays.none(), *found])

    def _piece(
        self, piece: slice, rule: NDArray[np.int16], thing: NDArray[np.int32], time_s: Floats
    ) -> Rays:
        parts = []
        for number in np.unique(rule).tolist():
            mine = np.flatnonzero(rule == number)
            parts += [
                self._look(field, mine, thing[mine], time_s[mine]) for field in self._fields[number]
            ]
        rays = Rays.joined(parts) if parts else Rays.none()
        if len(parts) > 1:
            rays = rays.taking(np.lexsort((rays.receiver, rays.sent)))
        rays.sent[:] += piece.start
        return rays

    def _look(self, field: "_Field", sent: Ints, thing: NDArray[np.int32], time_s: Floats) -> Rays:
        """Return the rays of some transmissions to the receivers under one rule of the links."""
        knots = self._motion.tracks.time_s
        place, velocity, acceleration = states_of(self._fleet, self._motion, thing, time_s)
        radius = np.sqrt(np.einsum("ij,ij->i", place, place))
        toward = (place / radius[:, None]).astype(np.float32)
        step_s = knots[1] - knots[0]
        knot = np.clip(np.rint((time_s - knots[0]) / step_s), 0, len(knots) - 1).astype(np.int64)
        count = np.zeros(len(thing), np.int64)
        _count(toward, knot, field.toward, field.least, count)
        first = np.concatenate([[0], np.cumsum(count)])
        near = np.empty(first[-1], np.int32)
        _fill(toward, knot, field.toward, field.least, first, near)
        row = np.repeat(np.arange(len(thing)), count)
        receiver = field.rows[near]
        still = np.zeros((len(row), 3))
        moves = bool((self._fleet.mover[thing] >= 0).any())
        rates = (velocity[row], acceleration[row]) if moves else (still, still)
        here = place[row], *rates
        there = states_of(self._fleet, self._motion, receiver, time_s[row])
        seen = geometry_of(here, there)
        below = self._layer[self._fleet.group]
        low = below[thing[row]] < below[receiver]
        rise = np.where(low, seen.rise_source, seen.rise_target)
        link = self._scenario.links[field.link]
        kept = rise >= np.sin(np.radians(link.elevation_min_deg))
        if link.range_max_m is not None:
            kept &= seen.range_m <= link.range_max_m
        seen, row, receiver = seen.taking(kept), row[kept], receiver[kept]
        carrier_hz = field.thing.frequency_hz
        power = carrier_to_noise_dbhz(Path(link, field.thing, field.receiver, seen))
        bearing = np.zeros(len(row))
        if field.receiver.reception.beams > 1:
            bearing = _bearing(there[0][kept], here[0][kept])
        return Rays(
            sent[row],
            receiver,
            seen.range_m / SPEED_OF_LIGHT_M_S,
            power.astype(np.float32),
            doppler_hz(carrier_hz, seen.range_rate_m_s).astype(np.float32),
            doppler_hz(carrier_hz, seen.range_acceleration_m_s2).astype(np.float32),
            bearing.astype(np.float32),
        )

    def _field(self, medium: Medium, link: int, terminal: str) -> "_Field":
        """Return the receivers of one rule, and within which angle each may be seen."""
        fleet, tracks = self._fleet, self._motion.tracks
        rows = fleet.rows_with(self._scenario, terminal)
        things = fleet.rows_of(medium.messages.source)
        position_m = self._knots(rows)
        radius = np.sqrt(np.einsum("rct,rct->rt", position_m, position_m))
        away = self._extent(things)
        toward = (position_m / radius[:, None, :]).astype(np.float32)
        with np.errstate(invalid="ignore"):
            least_m, most_m = np.nanmin(_or(radius, np.inf), 1), np.nanmax(_or(radius, 0.0), 1)
        elevation = np.radians(self._scenario.links[link].elevation_min_deg) - TILT_RAD
        above = self._layer[fleet.group[rows]] > self._layer[fleet.group[things[0]]]
        low_m = np.where(above, away[0], least_m)
        high_m = np.where(above, most_m, away[1])
        cosine = low_m * np.cos(elevation) / np.maximum(high_m, 1.0)
        angle = np.arccos(np.clip(cosine, -1.0, 1.0)) - elevation
        # The nearest knot is half a step away, and both may have moved.
        step_s = tracks.time_s[1] - tracks.time_s[0]
        angle += FASTER * 0.5 * step_s * (self._turn(rows) + self._turn(things))
        least = np.cos(np.clip(angle, 0.0, np.pi)) - ROUNDING
        receiver = self._scenario.terminals[terminal]
        assert isinstance(receiver, Radio)
        return _Field(
            link, rows, np.ascontiguousarray(toward.transpose(2, 1, 0)),
            least.astype(np.float32), medium.thing, receiver,
        )  # fmt: skip

    def _knots(self, rows: NDArray[np.int32]) -> Floats:
        """Return where platforms are at every knot, (R, 3, T)."""
        tracks = self._motion.tracks
        position = np.empty((len(rows), 3, len(tracks.time_s)))
        moves = self._fleet.mover[rows] >= 0
        position[moves] = tracks.position_m[self._fleet.mover[rows[moves]]]
        position[~moves] = self._motion.sites.position_m[self._fleet.site[rows[~moves]]][:, :, None]
        return position

    def _extent(self, rows: NDArray[np.int32]) -> tuple[float, float]:
        """Return the least and the greatest distance of platforms from the Earth's centre."""
        moves = self._fleet.mover[rows] >= 0
        places = self._motion.sites.position_m[self._fleet.site[rows[~moves]]]
        radius = [np.sqrt(np.einsum("sc,sc->s", places, places))]
        if moves.any():
            knots = self._knots(rows[moves])
            radius.append(np.sqrt(np.einsum("rct,rct->rt", knots, knots)).ravel())
        whole = np.concatenate(radius)
        return float(np.nanmin(whole)), float(np.nanmax(whole))

    def _turn(self, rows: NDArray[np.int32]) -> float:
        """Return how fast the quickest of some platforms turns about the Earth. [rad/s]."""
        mover = self._fleet.mover[rows]
        mover = mover[mover >= 0]
        if not len(mover):
            return 0.0
        place, rate = (getattr(self._motion.tracks, name)[mover] for name in
                       ("position_m", "velocity_m_s"))  # fmt: skip
        square = np.einsum("rct,rct->rt", rate, rate) / np.einsum("rct,rct->rt", place, place)
        return float(np.sqrt(np.nanmax(_or(square, 0.0))))


@dataclass(frozen=True, slots=True)
class _Field:
    """Receivers under one rule of the links."""

    link: int
    rows: NDArray[np.int32]  # (R,) of the fleet
    toward: Singles  # (T, 3, R) unit vectors at the knots; NaN where absent
    least: Singles  # (R,) cosine of the angle beyond which nobody sees it
    thing: Radio
    receiver: Radio


def _or(values: Floats, instead: float) -> Floats:
    return np.where(np.isnan(values), instead, values)


def _bearing(below: Floats, place: Floats) -> Floats:
    """Return the azimuth of places, (K, 3), seen from the points below platforms, (K, 3)."""
    up = below / np.sqrt(np.einsum("ij,ij->i", below, below))[:, None]
    east = np.stack([-up[:, 1], up[:, 0], np.zeros(len(up))], axis=1)
    north = np.cross(up, east)
    d = place - below
    turned: Floats = np.arctan2(np.einsum("ij,ij->i", d, east), np.einsum("ij,ij->i", d, north))
    return turned % (2 * np.pi)


@njit(cache=True, error_model="numpy", nogil=True)
def _count(toward: Singles, knot: Ints, field: Singles, least: Singles, count: Ints) -> None:
    """Count the receivers within their angle of each place."""
    for m in range(len(knot)):
        x, y, z = toward[m, 0], toward[m, 1], toward[m, 2]
        at = field[knot[m]]
        found = np.int32(0)
        for r in range(len(least)):
            found += np.int32(at[0, r] * x + at[1, r] * y + at[2, r] * z >= least[r])
        count[m] = found


@njit(cache=True, error_model="numpy", nogil=True)
def _fill(
    toward: Singles, knot: Ints, field: Singles, least: Singles, first: Ints,
    near: NDArray[np.int32],
) -> None:  # fmt: skip
    """Write those receivers."""
    for m in range(len(knot)):
        x, y, z = toward[m, 0], toward[m, 1], toward[m, 2]
        at = field[knot[m]]
        k = first[m]
        for r in range(len(least)):
            if k == first[m + 1]:
                break
            if at[0, r] * x + at[1, r] * y + at[2, r] * z >= least[r]:
                near[k] = r
                k += 1
