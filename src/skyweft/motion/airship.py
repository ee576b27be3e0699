"""Airships: flown once from the start of a run to its end, then looked up at any moment."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.members import Members, Setting
from skyweft.motion.station_keeping import Flight, Hull, Light, Station, fly
from skyweft.motion.supply import supply
from skyweft.scenario.energy import Energy
from skyweft.scenario.motion import Airship
from skyweft.weather import model
from skyweft.weather.wind import everywhere, following
from skyweft.weather.wind_file import uncovered
from skyweft.world.clock import Clock
from skyweft.world.constants import DAY_S, EARTH_RADIUS_MEAN_M
from skyweft.world.ellipsoid import SEMI_MAJOR_M, to_ecef, up
from skyweft.world.sun import sun_direction, sunlight

STEP_S = 60.0
SHAPES, HOURS = (1.5, 2.0, 3.0), (12.0, 36.0, 72.0)
"""Of winds, within which the truth is taken to lie: see `weather.model.Wind`."""


class Keeping:
    """Implements `Mover`: one airship. Its flight is made when it is first asked for."""

    count = 1
    step_max_s = STEP_S

    def __init__(self, motion: Airship, energy: Energy, setting: Setting) -> None:
        self._motion, self._energy, self._setting = motion, energy, setting
        station = motion.station
        self.place_rad = math.radians(station.latitude_deg), math.radians(station.longitude_deg)
        self.radius_m = station.radius_m
        self.supply = supply(energy)

    @cached_property
    def flight(self) -> Flight:
        """The whole flight, a row a minute."""
        return self.flown(self._setting.wind)

    @cached_property
    def on_station(self) -> NDArray[np.bool_]:
        """Whether it is on station every minute: its flight, then those in winds like others.

        (1, T + 1), with more rows where the wind is the climatology's: by other assumptions of
        shape and correlation time, see `SHAPES` and `HOURS`.
        """
        wind = self._setting.wind
        known = wind.shape or model.SHAPE, wind.correlation_time_s or model.CORRELATION_S
        winds = [
            wind.model_copy(update={"shape": shape, "correlation_time_s": hours * 3_600.0})
            for shape, hours in product(SHAPES, HOURS)
            if wind.source == "climatology" and known != (shape, hours * 3_600.0)
        ]
        others_m = (self.off_station_m(self.flown(wind)) for wind in winds)
        return np.stack([offset_m <= self.radius_m for offset_m in (self.off_m, *others_m)])

    @cached_property
    def off_m(self) -> Floats:
        """How far its flight is from the middle of its station every minute."""
        return self.off_station_m(self.flight)

    @cached_property
    def _track(self) -> tuple[Floats, Floats]:
        """Place and velocity every minute, (3, T + 1) ITRS. [m, m/s]."""
        latitude, longitude, height, *_ = self.flight
        track_m = to_ecef(np.degrees(latitude), np.degrees(longitude), height)
        pace_m_s = np.gradient(track_m, STEP_S, axis=0)
        return np.ascontiguousarray(track_m.T), np.ascontiguousarray(pace_m_s.T)

    def off_station_m(self, flight: Flight) -> Floats:
        """Return how far it is from the middle of its station every minute, on a sphere."""
        latitude, longitude = self.place_rad
        high = np.sin((flight.latitude_rad - latitude) / 2) ** 2
        wide = np.sin((flight.longitude_rad - longitude) / 2) ** 2
        chord = high + np.cos(latitude) * np.cos(flight.latitude_rad) * wide
        return np.asarray(2 * EARTH_RADIUS_MEAN_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))

    @cached_property
    def light(self) -> Light:
        """What its array gives over the middle of its station."""
        where = np.degrees(self.place_rad)
        height = float(np.mean(self._motion.station.altitude_m))
        steps = math.ceil(self._setting.duration_s / STEP_S)
        return light(self._energy, (where[0], where[1]), height, self._setting.clock, steps)

    def flown(self, wind: model.Wind) -> Flight:
        """Return the whole flight in such winds, a row a minute."""
        motion, setting = self._motion, self._setting
        hull, band = motion.hull, motion.station.altitude_m
        steps = math.ceil(setting.duration_s / STEP_S)
        end_s = setting.duration_s + STEP_S
        field = everywhere(wind, setting.clock, end_s, setting.seed)
        out = Flight(*np.empty((len(Flight._fields), steps + 1)))
        fly(
            Hull(
                hull.drag_volume * hull.volume_m3 ** (2 / 3),
                hull.propeller_efficiency,
                hull.speed_max_m_s,
                hull.climb_m_s,
            ),
            Station(*self.place_rad, *band),
            self.supply,
            self.light,
            (field, following(field, (band[0], band[1]))),
            STEP_S,
            out,
        )
        return out

    def dark(self, start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
        """Yield when within a stretch of time it is without energy. [s]."""
        return spans(self.flight.silent, start_s, end_s)

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Sequence[str]:
        """Write ITRS states (1, 3, T) at `time_s`."""
        track_m, pace_m_s = self._track
        minute = STEP_S * np.arange(track_m.shape[1])
        for axis in range(3):
            position_m[0, axis] = np.interp(time_s, minute, track_m[axis])
            velocity_m_s[0, axis] = np.interp(time_s, minute, pace_m_s[axis])
        return ()


def spans(silent: Floats, start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
    """Yield when within a stretch of time what is told minute by minute is so. [s]."""
    first = math.floor(start_s / STEP_S)
    now = silent[first : math.ceil(end_s / STEP_S)] > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], now, [False]]))) + first
    for low, high in edges.reshape(-1, 2) * STEP_S:
        yield max(low, start_s), min(high, end_s)


def light(
    energy: Energy, place: tuple[float, float], altitude_m: float, clock: Clock, steps: int
) -> Light:
    """Return what an array over a place gives, minute by minute, a day beyond the end."""
    day = round(DAY_S / STEP_S)
    time_s: Floats = STEP_S * np.arange(steps + 1 + day, dtype=np.float64)
    sine: Floats = up(*place) @ sun_direction(clock, time_s)
    if energy.array == "tracking":
        # From up there the Sun is seen until it is below the horizontal by the horizon's dip.
        dip = math.acos(SEMI_MAJOR_M / (SEMI_MAJOR_M + altitude_m))
        facing = np.where(sine > -math.sin(dip), 1.0, 0.0)
    else:
        facing = np.maximum(sine, 0.0)
    power_w = energy.array_m2 * energy.array_efficiency * sunlight(clock, time_s) * facing
    gathered_j = np.concatenate([[0.0], np.cumsum(power_w[:-1]) * STEP_S])
    enough = power_w > energy.payload_w
    rises = np.flatnonzero(enough[1:] & ~enough[:-1]) + 1
    now = np.arange(steps + 1)
    after = np.append(rises, len(time_s))[np.searchsorted(rises, now, side="right")]
    return Light(power_w, gathered_j, np.minimum(after, now + day))


def airship(group: str, motion: Airship, setting: Setting) -> Members:
    """Return the airship of a group."""
    if setting.energy is None:
        raise ScenarioError(
            f"platforms.{group}: an airship flies on its battery: state energy = "
            "{ array_m2 = ..., battery_wh = ..., payload_w = ... }"
        )
    place, hull = motion.station, motion.hull
    low, high = place.altitude_m
    mover = Keeping(motion, setting.energy, setting)
    if (file := setting.wind.file) is not None:
        where, end_s = (place.latitude_deg, place.longitude_deg), setting.duration_s
        lacking = uncovered(file, setting.clock, end_s, where, place.altitude_m)
        if lines := [f"weather.wind.file: {name}" for name in lacking]:
            raise ScenarioError("\n".join(lines))
    return Members(
        names=(group,),
        geometry=f"airship of {hull.volume_m3:,.0f} m3 at {low:,.0f} to {high:,.0f} m, within "
        f"{place.radius_m / 1e3:g} km of {place.latitude_deg:g}, {place.longitude_deg:g}, up to "
        f"{hull.speed_max_m_s:g} m/s; {setting.wind.words()}",
        movers=(mover,),
        altitude_m=(low, high),
    )
