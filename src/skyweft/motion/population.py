"""Standing platforms drawn at random over a region, the same ones for the same seed.

Draws come from a counter-based generator keyed by the scenario's seed and the group's name, so
another group, or a change of its order, moves nobody.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.geojson import read_polygons
from skyweft.motion.members import Members, Setting, numbered
from skyweft.motion.rings import arc, wrapped
from skyweft.motion.sites import stand
from skyweft.motion.tables import LATITUDE, LONGITUDE, complain, read_table
from skyweft.scenario.motion import Population
from skyweft.world.land import inside, on_land

BATCH = 65_536
TRIES_MAX = 2_000_000  # candidates before a region that is hardly ever hit is given up
HITS_MIN = 1e-5
Inside = Callable[[Floats, Floats], NDArray[np.bool_]]


class Box(NamedTuple):
    """Bounds of a region in degrees."""

    south: float
    north: float
    west: float
    east: float


GLOBE = Box(-90, 90, -180, 180)


class Weights(NamedTuple):
    """Cells of a weight file: centres, half widths in degrees, and shares that add up to one."""

    latitude: Floats
    longitude: Floats
    half_latitude: float
    half_longitude: float
    upto: Floats  # cumulative share
    warnings: tuple[str, ...]


def population(group: str, motion: Population, setting: Setting) -> Members:
    """Return `count` sites spread evenly per area of the region, or by weight.

    Parameters
    ----------
    group : str
        Name of the group; part of the key of the random numbers.
    motion : Population
        What the user asked for.
    setting : Setting
        The scenario's seed is in it.

    Raises
    ------
    ScenarioError
        Everything wrong with the region's or the weights' file; a region that no draw falls into.
    """
    word = int.from_bytes(hashlib.sha256(group.encode()).digest()[:16], "big")
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([setting.seed, word])))
    box, accept, warnings = _region(motion.region)
    weights = read_weights(motion.weights) if motion.weights else None
    latitude = np.empty(motion.count)
    longitude = np.empty(motion.count)
    found = tried = 0
    while found < motion.count:
        # One row of the stream a candidate: how many are taken at once changes nothing.
        candidates = random.random((min(BATCH, 4 * (motion.count - found) + 256), 4))
        lat, lon = _spread(candidates, box) if weights is None else _weighted(candidates, weights)
        kept = np.flatnonzero(accept(lat, lon))[: motion.count - found]
        latitude[found : found + len(kept)] = lat[kept]
        longitude[found : found + len(kept)] = lon[kept]
        found += len(kept)
        tried += len(candidates)
        if tried >= TRIES_MAX and found < HITS_MIN * tried:
            raise ScenarioError(
                f"platforms.{group}.motion: of {tried:,} random places only {found} lie in the "
                f"region{' and a weighted cell' if weights else ''}; is its area zero?"
            )
    where = motion.region.name if isinstance(motion.region, Path) else motion.region
    by_weight = f" by the weights of {motion.weights.name}" if motion.weights else ""
    west, east = arc(longitude)
    return Members(
        names=numbered(group, motion.count, digits=6),
        geometry=f"{motion.count:,} sites drawn over {where}{by_weight}, latitude "
        f"{latitude.min():.1f} to {latitude.max():.1f}, longitude {west:.1f} to {east:.1f} deg",
        sites=stand(latitude, longitude, np.full(motion.count, motion.altitude_m)),
        altitude_m=(motion.altitude_m, motion.altitude_m),
        warnings=(*warnings, *(weights.warnings if weights else ())),
    )


def _region(region: Path | str) -> tuple[Box, Inside, tuple[str, ...]]:
    if region == "globe":
        return GLOBE, lambda lat, lon: np.ones(len(lat), dtype=np.bool_), ()
    if region == "land":
        return GLOBE, on_land, ()
    polygons, warnings = read_polygons(Path(region))
    corners = np.concatenate([border for border, *_ in polygons])
    west, south = corners.min(axis=0)
    east, north = corners.max(axis=0)
    if east - west > 360:  # a place drawn at two of its longitudes would be drawn twice as often
        west, east = GLOBE.west, GLOBE.east

    def within_any(latitude: Floats, longitude: Floats) -> NDArray[np.bool_]:
        # One by one: where two polygons overlap is inside, where a hole is, is not.
        found = np.zeros(len(latitude), dtype=np.bool_)
        for polygon in polygons:
            left = np.flatnonzero(~found)
            found[left] = inside(polygon, latitude[left], longitude[left])
        return found

    return Box(south, north, west, east), within_any, warnings


def _spread(candidates: Floats, box: Box) -> tuple[Floats, Floats]:
    """Turn uniform numbers (K, 4) into places of even density on the sphere within a box."""
    low, high = np.sin(np.radians([box.south, box.north]))
    latitude = np.degrees(np.arcsin(low + (high - low) * candidates[:, 0]))
    return latitude, box.west + (box.east - box.west) * candidates[:, 1]


def _weighted(candidates: Floats, weights: Weights) -> tuple[Floats, Floats]:
    """Draw a cell by its weight, then a place of even density within the cell."""
    cell = np.minimum(
        np.searchsorted(weights.upto, candidates[:, 2], side="right"), len(weights.upto) - 1
    )
    middle, half = weights.latitude[cell], weights.half_latitude
    low = np.sin(np.radians(np.maximum(middle - half, -90)))
    high = np.sin(np.radians(np.minimum(middle + half, 90)))
    latitude = np.degrees(np.arcsin(low + (high - low) * candidates[:, 0]))
    shift = weights.half_longitude * (2 * candidates[:, 1] - 1)
    longitude = weights.longitude[cell] + shift
    return latitude, (longitude + 180) % 360 - 180


def read_weights(path: Path) -> Weights:
    """Read `latitude_deg, longitude_deg, weight`: every row is the centre of a cell.

    Cells are as wide as the least distance between two different latitudes, and two different
    longitudes, of the file (the spacing of its grid); with a single latitude or longitude, square.

    Raises
    ------
    ScenarioError
        Everything wrong with the file; weights that add up to nothing.
    """
    table = read_table(
        path,
        needed={"latitude_deg": LATITUDE, "longitude_deg": LONGITUDE, "weight": (0.0, 1e300)},
        optional={},
    )
    latitude = table.numbers["latitude_deg"]
    longitude = wrapped(table.numbers["longitude_deg"])
    high, wide = _spacing(latitude), _spacing(longitude)
    heaviest = table.numbers["weight"].max()
    errors = []
    if high is None and wide is None:
        errors.append(f"{path.name}: two places or more are needed to tell how wide a cell is")
    if heaviest == 0:
        errors.append(f"{path.name}: all weights are zero")
    complain(path, errors)
    upto = np.cumsum(table.numbers["weight"] / heaviest)
    half_high, half_wide = (high or wide or 0) / 2, (wide or high or 0) / 2
    return Weights(latitude, longitude, half_high, half_wide, upto / upto[-1], table.warnings)


def _spacing(degrees: Floats) -> float | None:
    steps = np.diff(np.unique(np.round(degrees, 9)))
    return float(steps.min()) if len(steps) else None
