"""What terrain hides: heights of a user's GeoTIFF, and lines of sight over them.

References
----------
ITU-R P.526-15, section 3: the Earth's curve enters a path profile as d1 d2 / (2 k a), with k = 4/3
where the refractive index falls with height as it does in the median of temperate climates (ITU-R
P.310); optical lines of sight have k near 7/6, and 1 is geometry alone.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.files import beginning
from skyweft.kernels import kernel
from skyweft.world.constants import EARTH_RADIUS_MEAN_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Vector = tuple[float, float, float]

CELLS_MAX = 60_000_000  # of the part that is used: 240 MB; a degree square at 14 m
HEIGHT_MIN_M, HEIGHT_MAX_M = -12_000.0, 9_000.0
STEP_MIN_M = 1.0  # of a profile
AROUND = 8  # places of a craft's pattern that must be seen, beside its middle


class Terrain(NamedTuple):
    """Heights on an even grid of degrees; void cells are NaN."""

    height_m: NDArray[np.float32]  # (Y, X) from the north-western cell's middle
    north_deg: float
    west_deg: float
    step_north_deg: float  # between rows, southwards
    step_east_deg: float


def read(path: Path, latitude_deg: Floats, longitude_deg: Floats) -> Terrain:
    """Return the part of a GeoTIFF that holds all of some places.

    Parameters
    ----------
    path : Path
        One band of heights in metres, in any projection that PROJ knows. Taken to be in degrees on
        WGS84 by bilinear interpolation where it is in another.
    latitude_deg, longitude_deg : (S,)
        Places that must lie on it.

    Raises
    ------
    ScenarioError
        It cannot be read, does not say where it is, or lacks a place.
    """
    beginning(path, 1)
    try:
        import rasterio
        from rasterio.enums import Resampling
        from rasterio.errors import RasterioError
        from rasterio.vrt import WarpedVRT
    except ImportError as error:
        raise ScenarioError(
            f"{path.name}: terrain needs rasterio: pip install 'skyweft[terrain]'"
        ) from error
    try:
        with rasterio.open(path) as raw:
            if raw.crs is None:
                raise ScenarioError(f"{path.name}: does not say where it is (no CRS)")
            with WarpedVRT(raw, crs="EPSG:4326", resampling=Resampling.bilinear) as whole:
                return _part(path.name, whole, latitude_deg, longitude_deg)
    except RasterioError as error:
        raise ScenarioError(f"{path.name}: is no GeoTIFF that can be read: {error}") from error


def _part(name: str, whole: Any, latitude_deg: Floats, longitude_deg: Floats) -> Terrain:
    """Return the cells around some places, and one more on each side where there is one."""
    across, down = whole.transform.a, -whole.transform.e
    west, north = whole.transform.c, whole.transform.f
    column = (longitude_deg - west) % 360.0 / across - 0.5
    row = (north - latitude_deg) / down - 0.5
    # Half a cell beyond the middle of the outermost, a height is that of the nearest middle.
    outside = (row < -0.5) | (row > whole.height - 0.5) | (column > whole.width - 0.5)
    if outside.any():
        first = int(np.argmax(outside))
        raise ScenarioError(
            f"{name}: covers {north - down * whole.height:.4f} to {north:.4f} degrees north and "
            f"{west:.4f} to {west + across * whole.width:.4f} east; "
            f"{np.count_nonzero(outside):,} of {len(outside):,} places lie outside, the first at "
            f"{latitude_deg[first]:.4f}, {longitude_deg[first]:.4f}"
        )
    top, left = (max(int(np.floor(at.min())) - 1, 0) for at in (row, column))
    height = min(int(np.ceil(row.max())) + 2, whole.height) - top
    width = min(int(np.ceil(column.max())) + 2, whole.width) - left
    if height * width > CELLS_MAX:
        raise ScenarioError(
            f"{name}: {height * width / 1e6:,.0f} million cells lie around the places, at most "
            f"{CELLS_MAX / 1e6:.0f} million are read: resample it to larger cells"
        )
    cells = whole.read(1, window=((top, top + height), (left, left + width)), masked=True)
    found = np.ma.filled(cells.astype(np.float32), np.nan)
    lowest, highest = np.nanmin(found, initial=np.inf), np.nanmax(found, initial=-np.inf)
    if lowest < HEIGHT_MIN_M or highest > HEIGHT_MAX_M:
        raise ScenarioError(
            f"{name}: heights from {lowest:,.5g} to {highest:,.5g} are none in metres; if one of "
            "them stands for a void, say so in the file (nodata)"
        )
    middle = north - (top + 0.5) * down, west + (left + 0.5) * across
    return Terrain(found, *middle, down, across)


def heights(name: str, terrain: Terrain, latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Return the height of the ground at places, by bilinear interpolation. [m].

    Raises
    ------
    ScenarioError
        The file has no height at one of them.
    """
    found = np.empty(len(latitude_deg))
    _bilinear(terrain, latitude_deg, longitude_deg, found)
    if (void := np.isnan(found)).any():
        first = int(np.argmax(void))
        raise ScenarioError(
            f"{name}: has no height at {np.count_nonzero(void):,} of {len(found):,} places, the "
            f"first at {latitude_deg[first]:.4f}, {longitude_deg[first]:.4f}"
        )
    return found


