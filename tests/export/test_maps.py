"""Footprints against spherical geometry, at the date line and around the poles."""

import numpy as np
import pytest

from skyweft.export.maps import footprint
from skyweft.world.constants import EARTH_RADIUS_MEAN_M


def area_sr(ring: list[tuple[float, ...]]) -> float:
    """Return the solid angle of a ring on a sphere, counter-clockwise positive: Green's theorem."""
    east, north = np.radians(np.array(ring)).T
    return float(-np.sum(np.diff(east) * (np.sin(north[1:]) + np.sin(north[:-1])) / 2))


@pytest.mark.parametrize("latitude", [-90, -85, -40, 0, 33, 80, 89])
@pytest.mark.parametrize("longitude", [-179.9, -170, 0, 100, 175, 180])
def test_area_is_that_of_the_cap(latitude: float, longitude: float) -> None:
    rings = footprint(latitude, longitude, 800e3, 10.0)
    lift = np.radians(10.0)
    reach = np.arccos(EARTH_RADIUS_MEAN_M * np.cos(lift) / (EARTH_RADIUS_MEAN_M + 800e3)) - lift
    for ring in rings:
        assert ring[0] == ring[-1]
        assert all(-180 <= east <= 180 and -90 <= north <= 90 for east, north in ring)
    # Seventy-two chords stand for the circle: 0.2 % at most, more where a pole squeezes them.
    wanted = 2 * np.pi * (1 - np.cos(reach))
    assert sum(map(area_sr, rings)) == pytest.approx(wanted, rel=0.02)


def test_two_halves_at_the_date_line() -> None:
    rings = footprint(0.0, 179.0, 800e3, 10.0)
    assert len(rings) == 2
    assert {max(east for east, _ in ring) for ring in rings} > {180.0}
    assert min(east for east, _ in rings[1]) == -180.0
