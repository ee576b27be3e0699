"""How an airship keeps its station: against the wind as fast as its charge allows, else adrift.

Theory of operation
-------------------
Every step, a minute, in this order:

1. Once an hour the airship looks at the wind at all heights of its band and sets out for the height
   with the least.
2. It may spend on its propellers what is left of charge and of the light to come until the next
   morning, when light alone carries the payload, less what the payload takes until then and the
   reserve, spread evenly: drag goes with the cube of speed, so even speed carries furthest. What a
   full battery cannot take is spent at once.
3. It steers for the middle of its station, slower as it comes near, with the air velocity that
   brings its velocity over the ground closest to that. Where the wind is stronger than its speed
   it flies into the wind and drifts.
4. Charge is settled. An empty battery stops propellers and payload alike, until light carries the
   payload again or the reserve is full.

The wind is that of where it is. Lift is not modelled: any height of the band is held at no cost but
the time to climb.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import kernel
from skyweft.motion.supply import Supply
from skyweft.weather.wind import Field, Followed, Wind, blowing, follow
from skyweft.world.atmosphere import air
from skyweft.world.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

LOOK_S = 3_600.0  # from one look at the heights to the next
NEARING_S = 3_600.0  # it would be in the middle after so long: no faster when near
FAR_RAD = math.radians(89.0)  # no wind carries it over a pole: east would have no meaning there


class Hull(NamedTuple):
    """What flies: reference area times drag coefficient, and what drives it."""

    drag_m2: float
    efficiency: float  # of the propellers
    speed_max_m_s: float
    climb_m_s: float


class Station(NamedTuple):
    """Where it should be."""

    latitude_rad: float
    longitude_rad: float
    low_m: float
    high_m: float


class Light(NamedTuple):
    """What the array gives at the station, for every step and one more."""

    power_w: Floats  # (T + 1,)
    gathered_j: Floats  # (T + 1,) since the start
    morning: Longs  # (T + 1,) the step when it next comes to carry the payload, at most a day on


class Flight(NamedTuple):
    """What became of it: (T + 1,) columns, at the beginning of each step and at the end."""

    latitude_rad: Floats
    longitude_rad: Floats
    altitude_m: Floats
    wind_east_m_s: Floats
    wind_north_m_s: Floats
    airspeed_m_s: Floats
    propulsion_w: Floats
    charge_j: Floats
    silent: Floats  # 1 without energy, else 0

    @property
    def wind_m_s(self) -> Floats:
        """Speed of the wind where it flies."""
        return np.hypot(self.wind_east_m_s, self.wind_north_m_s)


@kernel
def _calmest(wind: Wind, station: Station, now_s: float) -> float:
    """Return the height of the band with the least wind."""
    best, least = station.low_m, np.inf
    count = max(1, int((station.high_m - station.low_m) / 250.0))
    for k in range(count + 1):
        height = station.low_m + (station.high_m - station.low_m) * k / count
        east, north = blowing(wind, height, now_s)
        speed = east * east + north * north
        if speed < least:
            best, least = height, speed
    return best


@kernel
def _spared_w(supply: Supply, light: Light, k: int, step_s: float, charge_j: float) -> float:
    """Return the power that propellers may take in step k."""
    until = light.morning[k]
    left_s = (until - k) * step_s
    coming_j = supply.efficiency * (light.gathered_j[until] - light.gathered_j[k])
    free_j = charge_j - supply.reserve_j + coming_j - supply.payload_w * left_s
    spared = max(0.0, free_j / left_s)
    beside = max(0.0, light.power_w[k] - supply.payload_w)
    if charge_j >= supply.battery_j:
        spared = max(spared, beside)
    if charge_j <= supply.reserve_j:
        spared = min(spared, beside)
    return spared


@kernel
def ways(
    latitude: float, longitude: float, height: float, middle: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Return how far east and north a middle is, and metres a radian along and across meridians."""
    curve = math.sqrt(1.0 - ECCENTRICITY_SQUARED * math.sin(latitude) ** 2)
    along = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / curve**3 + height
    level = (SEMI_MAJOR_M / curve + height) * math.cos(latitude)
    turn = (middle[1] - longitude + math.pi) % (2 * math.pi) - math.pi
    return turn * level, (middle[0] - latitude) * along, along, level


@kernel
def fly(
    hull: Hull,
    station: Station,
    supply: Supply,
    light: Light,
    winds: tuple[Field, Followed],
    step_s: float,
    out: Flight,
) -> None:
    """Fly from the middle of the station on; write what becomes of it."""
    latitude, longitude = station.latitude_rad, station.longitude_rad
    height = aim = 0.5 * (station.low_m + station.high_m)
    charge, awake = supply.start_j, True
    for k in range(len(out.charge_j)):
        now_s = k * step_s
        wind = follow(winds[0], winds[1], latitude, longitude, now_s)
        if now_s % LOOK_S < step_s:
            aim = _calmest(wind, station, now_s)
        east, north = blowing(wind, height, now_s)
        middle = station.latitude_rad, station.longitude_rad
        far_east, far_north, along, level = ways(latitude, longitude, height, middle)
        wish_east, wish_north = far_east / NEARING_S - east, far_north / NEARING_S - north
        wish = math.sqrt(wish_east**2 + wish_north**2)
        drag = 0.5 * air(height)[2] * hull.drag_m2 / hull.efficiency
        carried = light.power_w[k] >= supply.payload_w
        awake = carried or (charge > 0.0 and (awake or charge >= supply.reserve_j > 0.0))
        spared = _spared_w(supply, light, k, step_s, charge) if awake else 0.0
        speed = min(wish, hull.speed_max_m_s, (spared / drag) ** (1.0 / 3.0))
        part = speed / wish if wish > 0.0 else 0.0
        out.latitude_rad[k], out.longitude_rad[k], out.altitude_m[k] = latitude, longitude, height
        out.wind_east_m_s[k], out.wind_north_m_s[k] = east, north
        out.airspeed_m_s[k] = speed
        out.propulsion_w[k], out.charge_j[k] = drag * speed**3, charge
        out.silent[k] = 0.0 if awake else 1.0
        used = out.propulsion_w[k] + (supply.payload_w if awake else 0.0)
        more = (light.power_w[k] - used) * step_s
        charge += more * supply.efficiency if more > 0.0 else more
        charge = min(max(charge, 0.0), supply.battery_j)
        latitude += (north + part * wish_north) / along * step_s
        latitude = min(max(latitude, -FAR_RAD), FAR_RAD)
        longitude += (east + part * wish_east) / level * step_s
        rise = hull.climb_m_s * step_s
        height += min(max(aim - height, -rise), rise)
