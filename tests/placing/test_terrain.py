"""Lines of sight over ground: closed forms, a plain account, and what a file may lack."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

import skyweft
from skyweft.errors import ScenarioError
from skyweft.placing.terrain import Ends, Ground, Terrain, heights, read, seen
from skyweft.world.constants import EARTH_RADIUS_MEAN_M
from tests.placing.asked import BASE, DRONES, POINTS, SPOTS, fleet, place_table, write

CELL_DEG = 1 / 240


def _terrain(height_m: Any, north_deg: float = 1.0, west_deg: float = 10.0) -> Terrain:
    return Terrain(np.asarray(height_m, np.float32), north_deg, west_deg, CELL_DEG, CELL_DEG)


def _sees(
    terrain: Terrain, eye: Any, craft: Any, effective: float = 4 / 3, radius_m: float = 0.0
) -> bool:
    ends = Ends(np.array([eye]), np.array([craft]), np.array([radius_m]))
    free, _ = seen(Ground(terrain, effective), ends, np.array([0]), np.array([0]))
    return bool(free[0])


@pytest.mark.parametrize("effective", [1.0, 4 / 3])
def test_the_horizon_of_a_sphere(effective: float) -> None:
    """On smooth ground two ends see each other to the sum of sqrt(2 k a h), by P.526."""
    smooth = _terrain(np.zeros((480, 960)))
    for eye_m, craft_m in ((2.0, 300.0), (30.0, 1_000.0)):
        far_m = sum(math.sqrt(2 * effective * EARTH_RADIUS_MEAN_M * h) for h in (eye_m, craft_m))
        for share, expected in ((0.999, True), (1.001, False)):
            away_deg = math.degrees(share * far_m / EARTH_RADIUS_MEAN_M)
            eye, craft = (0.0, 10.5, eye_m), (0.0, 10.5 + away_deg, craft_m)
            assert _sees(smooth, eye, craft, effective) is expected
            assert _sees(smooth, craft, eye, effective) is expected


def test_a_ridge_hides_what_is_below_the_line_over_it() -> None:
    height_m = np.zeros((480, 480))
    height_m[:, 238:243] = 500.0  # plateau: edges of 463 m are met to the metre
    ridge = _terrain(height_m)
    metre_deg = math.degrees(1 / EARTH_RADIUS_MEAN_M)
    eye_deg, edge_deg, craft_deg = 10.6, 10 + 238 * CELL_DEG, 11.4
    one_m, other_m = (edge_deg - eye_deg) / metre_deg, (craft_deg - edge_deg) / metre_deg
    bulge_m = one_m * other_m / (2 * 4 / 3 * EARTH_RADIUS_MEAN_M)
    needed_m = 2 + (500 + bulge_m - 2) * (one_m + other_m) / one_m
    # The western edge of the plateau is met within half a cell, 231 m of 44 km: 0.5 % of the rise.
    assert _sees(ridge, (0.0, eye_deg, 2.0), (0.0, craft_deg, needed_m * 1.006))
    assert not _sees(ridge, (0.0, eye_deg, 2.0), (0.0, craft_deg, needed_m * 0.994))
    # Of a pattern of 5 km the part nearest to the ridge is hidden first.
    assert not _sees(
        ridge, (0.0, eye_deg, 2.0), (0.0, craft_deg, needed_m * 1.006), radius_m=20_000.0
    )


def _plain(terrain: Terrain, eye: Any, craft: Any, effective: float) -> float:
    """Return by how much a line clears the ground at least, at steps of a tenth of a cell."""
    (north, east, low), (north2, east2, high) = (np.array(end, float) for end in (eye, craft))
    a, b = (
        np.array([np.cos(n) * np.cos(e), np.cos(n) * np.sin(e), np.sin(n)])
        for n, e in np.radians([[north, east], [north2, east2]])
    )
    arc = math.acos(min(a @ b, 1.0))
    share = np.linspace(0, 1, max(int(arc / math.radians(CELL_DEG / 10)), 3))[1:-1, None]
    place = (np.sin((1 - share) * arc) * a + np.sin(share * arc) * b) / math.sin(arc)
    y = (terrain.north_deg - np.degrees(np.arcsin(place[:, 2]))) / CELL_DEG
    x = (np.degrees(np.arctan2(place[:, 1], place[:, 0])) - terrain.west_deg) / CELL_DEG
    ground_m = map_coordinates(terrain.height_m.astype(float), [y, x], order=1, mode="nearest")
    along = share[:, 0]
    bulge_m = along * (1 - along) * arc**2 * EARTH_RADIUS_MEAN_M / (2 * effective)
    return float(np.min(low + (high - low) * along - bulge_m - ground_m))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    ends=st.tuples(*[st.tuples(st.floats(0.05, 0.95), st.floats(10.05, 10.95))] * 2),
    rise_m=st.floats(0, 900),
    effective=st.sampled_from([1.0, 4 / 3]),
)
def test_hills_hide_as_in_a_plain_account(
    seed: int, ends: Any, rise_m: float, effective: float
) -> None:
    coarse = np.random.default_rng(seed).uniform(0, 300, (14, 14))
    fine = np.linspace(0, 13, 240)
    terrain = _terrain(map_coordinates(coarse, np.meshgrid(fine, fine, indexing="ij"), order=3))
    low, high = (heights("", terrain, *np.array([end]).T)[0] for end in ends)
    eye, craft = (*ends[0], low + 2.0), (*ends[1], high + 20.0 + rise_m)
    if math.dist(*ends) < 2 * CELL_DEG:
        return
    spare_m = _plain(terrain, eye, craft, effective)
    if abs(spare_m) > 3.0:  # slopes of 18 cells and 300 m: between steps the ground changes by less
        assert _sees(terrain, eye, craft, effective) is (spare_m > 0)


def _file(path: Path, height_m: Any, crs: str = "EPSG:4326", **keys: Any) -> Path:
    """Write heights, a degree wide from 116 east and 29.5 north, unless `transform` says else."""
    rasterio = pytest.importorskip("rasterio", reason="the group oracles is not installed")
    values = np.asarray(height_m, np.float32)
    rows, columns = values.shape
    keys.setdefault("transform", rasterio.Affine(1 / columns, 0, 115.5, 0, -1 / rows, 29.5))
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float32",
        crs=crs or None, compress="deflate", **keys,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def _slope(north_deg: Any, east_deg: Any) -> Any:
    return 100.0 + 200.0 * (north_deg - 28.5) + 300.0 * (east_deg - 115.5)


def test_heights_of_a_plane_come_back_from_degrees_and_from_metres(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio", reason="the group oracles is not installed")
    middle = (np.arange(400) + 0.5) / 400
    plane = _slope(29.5 - middle[:, None], 115.5 + middle)
    north, east = np.array([28.9, 29.2]), np.array([115.8, 116.3])
    part = read(_file(tmp_path / "degrees.tif", plane), north, east)
    assert part.height_m.size < 0.4 * plane.size  # what lies around the places alone
    np.testing.assert_allclose(heights("", part, north, east), _slope(north, east), atol=0.01)
    # The same in UTM: zone 50 has its meridian at 117 east.
    from rasterio.warp import transform

    x, y = transform("EPSG:4326", "EPSG:32650", [115.4, 116.6], [28.4, 29.6])
    cell_m = 250.0
    xs = np.arange(min(x) + cell_m / 2, max(x), cell_m)
    ys = np.arange(max(y) - cell_m / 2, min(y), -cell_m)
    grid = np.meshgrid(xs, ys)
    easts, norths = transform("EPSG:32650", "EPSG:4326", grid[0].ravel(), grid[1].ravel())
    metres = _slope(np.array(norths), np.array(easts)).reshape(grid[0].shape)
    origin = rasterio.Affine(cell_m, 0, min(x), 0, -cell_m, max(y))
    path = _file(tmp_path / "metres.tif", metres, "EPSG:32650", transform=origin)
    # Interpolated twice, in cells of a quarter of a kilometre over which it rises by 0.8 m.
    part = read(path, north, east)
    np.testing.assert_allclose(heights("", part, north, east), _slope(north, east), atol=0.4)


def test_what_a_file_lacks_is_said_with_place_and_number(tmp_path: Path) -> None:
    flat, north, east = np.zeros((40, 40)), np.array([29.0, 29.2]), np.array([116.0, 116.2])
    whole = _file(tmp_path / "dem.tif", flat)
    with pytest.raises(
        ScenarioError, match=r"1 of 2 places lie outside, the first at 31\.0000, 116"
    ):
        read(whole, np.array([29.0, 31.0]), east)
    with pytest.raises(
        ScenarioError, match=r"covers 28\.5000 to 29\.5000 degrees north and 115\.5"
    ):
        read(whole, north, np.array([116.0, 117.2]))
    holed = flat.copy()
    holed[12, 28] = -32768
    with pytest.raises(ScenarioError, match="are none in metres; if one of them stands for a void"):
        read(_file(tmp_path / "unsaid.tif", holed), north, east)
    said = read(_file(tmp_path / "said.tif", holed, nodata=-32768), north, east)
    with pytest.raises(ScenarioError, match=r"has no height at 1 of 2 places, the first at 29\.2"):
        heights("said.tif", said, north, east)
    with pytest.raises(ScenarioError, match="does not say where it is"):
        read(_file(tmp_path / "nowhere.tif", flat, ""), north, east)
    (tmp_path / "text.tif").write_text("no heights")
    with pytest.raises(ScenarioError, match="is no GeoTIFF that can be read"):
        read(tmp_path / "text.tif", north, east)


def test_a_point_behind_a_hill_is_left_and_says_so(tmp_path: Path) -> None:
    text = BASE + place_table(terrain={"file": "dem.tif"}) + fleet("drones", **DRONES)
    points = "\n".join(POINTS.splitlines()[:3]) + "\n"
    spots = "\n".join(SPOTS.splitlines()[:3]) + "\n"
    hill = np.full((400, 400), 50.0)
    _file(tmp_path / "dem.tif", hill)
    open_ground = skyweft.place(write(tmp_path, text, points, spots))
    served = {point.name for point in open_ground.points if not point.reason}
    assert {"a", "b"} <= served
    # Round "a" stands a wall of 2.9 km: drones at 3 km are seen over it from nowhere inside.
    a = next(point for point in open_ground.points if point.name == "a")
    row = (29.5 - a.latitude_deg) * 400 - 0.5
    column = (a.longitude_deg - 115.5) * 400 - 0.5
    away = np.hypot(*np.meshgrid(np.arange(400) - column, np.arange(400) - row))
    hill[(away > 2) & (away < 5)] = 2_900.0
    _file(tmp_path / "dem.tif", hill)
    walled = skyweft.place(write(tmp_path, text, points, spots))
    reasons = {point.name: point.reason for point in walled.points}
    assert reasons["a"] == "terrain hides it from every craft in reach"
    assert reasons["b"] == ""
