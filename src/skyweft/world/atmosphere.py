"""The standard atmosphere: how thin, cold and light the air is at a height.

Layers in which temperature changes evenly with geopotential height, and pressure follows from the
weight of the air above.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import RangeError
from skyweft.kernels import kernel
from skyweft.world.constants import STANDARD_GRAVITY_M_S2

Floats = NDArray[np.float64]

LOWEST_M, HIGHEST_M = -5_000.0, 86_000.0
RADIUS_M = 6_356_766.0  # of the sphere whose gravity the standard takes
GAS_J_KG_K = 8.31432 / 0.0289644  # the standard's own gas constant and molar mass
# Where each layer begins [geopotential m], and how temperature changes in it [K/m].
_BASE_M = (0.0, 11_000.0, 20_000.0, 32_000.0, 47_000.0, 51_000.0, 71_000.0)
_LAPSE_K_M = (-6.5e-3, 0.0, 1.0e-3, 2.8e-3, 0.0, -2.8e-3, -2.0e-3)
_WEIGHT_K_M = STANDARD_GRAVITY_M_S2 / GAS_J_KG_K
SEA_LEVEL_K, SEA_LEVEL_PA = 288.15, 101_325.0


def _bases() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return temperature and pressure where each layer begins."""
    temperature_k, pressure_pa = [SEA_LEVEL_K], [SEA_LEVEL_PA]
    for lapse, low, high in zip(_LAPSE_K_M, _BASE_M, _BASE_M[1:], strict=False):
        base_k, rise_m = temperature_k[-1], high - low
        above_k = base_k + lapse * rise_m
        ratio = (
            math.exp(-_WEIGHT_K_M * rise_m / base_k)
            if lapse == 0
            else (base_k / above_k) ** (_WEIGHT_K_M / lapse)
        )
        temperature_k.append(above_k)
        pressure_pa.append(pressure_pa[-1] * ratio)
    return tuple(temperature_k), tuple(pressure_pa)


_BASE_K, _BASE_PA = _bases()


@kernel
def air(altitude_m: float) -> tuple[float, float, float]:
    """Return temperature [K], pressure [Pa] and density [kg/m3] at one height; see `standard`."""
    height = RADIUS_M * altitude_m / (RADIUS_M + altitude_m)
    layer = 0
    while layer < 6 and height >= _BASE_M[layer + 1]:
        layer += 1
    rise, base, lapse = height - _BASE_M[layer], _BASE_K[layer], _LAPSE_K_M[layer]
    temperature = base + lapse * rise
    if lapse == 0.0:
        pressure = _BASE_PA[layer] * math.exp(-_WEIGHT_K_M * rise / base)
    else:
        pressure = _BASE_PA[layer] * math.exp(_WEIGHT_K_M / lapse * math.log(base / temperature))
    return temperature, pressure, pressure / (GAS_J_KG_K * temperature)


@kernel
def _fill(altitude_m: Floats, temperature: Floats, pressure: Floats, density: Floats) -> None:
    for k in range(len(altitude_m)):
        temperature[k], pressure[k], density[k] = air(altitude_m[k])


def standard(altitude_m: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return temperature [K], pressure [Pa] and density [kg/m3] of the standard atmosphere.

    Parameters
    ----------
    altitude_m : array
        Geometric, -5,000 to 86,000 m above sea level; heights above the ellipsoid differ from it by
        the geoid, at most 107 m, and air density by 1.7 % then.

    Returns
    -------
    temperature_k, pressure_pa, density_kg_m3 : arrays of the same shape

    Raises
    ------
    RangeError
        A height is outside; NaN stays NaN.

    References
    ----------
    "U.S. Standard Atmosphere, 1976", NOAA-S/T 76-1562, equations 18, 23, 33 and 42; up to 32 km the
    same as ISO 2533:1975.
    """
    height = np.asarray(altitude_m, np.float64)
    if np.any((height < LOWEST_M) | (height > HIGHEST_M)):
        raise RangeError(
            f"the standard atmosphere is known from {LOWEST_M:,.0f} to {HIGHEST_M:,.0f} m, "
            f"got {np.nanmin(height):,.0f} to {np.nanmax(height):,.0f} m"
        )
    found = np.empty((3, height.size))
    _fill(np.ascontiguousarray(height.ravel()), *found)
    temperature_k, pressure_pa, density_kg_m3 = found.reshape(3, *height.shape)
    return temperature_k, pressure_pa, density_kg_m3
