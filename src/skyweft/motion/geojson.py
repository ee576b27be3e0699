"""Points, lines and polygons of a user's GeoJSON file (RFC 7946); errors are named by place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.columns import HEIGHTS, meant
from skyweft.motion.notation import read_json
from skyweft.motion.places import Places, numbered_within
from skyweft.motion.rings import Ring, continuous
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE
from skyweft.naming import normal, wrong_name
from skyweft.protocols.records import Errors

KINDS = {
    *("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
    "GeometryCollection",
}
POINTS_MAX = 150_000  # with names and properties; a table is read ten times as fast
TURNS = (-360.0, 360.0)  # of a ring's longitudes, which may go on beyond 180 degrees
DATUMS = ("CRS84", "4326", "4979", "4490", "4258")  # WGS84, and CGCS2000 and ETRS89: within 1 m


@dataclass(slots=True)
class _Reading:
    path: Path
    errors: Errors = field(init=False)
    unlocated: int = 0  # features whose geometry is null or empty
    features: int = 0

    def __post_init__(self) -> None:
        self.errors = Errors(self.path.name)

    def wrong(self, place: str, what: str) -> None:
        self.errors.add(place or "the file", what)

    def finish(self, found: int, noun: str) -> tuple[str, ...]:
        """Raise what is wrong, or that nothing was found; return warnings."""
        if not found and not self.errors.count:
            self.wrong("features", f"there are no {noun}")
        self.errors.complain()
        if not self.unlocated:
            return ()
        verb = "has no place and is" if self.unlocated == 1 else "have no place and are"
        return (
            f"{self.path.name}: {self.unlocated:,} of {self.features:,} features {verb} passed "
            "over",
        )


@dataclass(frozen=True, slots=True)
class _Shape:
    """A geometry that is no collection."""

    place: str  # in the file
    kind: object
    coordinates: object
    properties: Mapping[str, object]
    feature: int


def read_points(path: Path, content: object, name_property: str = "name") -> Places:
    """Return the points of a file; the places of one feature that has several are numbered.

    Parameters
    ----------
    path : Path
        The file, for its name.
    content : object
        What it holds: features are Point, MultiPoint or a GeometryCollection of them.
    name_property : str
        Which of a feature's properties is its name.

    Raises
    ------
    ScenarioError
        All errors of the file, at most 20 of them.
    """
    reading = _Reading(path)
    names: list[str] = []
    owners: list[int] = []
    rows: list[list[float]] = []
    if isinstance(content, dict) and isinstance(content.get("features"), list):
        _refuse_many(path, len(content["features"]))
    for shape in _shapes(reading, content):
        positions = [shape.coordinates] if shape.kind == "Point" else shape.coordinates
        if shape.kind not in ("Point", "MultiPoint") or not isinstance(positions, list):
            reading.wrong(shape.place, "a Point or MultiPoint is needed")
            continue
        _refuse_many(path, len(rows) + len(positions))
        name = _name(reading, shape, name_property)
        for position in positions:
            row, heights = _position(reading, f"{shape.place}.coordinates", position, LONGITUDE)
            if not heights:
                row[2] = _height(reading, shape)
            rows.append(row)
            names.append(name)
            owners.append(shape.feature)
    warnings = reading.finish(len(rows), "points")
    return Places.of(numbered_within(names, owners), np.array(rows), warnings)


def _refuse_many(path: Path, count: int) -> None:
    if count > POINTS_MAX:
        raise ScenarioError(
            f"{path.name}: {count:,} points, at most {POINTS_MAX:,} are read from GeoJSON; a table "
            "(CSV) may hold more"
        )


def read_line(path: Path, content: object) -> tuple[Floats, tuple[str, ...]]:
    """Return the one line of a file, (K, 3) longitude, latitude, altitude, and warnings.

    Parameters
    ----------
    path : Path
        The file, for its name.
    content : object
        What it holds: one feature, a LineString.

    Raises
    ------
    ScenarioError
        All errors of the file, at most 20 of them.
    """
    reading = _Reading(path)
    lines = list(_shapes(reading, content))
    for shape in lines:
        if shape.kind != "LineString" or not isinstance(shape.coordinates, list):
            reading.wrong(shape.place, "a LineString is needed")
        else:
            _refuse_many(path, len(shape.coordinates))
    if len(lines) > 1:
        reading.wrong(lines[1].place, f"one LineString is needed, there are {len(lines):,}")
    warnings = reading.finish(len(lines), "lines")
    place = f"{lines[0].place}.coordinates"
    found = [_position(reading, place, coordinate, TURNS) for coordinate in lines[0].coordinates]  # type: ignore[attr-defined]
    low = sum(not there for _, there in found)
    if 0 < low < len(found):
        reading.wrong(place, f"{low:,} of {len(found):,} positions have no height")
    reading.errors.complain()
    return np.array([row for row, _ in found]), warnings


def read_polygons(path: Path) -> tuple[list[list[Floats]], tuple[str, ...]]:
    """Return the polygons of a file, each as its rings, and warnings about how they were taken.

    Rings are (M, 2) longitude and latitude in degrees, without jumps (see `rings.continuous`). A
    place is inside a polygon where it lies in an odd number of its rings: the first is the
    border, the others are holes.

    Raises
    ------
    ScenarioError
        All errors of the file, at most 20 of them.
    """
    reading = _Reading(path)
    polygons: list[list[Ring]] = []
    for shape in _shapes(reading, read_json(path)):
        several = [shape.coordinates] if shape.kind == "Polygon" else shape.coordinates
        if shape.kind not in ("Polygon", "MultiPolygon") or not isinstance(several, list):
            reading.wrong(shape.place, "a Polygon or MultiPolygon is needed")
            continue
        polygons += [_rings(reading, f"{shape.place}.coordinates", part) for part in several]
    warnings = reading.finish(len(polygons), "polygons")
    rings = [ring for polygon in polygons for ring in polygon]
    return (
        [[ring.positions for ring in polygon] for polygon in polygons],
        (*warnings, *_assumed(path, rings)),
    )


def _assumed(path: Path, rings: Sequence[Ring]) -> Iterator[str]:
    """Say what rings could have meant otherwise."""
    edges = sum(ring.long_edges for ring in rings)
    if edges:
        yield (
            f"{path.name}: {edges:,} edge{'s' * (edges != 1)} between longitudes more than 180 "
            "degrees apart taken the short way; a position between makes it the long way"
        )
    for pole, name in ((1, "north"), (-1, "south")):
        count = sum(ring.pole == pole for ring in rings)
        if count:
            yield (
                f"{path.name}: {count:,} ring{'s' * (count != 1)} around the Earth taken to hold "
                f"the {name} pole, on the smaller side"
            )


def _shapes(reading: _Reading, content: object) -> Iterator[_Shape]:
    """Yield every geometry of every feature, those of collections one by one."""
    for number, (place, feature) in enumerate(_features(reading, content)):
        reading.features += 1
        properties = feature.get("properties")
        reported = properties if isinstance(properties, dict) else {}
        waiting = [(f"{place}.geometry", feature.get("geometry", ""))]
        while waiting:
            where, geometry = waiting.pop()
            if not isinstance(geometry, dict):
                if geometry is None and where == f"{place}.geometry":
                    reading.unlocated += 1
                else:
                    reading.wrong(where, "a geometry is needed")
                continue
            kind = geometry.get("type")
            inner = geometry.get("geometries" if kind == "GeometryCollection" else "coordinates")
            if kind in KINDS and inner == []:  # may be read as null (RFC 7946, 3.1)
                reading.unlocated += 1
            elif kind == "GeometryCollection" and isinstance(inner, list):
                parts = [(f"{where}.geometries[{k}]", ring) for k, ring in enumerate(inner)]
                waiting += reversed(parts)
            else:
                yield _Shape(where, kind, inner, reported, number)


def _features(reading: _Reading, content: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and content of every feature; a bare geometry counts as one."""
    collection = content if isinstance(content, dict) else {}
    kind, features = collection.get("type"), collection.get("features")
    if not _on_wgs84(collection.get("crs")):
        reading.wrong("crs", "longitude and latitude on WGS84 are needed")
    elif kind == "FeatureCollection" and isinstance(features, list):
        for k, feature in enumerate(features):
            if isinstance(feature, dict):
                yield f"features[{k}]", feature
            else:
                reading.wrong(f"features[{k}]", "a Feature is needed")
    elif kind == "Feature":
        yield "feature", collection
    elif kind in KINDS:
        yield "geometry", {"geometry": collection}
    else:
        reading.wrong("", "a GeoJSON FeatureCollection is needed")


