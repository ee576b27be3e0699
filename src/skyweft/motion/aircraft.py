"""Solar aircraft: flown once from the start of a run to its end, then looked up at any moment."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Floats
from skyweft.motion.airship import STEP_S, light, spans
from skyweft.motion.loiter import Lap
from skyweft.motion.members import Members, Setting, numbered
from skyweft.motion.soaring import Soared, Wings, carry, level, soar
from skyweft.motion.station_keeping import Light
from skyweft.motion.supply import supply
from skyweft.scenario.energy import Energy
from skyweft.scenario.motion import Aircraft
from skyweft.weather.wind import everywhere, following
from skyweft.world.constants import DAY_S, EARTH_RADIUS_MEAN_M, STANDARD_GRAVITY_M_S2, WATT_HOUR_J
from skyweft.world.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M, to_ecef

BANK_MAX_DEG = 30.0
FLOWN = {
    "circle": "circles",
    "racetrack": "racetracks with turns",
    "figure_eight": "figures of eight with turns",
}
BESIDE_S = 0.05  # between which velocity is the way made


class Soaring:
    """Implements `Mover`: some equal solar aircraft, evenly spaced along one circle."""

    def __init__(self, motion: Aircraft, energy: Energy, setting: Setting) -> None:
        self._motion, self._energy, self._setting = motion, energy, setting
        self.count = motion.count
        self.supply, self._lap = supply(energy), Lap(motion.circle)
        frame = motion.airframe
        self.wings = Wings(
            frame.mass_kg * STANDARD_GRAVITY_M_S2,
            frame.wing_m2,
            frame.lift_coefficient,
            frame.endurance_factor,
            frame.propeller_efficiency,
            frame.climb_m_s,
        )
        self.speed_max_m_s = level(self.wings, motion.circle.altitude_m[1])[0]

    @property
    def step_max_s(self) -> float:
        """The widest knot spacing at which cubic Hermite stays within a metre of the pattern."""
        return min(self._lap.step_max_s(self.speed_max_m_s), STEP_S)

    @cached_property
    def light(self) -> Light:
        """What its array gives over the middle of its circle."""
        circle = self._motion.circle
        steps = math.ceil(self._setting.duration_s / STEP_S)
        where = circle.latitude_deg, circle.longitude_deg
        return light(self._energy, where, circle.altitude_m[0], self._setting.clock, steps)

    @cached_property
    def flight(self) -> Soared:
        """The whole flight, a row a minute."""
        low, high = self._motion.circle.altitude_m
        steps = math.ceil(self._setting.duration_s / STEP_S)
        out = Soared(*np.empty((len(Soared._fields), steps + 1)))
        soar(self.wings, (low, high), self.supply, self.light.power_w, out)
        return out

    @cached_property
    def middle(self) -> tuple[Floats, Floats]:
        """Latitude and longitude of the middle of its circle, a row a minute. [rad]."""
        circle, setting = self._motion.circle, self._setting
        field = everywhere(setting.wind, setting.clock, setting.duration_s + STEP_S, setting.seed)
        low, high = circle.altitude_m
        place = math.radians(circle.latitude_deg), math.radians(circle.longitude_deg)
        latitude, longitude = np.empty((2, len(self.flight.altitude_m)))
        winds = field, following(field, (low, high))
        carry(place, self.flight, winds, latitude, longitude)
        return latitude, longitude

    @cached_property
    def off_m(self) -> Floats:
        """How far the middle of its circle is from where it should be every minute, on a sphere."""
        circle, (latitude, longitude) = self._motion.circle, self.middle
        north, east = math.radians(circle.latitude_deg), math.radians(circle.longitude_deg)
        half = np.sin((latitude - north) / 2) ** 2
        half += math.cos(north) * np.cos(latitude) * np.sin((longitude - east) / 2) ** 2
        return np.asarray(2 * EARTH_RADIUS_MEAN_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))))

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
        """Write ITRS states (count, 3, T) at `time_s`; NaN once it is on the ground."""
        late_s = np.minimum(time_s + BESIDE_S, STEP_S * (len(self.flight.altitude_m) - 1))
        early_s = np.maximum(time_s - BESIDE_S, 0.0)
        for craft in range(self.count):
            position_m[craft] = self._at(time_s, craft).T
            way_m = self._at(late_s, craft) - self._at(early_s, craft)
            velocity_m_s[craft] = way_m.T / (late_s - early_s)
        return ()

    def _at(self, time_s: Floats, craft: int) -> Floats:
        """Return where one of them is, (T, 3) ITRS. [m]."""
        flight = self.flight
        minute = STEP_S * np.arange(len(flight.altitude_m))
        flown_m = np.concatenate([[0.0], np.cumsum(flight.airspeed_m_s[:-1] * STEP_S)])
        along_m = np.interp(time_s, minute, flown_m) + self._lap.lap_m * craft / self.count
        east_m, north_m = self._lap.on_plane(along_m)[0].T
        latitude, longitude = (np.interp(time_s, minute, coordinate) for coordinate in self.middle)
        root = np.sqrt(1.0 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2)
        curve_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / root**3
        north = latitude + north_m / curve_m
        east = east_m / (SEMI_MAJOR_M / root * np.cos(north))
        longitude_deg = np.degrees(longitude + east)
        height = np.interp(time_s, minute, flight.altitude_m)
        return to_ecef(np.degrees(north), longitude_deg, height)

    def figures(self, end_s: float) -> dict[str, Any]:
        """Return what its flight comes to, and whether its first day and night close."""
        flight, low = self.flight, self._motion.circle.altitude_m[0]
        now = slice(0, max(1, math.ceil(end_s / STEP_S)))
        power_w = level(self.wings, low)[1] + self.supply.payload_w
        day = self.light.power_w[: round(DAY_S / STEP_S)]
        needed_w = np.minimum(day, power_w) + np.maximum(0.0, power_w - day) / (
            self._energy.battery_efficiency
        )
        fallen = np.flatnonzero(flight.silent[now] > 0)
        hours = STEP_S / 3_600.0
        return {
            "fell_s": float(fallen[0] * STEP_S) if len(fallen) else None,
            "charge_min": float(flight.charge_j[now].min() / self.supply.battery_j),
            "off_station_max_m": float(self.off_m[now].max()),
            "off_station_share": float(np.mean(self.off_m[now] > self._motion.circle.radius_m)),
            "altitude_max_m": float(np.nanmax(flight.altitude_m[now])),
            "level_flight_w": float(power_w - self.supply.payload_w),
            "day_light_wh": float(day.sum() * hours),
            "day_needed_wh": float(needed_w.sum() * hours),
            "night_needed_wh": float(np.maximum(0.0, power_w - day).sum() * hours),
            "battery_wh": self.supply.battery_j / WATT_HOUR_J,
        }


def soared(fleet: Fleet) -> Iterator[tuple[int, Soaring]]:
    """Return first row of the fleet and mover of every group of solar aircraft."""
    return fleet.movers_of(Soaring)


def metrics(fleet: Fleet, end_s: float) -> dict[str, dict[str, Any]]:
    """Return what became of every group of solar aircraft, by its name."""
    return {
        fleet.groups[fleet.group[row]]: soaring.figures(end_s) for row, soaring in soared(fleet)
    }


def aircraft(group: str, motion: Aircraft, setting: Setting) -> Members:
    """Return the solar aircraft of a group."""
    if setting.energy is None:
        raise ScenarioError(
            f"platforms.{group}: a solar aircraft flies on its array and battery: state energy = "
            "{ array_m2 = ..., battery_wh = ..., payload_w = ... }"
        )
    circle, mover = motion.circle, Soaring(motion, setting.energy, setting)
    low, high = circle.altitude_m
    speed, power_w = level(mover.wings, low)
    bank = math.degrees(math.atan(mover.speed_max_m_s**2 / circle.radius_m / STANDARD_GRAVITY_M_S2))
    names = (group,) if motion.count == 1 else numbered(group, motion.count)
    return Members(
        names=names,
        geometry=f"{len(names)} x solar aircraft of {motion.airframe.mass_kg:g} kg, "
        f"{FLOWN[circle.pattern]} of {circle.radius_m / 1e3:g} km at {low:,.0f} to {high:,.0f} m, "
        f"there {speed:.1f} m/s and {power_w:,.0f} W for level flight; {setting.wind.words()}",
        movers=(mover,),
        altitude_m=(low, high),
        warnings=(f"turns need a bank angle of {bank:.0f} deg: a wider radius_m",)
        if bank > BANK_MAX_DEG
        else (),
    )
