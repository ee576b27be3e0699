"""Who can hear a transmission, and how well, from where everybody is when it begins.

A threshold on the angle at the Earth's centre, at the nearest knot of the tracks, leaves few
receivers; those are looked at exactly, with the positions of that moment.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.channel import RuleChannel, RuleChannels
from skyweft.delivery.access.chunks import begun
from skyweft.delivery.access.collisions import by_group, in_time
from skyweft.fleet import Fleet, Motion
from skyweft.kernels import making
from skyweft.links.budget import carrier_to_noise_dbhz
from skyweft.links.doppler import doppler_hz
from skyweft.links.geometry import HAIR_S, Geometry, Nine, seen_between, states_of
from skyweft.links.path import LAYERS, Ends, Path
from skyweft.motion.hermite import between, interval, states_at
from skyweft.network.graph import pointing
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link, Radio
from skyweft.stage import NOTHING, Restrictions
from skyweft.world.clock import Clock
from skyweft.world.constants import SPEED_OF_LIGHT_M_S
from skyweft.world.sun import sun_direction

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Rows = NDArray[np.integer]

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
    bearing_rad: Singles  # of the device, seen from below the receiver, clockwise from north
    answer_dbhz: Singles  # as `power_dbhz`, of what the receiver sends back; NaN: nothing
    barred: NDArray[np.int8]  # 1 and the place of the cause: restricted, and power is NaN; or 0

    def __len__(self) -> int:
        return len(self.sent)

    @classmethod
    def joined(cls, parts: Sequence["Rays"]) -> "Rays":
        """Return the rows of all parts, one after the other."""
        return cls(
            *(
                np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            )
        )

    def taking(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "Rays":
        """Return the chosen rows."""
        return Rays(*(getattr(self, field.name)[rows] for field in fields(Rays)))

    @classmethod
    def none(cls) -> "Rays":
        """Return no rays."""
        kinds = (np.int64, np.int32, np.float64, *[np.float32] * 5, np.int8)
        return cls(*(np.empty(0, kind) for kind in kinds))


class _Whereabouts(NamedTuple):
    """Where platforms are found in the motion, (M,), and the layer of each."""

    mover: Rows
    site: Rows
    layer: Rows


class _World(NamedTuple):
    """Tracks and sites that devices and receivers are among."""

    knot_s: Floats
    position_m: Floats
    velocity_m_s: Floats
    site_m: Floats


class _Reach(NamedTuple):
    """What receivers of a field see: directions and angles, and the rule's limits."""

    toward: Singles
    least: Singles
    sine: float
    range_max_m: float


