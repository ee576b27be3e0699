"""Times and places of movers from a user's file: CSV or GPX, put in order."""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.gpx import coordinates, read_lines
from skyweft.motion.members import Setting
from skyweft.motion.notation import notation
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE, complain, read_table
from skyweft.world.clock import tai_ns_from_text
from skyweft.world.ellipsoid import up

ALIKE = 1e-12  # between unit verticals of one place, 6 micrometres: the last bits of longitudes


class Points(NamedTuple):
    """What a file says of one mover."""

    name: str
    time_s: Floats  # (T,) rising, from the scenario's start
    normal: Floats  # (T, 3) geodetic verticals
    altitude_m: Floats  # (T,)
    line: int  # of its first row; 0 where the file has no lines


class _Rows(NamedTuple):
    """All points of a file in its order, (K,) each."""

    names: Sequence[str]
    place: Callable[[int], str]  # of a row in the file, for messages
    lines: Sequence[int]
    time_s: Floats
    normal: Floats  # (K, 3)
    altitude_m: Floats


def read_track(path: Path, group: str, setting: Setting) -> tuple[list[Points], tuple[str, ...]]:
    """Return the points of every mover of a file, in the order of their times, and warnings.

    Parameters
    ----------
    path : Path
        CSV with the columns `time_s` or `time`, `latitude_deg`, `longitude_deg`, and perhaps
        `altitude_m` and `name`; or GPX with tracks or routes. Two points or more for every name.
        Rows that say the same twice are one; at one time nobody is at two places.
    group : str
        Name of the mover where the file has no names.
    setting : Setting
        Its clock turns UTC into seconds from the start.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, at most 20 lines of it.
    """
    read = _from_gpx if notation(path) == "gpx" else _from_table
    rows, warnings = read(path, group, setting)
    members: dict[str, list[int]] = {}
    for k, name in enumerate(rows.names):
        members.setdefault(name, []).append(k)
    errors: list[str] = []
    points: list[Points] = []
    unsorted: list[str] = []
    repeated = 0
    for name, each in members.items():
        order, wrong = _in_order(path, name, rows, np.array(each))
        errors += wrong
        repeated += len(each) - len(order)
        late = np.flatnonzero(np.diff(rows.time_s[each]) < 0)
        unsorted += [f"{rows.place(each[late[0] + 1])} of {name}"] if len(late) else []
        columns = (rows.time_s[order], rows.normal[order], rows.altitude_m[order])
        points.append(Points(name, *columns, rows.lines[each[0]]))
    complain(path, errors)
    return points, (*warnings, *_put_right(path, unsorted, len(points), repeated))


def _in_order(
    path: Path, name: str, rows: _Rows, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[str]]:
    """Return one mover's rows by time, each said once, and what is wrong with them."""
    order = chosen[np.argsort(rows.time_s[chosen], kind="stable")]
    before, after = order[:-1], order[1:]
    again = rows.time_s[before] == rows.time_s[after]
    apart = np.any(np.abs(rows.normal[before] - rows.normal[after]) > ALIKE, axis=1)
    apart |= rows.altitude_m[before] != rows.altitude_m[after]
    errors = [
        f"{path.name}: {rows.place(k)}: {name} is at another place at the same time on "
        f"{rows.place(j)}"
        for j, k in zip(before[again & apart], after[again & apart], strict=True)
    ]
    order = np.concatenate([order[:1], after[~again]])
    if len(order) < 2 and not errors:
        where = rows.place(order[0])
        errors.append(f"{path.name}: {where}: {name} has one point, a track needs two")
    cosine = np.sum(rows.normal[order[:-1]] * rows.normal[order[1:]], axis=1)
    errors += [
        f"{path.name}: {rows.place(k)}: is on the other side of the Earth from the point of "
        f"{name} before it, give one between"
        for k in order[1:][cosine < math.cos(3.1)]
    ]
    return order, errors


def _put_right(path: Path, unsorted: Sequence[str], count: int, repeated: int) -> Iterator[str]:
    """Say what of a file's order was changed."""
    if unsorted:
        yield (
            f"{path.name}: {len(unsorted):,} of {count:,} tracks not in the order of their times "
            f"and sorted: first {unsorted[0]}"
        )
    if repeated:
        yield f"{path.name}: rows that say the same again are passed over: {repeated:,}"


def _from_table(path: Path, group: str, setting: Setting) -> tuple[_Rows, tuple[str, ...]]:
    table = read_table(
        path,
        needed={"latitude_deg": LATITUDE, "longitude_deg": LONGITUDE},
        optional={"time_s": (-1e10, 1e10), "altitude_m": ALTITUDE},
        texts_optional=("time", "name"),
    )
    lines = table.lines
    if ("time_s" in table.numbers) == ("time" in table.texts):
        raise ScenarioError(
            f"{path.name}: give one column of times, time_s or time (UTC, ISO 8601)"
        )

    def place(row: int) -> str:
        return f"line {lines[row]}"

    rows = _Rows(
        names=table.texts.get("name", [group] * len(table)),
        place=place,
        lines=lines,
        time_s=table.numbers["time_s"]
        if "time_s" in table.numbers
        else _seconds(path, table.texts["time"], place, setting),
        normal=up(table.numbers["latitude_deg"], table.numbers["longitude_deg"]),
        altitude_m=table.numbers.get("altitude_m", np.zeros(len(table))),
    )
    return rows, table.warnings


def _from_gpx(path: Path, group: str, setting: Setting) -> tuple[_Rows, tuple[str, ...]]:
    found, warnings = read_lines(path, group)
    points = [point for _, line in found for point in line.points]

    def place(row: int) -> str:
        return points[row].place

    errors = [
        f"{path.name}: {line.place}: there are no points" for _, line in found if not line.points
    ]
    longitude, latitude, altitude = coordinates(path, points, errors).T
    complain(path, errors)
    rows = _Rows(
        names=[name for name, line in found for _ in line.points],
        place=place,
        lines=[0] * len(points),
        time_s=_seconds(path, [point.time or "" for point in points], place, setting),
        normal=up(latitude, longitude),
        altitude_m=altitude,
    )
    return rows, warnings


def _seconds(
    path: Path, texts: Sequence[str], place: Callable[[int], str], setting: Setting
) -> Floats:
    """Return moments in UTC as seconds from the start."""
    errors = []
    nanoseconds = np.zeros(len(texts), dtype=np.int64)
    for k, text in enumerate(texts):
        try:
            nanoseconds[k] = tai_ns_from_text(text)
        except ValueError as error:
            errors.append(f"{path.name}: {place(k)}: time: {text[:40]!r} {error}")
    complain(path, errors)
    return (nanoseconds - setting.clock.start_tai_ns) / 1e9
