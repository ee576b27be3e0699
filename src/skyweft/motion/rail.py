"""Trains on a line: as quickly as its limits and their acceleration let them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Floats
from skyweft.motion.members import Members, Setting, numbered
from skyweft.motion.propagate import NICE_S
from skyweft.motion.rail_line import KM_H, Line, read_places
from skyweft.motion.rail_speed import Limits, Running, Stop, reversed_limits, running, trip
from skyweft.motion.tables import read_table
from skyweft.protocols.records import Errors
from skyweft.scenario.motion import ALONG_MAX_M, Rail
from skyweft.scenario.motion import Blocked as Hidden
from skyweft.world.ellipsoid import to_geodetic

ERROR_MAX_M = 10.0  # of the knots' Hermite: a train's position is known no better
SHARES = np.array([0.2, 0.35, 0.5, 0.65, 0.8])  # of a step, where its error is measured
SHIFTS = (0.0, 0.3, 0.55, 0.8)  # of a step, since a train leaves between knots
# Beyond it cant (180 mm) and what trains may lack of it (150 mm) on standard gauge do not suffice.
LATERAL_MAX_M_S2 = 2.2


class Blocked(NamedTuple):
    """A time in which a train is connected with nothing."""

    train: int
    start_s: float
    end_s: float  # the last moment
    cause: str


class Trains:
    """Implements `Mover`: the trains of one line, each after its departure."""

    def __init__(self, motion: Rail, line: Line, ways: "Ways", hidden: Sequence[Hidden]) -> None:
        self._motion, self._line, self._hidden = motion, line, hidden
        self._ways = ways
        out = [(departure_s, False) for departure_s in motion.departures_s]
        self._trains = [*out, *((departure_s, True) for departure_s in motion.departures_back_s)]

    @property
    def hidden(self) -> Sequence[Hidden]:
        """What lies along the line, or is told by time."""
        return self._hidden

    @property
    def count(self) -> int:
        """How many trains."""
        return len(self._trains)

    @cached_property
    def step_max_s(self) -> float:
        """The widest knot spacing at which cubic Hermite stays within `ERROR_MAX_M`: measured."""
        ways = [self._ways.of(back) for back in {back for _, back in self._trains}]
        fits = (
            step for step in NICE_S if max(self._error_m(way, step) for way in ways) <= ERROR_MAX_M
        )
        return next(fits, NICE_S[-1])

    def _error_m(self, way: Running, step_s: float) -> float:
        worst = 0.0
        for shift in SHIFTS:
            knot_s = np.arange(shift * step_s, way.end_s, step_s)
            if len(knot_s) < 2:
                continue
            place, velocity = self._states(way, knot_s)
            rise, out, into = np.diff(place, axis=0), velocity[:-1] * step_s, velocity[1:] * step_s
            for u in SHARES:
                found = place[:-1] + u * (
                    out + u * (3 * rise - 2 * out - into + u * (out + into - 2 * rise))
                )
                exact, _ = self._states(way, knot_s[:-1] + u * step_s)
                worst = max(worst, float(np.linalg.norm(found - exact, axis=1).max()))
        return worst

    def _states(self, way: Running, time_s: Floats) -> tuple[Floats, Floats]:
        distance_m, speed_m_s = way.at(time_s)
        place_m, direction = self._line.at(distance_m)
        return place_m, direction * speed_m_s[:, None]

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Sequence[str]:
        """Write ITRS states (count, 3, T) at `time_s`; NaN where a train is absent."""
        for k, (departure_s, back) in enumerate(self._trains):
            way = self._ways.of(back)
            gone_s = time_s - departure_s
            before, after = gone_s < 0, gone_s > way.end_s
            if self._motion.ends == "repeat":
                gone_s, after = np.where(before, 0.0, gone_s % way.end_s), np.zeros_like(before)
            place, velocity = self._states(way, np.clip(gone_s, 0.0, way.end_s))
            velocity[before | after] = 0.0
            if self._motion.ends == "absent":
                place[before | after] = velocity[before | after] = np.nan
            position_m[k], velocity_m_s[k] = place.T, velocity.T
        return ()

    def blocked(self, end_s: float) -> Iterator[Blocked]:
        """Yield when the trains are connected with nothing, from the run's start to its end."""
        for k, (departure_s, back) in enumerate(self._trains):
            way = self._ways.of(back)
            for interval in self._hidden:
                if interval.from_s is not None and interval.to_s is not None:
                    found = [(interval.from_s, interval.to_s)]
                else:
                    assert interval.from_m is not None
                    assert interval.to_m is not None
                    spans = way.within(interval.from_m, interval.to_m)
                    found = list(self._repeated(way, spans, departure_s, end_s))
                for start_s, last_s in found:
                    if start_s < end_s and last_s >= 0:
                        yield Blocked(k, max(start_s, 0.0), min(last_s, end_s), interval.cause)

    def _repeated(
        self, way: Running, spans: list[tuple[float, float]], departure_s: float, end_s: float
    ) -> Iterator[tuple[float, float]]:
        """Yield spans of one running as spans of the run: over and over, or held at its ends."""
        if self._motion.ends == "repeat":
            laps = range(max(1, int(np.ceil((end_s - departure_s) / way.end_s))))
            every = [
                (low + n * way.end_s, high + n * way.end_s) for n in laps for low, high in spans
            ]
        else:
            every = spans
        for low, high in every:
            held_before = low == 0 and self._motion.ends != "absent"
            held_after = high == way.end_s and self._motion.ends == "hold"
            yield (
                0.0 if held_before else departure_s + low,
                end_s if held_after else departure_s + high,
            )