def _on_wgs84(crs: object) -> bool:
    """Tell whether a reference system, which files from before RFC 7946 may name, is that one."""
    if crs is None:
        return True
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and name.upper().replace("/", ":").split(":")[-1] in DATUMS


def _name(reading: _Reading, shape: _Shape, name_property: str) -> str:
    name = shape.properties.get(name_property)
    place = f"{shape.place.partition('.geometry')[0]}.properties.{name_property}"
    if isinstance(name, str) and name.strip():
        if wrong := wrong_name(named := normal(name.strip())):
            reading.wrong(place, wrong)
        return named
    texts = [key for key, value in shape.properties.items() if isinstance(value, str)]
    there = f"; name_property may choose {', '.join(map(repr, texts[:5]))}" if texts else ""
    reading.wrong(place, f"a text is needed{there}")
    return ""


def _height(reading: _Reading, shape: _Shape) -> float:
    """Return the height of a point whose position has none: the property `altitude_m`, or 0."""
    for key, value in shape.properties.items():
        if value is not None and meant(key) == "altitude_m":
            place = f"{shape.place.partition('.geometry')[0]}.properties.{key}"
            if key == "altitude_m":
                return _number(reading, place, "altitude", value, ALTITUDE)
            reading.wrong(place, f"is not known: {HEIGHTS}, or third in the position")
    return 0.0


