"""Vehicles by the timetable of a GTFS feed: the trips of one route on one day.

Files of the feed that are read: agency, calendar, calendar_dates, routes, trips, stop_times, stops
and shapes. A vehicle stands at a stop from its arrival to its departure; between two stops it
follows the shape, or the great circle, at one speed. Stops without times, and stops that share a
minute with the one before, are passed at the speed between those that have times of their own.

References
----------
GTFS Schedule Reference, gtfs.org: times count from noon of the service day less 12 hours.
"""

import os
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.members import Members, Setting
from skyweft.motion.track import followed
from skyweft.motion.track_points import Points
from skyweft.scenario.motion import Gtfs
from skyweft.world.clock import tai_ns
from skyweft.world.ellipsoid import SEMI_MAJOR_M, up

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHOWN = 8  # routes in a message
UNPACKED_MAX_BYTES = 250_000_000  # of one file: the feed of a large city's region
ROWS_MAX = 200_000  # of a file that are of the route: vehicles of a day stop not a tenth as often
DIRECTORY_MAX_BYTES = 1_000_000  # what the archive says of its files; a feed has about 20
APART_S = 5.0  # places of a shape that are passed more quickly one after the other are left out
Row = Mapping[str, str]


class Feed:
    """A packed feed, read file by file."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            if _directory_bytes(path) > DIRECTORY_MAX_BYTES:
                raise ScenarioError(f"{path.name}: holds too many files for a GTFS feed")
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise ScenarioError(f"{path.name}: is no ZIP archive, as GTFS feeds are") from error

    def rows(
        self, file: str, columns: Sequence[str], of: tuple[str, Collection[str]] | None = None
    ) -> Iterator[Row]:
        """Yield rows of a file as texts; nothing where the feed does not have it.

        Parameters
        ----------
        file : str
            Without its ending.
        columns : sequence
            That are looked at; one that is not there is empty.
        of : (str, collection), optional
            A column, and what must stand in it.
        """
        if f"{file}.txt" not in self._archive.namelist():
            return
        if (size := self._archive.getinfo(f"{file}.txt").file_size) > UNPACKED_MAX_BYTES:
            words = f"{size / 1e6:,.0f} MB, at most {UNPACKED_MAX_BYTES / 1e6:.0f} MB are read"
            raise self.wrong(file, f"{words}; cut the feed to the route or its operator")
        found = 0
        wanted = arrow.ConvertOptions(
            include_columns=list(columns),
            include_missing_columns=True,
            column_types={column: pa.string() for column in columns},
            strings_can_be_null=False,
        )
        with self._archive.open(f"{file}.txt") as stream:
            try:
                for batch in arrow.open_csv(stream, convert_options=wanted):
                    mine = batch if of is None else _only(batch, *of)
                    found += len(mine)
                    if found > ROWS_MAX:
                        raise self.wrong(file, f"more than {ROWS_MAX:,} rows that are asked for")
                    for row in mine.to_pylist():
                        yield {key: (text or "").strip() for key, text in row.items()}
            except (pa.ArrowInvalid, zipfile.BadZipFile) as error:
                raise ScenarioError(f"{self.name}: {file}.txt: {error}") from error

    def wrong(self, file: str, words: str) -> ScenarioError:
        """Return what is raised where a file says something odd."""
        return ScenarioError(f"{self.name}: {file}.txt: {words}")


def _only(batch: pa.RecordBatch, column: str, wanted: Collection[str]) -> pa.RecordBatch:
    return batch.filter(pc.is_in(batch[column], pa.array(list(wanted), pa.string())))


def _directory_bytes(path: Path) -> int:
    """Return the size of an archive's directory by its last record (PKWARE APPNOTE 4.3.16)."""
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 65_557), os.SEEK_END)
        end = file.read()
    place = end.rfind(b"PK\5\6")
    return int.from_bytes(end[place + 12 : place + 16], "little") if place >= 0 else 0


