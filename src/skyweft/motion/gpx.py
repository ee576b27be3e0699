"""Places and tracks from a user's GPX file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.cells import number
from skyweft.motion.places import Places
from skyweft.motion.tables import (
    ALTITUDE,
    LATITUDE,
    LONGITUDE,
    NESTED_MAX_BYTES,
    read_text,
)
from skyweft.naming import normal, wrong_name
from skyweft.protocols.gpx import Line, Point, read_gpx
from skyweft.protocols.records import Errors


def read_waypoints(path: Path, name_element: str = "name") -> Places:
    """Return the waypoints of a file; tracks and routes are passed over, with a warning.

    Raises
    ------
    ScenarioError
        All errors of the file, at most 20 of them.
    """
    found = read_gpx(read_text(path, NESTED_MAX_BYTES), path.name, name_element)
    errors = Errors(path.name)
    if not found.waypoints:
        lines = ' (kind = "track" reads its tracks)' if found.lines else ""
        raise ScenarioError(f"{path.name}: there are no waypoints{lines}")
    names = [_name(each, name_element, errors) for each in found.waypoints]
    rows = coordinates(found.waypoints, errors)
    errors.complain()
    return Places.of(names, rows, tuple(_unusual(path, found.waypoints, found.lines)))


def _unusual(path: Path, waypoints: Sequence[Point], lines: Sequence[Line]) -> Iterator[str]:
    if lines:
        yield f"{path.name}: tracks and routes are passed over: {len(lines):,}"
    low = sum(each.elevation is None for each in waypoints)
    if 0 < low < len(waypoints):
        yield f"{path.name}: {low:,} of {len(waypoints):,} waypoints have no ele: they are at 0 m"


def read_lines(path: Path, group: str) -> tuple[list[tuple[str, Line]], tuple[str, ...]]:
    """Return the tracks and routes of a file with their names, and warnings.

    One without a name is called like the group; of several, each needs its own.

    Raises
    ------
    ScenarioError
        It is no GPX, it has no lines, or names are missing or shared.
    """
    found = read_gpx(read_text(path, NESTED_MAX_BYTES), path.name)
    errors = Errors(path.name)
    if not found.lines:
        raise ScenarioError(f"{path.name}: there are no tracks or routes")
    alone = len(found.lines) == 1
    names = [
        group if alone and line.name is None else _name(line, "name", errors)
        for line in found.lines
    ]
    first: dict[str, str] = {}
    for name, line in zip(names, found.lines, strict=True):
        if name and first.setdefault(name, line.place) != line.place:
            errors.add(line.place, f"is called {name} like {first[name]}")
    for line in found.lines:
        high = any(each.elevation for each in line.points)
        for point in line.points:
            for element in _absent(point, high):
                errors.add(point.place, f"has no {element}")
    errors.complain()
    passed = f"{path.name}: waypoints are passed over: {len(found.waypoints):,}"
    lines = list(zip(names, found.lines, strict=True))
    return lines, (passed,) if found.waypoints else ()


def _name(of: Point | Line, element: str, errors: Errors) -> str:
    """Return the name of a point or line; what is none goes to `errors`."""
    name = normal(of.name or "")
    wrong = wrong_name(name) if name else "a text is needed"
    if wrong:
        errors.add(of.place, f"{element}: {wrong}")
    return name


def _absent(point: Point, high: bool) -> Iterator[str]:
    """Name what a point of a track lacks: its time, its height where another one has it."""
    if point.time is None:
        yield "time, which a track needs"
    if point.elevation is None and high:
        yield "ele, others of this track have one"


def coordinates(points: Sequence[Point], errors: Errors) -> Floats:
    """Return (P, 3) longitude, latitude, altitude; what is no number goes to `errors`."""
    parts = (("lon", 1, LONGITUDE, ""), ("lat", 0, LATITUDE, ""), ("ele", 2, ALTITUDE, "0"))
    rows = np.zeros((len(points), 3))
    for k, point in enumerate(points):
        texts = (point.latitude, point.longitude, point.elevation)
        for column, (word, which, (least, most), absent) in enumerate(parts):
            text = texts[which] or absent
            rows[k, column] = number(text)
            if not least <= rows[k, column] <= most:
                words = f"{word}: {text[:40]!r} is not a number from {least:g} to {most:g}"
                errors.add(point.place, words)
    return rows
