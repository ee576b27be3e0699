"""The line of a railway from a user's file, and places along it by their distance."""

from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.curve import Curve
from skyweft.motion.geojson import read_line
from skyweft.motion.notation import notation, read_json
from skyweft.motion.rail_speed import Limits
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE, read_table
from skyweft.world.ellipsoid import SEMI_MAJOR_M, up

PIECE_M = 100.0  # of the line, within which it is a cubic: exact to micrometres on a curve of 1 km
SPEED_KM_H = (1.0, 3_600.0)
KM_H = 3.6  # km/h in a m/s
APART_MAX_RAD = 2.5  # between two places, beyond which the way between them is anybody's guess


class Places(NamedTuple):
    """What a file says of a line, (K,) each."""

    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats
    speed_m_s: Floats | None  # allowed from each place on
    warnings: tuple[str, ...]


class Line:
    """A smooth way through the places of a line; distances along it are on the ellipsoid."""

    def __init__(self, places: Places) -> None:
        normal = up(places.latitude_deg, places.longitude_deg)
        chord = np.linalg.norm(np.diff(normal, axis=0), axis=1) * SEMI_MAJOR_M
        at = np.concatenate([[0.0], np.cumsum(chord)])
        curve = Curve(at, normal, places.altitude_m)
        pieces = np.maximum(np.ceil(chord / PIECE_M), 1).astype(int)
        first = np.repeat(at[:-1], pieces)
        within = np.arange(len(first)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        knots = np.append(first + within * np.repeat(chord / pieces, pieces), at[-1])
        place_m = curve.places(knots)
        middle_m = curve.places((knots[1:] + knots[:-1]) / 2)
        whole = np.linalg.norm(np.diff(place_m, axis=0), axis=1)
        halves = np.linalg.norm(middle_m - place_m[:-1], axis=1)
        halves += np.linalg.norm(place_m[1:] - middle_m, axis=1)
        # An arc is longer than its chord by a part in its square: two chords tell how much.
        length = (4 * halves - whole) / 3
        self.knot_m = np.concatenate([[0.0], np.cumsum(length)])
        self.place_m = place_m
        beside = np.minimum(0.5, np.min(chord) / 4)
        slope = curve.places(knots + beside) - curve.places(knots - beside)
        self.tangent = slope / np.linalg.norm(slope, axis=1, keepdims=True)
        self.vertex_m = self.knot_m[np.concatenate([[0], np.cumsum(pieces)])]

    @property
    def length_m(self) -> float:
        """From end to end."""
        return float(self.knot_m[-1])

    @cached_property
    def curvature(self) -> Floats:
        """Of the way as seen from above, at the middle of every piece. [1/m]."""
        turn = np.diff(self.tangent, axis=0)
        vertical = self.place_m[1:] + self.place_m[:-1]
        vertical /= np.linalg.norm(vertical, axis=1, keepdims=True)
        level = turn - np.sum(turn * vertical, axis=1, keepdims=True) * vertical
        bend: Floats = np.linalg.norm(level, axis=1) / np.diff(self.knot_m)
        return bend

    def at(self, distance_m: Floats) -> tuple[Floats, Floats]:
        """Return positions and directions, (K, 3) ITRS, at distances from its beginning. [m, 1]."""
        k = np.searchsorted(self.knot_m, distance_m, side="right") - 1
        k = np.clip(k, 0, len(self.knot_m) - 2)
        wide = (self.knot_m[k + 1] - self.knot_m[k])[:, None]
        u = (distance_m - self.knot_m[k])[:, None] / wide
        start, rise = self.place_m[k], self.place_m[k + 1] - self.place_m[k]
        out, into = self.tangent[k] * wide, self.tangent[k + 1] * wide
        c2, c3 = 3 * rise - 2 * out - into, out + into - 2 * rise
        place = start + u * (out + u * (c2 + u * c3))
        return place, (out + u * (2 * c2 + 3 * u * c3)) / wide

    def limits(self, speed_m_s: Floats) -> Limits:
        """Return speeds that are said from each of the file's places on as limits."""
        return Limits(self.vertex_m[:-1], speed_m_s[:-1])


def read_places(path: Path) -> Places:
    """Return the places of a line: a CSV in its order, or the one LineString of a GeoJSON file.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, a line each.
    """
    if notation(path, ("table", "json"), "lines") == "json":
        rows, warnings = read_line(path, read_json(path))
        longitude, latitude, altitude = rows.T
        return _sound(path, Places(latitude, longitude, altitude, None, warnings))
    table = read_table(
        path,
        needed={"latitude_deg": LATITUDE, "longitude_deg": LONGITUDE},
        optional={"altitude_m": ALTITUDE, "speed_km_h": SPEED_KM_H},
    )
    numbers = table.numbers
    speed = numbers["speed_km_h"] / KM_H if "speed_km_h" in numbers else None
    altitude = numbers.get("altitude_m", np.zeros(len(table)))
    where = numbers["latitude_deg"], numbers["longitude_deg"]
    return _sound(path, Places(*where, altitude, speed, table.warnings))


def _sound(path: Path, places: Places) -> Places:
    """Return places without those that say the same again; refuse what is no line."""
    normal = up(places.latitude_deg, places.longitude_deg)
    apart = np.linalg.norm(np.diff(normal, axis=0), axis=1)
    kept = np.concatenate([[True], apart * SEMI_MAJOR_M > 1e-3])
    if np.count_nonzero(kept) < 2:
        raise ScenarioError(f"{path.name}: a line has two places or more")
    if wide := np.flatnonzero(apart > 2 * np.sin(APART_MAX_RAD / 2)).tolist():
        raise ScenarioError(
            f"{path.name}: from place {wide[0] + 1} to the next one is half around the Earth: give "
            "one between"
        )
    warnings = places.warnings
    if again := int(np.count_nonzero(~kept)):
        warnings = (*warnings, f"{path.name}: places said twice in a row, passed over: {again:,}")
    # Of equal places the last says the speed from there on.
    last = np.append(kept[1:], True)
    speed = None if places.speed_m_s is None else places.speed_m_s[last]
    return Places(
        places.latitude_deg[kept],
        places.longitude_deg[kept],
        places.altitude_m[kept],
        speed,
        warnings,
    )
