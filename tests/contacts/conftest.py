"""Orbits in closed form, so that no propagation is under test with the windows."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from skyweft.fleet import Tracks

Floats = NDArray[np.float64]

MU = 3.986004418e14
EARTH_RAD_S = 7.292115e-5


def orbit(
    time_s: Floats,
    radius_m: float = 6_928_137.0,
    inclination_deg: float = 53.0,
    node_deg: float = 0.0,
    phase_deg: float = 0.0,
) -> tuple[Floats, Floats]:
    """Return Earth-fixed position and velocity (3, T) on a circular orbit."""
    rate = np.sqrt(MU / radius_m**3)
    inclination = np.radians(inclination_deg)
    along = np.radians(phase_deg) + rate * time_s
    node = np.radians(node_deg) - EARTH_RAD_S * time_s
    x, y = radius_m * np.cos(along), radius_m * np.sin(along)
    u, v = -rate * y, rate * x

    def turned(p: Floats, q: Floats) -> Floats:
        q, z = q * np.cos(inclination), q * np.sin(inclination)
        return np.stack(
            [p * np.cos(node) - q * np.sin(node), p * np.sin(node) + q * np.cos(node), z]
        )

    position, velocity = turned(x, y), turned(u, v)
    velocity[0] += EARTH_RAD_S * position[1]
    velocity[1] -= EARTH_RAD_S * position[0]
    return position, velocity


@pytest.fixture
def circular() -> Callable[..., tuple[Floats, Floats]]:
    """Give the closed form itself."""
    return orbit


@pytest.fixture
def tracks() -> Callable[..., Tracks]:
    """Give a maker of tracks: one dictionary of `orbit`'s words a mover."""

    def make(time_s: Floats, *movers: dict[str, float]) -> Tracks:
        states = [orbit(time_s, **each) for each in movers]
        return Tracks(time_s, np.stack([p for p, _ in states]), np.stack([v for _, v in states]))

    return make