@kernel
def _at(terrain: Terrain, north_deg: float, east_deg: float) -> float:
    """Return the height at one place; beyond the outermost cells, theirs."""
    cells = terrain.height_m
    y = (terrain.north_deg - north_deg) / terrain.step_north_deg
    x = (east_deg - terrain.west_deg) % 360.0
    x = (x - 360.0 if x > 359.0 else x) / terrain.step_east_deg
    y = min(max(y, 0.0), cells.shape[0] - 1.0)
    x = min(max(x, 0.0), cells.shape[1] - 1.0)
    row, column = int(y), int(x)
    below, right = min(row + 1, cells.shape[0] - 1), min(column + 1, cells.shape[1] - 1)
    y, x = y - row, x - column
    upper = cells[row, column] * (1 - x) + cells[row, right] * x
    lower = cells[below, column] * (1 - x) + cells[below, right] * x
    return upper * (1 - y) + lower * y


@kernel
def _bilinear(terrain: Terrain, north_deg: Floats, east_deg: Floats, found: Floats) -> None:
    for k in range(len(found)):
        found[k] = _at(terrain, north_deg[k], east_deg[k])


class Ends(NamedTuple):
    """Where lines of sight begin, and the patterns they lead to."""

    eye: Floats  # (U, 3) latitude and longitude [deg], height [m]
    craft: Floats  # (O, 3) the same, of the lowest a craft flies
    radius_m: Floats  # (O,) of its pattern


class Curve(NamedTuple):
    """How profiles are gone along."""

    radius_m: float  # of the Earth, effective: k a
    step_m: float
    highest_m: float  # of the ground


class Ground(NamedTuple):
    """Heights, and how much larger the Earth looks to what goes over them."""

    terrain: Terrain
    effective: float  # k of the Earth's effective radius


def seen(ground: Ground, ends: Ends, option: Ints, point: Ints) -> tuple[Bools, int]:
    """Return which lines of sight clear the ground, and over how many places nothing is known.

    Parameters
    ----------
    ground : Ground
        A void hides nothing, and is counted.
    ends : Ends
        Rows of both ends.
    option, point : (E,)
        Of `ends`, a line each. A craft is seen where its middle and eight places around it are.

    Notes
    -----
    Profiles go along great circles at steps of half a cell's shorter side, so that of an edge one
    cell wide a quarter may be missed; heights above the ground's curve are those of P.526. The
    second order of distance over radius is left out: at 500 km 0.1 % of the curve.
    """
    terrain = ground.terrain
    rows = np.arange(len(terrain.height_m))
    poleward_deg = float(np.abs(terrain.north_deg - terrain.step_north_deg * rows).max())
    cell_deg = min(
        terrain.step_north_deg, terrain.step_east_deg * float(np.cos(np.radians(poleward_deg)))
    )
    free = np.ones(len(option), np.bool_)
    curve = Curve(
        ground.effective * EARTH_RADIUS_MEAN_M,
        max(0.5 * float(np.radians(cell_deg)) * EARTH_RADIUS_MEAN_M, STEP_MIN_M),
        float(np.nanmax(terrain.height_m, initial=HEIGHT_MIN_M)),
    )
    return free, int(_seen(terrain, ends, option, point, curve, free))


@kernel
def _seen(
    terrain: Terrain, ends: Ends, option: Ints, point: Ints, curve: Curve, free: Bools
) -> int:
    void = 0
    for e in range(len(option)):
        o, u = option[e], point[e]
        eye = ends.eye[u, 0], ends.eye[u, 1], ends.eye[u, 2]
        arc_deg = np.degrees(ends.radius_m[o] / EARTH_RADIUS_MEAN_M)
        shrunk = max(np.cos(np.radians(ends.craft[o, 0])), 1e-6)
        for k in range(-1, AROUND):
            away_deg, turn = (arc_deg if k >= 0 else 0.0), 2 * np.pi * k / AROUND
            north = ends.craft[o, 0] + away_deg * np.cos(turn)
            east = ends.craft[o, 1] + away_deg * np.sin(turn) / shrunk
            clear, unknown = _clear(terrain, eye, (north, east, ends.craft[o, 2]), curve)
            void += unknown
            if not clear:
                free[e] = False
                break
    return void


@kernel
def _unit(north_deg: float, east_deg: float) -> Vector:
    north, east = np.radians(north_deg), np.radians(east_deg)
    return np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)


@kernel
def _clear(terrain: Terrain, eye: Vector, aim: Vector, curve: Curve) -> tuple[bool, int]:
    """Return whether a line clears the ground, and the places over which nothing is known."""
    ax, ay, az = _unit(eye[0], eye[1])
    bx, by, bz = _unit(aim[0], aim[1])
    arc = 2 * np.arcsin(min(0.5 * np.sqrt((ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2), 1.0))
    long_m, rise_m = arc * EARTH_RADIUS_MEAN_M, aim[2] - eye[2]
    steps = int(np.ceil(long_m / curve.step_m))
    # A line that rises all the way, once above the highest ground, meets none any more.
    rises = rise_m > long_m * long_m / (2 * curve.radius_m)
    void = 0
    for k in range(1, steps):
        share = k / steps
        along_m = share * long_m
        line_m = eye[2] + rise_m * share - along_m * (long_m - along_m) / (2 * curve.radius_m)
        if line_m > curve.highest_m:
            if rises:
                break
            continue
        a, b = np.sin((1 - share) * arc), np.sin(share * arc)
        x, y, z = a * ax + b * bx, a * ay + b * by, a * az + b * bz
        north = np.degrees(np.arctan2(z, np.hypot(x, y)))
        ground_m = _at(terrain, north, np.degrees(np.arctan2(y, x)))
        if np.isnan(ground_m):
            void += 1
        elif ground_m > line_m:
            return False, void
    return True, void
