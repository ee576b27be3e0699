"""Times and places of movers from a user's file: CSV or GPX, put in order."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.ais import is_ais, read_ais
from skyweft.motion.gpx import coordinates, read_lines
from skyweft.motion.members import Setting
from skyweft.motion.notation import notation
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE, read_table
from skyweft.motion.texts import Texts
from skyweft.motion.track_rows import Rows, seconds
from skyweft.protocols.records import Errors
from skyweft.world.ellipsoid import up

TRACKS_MAX = 100_000  # each is a mover with a course of its own
ALIKE = 1e-12  # between unit verticals of one place, 6 micrometres: the last bits of longitudes


class Points(NamedTuple):
    """What a file says of one mover."""

    name: str
    time_s: Floats  # (T,) rising, from the scenario's start
    normal: Floats  # (T, 3) geodetic verticals
    altitude_m: Floats  # (T,)
    line: int  # of its first row; 0 where the file has no lines


def read_track(path: Path, group: str, setting: Setting) -> tuple[list[Points], tuple[str, ...]]:
    """Return the points of every mover of a file, in the order of their times, and warnings.

    Parameters
    ----------
    path : Path
        CSV with the columns `time_s` or `time`, `latitude_deg`, `longitude_deg`, and perhaps
        `altitude_m` and `name`; AIS as CSV (see `ais`); or GPX with tracks or routes. Two points or
        more for every name. Rows that say the same twice are one; at one time nobody is at two
        places.
    group : str
        Name of the mover where the file has no names.
    setting : Setting
        Its clock turns UTC into seconds from the start.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, at most 20 lines of it.
    """
    rows, warnings = _READERS[_written(path)](path, group, setting)
    coded = rows.names.coded(TRACKS_MAX)
    if coded is None:
        raise ScenarioError(f"{path.name}: more than {TRACKS_MAX:,} tracks, so many are read")
    names, codes = coded
    unsorted = _late(rows, names, codes)
    order, repeated = _in_order(path, rows, names, codes)
    first = np.unique(codes, return_index=True)[1]
    points = [
        Points(
            names[code],
            rows.time_s[mine],
            rows.normal[mine],
            rows.altitude_m[mine],
            rows.lines[first[code]],
        )
        for code, mine in enumerate(np.split(order, np.flatnonzero(np.diff(codes[order])) + 1))
    ]
    return points, (*warnings, *_put_right(path, unsorted, len(points), repeated))


def _written(path: Path) -> str:
    found = notation(path, ("table", "gpx"), "tracks")
    return "ais" if found == "table" and is_ais(path) else found


def _late(rows: Rows, names: Sequence[str], codes: NDArray[np.int32]) -> list[str]:
    """Say of every track not in the order of its times the first row that is not."""
    order = np.argsort(codes, kind="stable")
    back = np.diff(rows.time_s[order]) < 0
    late = order[1:][back & (np.diff(codes[order]) == 0)]
    of, first = np.unique(codes[late], return_index=True)
    return [f"{rows.place(late[k])} of {names[code]}" for code, k in zip(of, first, strict=True)]


def _in_order(
    path: Path, rows: Rows, names: Sequence[str], codes: NDArray[np.int32]
) -> tuple[NDArray[np.int64], int]:
    """Return rows by track and time, each said once, and how many were said again.

    Raises
    ------
    ScenarioError
        Somebody at two places at one time, or with one point, or jumping around the Earth.
    """
    errors = Errors(path.name)
    order = np.lexsort((rows.time_s, codes))
    before, after = order[:-1], order[1:]
    again = (codes[before] == codes[after]) & (rows.time_s[before] == rows.time_s[after])
    apart = rows.altitude_m[before] != rows.altitude_m[after]
    for (
        component
    ) in rows.normal.T:  # one by one: three at once would take as much as the whole file
        apart |= np.abs(component[before] - component[after]) > ALIKE
    for j, k in zip(before[again & apart], after[again & apart], strict=True):
        words = f"{names[codes[k]]} is at another place at the same time on {rows.place(j)}"
        errors.add(rows.place(k), words)
    order = np.concatenate([order[:1], after[~again]])
    found, start, count = np.unique(codes[order], return_index=True, return_counts=True)
    torn = {*codes[after[again & apart]].tolist()}
    for code, row in zip(found[count < 2].tolist(), order[start[count < 2]], strict=True):
        if code not in torn:
            errors.add(rows.place(row), f"{names[code]} has one point, a track needs two")
    before, after = order[:-1], order[1:]
    cosine = sum(component[before] * component[after] for component in rows.normal.T)
    for k in after[(codes[before] == codes[after]) & (cosine < math.cos(3.1))]:
        words = (
            f"is on the other side of the Earth from the point of {names[codes[k]]} before it, "
            "give one between"
        )
        errors.add(rows.place(k), words)
    errors.complain()
    return order, int(np.count_nonzero(again))


def _put_right(path: Path, unsorted: Sequence[str], count: int, repeated: int) -> Iterator[str]:
    """Say what of a file's order was changed."""
    if unsorted:
        yield (
            f"{path.name}: {len(unsorted):,} of {count:,} tracks not in the order of their times "
            f"and sorted: first {unsorted[0]}"
        )
    if repeated:
        yield f"{path.name}: rows that say the same again are passed over: {repeated:,}"


def _from_table(path: Path, group: str, setting: Setting) -> tuple[Rows, tuple[str, ...]]:
    table = read_table(
        path,
        needed={"latitude_deg": LATITUDE, "longitude_deg": LONGITUDE},
        optional={"time_s": (-1e10, 1e10), "altitude_m": ALTITUDE},
        texts_optional=("name",),
        instants=("time",),
    )
    lines = table.lines
    if ("time_s" in table.numbers) == ("time" in table.instants):
        raise ScenarioError(
            f"{path.name}: give one column of times, time_s or time (UTC, ISO 8601)"
        )

    def place(row: int) -> str:
        return f"line {lines[row]}"

    rows = Rows(
        names=table.texts.get("name") or Texts([pa.repeat(group, len(table))]),
        place=place,
        lines=lines,
        time_s=table.numbers["time_s"]
        if "time_s" in table.numbers
        else setting.clock.seconds_to(table.instants["time"]),
        normal=up(table.numbers["latitude_deg"], table.numbers["longitude_deg"]),
        altitude_m=table.numbers.get("altitude_m", np.zeros(len(table))),
    )
    return rows, table.warnings


def _from_gpx(path: Path, group: str, setting: Setting) -> tuple[Rows, tuple[str, ...]]:
    found, warnings = read_lines(path, group)
    points = [line.points for _, line in found]
    ends = [*accumulate(map(len, points))]

    def place(row: int) -> str:
        line = bisect_right(ends, row)
        return points[line].place(row - ends[line] + len(points[line]))

    errors = Errors(path.name)
    for _, line in found:
        if not line.points:
            errors.add(line.place, "there are no points")
    longitude, latitude, altitude = np.concatenate(
        [coordinates(point, errors) for point in points]
    ).T
    errors.complain()
    rows = Rows(
        names=Texts([pa.repeat(name, len(line.points)) for name, line in found]),
        place=place,
        lines=[0] * ends[-1],
        time_s=seconds(path, [text or "" for line in points for text in line.time], place, setting),
        normal=up(latitude, longitude),
        altitude_m=altitude,
    )
    return rows, warnings


_READERS: Mapping[str, Callable[[Path, str, Setting], tuple[Rows, tuple[str, ...]]]] = {
    "table": _from_table,
    "gpx": _from_gpx,
    "ais": read_ais,
}