def gtfs(_group: str, motion: Gtfs, setting: Setting) -> Members:
    """Return the vehicles of a route's trips that run on the day, by their trips' names.

    Raises
    ------
    ScenarioError
        The feed has no such route, nothing runs, or a row of it makes no sense.
    """
    feed = Feed(motion.file)
    trips = _trips(feed, motion)
    zone = next((row["agency_timezone"] for row in feed.rows("agency", ["agency_timezone"])), "")
    try:
        noon = datetime(*motion.day.timetuple()[:3], 12, tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError) as error:
        raise feed.wrong("agency", f"there is no time zone {zone!r}") from error
    since_s = (tai_ns(noon.astimezone(UTC)) - setting.clock.start_tai_ns) / 1e9 - 43_200.0
    stops = _stops(feed, trips)
    places = _places(feed, {row["stop_id"] for rows in stops.values() for row in rows})
    shapes = _shapes(feed, {shape for shape in trips.values() if shape})
    points = []
    for trip, rows in stops.items():
        time_s, normal = _course(feed, rows, places, shapes.get(trips[trip]))
        points.append(Points(trip, time_s + since_s, normal, np.zeros(len(time_s)), 0))
    points.sort(key=lambda each: (each.time_s[0], each.name))
    often = {row["trip_id"] for row in feed.rows("frequencies", ["trip_id"], ("trip_id", trips))}
    words = f"{feed.name}: trips that frequencies.txt repeats run once here: {len(often):,}"
    return followed(motion, points, (words,) if often else (), setting)


def _trips(feed: Feed, motion: Gtfs) -> dict[str, str]:
    """Return the trips of the route that run on the day, each with its shape."""
    columns = ["trip_id", "service_id", "shape_id"]
    asked = list(feed.rows("trips", [*columns, "route_id"], ("route_id", {motion.route})))
    if not asked:
        routes = sorted(row["route_id"] for row in feed.rows("routes", ["route_id"]))
        more = f" and {len(routes) - SHOWN:,} more" if len(routes) > SHOWN else ""
        there = ", ".join(routes[:SHOWN])
        raise feed.wrong("trips", f"no trip of a route {motion.route!r}; routes: {there}{more}")
    running = _running(feed, motion.day)
    found = {row["trip_id"]: row["shape_id"] for row in asked if row["service_id"] in running}
    if not found:
        raise feed.wrong(
            "calendar", f"none of the {len(asked):,} trips of {motion.route!r} runs on {motion.day}"
        )
    return found


def _running(feed: Feed, day: date) -> set[str]:
    """Return the services of a day: those of its weekday, less and plus the exceptions."""
    text, weekday = f"{day:%Y%m%d}", DAYS[day.weekday()]
    columns = ["service_id", weekday, "start_date", "end_date"]
    found = {
        row["service_id"]
        for row in feed.rows("calendar", columns, (weekday, {"1"}))
        if row["start_date"] <= text <= row["end_date"]
    }
    columns = ["service_id", "date", "exception_type"]
    for row in feed.rows("calendar_dates", columns, ("date", {text})):
        if row["exception_type"] == "1":
            found.add(row["service_id"])
        else:
            found.discard(row["service_id"])
    return found


def _stops(feed: Feed, trips: Collection[str]) -> dict[str, list[Row]]:
    """Return the stops of every trip in their order."""
    columns = ["trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"]
    found: dict[str, list[Row]] = defaultdict(list)
    for row in feed.rows("stop_times", columns, ("trip_id", trips)):
        if not row["stop_sequence"].isdecimal():
            raise feed.wrong("stop_times", f"trip {row['trip_id']}: no number of a stop")
        found[row["trip_id"]].append(row)
    if not found:
        raise feed.wrong("stop_times", "none of the trips has stops")
    for rows in found.values():
        rows.sort(key=lambda row: int(row["stop_sequence"]))
    return dict(found)


