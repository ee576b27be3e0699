"""Footprints against spherical geometry, at the date line and around the poles."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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


EDGES = [-180.0, 180.0, 179.999999, 0.0, 90.0]


@settings(deadline=None, max_examples=400)
@given(
    latitude=st.sampled_from([-90.0, 90.0, 0.0, 89.9999999]) | st.floats(-90, 90),
    longitude=st.sampled_from(EDGES) | st.floats(-180, 180),
    altitude=st.sampled_from([160e3, 800e3, 20_200e3, 35_786e3]) | st.floats(120e3, 4e8),
    elevation=st.sampled_from([0.0, 10.0, 45.0]) | st.floats(-10, 85),
)
@example(-27.303966461991067, 180.0, 800e3, 0.0)
@example(0.0, 180.0, 4e8, -3.0)
@example(1.0, 30.0, 4e8, -9.0)
def test_footprints_are_sound_areas(
    latitude: float, longitude: float, altitude: float, elevation: float
) -> None:
    """Shapely takes every ring for a sound one; together they are the cap, the satellite in it."""
    shapely = pytest.importorskip("shapely")
    rings = footprint(latitude, longitude, altitude, elevation)
    areas = [shapely.Polygon(ring) for ring in rings]
    for ring, area in zip(rings, areas, strict=True):
        assert area.is_valid, shapely.is_valid_reason(area)
        assert shapely.LinearRing(ring).is_ccw
        assert shapely.box(-180, -90, 180, 90).covers(area)
    assert all(one.intersection(two).area < 1e-6 for one, two in itertools.pairwise(areas))
    lift = np.radians(elevation)
    reach = np.arccos(EARTH_RADIUS_MEAN_M * np.cos(lift) / (EARTH_RADIUS_MEAN_M + altitude)) - lift
    wanted = 2 * np.pi * (1 - np.cos(reach))
    # Chords for arcs, which are straight on the map alone: of a cap that is all but the Earth
    # the rest is what counts.
    assert sum(map(area_sr, rings)) == pytest.approx(wanted, rel=0.02)
    if abs(latitude) < 89.9:
        below = shapely.Point(longitude, latitude)
        assert any(area.distance(below) < 1e-9 for area in areas)
