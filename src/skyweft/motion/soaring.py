"""How a solar aircraft stays up: climbs on the day's surplus, glides by night, or falls.

Theory of operation
-------------------
It flies level at the speed at which its wings carry it, V = sqrt(2 W / (rho S C_L)), and that takes
P = sqrt(2 W^3 / (rho S)) / (C_L^1.5 / C_D) of its propellers. Every step, a minute, in this order:

1. With a full battery it climbs on what light leaves, up to the top of its band.
2. Where light does not carry it, it gives height away before charge: it sinks by what is missing,
   down to the bottom of its band.
3. At the bottom the battery carries it. Once that is empty, the aircraft falls: it glides to the
   ground, payload off, and is not there any more.

The circle stays where it is as long as the aircraft is faster than the wind; a stronger wind
carries it off by the difference, and it comes back by what the aircraft is faster. Turns cost
nothing, and day and night are those of the middle of its circle.
"""

import math
from typing import NamedTuple

import numpy as np

from skyweft.kernels import kernel
from skyweft.motion.station_keeping import FAR_RAD, NEARING_S, Floats, ways
from skyweft.motion.supply import Supply
from skyweft.weather.wind import Field, Followed, blowing, follow
from skyweft.world.atmosphere import air


class Wings(NamedTuple):
    """What flies."""

    weight_n: float
    wing_m2: float
    lift: float  # C_L
    endurance: float  # C_L^1.5 / C_D
    efficiency: float  # of the propellers
    climb_m_s: float


class Soared(NamedTuple):
    """What became of it: (T + 1,) columns, at the beginning of each step and at the end."""

    altitude_m: Floats  # NaN once it is on the ground
    airspeed_m_s: Floats
    propulsion_w: Floats
    charge_j: Floats
    silent: Floats  # 1 from when it falls, else 0


@kernel
def level(wings: Wings, altitude_m: float) -> tuple[float, float]:
    """Return airspeed [m/s] and electric power [W] of level flight."""
    thin = 2.0 * wings.weight_n / (air(altitude_m)[2] * wings.wing_m2)
    power_w = wings.weight_n * math.sqrt(thin) / wings.endurance
    return math.sqrt(thin / wings.lift), power_w / wings.efficiency


@kernel
def soar(
    wings: Wings, band_m: tuple[float, float], supply: Supply, light_w: Floats, out: Soared
) -> None:
    """Fly from the bottom of the band on, a row a minute; write what becomes of it."""
    step_s = 60.0
    low, high = band_m
    height, charge, falls = low, supply.start_j, False
    lifted = wings.efficiency / wings.weight_n  # m/s of climb a watt
    for k in range(len(out.charge_j)):
        speed, need = level(wings, max(height, 0.0))
        spare = light_w[k] - supply.payload_w
        climb = 0.0
        if falls:
            climb = -need * lifted
        elif spare > need and charge >= supply.battery_j:
            climb = min((spare - need) * lifted, wings.climb_m_s, (high - height) / step_s)
        elif spare < need:
            climb = -min((need - max(spare, 0.0)) * lifted, (height - low) / step_s)
        power = max(0.0, need + climb / lifted)
        used = power + supply.payload_w
        out.altitude_m[k] = height if height > 0.0 else np.nan
        out.airspeed_m_s[k] = speed
        out.propulsion_w[k], out.charge_j[k] = power, charge
        out.silent[k] = 1.0 if falls else 0.0
        more = 0.0 if falls else (light_w[k] - used) * step_s
        charge += more * supply.efficiency if more > 0.0 else more
        falls = falls or charge < 0.0
        charge = min(max(charge, 0.0), supply.battery_j)
        height += climb * step_s


@kernel
def carry(
    middle: tuple[float, float],
    soared: Soared,
    winds: tuple[Field, Followed],
    latitude_rad: Floats,
    longitude_rad: Floats,
) -> None:
    """Write where the middle of the circle is every minute: at home unless winds are stronger."""
    step_s = 60.0
    latitude, longitude = middle
    for k in range(len(latitude_rad)):
        latitude_rad[k], longitude_rad[k] = latitude, longitude
        height = soared.altitude_m[k]
        if not height > 0.0:
            continue
        wind = follow(winds[0], winds[1], latitude, longitude, k * step_s)
        east, north = blowing(wind, height, k * step_s)
        far_east, far_north, along, level = ways(latitude, longitude, height, middle)
        wish_east, wish_north = far_east / NEARING_S - east, far_north / NEARING_S - north
        wish = math.sqrt(wish_east**2 + wish_north**2)
        part = min(1.0, soared.airspeed_m_s[k] / wish) if wish > 0.0 else 0.0
        latitude += (north + part * wish_north) / along * step_s
        latitude = min(max(latitude, -FAR_RAD), FAR_RAD)
        longitude += (east + part * wish_east) / level * step_s