class Ways:
    """How trains run along a line, there and back."""

    def __init__(self, motion: Rail, line: Line, speed_m_s: Floats | None) -> None:
        length = line.length_m
        limits = _limits(motion, line, speed_m_s)
        rates = motion.acceleration_m_s2, motion.braking_m_s2 or motion.acceleration_m_s2
        stops = [Stop(stop.at_m, stop.dwell_s, stop.arrive_s or 0.0) for stop in motion.stops]
        mirrored = [Stop(length - stop.at_m, stop.dwell_s, 0.0) for stop in reversed(stops)]
        self.there = trip(limits, length, stops, rates)
        self._back = trip(reversed_limits(limits, length), length, mirrored, rates)
        self._turn = [(motion.turnaround_s, 0.0, 0.0)] if motion.turnaround_s else []
        self._length_m, self._repeats = length, motion.ends == "repeat"
        self._known: dict[bool, Running] = {}
        self.limits = limits

    def of(self, back: bool) -> Running:
        """Return how a train runs that begins at the line's beginning, or at its end."""
        if back not in self._known:
            each = [(self.there.phases, False), (self._back.phases, True)]
            if self._repeats:
                turned = [([*phases, *self._turn], way) for phases, way in each]
                ways = turned[::-1] if back else turned
            else:
                ways = [each[back]]
            self._known[back] = running(ways, self._length_m)
        return self._known[back]


def _limits(motion: Rail, line: Line, speed_m_s: Floats | None) -> Limits:
    """Return the least of what file and scenario allow, all along the line."""
    most = np.inf if motion.speed_max_m_s is None else motion.speed_max_m_s
    of_file = Limits(np.zeros(1), np.full(1, most))
    if speed_m_s is not None:
        of_file = line.limits(speed_m_s)
    borders: list[Floats | list[float]] = [
        of_file.from_m,
        *([limit.from_m, limit.to_m] for limit in motion.limits),
    ]
    every: Floats = np.unique(np.concatenate(borders))
    from_m = every[every < line.length_m]
    allowed = of_file.speed_m_s[np.searchsorted(of_file.from_m, from_m, side="right") - 1]
    allowed = np.minimum(allowed, most)
    for limit in motion.limits:
        there = (from_m >= limit.from_m) & (from_m < limit.to_m)
        allowed[there] = np.minimum(allowed[there], limit.speed_m_s)
    changes = np.concatenate([[True], np.diff(allowed) != 0])
    return Limits(from_m[changes], allowed[changes])


def rail(group: str, motion: Rail, setting: Setting) -> Members:
    """Return the trains of a line, in the order of their departures; those from its end last.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, a place beyond the line's end, or a timetable that asks for
        more speed than is allowed.
    """
    places = read_places(motion.file)
    if motion.speed_max_m_s is None and places.speed_m_s is None:
        raise ScenarioError(
            f"platforms.{group}: give speed_max_m_s, or a column speed_km_h in {motion.file.name}"
        )
    line = Line(places)
    hidden = [*motion.blocked, *(_read_blocked(motion.blocked_file) if motion.blocked_file else ())]
    _refuse_beyond(group, motion, hidden, line.length_m)
    ways = Ways(motion, line, places.speed_m_s)
    _refuse_late(group, motion, ways)
    mover = Trains(motion, line, ways, hidden)
    _, _, altitude_m = to_geodetic(line.place_m)
    return Members(
        names=(group,) if mover.count == 1 else numbered(group, mover.count),
        geometry=_geometry(motion, line, ways, mover),
        movers=(mover,),
        altitude_m=(float(altitude_m.min()), float(altitude_m.max())),
        warnings=(*places.warnings, *_warnings(motion, line, ways, setting)),
    )


