"""Ground tracks as lines on the map, straight in longitude and latitude between their points.

A line keeps within a kilometre of the true track: points are added where it turns on the map, most
of all beside a pole, over which a line cannot go.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from skyweft.protocols.features import Coordinate
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]

LINE_ERROR_M = 700.0  # at a quarter, half and three quarters of a piece: 1 km is kept between
HALVINGS_MAX = 24
# Beyond it those may all be where a satellite is again, and what it does between is not seen.
PIECE_MAX_S = 10_800.0
_SHARES = np.array([0.25, 0.5, 0.75])


def ground_track(places_at: Callable[[Floats], Floats], time_s: Floats, places: Floats) -> Floats:
    """Return the places of a track, and those that a map needs between them.

    Parameters
    ----------
    places_at : callable
        Latitude and longitude (K, 2) at times (K,), NaN where there is no place. [deg]
    time_s : (T,)
        Rising.
    places : (T, 2)
        Latitude and longitude then. [deg]
    """
    time_s, places = _closer(places_at, time_s, places)
    fresh = np.arange(len(time_s) - 1)  # pieces that nobody has looked at, by their first point
    for _ in range(HALVINGS_MAX):
        begin_s, gap_s = time_s[fresh], np.diff(time_s)[fresh]
        between_s = begin_s[:, None] + gap_s[:, None] * _SHARES
        true = places_at(between_s.ravel()).reshape(*between_s.shape, 2)
        drawn = _on_line(places[fresh], places[fresh + 1])
        off_m = np.linalg.norm(_on_ground(true) - _on_ground(drawn), axis=-1).max(axis=-1)
        wide = np.flatnonzero(off_m > LINE_ERROR_M)  # a NaN is not
        if not len(wide):
            break
        after = fresh[wide] + 1
        time_s = np.insert(time_s, after, between_s[wide, 1])
        places = np.insert(places, after, true[wide, 1], axis=0)
        first = fresh[wide] + np.arange(len(wide))  # where the halved pieces are now
        fresh = np.sort(np.concatenate([first, first + 1]))
    return places


def _closer(
    places_at: Callable[[Floats], Floats], time_s: Floats, places: Floats
) -> tuple[Floats, Floats]:
    """Return a track with points between those that are more than `PIECE_MAX_S` apart."""
    parts = np.maximum(np.ceil(np.diff(time_s) / PIECE_MAX_S), 1).astype(int)
    between = [
        np.linspace(time_s[k], time_s[k + 1], parts[k] + 1)[1:-1] for k in np.flatnonzero(parts > 1)
    ]
    more_s = np.concatenate([np.empty(0), *between])
    found = places_at(more_s) if len(more_s) else np.empty((0, 2))
    there = np.isfinite(found[:, 0])
    at = np.searchsorted(time_s, more_s[there])
    return np.insert(time_s, at, more_s[there]), np.insert(places, at, found[there], axis=0)


def _ahead(longitude_deg: Floats, next_deg: Floats) -> Floats:
    """Return by how much a line's longitude goes on: the short way, as `cut` draws it."""
    step = next_deg - longitude_deg
    return np.where(np.abs(step) > 180, (step + 180) % 360 - 180, step)


def _on_line(begin: Floats, end: Floats) -> Floats:
    """Return the places (K, 3, 2) of straight pieces at `_SHARES`."""
    step = np.stack([end[:, 0] - begin[:, 0], _ahead(begin[:, 1], end[:, 1])], axis=-1)
    return begin[:, None] + _SHARES[:, None] * step[:, None]


def _on_ground(places: Floats) -> Floats:
    return ellipsoid.to_ecef(places[..., 0], places[..., 1])


def cut(places: Floats) -> Iterator[list[Coordinate]]:
    """Yield a line of latitude and longitude, cut where it crosses the date line."""
    latitude, longitude = places[:, 0], places[:, 1]
    part: list[Coordinate] = []
    for row in range(len(places)):
        if row and abs(longitude[row] - longitude[row - 1]) > 180:
            side = 180.0 if longitude[row - 1] > 0 else -180.0
            ahead = float(_ahead(longitude[row - 1], longitude[row]))
            share = (side - longitude[row - 1]) / ahead if ahead else 0.0
            level = latitude[row - 1] + share * (latitude[row] - latitude[row - 1])
            yield [*part, (side, float(level))]
            part = [(-side, float(level))]
        part.append((float(longitude[row]), float(latitude[row])))
    if len(part) > 1:
        yield part
