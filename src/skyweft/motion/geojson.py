"""Points and polygons of a user's GeoJSON file (RFC 7946), with every mistake named by place."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.motion.product import Floats
from skyweft.motion.tables import ALTITUDE, LATITUDE, complain, read_text
from skyweft.naming import normal, wrong_name


@dataclass(frozen=True, slots=True)
class Points:
    """Named places: (S, 3) longitude and latitude in degrees, altitude in metres."""

    names: tuple[str, ...]
    coordinates: Floats


@dataclass(slots=True)
class _Reading:
    path: Path
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, place: str, what: str) -> None:
        self.mistakes.append(f"{self.path.name}: {place or 'the file'}: {what}")


def read_points(path: Path) -> Points:
    """Return the points of a file; each feature needs the property `name`.

    Raises
    ------
    ScenarioError
        All mistakes of the file, at most 20 of them.
    """
    reading = _Reading(path)
    names: list[str] = []
    rows: list[list[float]] = []
    for place, feature in _features(reading):
        geometry = feature.get("geometry")
        properties = feature.get("properties")
        name = properties.get("name") if isinstance(properties, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") != "Point":
            reading.wrong(f"{place}.geometry", "a Point is needed")
        elif not isinstance(name, str) or not name.strip():
            reading.wrong(f"{place}.properties.name", "a text is needed")
        elif wrong := wrong_name(named := normal(name.strip())):
            reading.wrong(f"{place}.properties.name", wrong)
        else:
            names.append(named)
            row = _position(reading, f"{place}.geometry.coordinates", geometry.get("coordinates"))
            rows.append(row)
    if not rows and not reading.mistakes:
        reading.wrong("features", "there are no points")
    complain(path, reading.mistakes)
    return Points(tuple(names), np.array(rows))


def read_polygons(path: Path) -> list[list[Floats]]:
    """Return the polygons of a file, each as its rings, (M, 2) longitude and latitude in degrees.

    A place is inside a polygon where it lies in an odd number of its rings: the first is the
    border, the others are holes. One that crosses the antimeridian goes on beyond 180 degrees.

    Raises
    ------
    ScenarioError
        All mistakes of the file, at most 20 of them.
    """
    reading = _Reading(path)
    polygons: list[list[Floats]] = []
    for place, feature in _features(reading):
        geometry = feature.get("geometry")
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        inner = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if kind not in ("Polygon", "MultiPolygon") or not isinstance(inner, list):
            reading.wrong(f"{place}.geometry", "a Polygon or MultiPolygon is needed")
            continue
        polygons += [
            _rings(reading, f"{place}.geometry.coordinates", polygon)
            for polygon in ([inner] if kind == "Polygon" else inner)
        ]
    if not polygons and not reading.mistakes:
        reading.wrong("features", "there are no polygons")
    complain(path, reading.mistakes)
    return polygons


def _features(reading: _Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and content of every feature; a bare geometry counts as one."""
    text = read_text(reading.path)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ScenarioError(
            f"{reading.path.name}: line {error.lineno}: not JSON: {error.msg}"
        ) from error
    except (RecursionError, ValueError) as error:  # nested too deeply, a number of 5,000 digits
        raise ScenarioError(f"{reading.path.name}: not GeoJSON: {error}") from error
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        for k, feature in enumerate(content["features"]):
            if isinstance(feature, dict):
                yield f"features[{k}]", feature
            else:
                reading.wrong(f"features[{k}]", "a Feature is needed")
    elif kind == "Feature":
        yield "feature", content
    elif kind in ("Point", "Polygon", "MultiPolygon"):
        yield "geometry", {"geometry": content}
    else:
        reading.wrong("", "a GeoJSON FeatureCollection is needed")


def _rings(reading: _Reading, place: str, polygon: object) -> list[Floats]:
    if not isinstance(polygon, list) or not polygon:
        reading.wrong(place, "a list of rings is needed")
        return []
    rings = []
    for ring in polygon:
        if not isinstance(ring, list) or len(ring) < 4:
            reading.wrong(place, "a ring needs four positions, the last equal to the first")
            continue
        before = len(reading.mistakes)
        positions = [_position(reading, place, each, turns=2)[:2] for each in ring]
        if len(reading.mistakes) == before:
            rings.append(np.array(positions))
    return rings


def _position(reading: _Reading, place: str, numbers: object, turns: int = 1) -> list[float]:
    """Return longitude (of so many turns), latitude, altitude; complain about what is none."""
    bounds = ((-180.0 * turns, 180.0 * turns), LATITUDE, ALTITUDE)
    words = ("longitude", "latitude", "altitude")
    row = [0.0, 0.0, 0.0]
    if not isinstance(numbers, Sequence) or not 2 <= len(numbers) <= 3:
        reading.wrong(place, "[longitude, latitude] or [longitude, latitude, altitude] is needed")
        return row
    for k, value in enumerate(numbers):
        least, most = bounds[k]
        if type(value) in (int, float) and least <= value <= most:
            row[k] = float(value)
        else:
            reading.wrong(
                place, f"{words[k]} {str(value)[:40]!r} is not a number from {least:g} to {most:g}"
            )
    return row
