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
from skyweft.protocols.gpx import Line, Points, read_gpx
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
    names = [
        _name(name, found.waypoints.place(row), name_element, errors)
        for row, name in enumerate(found.waypoints.name)
    ]
    rows = coordinates(found.waypoints, errors)
    errors.complain()
    return Places.of(names, rows, tuple(_unusual(path, found.waypoints, found.lines)))


def _unusual(path: Path, waypoints: Points, lines: Sequence[Line]) -> Iterator[str]:
    if lines:
        yield f"{path.name}: tracks and routes are passed over: {len(lines):,}"
    low = waypoints.elevation.count(None)
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
        group if alone and line.name is None else _name(line.name, line.place, "name", errors)
        for line in found.lines
    ]
    first: dict[str, str] = {}
    for name, line in zip(names, found.lines, strict=True):
        if name and first.setdefault(name, line.place) != line.place:
            errors.add(line.place, f"is called {name} like {first[name]}")
    for line in found.lines:
        _note_absent(line.points, errors)
    errors.complain()
    passed = f"{path.name}: waypoints are passed over: {len(found.waypoints):,}"
    lines = list(zip(names, found.lines, strict=True))
    return lines, (passed,) if found.waypoints else ()


def _name(given: str | None, place: str, element: str, errors: Errors) -> str:
    """Return the name of a point or line; what is none goes to `errors`."""
    name = normal(given or "")
    wrong = wrong_name(name) if name else "a text is needed"
    if wrong:
        errors.add(place, f"{element}: {wrong}")
    return name


def _note_absent(points: Points, errors: Errors) -> None:
    """Note what points of a track lack: their time, their height where another one has it."""
    high = any(points.elevation)
    if None not in points.time and not (high and None in points.elevation):
        return
    for row, (time, elevation) in enumerate(zip(points.time, points.elevation, strict=True)):
        if time is None:
            errors.add(points.place(row), "has no time, which a track needs")
        if elevation is None and high:
            errors.add(points.place(row), "has no ele, others of this track have one")


def coordinates(points: Points, errors: Errors) -> Floats:
    """Return (P, 3) longitude, latitude, altitude; what is no number goes to `errors`."""
    parts = (
        ("lon", points.longitude, LONGITUDE, ""),
        ("lat", points.latitude, LATITUDE, ""),
        ("ele", points.elevation, ALTITUDE, "0"),
    )
    rows = np.column_stack([_numbers(texts, absent) for _, texts, _, absent in parts])
    least, most = np.array([bounds for _, _, bounds, _ in parts]).T
    for row, column in zip(*np.nonzero(~((rows >= least) & (rows <= most))), strict=True):
        word, texts, (low, high), absent = parts[column]
        words = f"{(texts[row] or absent)[:40]!r} is not a number from {low:g} to {high:g}"
        errors.add(points.place(row), f"{word}: {words}")
    return rows


def _numbers(texts: Sequence[str | None], absent: str) -> Floats:
    """Return the numbers that texts say; NaN where one says none."""
    given = [text or absent for text in texts]
    try:
        return np.array([*map(float, given)])
    except ValueError:
        return np.array([*map(number, given)])