def _rings(reading: _Reading, place: str, polygon: object) -> list[Ring]:
    if not isinstance(polygon, list) or not polygon:
        reading.wrong(place, "a list of rings is needed")
        return []
    rings = []
    for ring in polygon:
        if not isinstance(ring, list) or len(ring) < 4:
            reading.wrong(place, "a ring needs four positions, the last equal to the first")
            continue
        positions = _positions(reading, place, ring)
        if positions is None:
            continue
        try:
            rings.append(continuous(positions))
        except ValueError as error:
            reading.wrong(place, str(error))
    return rings


def _positions(reading: _Reading, place: str, ring: list[Any]) -> Floats | None:
    """Return (M, 2) longitude and latitude of a ring, or none where something is wrong with it."""
    doubtful: Sequence[Any] = ring
    plain = all(type(point) is list and len(point) in (2, 3) for point in ring)
    if plain and set(map(type, chain.from_iterable(ring))) <= {int, float}:
        found, outside = _bounded(ring)
        if not outside.any():
            return found
        doubtful = [*compress(ring, outside)]
    before = reading.errors.count
    rows = [_position(reading, place, row, TURNS)[0][:2] for row in doubtful]
    return None if reading.errors.count > before else np.array(rows)


def _bounded(ring: Sequence[Sequence[float]]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return (M, 2) longitude and latitude of numbers, and which positions are out of bounds."""
    try:
        found = np.array([point[:2] for point in ring], np.float64)
        height = np.array([point[2] if len(point) > 2 else 0.0 for point in ring], np.float64)
    except OverflowError:  # a whole number of hundreds of digits: one by one
        return np.empty((0, 2)), np.ones(len(ring), bool)
    columns = ((found[:, 0], TURNS), (found[:, 1], LATITUDE), (height, ALTITUDE))
    inside = np.ones(len(ring), bool)
    for column, (least, most) in columns:
        inside &= (column >= least) & (column <= most)
    return found, ~inside


def _position(
    reading: _Reading, place: str, numbers: object, longitude: tuple[float, float]
) -> tuple[list[float], bool]:
    """Return longitude, latitude, altitude, and whether that was there; what follows is ignored."""
    if not isinstance(numbers, Sequence) or isinstance(numbers, str) or len(numbers) < 2:
        reading.wrong(place, "[longitude, latitude] or [longitude, latitude, altitude] is needed")
        return [0.0, 0.0, 0.0], True
    words, bounds = ("longitude", "latitude", "altitude"), (longitude, LATITUDE, ALTITUDE)
    row = [
        _number(reading, place, *coordinate)
        for coordinate in zip(words, numbers[:3], bounds, strict=False)
    ]
    return [*row, 0.0][:3], len(row) == 3


def _number(
    reading: _Reading, place: str, word: str, value: object, bounds: tuple[float, float]
) -> float:
    least, most = bounds
    if type(value) in (int, float) and least <= value <= most:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    reading.wrong(place, f"{word} {str(value)[:40]!r} is not a number from {least:g} to {most:g}")
    return 0.0
