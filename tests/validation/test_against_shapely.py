"""Regions across 180 degrees and around a pole against shapely and antimeridian.

Shapely (GEOS) holds the same outline as a plane polygon that was never wrapped; `antimeridian` (the
library of stactools and others) cuts the wrapped one at 180 degrees. Sizes are held against the
area on the sphere, in closed form: of a cap or zone, and by Green's theorem.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.motion.geojson import read_polygons
from skyweft.motion.members import Setting
from skyweft.motion.population import population
from skyweft.motion.rings import continuous
from skyweft.scenario.motion import Population
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_geodetic
from skyweft.world.land import inside

pytest.importorskip("antimeridian", reason="the group oracles is not installed")
pytest.importorskip("shapely", reason="the group oracles is not installed")
import antimeridian
import shapely

Floats = NDArray[np.float64]

# The ring of many catalogues: neither cut at 180 degrees nor continued beyond.
STRAIT = [[-174.0, 66.1], [176.8, 66.9], [178.8, 71.1], [-170.3, 70.2], [-174.0, 66.1]]
SETTING = Setting(Clock.at(datetime(2026, 7, 1, tzinfo=UTC)), 60.0, seed=1)
EDGE_DEG = 1e-6  # beside a border either may be said


def _places(count: int = 4_000) -> tuple[Floats, Floats]:
    """Return places of even density on the sphere, always the same ones."""
    random = np.random.default_rng(3)
    return np.degrees(np.arcsin(random.uniform(-1, 1, count))), random.uniform(-180, 180, count)


def _wrapped(ring: Floats) -> Floats:
    return np.column_stack([(ring[:, 0] + 180) % 360 - 180, ring[:, 1]])


def _within(region: shapely.Geometry, latitude: Floats, longitude: Floats) -> NDArray[np.bool_]:
    """Tell what lies in a plane region, at any turn of longitude."""
    turns = [shapely.points(longitude + turn, latitude) for turn in (-720, -360, 0, 360, 720)]
    return np.any([shapely.contains(region, each) for each in turns], axis=0)


def _near(region: shapely.Geometry, latitude: Floats, longitude: Floats) -> NDArray[np.bool_]:
    border = shapely.boundary(region)
    turns = [shapely.points(longitude + turn, latitude) for turn in (-720, -360, 0, 360, 720)]
    return np.min([shapely.distance(border, each) for each in turns], axis=0) < EDGE_DEG


@st.composite
def outlines(draw: st.DrawFn) -> Floats:
    """Rings seen from a middle that sees every corner: plane, simple, up to 160 degrees wide."""
    east, north = draw(st.floats(-180, 180)), draw(st.floats(-55, 55))
    count = draw(st.integers(3, 12))
    bearing = (np.arange(count) + 0.5) * 2 * np.pi / count
    reach = np.array(draw(st.lists(st.floats(0.3, 1), min_size=count, max_size=count)))
    wide, high = draw(st.floats(1, 80)), draw(st.floats(1, 34))
    return np.column_stack(
        [east + wide * reach * np.cos(bearing), north + high * reach * np.sin(bearing)]
    )


@settings(deadline=None, max_examples=60)
@given(outline=outlines(), turned=st.booleans(), start=st.integers(0, 11), whole=st.booleans())
def test_wrapped_rings_hold_what_the_plane_ones_do(
    outline: Floats, turned: bool, start: int, whole: bool
) -> None:
    ring = np.roll(outline[:: -1 if turned else 1], start, axis=0)
    wrapped = _wrapped(np.vstack([ring, ring[:1]]))
    if whole:  # longitudes of 0 to 360
        wrapped[:, 0] %= 360
    latitude, longitude = _places()
    got = inside([continuous(wrapped).positions], latitude, longitude)
    region = shapely.Polygon(outline)
    off = got != _within(region, latitude, longitude)
    assert not np.any(off & ~_near(region, latitude, longitude))


@settings(deadline=None, max_examples=60)
@given(outline=outlines(), turned=st.booleans())
def test_wrapped_rings_hold_what_antimeridian_makes_of_them(outline: Floats, turned: bool) -> None:
    wrapped = _wrapped(outline[:: -1 if turned else 1])
    ours = continuous(wrapped)
    # It tells the winding on the wrapped ring, so a crossing one is wound for it.
    cut = antimeridian.fix_polygon(
        shapely.Polygon(_wrapped(outline)), fix_winding=False, great_circle=False
    )
    latitude, longitude = _places()
    off = inside([ours.positions], latitude, longitude) != _within(cut, latitude, longitude)
    assert not np.any(off & ~_near(cut, latitude, longitude))


@settings(deadline=None, max_examples=60)
@given(
    north=st.lists(st.floats(20, 85), min_size=3, max_size=24),
    west=st.floats(-180, 180),
    south=st.booleans(),
    turned=st.booleans(),
    form=st.sampled_from(["wrapped", "continued", "whole", "closed at 180"]),
)
def test_rings_around_a_pole(
    north: list[float], west: float, south: bool, turned: bool, form: str
) -> None:
    side = -1 if south else 1
    count = len(north)
    east = (-180 if form == "closed at 180" else west) + np.arange(count + 1) * 360 / count
    line = np.column_stack([east, side * np.array([*north, north[0]])])
    region = shapely.Polygon([*line, (east[-1], side * 90), (east[0], side * 90)])
    if form == "wrapped":
        line = _wrapped(line)
    elif form == "whole":
        line[:, 0] %= 360
    elif form == "continued" and west > 0:
        line[:, 0] -= 360
    ring = continuous(line[:: -1 if turned else 1])
    assert ring.pole == side
    latitude, longitude = _places()
    off = inside([ring.positions], latitude, longitude) != _within(region, latitude, longitude)
    assert not np.any(off & ~_near(region, latitude, longitude))


def _drawn(folder: Path, *polygons: list[list[list[float]]], count: int = 2_000) -> Any:
    path = folder / "region.geojson"
    path.write_text(json.dumps({"type": "MultiPolygon", "coordinates": polygons}))
    model = Population.model_validate({"kind": "population", "count": count, "region": path})
    members = population("g", model, SETTING)
    assert members.sites is not None
    latitude, longitude, _ = to_geodetic(members.sites.position_m)
    return members, latitude, longitude


def test_a_strait_across_180_degrees(tmp_path: Path) -> None:
    members, latitude, longitude = _drawn(tmp_path, [STRAIT])
    east = longitude % 360
    assert east.min() >= 176.8
    assert east.max() <= 189.7
    assert "longitude 176.9 to -170.5 deg" in members.geometry
    (warning,) = members.warnings
    assert "2 edges between longitudes more than 180 degrees apart taken the short way" in warning
    continued = [[x + 360 if x < 0 else x, y] for x, y in STRAIT]
    again, *places = _drawn(tmp_path, [continued])
    np.testing.assert_allclose(places, (latitude, longitude), atol=1e-12)
    assert again.geometry == members.geometry
    assert not again.warnings


def test_cap_with_a_hole_over_the_pole(tmp_path: Path) -> None:
    def ring(north: float) -> list[list[float]]:
        return [[float(x), north] for x in (-180, -60, 60, 180)]

    members, latitude, longitude = _drawn(tmp_path, [ring(-60.0), ring(-80.0)], count=20_000)
    assert latitude.min() > -80
    assert latitude.max() < -60
    # Sines of latitude and longitudes are even over a zone: ten bins of 2,000 +- 42 (one sigma).
    sine = (np.sin(np.radians(latitude)) + np.sin(np.radians(80))) / (
        np.sin(np.radians(80)) - np.sin(np.radians(60))
    )
    for share in (sine, longitude / 360 + 0.5):
        counts, _ = np.histogram(share, bins=10, range=(0, 1))
        assert np.abs(counts - 2_000).max() < 5 * 42
    assert members.warnings[-1].endswith(
        "2 rings around the Earth taken to hold the south pole, on the smaller side"
    )


def test_parts_on_both_sides_of_180_degrees_are_drawn_by_area(tmp_path: Path) -> None:
    def box(west: float, east: float) -> list[list[float]]:
        return [[west, 0.0], [east, 0.0], [east, 10.0], [west, 10.0], [west, 0.0]]

    # One part is continued, one is not, and a third is far: the box around them is too wide.
    _, _, longitude = _drawn(
        tmp_path, [box(170, 190)], [box(-170, -160)], [box(0, 10)], count=4_000
    )
    counts = [np.count_nonzero((longitude % 360 // 10) == k) for k in (17, 18, 19, 0)]
    assert sum(counts) == 4_000
    assert np.abs(np.array(counts) - 1_000).max() < 5 * 27  # one sigma of 1,000 of 4,000


@pytest.mark.parametrize("west", [-180.0, 0.0])
@pytest.mark.parametrize(("south", "north"), [(-90, 90), (-90, -60), (-60, -30), (60, 90)])
def test_around_the_whole_parallel(west: float, south: float, north: float) -> None:
    ring = np.array(
        [[west, south], [west + 360, south], [west + 360, north], [west, north], [west, south]]
    )
    latitude, longitude = _places()
    found = inside([continuous(ring).positions], latitude, longitude)
    np.testing.assert_array_equal(found, (latitude > south) & (latitude < north))


def test_antarctica_cut_at_180_degrees() -> None:
    coast = [[x, -70.0 - abs(x) / 30] for x in (180.0, 60.0, -60.0, -180.0)]
    ring = np.array([*coast, [-180.0, -90.0], [180.0, -90.0], [180.0, -76.0]])
    latitude, longitude = _places()
    found = inside([continuous(ring).positions], latitude, longitude)
    want = latitude < np.interp(longitude, [-180, -60, 60, 180], [-76, -72, -72, -76])
    np.testing.assert_array_equal(found, want)


@pytest.mark.parametrize(
    ("ring", "words"),
    [
        ([[0, 0], [120, 0], [-120, 0], [0, 0]], "parts it into halves"),
        ([[x % 360 - 180, 70 + x / 100] for x in range(0, 721, 60)] + [[-180, 70]], "2 times"),
    ],
)
def test_rings_without_an_inside(tmp_path: Path, ring: list[list[float]], words: str) -> None:
    path = tmp_path / "region.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    with pytest.raises(ScenarioError, match=words):
        read_polygons(path)