def _read_blocked(path: Path) -> Iterator[Hidden]:
    """Yield the stretches of a file; what is none is told by its line."""
    along = (0.0, ALONG_MAX_M)
    table = read_table(
        path, needed={"from_m": along, "to_m": along}, optional={}, texts_optional=("cause",)
    )
    errors = Errors(path.name)
    causes = table.texts.get("cause") or ["tunnel"] * len(table)
    columns = table.numbers["from_m"].tolist(), table.numbers["to_m"].tolist(), causes
    for line, (from_m, to_m, cause) in zip(table.lines, zip(*columns, strict=True), strict=True):
        try:
            yield Hidden.model_validate({"from_m": from_m, "to_m": to_m, "cause": cause})
        except ValidationError as error:
            errors.add(f"line {line}", str(error.errors()[0]["msg"]))
    errors.complain()


def _refuse_beyond(group: str, motion: Rail, hidden: Sequence[Hidden], length_m: float) -> None:
    places = [
        *((f"stops[{k}].at_m", stop.at_m) for k, stop in enumerate(motion.stops)),
        *((f"limits[{k}].to_m", limit.to_m) for k, limit in enumerate(motion.limits)),
        *((f"blocked[{k}].to_m", interval.to_m or 0.0) for k, interval in enumerate(hidden)),
    ]
    wrong = [
        f"platforms.{group}.motion.{name}: {at_m:,.0f} m is beyond the end of "
        f"{motion.file.name}, {length_m:,.0f} m from its beginning"
        for name, at_m in places
        if at_m > length_m
    ]
    if wrong:
        raise ScenarioError("\n".join(wrong))


def _refuse_late(group: str, motion: Rail, ways: Ways) -> None:
    """Refuse a timetable that asks for more than the profile allows, with what it asks for."""
    left_s, left_m = 0.0, 0.0
    for k, (stop, arrival_s) in enumerate(zip(motion.stops, ways.there.arrivals_s, strict=False)):
        if stop.arrive_s is not None and arrival_s > stop.arrive_s + 1e-6:
            asked = (stop.at_m - left_m) / max(stop.arrive_s - left_s, 1e-9) * KM_H
            gives = (stop.at_m - left_m) / (arrival_s - left_s) * KM_H
            needs = (
                f"a mean of {asked:,.0f} km/h" if stop.arrive_s > left_s else "going back in time"
            )
            raise ScenarioError(
                f"platforms.{group}.motion.stops[{k}]: to be there {stop.arrive_s:,.1f} s after "
                f"the departure takes {needs} from the stop before; limits and acceleration allow "
                f"{gives:,.0f} km/h, {arrival_s:,.1f} s after the departure"
            )
        left_s = max(arrival_s, stop.arrive_s or 0.0) + stop.dwell_s
        left_m = stop.at_m


def _geometry(motion: Rail, line: Line, ways: Ways, mover: Trains) -> str:
    way, count = ways.there, mover.count
    hidden_m = sum((interval.to_m or 0.0) - (interval.from_m or 0.0) for interval in mover.hidden)
    covered = f", {hidden_m / 1e3:,.1f} km of it blocked" if hidden_m else ""
    fastest = max(float(np.abs(ways.of(False).speed_m_s).max()), 0.0) * KM_H
    stops = f", {len(motion.stops)} stop{'s' * (len(motion.stops) != 1)}" if motion.stops else ""
    return (
        f"{count} train{'s' * (count != 1)} on {motion.file.name}, {line.length_m / 1e3:,.1f} km"
        f"{covered}, {way.arrivals_s[-1]:,.0f} s from end to end{stops}, up to {fastest:,.0f} "
        f"km/h, ends: {motion.ends}"
    )


def _warnings(motion: Rail, line: Line, ways: Ways, setting: Setting) -> Iterator[str]:
    middle_m = (line.knot_m[1:] + line.knot_m[:-1]) / 2
    limits = ways.limits
    allowed = limits.speed_m_s[np.searchsorted(limits.from_m, middle_m, side="right") - 1]
    allowed = np.minimum(allowed, np.abs(ways.of(False).speed_m_s).max())
    aside = line.curvature * allowed**2
    worst = int(np.argmax(aside))
    if aside[worst] > LATERAL_MAX_M_S2:
        yield (
            f"{motion.file.name}: {middle_m[worst] / 1e3:,.1f} km from its beginning a curve of "
            f"{1 / line.curvature[worst]:,.0f} m at {allowed[worst] * KM_H:,.0f} km/h pulls "
            f"{aside[worst]:.1f} m/s2 aside, rails with cant hold {LATERAL_MAX_M_S2:g}: limit the "
            "speed, or give more places"
        )
    departures = [*motion.departures_s, *motion.departures_back_s]
    if late := [departure for departure in departures if departure >= setting.duration_s]:
        yield (
            f"{len(late)} of {len(departures)} trains leave after the run's end "
            f"({setting.duration_s:,.0f} s): {min(late):,.0f} s"
        )


def trains(fleet: Fleet) -> Iterator[tuple[int, Trains]]:
    """Return first row of the fleet and mover of every group of trains."""
    return fleet.movers_of(Trains)
