import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion import population as module
from skyweft.motion.members import Members, Setting
from skyweft.motion.population import population as place
from skyweft.motion.population import read_weights
from skyweft.scenario.motion import Population
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_geodetic
from skyweft.world.land import on_land


def population(group: str, motion: Population, seed: int) -> Members:
    clock = Clock.at(datetime(2026, 7, 1, tzinfo=UTC))
    return place(group, motion, Setting(clock, 60.0, seed))


def _drawn(members: Members) -> tuple[Floats, Floats]:
    assert members.sites is not None
    latitude, longitude, _ = to_geodetic(members.sites.position_m)
    return latitude, longitude


def _motion(count: int = 1_000, **changes: object) -> Population:
    return Population.model_validate({"kind": "population", "count": count, **changes})


def _box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _region(folder: Path, *polygons: list[list[list[float]]]) -> Path:
    path = folder / "region.geojson"
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": rings}}
        for rings in polygons
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_same_seed_same_places_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    first = population("sensors", _motion(), seed=7)
    monkeypatch.setattr(module, "BATCH", 100)
    again = population("sensors", _motion(), seed=7)
    np.testing.assert_array_equal(_drawn(first), _drawn(again))
    for other in (population("sensors", _motion(), 8), population("sensor", _motion(), 7)):
        assert not np.any(_drawn(other)[0] == _drawn(first)[0])


def test_more_of_them_keeps_the_ones_before() -> None:
    few, many = (population("sensors", _motion(count), 1) for count in (10, 500))
    np.testing.assert_array_equal(_drawn(few)[0], _drawn(many)[0][:10])
    assert few.names[0] == "sensors-000001"
    assert few.names[-1] == "sensors-000010"


def test_the_globe_is_covered_evenly_per_area() -> None:
    latitude, longitude = _drawn(population("g", _motion(100_000, region="globe"), 1))
    # Sine of latitude and longitude are uniform: 20 bins of 5,000 +- 69 (one sigma).
    for values, low, high in ((np.sin(np.radians(latitude)), -1, 1), (longitude, -180, 180)):
        counts, _ = np.histogram(values, bins=20, range=(low, high))
        assert np.abs(counts - 5_000).max() < 5 * 69


def test_land_only() -> None:
    latitude, longitude = _drawn(population("g", _motion(2_000), 1))
    assert np.all(on_land(latitude, longitude))


def test_polygons_with_hole_and_overlap(tmp_path: Path) -> None:
    path = _region(tmp_path, [_box(10, 50, 20, 60), _box(12, 52, 18, 58)], [_box(19, 55, 25, 58)])
    latitude, longitude = _drawn(population("g", _motion(3_000, region=path), 1))
    outer = (longitude >= 10) & (longitude <= 20) & (latitude >= 50) & (latitude <= 60)
    hole = (longitude > 12) & (longitude < 18) & (latitude > 52) & (latitude < 58)
    second = (longitude >= 19) & (longitude <= 25) & (latitude >= 55) & (latitude <= 58)
    assert np.all((outer & ~hole) | second)
    assert np.any(outer & second)
    assert np.any(outer & ~second)


def test_region_across_the_antimeridian(tmp_path: Path) -> None:
    path = _region(tmp_path, [_box(175, -20, 190, -10)])
    _, longitude = _drawn(population("g", _motion(region=path), 1))
    assert np.all((longitude >= 175) | (longitude <= -170))
    assert np.any(longitude > 0)
    assert np.any(longitude < 0)


def test_weights_fill_cells_in_their_shares(tmp_path: Path) -> None:
    weights = tmp_path / "people.csv"
    weights.write_text(
        "latitude_deg,longitude_deg,weight\n10,20,1\n10.5,20,3\n10,20.25,0\n-40,179.95,4\n"
    )
    motion = _motion(8_000, region="globe", weights=weights)
    latitude, longitude = _drawn(population("g", motion, 3))
    cells = [np.abs(latitude - y) <= 0.25 for y in (10, 10.5, -40)]
    # Binomial: one sigma is 30 of 1,000, 43 of 3,000, 45 of 4,000.
    assert [np.count_nonzero(cell) for cell in cells] == pytest.approx(
        [1_000, 3_000, 4_000], abs=180
    )
    assert np.abs(longitude[cells[0] | cells[1]] - 20).max() <= 0.125
    east = longitude[cells[2]] % 360
    assert east.min() >= 179.825
    assert east.max() <= 180.075
    assert read_weights(weights).half_longitude == 0.125


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("10,20,1\n", "two places or more"),
        ("10,20,0\n11,20,0\n", "all weights are zero"),
        ("10,20,-1\n11,20,nan\n", "line 2: weight: '-1' is not a number from 0"),
    ],
)
def test_weights_that_cannot_be(tmp_path: Path, rows: str, words: str) -> None:
    weights = tmp_path / "people.csv"
    weights.write_text("latitude_deg,longitude_deg,weight\n" + rows)
    with pytest.raises(ScenarioError, match=words):
        population("g", _motion(weights=weights), 1)


def test_region_without_area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRIES_MAX", 10_000)
    thread = [[0.0, 0.0], [10.0, 10.0], [0.0, 0.0], [0.0, 0.0]]
    with pytest.raises(ScenarioError, match=r"platforms\.g\.motion: of .* is its area zero"):
        population("g", _motion(region=_region(tmp_path, [thread])), 1)


def test_region_errors(tmp_path: Path) -> None:
    path = _region(tmp_path, [[[0.0, 0.0], [1.0, 95.0], [1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0]]])
    with pytest.raises(ScenarioError) as caught:
        population("g", _motion(region=path), 1)
    assert str(caught.value).splitlines() == [
        "region.geojson: features[0].geometry.coordinates: latitude '95.0' is not a number "
        "from -90 to 90",
        "region.geojson: features[0].geometry.coordinates: a ring needs four positions, "
        "the last equal to the first",
    ]