def _number(feed: Feed, file: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not -most <= value <= most:
        raise feed.wrong(file, f"{text[:40]!r} is not a number from {-most:g} to {most:g}")
    return value


def _places(feed: Feed, stops: Collection[str]) -> dict[str, Floats]:
    """Return the vertical of every stop."""
    columns = ["stop_id", "stop_lat", "stop_lon"]
    found = {
        row["stop_id"]: up(
            _number(feed, "stops", row["stop_lat"], 90),
            _number(feed, "stops", row["stop_lon"], 360),
        )
        for row in feed.rows("stops", columns, ("stop_id", stops))
    }
    if missing := sorted({*stops} - {*found}):
        raise feed.wrong("stops", f"stop {missing[0]} is not there")
    return found


def _shapes(feed: Feed, shapes: Collection[str]) -> dict[str, Floats]:
    """Return the verticals along every shape, (K, 3)."""
    columns = ["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"]
    rows: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for row in feed.rows("shapes", columns, ("shape_id", shapes)):
        numbers = (row["shape_pt_sequence"], row["shape_pt_lat"], row["shape_pt_lon"])
        order, latitude, longitude = (
            _number(feed, "shapes", text, most)
            for text, most in zip(numbers, (1e9, 90.0, 360.0), strict=True)
        )
        rows[row["shape_id"]].append((order, latitude, longitude))
    found = {}
    for shape, points in rows.items():
        _, latitude, longitude = np.array(sorted(points)).T
        found[shape] = up(latitude, longitude)
    return found


def _course(
    feed: Feed, rows: Sequence[Row], places: Mapping[str, Floats], way: Floats | None
) -> tuple[Floats, Floats]:
    """Return the times since the service day's beginning, and the verticals there, of one trip."""
    where = np.array([places[row["stop_id"]] for row in rows])
    line = where if way is None else way
    at_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at_m *= SEMI_MAJOR_M
    stop_m = at_m if way is None else _projected(where, line, at_m)
    time_s, along_m = _timed(feed, rows, stop_m)
    inside = at_m[(at_m > along_m[0]) & (at_m < along_m[-1]) & ~np.isin(at_m, along_m)]
    passed_s = np.interp(inside, along_m, time_s)
    kept = _apart(passed_s, time_s)
    every_s = np.concatenate([time_s, passed_s[kept]])
    every_m = np.concatenate([along_m, inside[kept]])[np.argsort(every_s, kind="stable")]
    normal = np.stack([np.interp(every_m, at_m, line[:, axis]) for axis in range(3)], axis=1)
    return np.sort(every_s), normal / np.linalg.norm(normal, axis=1, keepdims=True)


def _apart(passed_s: Floats, time_s: Floats) -> list[int]:
    """Return which places of a shape lie no closer than `APART_S` to the one before or a stop."""
    kept: list[int] = []
    last_s = -np.inf
    beside = np.abs(passed_s[:, None] - time_s).min(axis=1) if len(passed_s) else passed_s
    for k in np.flatnonzero(beside >= APART_S).tolist():
        if passed_s[k] - last_s >= APART_S:
            kept.append(k)
            last_s = passed_s[k]
    return kept


def _projected(where: Floats, line: Floats, at_m: Floats) -> Floats:
    """Return how far along a line stops are, each beyond the one before."""
    found: list[float] = []
    first = 0
    start, step = line[:-1], np.diff(line, axis=0)
    square = np.maximum(np.sum(step**2, axis=1), 1e-30)
    for stop in where:
        share = np.clip(np.sum((stop - start) * step, axis=1) / square, 0.0, 1.0)
        off = np.linalg.norm(start + share[:, None] * step - stop, axis=1)
        k = first + int(np.argmin(off[first:]))
        along = at_m[k] + share[k] * (at_m[k + 1] - at_m[k])
        found.append(max(along, found[-1]) if found else along)
        first = k
    return np.array(found)


def _timed(feed: Feed, rows: Sequence[Row], stop_m: Floats) -> tuple[Floats, Floats]:
    """Return when a vehicle arrives and leaves, and how far along: times of their own alone."""
    times: list[float] = []
    along: list[float] = []
    for row, place in zip(rows, stop_m.tolist(), strict=True):
        for key in ("arrival_time", "departure_time"):
            if not row[key]:
                continue
            now = _clock(feed, row[key])
            if times and now < times[-1]:
                raise feed.wrong(
                    "stop_times",
                    f"trip {row['trip_id']} goes back in time: {row[key]} at stop "
                    f"{row['stop_sequence']}",
                )
            if not times or now > times[-1]:
                times.append(now)
                along.append(place)
    # Who shares a minute with the last stop is passed on the way to it.
    if times and len(times) > 1:
        along[-1] = float(stop_m[-1])
    if len(times) < 2:
        raise feed.wrong("stop_times", f"trip {rows[0]['trip_id']} has no two times")
    return np.array(times), np.array(along)


def _clock(feed: Feed, text: str) -> float:
    """Return seconds of a time of day, which may be beyond 24:00:00."""
    parts = text.split(":")
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        raise feed.wrong("stop_times", f"{text[:40]!r} is no time like 25:10:00")
    hours, minutes, seconds = map(int, parts)
    return 3_600.0 * hours + 60.0 * minutes + seconds