class Sight:
    """Receivers of a block of time, ready to be looked for.

    Attributes
    ----------
    restrictions : Restrictions
        Those given; their causes, and behind them what keeps links from being pointed.
    """

    def __init__(
        self,
        scenario: Scenario,
        fleet: Fleet,
        motion: Motion,
        media: RuleChannels,
        restrictions: Restrictions = NOTHING,
    ) -> None:
        # Behind those of others, unless they are there already.
        causes = tuple(dict.fromkeys([*restrictions.causes, *pointing.REASONS[1:]]))
        self.restrictions = restrictions.coded(causes)
        tables = scenario.world.earth_orientation == "tables"
        self._clock = Clock.at(scenario.start, tables=tables)
        self._scenario, self._fleet, self._motion = scenario, fleet, motion
        self._media = media
        self._layer = np.array([LAYERS.index(layer) for layer in fleet.layers])
        self._fields = [
            [self._field(channel, uplink.link, uplink.receiver) for uplink in channel.uplinks]
            for channel in media.of_rule
        ]

    def rays(
        self, rule: NDArray[np.int16], device: NDArray[np.int32], time_s: Floats, executor: Executor
    ) -> Rays:
        """Return who has each transmission in view; rows in order of transmissions.

        Parameters
        ----------
        rule, device, time_s : (M,)
            Its rule, the row of its device in the fleet, and when it begins, within the motion.
        executor : Executor
            Threads that share the transmissions.
        """
        return self.ahead(rule, device, time_s, executor)()

    def ahead(
        self, rule: NDArray[np.int16], device: NDArray[np.int32], time_s: Floats, executor: Executor
    ) -> Callable[[], Rays]:
        """Begin to look for what `rays` returns; whoever calls the answer waits for it."""

        def look(some: slice) -> Rays:
            return self._piece(some, rule[some], device[some], time_s[some])

        pieces = begun(executor, look, len(time_s))
        return lambda: Rays.joined([Rays.none(), *(piece.result() for piece in pieces)])

    def _piece(
        self, piece: slice, rule: NDArray[np.int16], device: NDArray[np.int32], time_s: Floats
    ) -> Rays:
        parts = []
        for number in np.flatnonzero(np.bincount(rule)).tolist():
            mine = np.flatnonzero(rule == number)
            parts += [
                self._look(field, mine, device[mine], time_s[mine])
                for field in self._fields[number]
            ]
        rays = Rays.joined([Rays.none(), *parts])
        if len(parts) > 1:
            rays = rays.taking(by_sent(rays.sent, rays.receiver, len(rule)))
        rays.sent[:] += piece.start
        return rays

    def _look(self, field: "_Field", sent: Ints, device: NDArray[np.int32], time_s: Floats) -> Rays:
        """Return the rays of some transmissions to the receivers under one rule of the links."""
        fleet, motion = self._fleet, self._motion
        tracks = motion.tracks
        if len(tracks.position_m):
            # Times outside the tracks are found out here.
            states_at(tracks, np.zeros(2, np.int64), np.array([time_s.min(), time_s.max()]))
        link = self._scenario.links[field.link]
        range_max_m = np.inf if link.range_max_m is None else link.range_max_m
        sine = np.sin(np.radians(link.elevation_min_deg))
        flown = tracks.time_s, tracks.position_m, tracks.velocity_m_s
        row, near, columns = _see(
            self._whereabouts(device),
            time_s,
            self._whereabouts(field.rows),
            _World(*flown, motion.sites.position_m),
            _Reach(field.toward, field.least, float(sine), float(range_max_m)),
        )
        seen, receiver = Geometry(*columns), field.rows[near]
        carrier_hz = field.device.frequency_hz
        ends = Ends(self._scenario.start, fleet, motion, device[row], receiver, time_s[row], seen)
        power = carrier_to_noise_dbhz(Path(link, field.device, field.receiver, ends))
        answer = np.full(len(row), np.nan, np.float32)
        if field.answers:
            back = Path(link, field.receiver, field.device, ends, back=True)
            answer[:] = carrier_to_noise_dbhz(back)
        barred = self._barred(link, (device[row], receiver), time_s[row])
        power[barred > 0] = answer[barred > 0] = np.nan
        bearing = np.zeros(len(row))
        if field.receiver.reception.beams > 1:
            both = (receiver, time_s[row]), (device[row], time_s[row])
            bearing = _bearing(*(states_of(fleet, motion, *side)[0] for side in both))
        return Rays(
            sent[row],
            receiver,
            seen.range_m / SPEED_OF_LIGHT_M_S,
            power.astype(np.float32),
            doppler_hz(carrier_hz, seen.range_rate_m_s).astype(np.float32),
            doppler_hz(carrier_hz, seen.range_acceleration_m_s2).astype(np.float32),
            bearing.astype(np.float32),
            answer,
            barred,
        )

    def _barred(
        self, link: Link, ends: tuple[NDArray[np.int32], NDArray[np.int32]], time_s: Floats
    ) -> NDArray[np.int8]:
        """Return what keeps both ends from it, 1 and the place of the cause, or 0.

        The moment at which a transmission begins bars all of it.
        """
        factor, cause = self.restrictions.at(*ends, time_s)
        barred = np.where(factor == 0, 1 + cause, 0).astype(np.int8)
        if not pointing.steers(link):
            return barred
        (from_m, from_m_s, _), (to_m, to_m_s, _) = (
            states_of(self._fleet, self._motion, end, time_s) for end in ends
        )
        sun = sun_direction(self._clock, time_s)
        both = pointing.Ends(from_m, to_m, from_m_s, to_m_s)
        reason = pointing.blocking(link, both, sun)
        causes = self.restrictions.causes
        places = [0, *(1 + causes.index(reason) for reason in pointing.REASONS[1:])]
        return np.where(barred == 0, np.array(places, np.int8)[reason], barred)

    def _whereabouts(self, rows: NDArray[np.int32]) -> _Whereabouts:
        fleet = self._fleet
        layer = self._layer[fleet.group[rows]]
        return _Whereabouts(fleet.mover[rows], fleet.site[rows], layer)

    def _field(self, channel: RuleChannel, link: int, terminal: str) -> "_Field":
        """Return the receivers of one rule, and within which angle each may be seen."""
        fleet, tracks = self._fleet, self._motion.tracks
        rows = fleet.rows_with(self._scenario, terminal)
        devices = fleet.rows_of(channel.messages.source)
        position_m = self._knots(rows)
        radius = np.sqrt(np.einsum("rct,rct->rt", position_m, position_m))
        away = self._extent(devices)
        toward = (position_m / radius[:, None, :]).astype(np.float32)
        with np.errstate(invalid="ignore"):
            least_m, most_m = np.nanmin(_or(radius, np.inf), 1), np.nanmax(_or(radius, 0.0), 1)
        elevation = np.radians(self._scenario.links[link].elevation_min_deg) - TILT_RAD
        above = self._layer[fleet.group[rows]] > self._layer[fleet.group[devices[0]]]
        low_m = np.where(above, away[0], least_m)
        high_m = np.where(above, most_m, away[1])
        cosine = low_m * np.cos(elevation) / np.maximum(high_m, 1.0)
        angle = np.arccos(np.clip(cosine, -1.0, 1.0)) - elevation
        # The nearest knot is half a step away, and both may have moved.
        step_s = tracks.time_s[1] - tracks.time_s[0]
        angle += FASTER * 0.5 * step_s * (self._turn(rows) + self._turn(devices))
        least = np.cos(np.clip(angle, 0.0, np.pi)) - ROUNDING
        receiver = self._scenario.terminals[terminal]
        assert isinstance(receiver, Radio)
        return _Field(
            link,
            rows,
            np.ascontiguousarray(toward.transpose(2, 1, 0)),
            least.astype(np.float32),
            channel.device,
            receiver,
            channel.messages.confirmed,
        )

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
        place, rate = (
            getattr(self._motion.tracks, name)[mover] for name in ("position_m", "velocity_m_s")
        )
        square = np.einsum("rct,rct->rt", rate, rate) / np.einsum("rct,rct->rt", place, place)
        return float(np.sqrt(np.nanmax(_or(square, 0.0))))


