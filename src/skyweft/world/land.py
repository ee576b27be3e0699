"""Where land is, coarsely: to draw maps, and to place things that stand on it.

Natural Earth at 1:110,000,000: coasts are off by up to some 50 km and islands
below some 3,000 km2 are missing. Edges are straight in longitude and latitude.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.kernels import making

Floats = NDArray[np.float64]

_FILE = Path(__file__).with_name("land.geojson")
_BANDS_MAX = 2048


@cache
def _rings() -> tuple[Floats, ...]:
    polygons = json.loads(_FILE.read_text(encoding="ascii"))["coordinates"]
    rings = tuple(np.array(ring, np.float64) for polygon in polygons for ring in polygon)
    for ring in rings:
        ring.flags.writeable = False
    return rings


@cache
def _land_edges() -> "_Edges":
    return _edges(_rings())


def outlines() -> list[Floats]:
    """Return the coasts as closed rings, (M, 2) of longitude and latitude in degrees.

    None crosses the antimeridian. A lake (the Caspian) is a ring like land's: what lies in an odd
    number of rings is land.
    """
    return list(_rings())


def on_land(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> NDArray[np.bool_]:
    """Tell which places, of shapes that broadcast, lie on land; a NaN does not."""
    return _inside(_land_edges(), latitude_deg, longitude_deg)


def inside(
    polygons: Sequence[Floats], latitude_deg: ArrayLike, longitude_deg: ArrayLike
) -> NDArray[np.bool_]:
    """Tell which places lie within an odd number of polygons (holes are polygons too).

    Parameters
    ----------
    polygons : sequence of (M, 2)
        Rings of longitude and latitude in degrees, closed or not. One that crosses the
        antimeridian goes on beyond 180 (or below -180) and does not jump.
    latitude_deg, longitude_deg : array_like
        Shapes that broadcast; any turn of longitude.

    Returns
    -------
    inside : bool array
        Of the broadcast shape. On an edge, either may be said.
    """
    return _inside(_edges(polygons), latitude_deg, longitude_deg)


class _Edges:
    """All edges as rows of (x0, y0, x1, y1), and for every band of latitude those that touch it."""

    __slots__ = ("bands", "east", "members", "north", "rows", "south", "starts", "west")

    def __init__(self, rows: Floats) -> None:
        self.rows = rows
        corners = rows.reshape(-1, 2)
        self.west, self.south = map(float, corners.min(axis=0, initial=180.0))
        self.east, self.north = map(float, corners.max(axis=0, initial=-180.0))
        self.bands = int(min(_BANDS_MAX, max(1, len(rows))))
        low, high = np.sort(rows[:, [1, 3]], axis=1).T
        first, last = self.band(low), self.band(high)
        span = last - first + 1
        edge = np.repeat(np.arange(len(rows)), span)
        band = np.arange(len(edge)) - np.repeat(np.cumsum(span) - span, span) + first[edge]
        self.members = edge[np.argsort(band, kind="stable")]
        self.starts = np.searchsorted(np.sort(band), np.arange(self.bands + 1))

    def band(self, latitude_deg: Floats) -> NDArray[np.int64]:
        height = max(self.north - self.south, 1e-9) / self.bands
        found = np.floor((latitude_deg - self.south) / height)
        return np.asarray(np.clip(found, 0, self.bands - 1), np.int64)


def _edges(polygons: Sequence[Floats]) -> _Edges:
    parts = [
        np.hstack([ring, np.roll(ring, -1, axis=0)])
        for ring in (np.asarray(polygon, np.float64).reshape(-1, 2) for polygon in polygons)
    ]
    rows = np.concatenate([*parts, np.empty((0, 4))])
    return _Edges(rows[rows[:, 1] != rows[:, 3]])  # a level edge never crosses a parallel


def _inside(edges: _Edges, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> NDArray[np.bool_]:
    latitude, longitude = np.broadcast_arrays(
        np.asarray(latitude_deg, np.float64), np.asarray(longitude_deg, np.float64)
    )
    x = (np.ravel(longitude) - edges.west) % 360.0 + edges.west
    y = np.ravel(latitude).astype(np.float64)
    found = np.zeros(len(y), np.bool_)
    for turn in np.arange(edges.west, edges.east, 360.0) - edges.west:
        known = np.flatnonzero((y >= edges.south) & (y <= edges.north) & (x + turn <= edges.east))
        hit = np.zeros(len(known), np.bool_)
        band = edges.band(y[known])
        _cross(x[known] + turn, y[known], band, edges.rows, edges.members, edges.starts, hit)
        found[known] ^= hit
    return found.reshape(latitude.shape)


@making
def _cross(x, y, band, edges, members, starts, hit):  # type: ignore[no-untyped-def]
    """Count the edges east of every place that its parallel crosses: odd means inside."""
    for k in range(len(x)):
        odd = False
        for m in range(starts[band[k]], starts[band[k] + 1]):
            x0, y0, x1, y1 = edges[members[m]]
            if (y0 > y[k]) != (y1 > y[k]) and x[k] < x0 + (y[k] - y0) / (y1 - y0) * (x1 - x0):
                odd = not odd
        hit[k] = odd