@dataclass(frozen=True, slots=True)
class _Field:
    """Receivers under one rule of the links."""

    link: int
    rows: NDArray[np.int32]  # (R,) of the fleet
    toward: Singles  # (T, 3, R) unit vectors at the knots; NaN where absent
    least: Singles  # (R,) cosine of the angle beyond which nobody sees it
    device: Radio
    receiver: Radio
    answers: bool  # receivers acknowledge


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


@making
def by_sent(sent: Ints, receiver: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Return the rows by transmission and receiver."""
    first, order = by_group(sent, count)
    for s in range(count):
        in_time(order[first[s] : first[s + 1]], receiver)
    return order


@making
def _state(
    knot_s: Floats,
    position_m: Floats,
    velocity_m_s: Floats,
    site_m: Floats,
    mover: int,
    site: int,
    time_s: float,
) -> Nine:
    """Return the state of what moves or stands."""
    if mover < 0:
        return site_m[site, 0], site_m[site, 1], site_m[site, 2], 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    i, h, u = interval(knot_s, time_s)
    if np.isnan(position_m[mover, 0, i + 1]) and time_s - HAIR_S >= knot_s[0]:
        # On the last knot before a mover leaves, what counts is the moment before.
        i, h, u = interval(knot_s, time_s - HAIR_S)
    x, vx, ax = between(position_m, velocity_m_s, mover, 0, i, h, u)
    y, vy, ay = between(position_m, velocity_m_s, mover, 1, i, h, u)
    z, vz, az = between(position_m, velocity_m_s, mover, 2, i, h, u)
    return x, y, z, vx, vy, vz, ax, ay, az


@making
def _see(
    devices: _Whereabouts, time_s: Floats, receivers: _Whereabouts, world: _World, reach: _Reach
) -> tuple[Ints, Ints, Floats]:
    """Return transmission, receiver and the columns of `Geometry` where one sees the other.

    Transmissions come from devices that move or stand, (M,).
    """
    mover, site, layer = devices
    mover_of, site_of, layer_of = receivers
    knot_s, position_m, velocity_m_s, site_m = world
    toward, least, sine, range_max_m = reach
    size, count = 3 * len(time_s) + len(least), 0
    row, near, columns = np.empty(size, np.int64), np.empty(size, np.int64), np.empty((5, size))
    words = np.zeros(len(least) // 8 + 1, np.uint64)
    within, found = words.view(np.uint8), np.empty(len(least), np.int32)
    step_s = knot_s[1] - knot_s[0]
    for m in range(len(time_s)):
        if count + len(least) > size:
            row = np.concatenate((row, np.empty(size, np.int64)))
            near = np.concatenate((near, np.empty(size, np.int64)))
            columns = np.concatenate((columns, np.empty((5, size))), axis=1)
            size *= 2
        here = _state(knot_s, position_m, velocity_m_s, site_m, mover[m], site[m], time_s[m])
        radius = np.sqrt(here[0] * here[0] + here[1] * here[1] + here[2] * here[2])
        x, y, z = (
            np.float32(here[0] / radius),
            np.float32(here[1] / radius),
            np.float32(here[2] / radius),
        )
        knot = min(max(int(np.rint((time_s[m] - knot_s[0]) / step_s)), 0), len(knot_s) - 1)
        for r in found[: _candidates(toward[knot], x, y, z, least, within, words, found)]:
            there = _state(
                knot_s, position_m, velocity_m_s, site_m, mover_of[r], site_of[r], time_s[m]
            )
            seen = seen_between(here, there)
            rise = seen[3] if layer[m] < layer_of[r] else seen[4]
            if rise >= sine and seen[0] <= range_max_m:
                row[count], near[count] = m, r
                for c in range(5):
                    columns[c, count] = seen[c]
                count += 1
    return row[:count], near[:count], columns[:, :count]


@making
def _candidates(
    toward: Singles,
    x: float,
    y: float,
    z: float,
    least: Singles,
    within: NDArray[np.uint8],
    words: NDArray[np.uint64],
    found: NDArray[np.int32],
) -> int:
    """Write which receivers are within their angle of a place; return how many."""
    for r in range(len(least)):
        within[r] = toward[0, r] * x + toward[1, r] * y + toward[2, r] * z >= least[r]
    count = 0
    for w in range(len(words)):
        # Most words of eight flags say that nobody is.
        if words[w] != 0:
            for r in range(8 * w, 8 * w + 8):
                if within[r]:
                    found[count] = r
                    count += 1
    return count
