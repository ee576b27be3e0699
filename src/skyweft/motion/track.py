"""Ships, trains, aircraft: smooth paths through times and places of a file (see `Curve`).

Speeds at the points are finite differences, held back so that a train that stands between two
points of one place stands.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np

from skyweft.fleet import Floats
from skyweft.motion.curve import Curve
from skyweft.motion.loiter import JUMP_ERROR
from skyweft.motion.members import Members, Setting
from skyweft.motion.rings import arc
from skyweft.motion.track_points import Points, read_track
from skyweft.protocols.records import Errors
from skyweft.scenario.motion import Gtfs, Track
from skyweft.world.ellipsoid import SEMI_MAJOR_M

ERROR_MAX_M = 10.0  # of the knots' Hermite: a ship's or train's position is known no better
# A mover that stops at an end of its track brakes within the last gap between its points, at
# 1/8 m/s^2 or in ten minutes; points closer than a minute to the end are passed a little early.
BRAKE_S2_M = 32.0  # seconds per m/s
BRAKE_MIN_S, BRAKE_MAX_S = 60.0, 600.0
SPEED_MAX_M_S = 1_000.0  # beyond this the file is likelier wrong than the mover fast
ESCAPE_M_S = 11_200.0  # beyond this it is wrong: who is so fast leaves the Earth
DIFFERENCE_S = 0.25

Ends = Literal["hold", "absent", "repeat"]


class Course:
    """One mover's path; implements `Mover`.

    At the ends of its track the mover is held, absent, or goes back and forth. Held and turning
    movers brake before the end and start slowly, so that no speed jumps.
    """

    def __init__(self, points: Points, ends: Ends, duration_s: float) -> None:
        self._points = points
        self._duration_s = duration_s
        self._ends = ends
        self._begin_s, self._end_s = float(points.time_s[0]), float(points.time_s[-1])
        self._curve = Curve(points.time_s, points.normal, points.altitude_m)
        self._brake_s = (self._brake(0), self._brake(-1))
        turned = np.linalg.norm(self._curve.turn, axis=1)
        self.length_m = float(turned.sum() * SEMI_MAJOR_M)
        speed_m_s = turned / self._curve.gap * SEMI_MAJOR_M
        self.fastest = int(np.argmax(speed_m_s))  # from this point to the next
        self.speed_max_m_s = float(speed_m_s[self.fastest])

    def _brake(self, end: int) -> float:
        speed_m_s = float(np.linalg.norm(self._curve.rate[end])) * SEMI_MAJOR_M
        brake_s = min(BRAKE_S2_M * speed_m_s, BRAKE_MAX_S, max(BRAKE_MIN_S, self._curve.gap[end]))
        return float(max(1e-3, min(brake_s, (self._end_s - self._begin_s) / 2)))

    @property
    def count(self) -> int:
        """One."""
        return 1

    @property
    def step_max_s(self) -> float:
        """The widest knot spacing at which cubic Hermite stays within `ERROR_MAX_M`.

        From the jumps of acceleration during the run, at the points and where the mover brakes.
        """
        times = self._points.time_s
        run = (times > -BRAKE_MAX_S) & (times < self._duration_s + BRAKE_MAX_S)
        if self._ends == "repeat":
            run[:] = True
        jump = self._curve.jumps()[run[1:-1]].max(initial=0)
        for end, brake_s in zip((0, -1), self._brake_s, strict=True):
            if run[end] and self._ends != "absent":  # the second derivative of `_eased` at its end
                jump = max(jump, 4 * np.linalg.norm(self._curve.rate[end]) / brake_s)
        # The climb and a second jump within one step add a little: a part is kept in hand.
        return math.sqrt(0.85 * ERROR_MAX_M / (JUMP_ERROR * max(jump * SEMI_MAJOR_M, 1e-9)))

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Sequence[str]:
        """Write ITRS states (1, 3, T) at `time_s`; NaN where the mover is absent."""
        position_m[0] = self._at(time_s).T
        before, after = self._at(time_s - DIFFERENCE_S), self._at(time_s + DIFFERENCE_S)
        velocity_m_s[0] = ((after - before) / (2 * DIFFERENCE_S)).T
        if self._ends == "absent":
            away = (time_s < self._begin_s) | (time_s > self._end_s)
            position_m[0][:, away] = np.nan
            velocity_m_s[0][:, away] = np.nan
        return ()

    def _at(self, time_s: Floats) -> Floats:
        """Return positions (T, 3); beyond the ends of a track that ends `absent`, extrapolated."""
        return self._curve.places(self._on_track(time_s))

    def _on_track(self, time_s: Floats) -> Floats:
        """Return when on its track a mover is where it is at `time_s`."""
        if self._ends == "absent":
            return time_s
        span = self._end_s - self._begin_s
        gone = time_s - self._begin_s
        if self._ends == "repeat":
            gone = span - np.abs(gone % (2 * span) - span)
        gone = np.clip(gone, 0, span)
        start_s, stop_s = self._brake_s
        gone = span - _eased(span - gone, stop_s)
        return self._begin_s + _eased(gone, start_s)


def _eased(left: Floats, ease: float) -> Floats:
    """Bend a time that runs down to 0 so that it comes to rest there, over the last `ease`.

    A cubic with slope 1 at `ease` and 0 at 0: the mover is up to 4/27 of `ease` ahead.
    """
    u = np.clip(left / ease, 0, 1)
    return np.where(left < ease, ease * u * u * (2 - u), left)


def track(group: str, motion: Track, setting: Setting) -> Members:
    """Return the movers of a file of times and places, in the order of their first rows.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, a line each.
    """
    return followed(motion, *read_track(motion.file, group, setting), setting)


def followed(
    motion: Track | Gtfs, points: Sequence[Points], warnings: Sequence[str], setting: Setting
) -> Members:
    """Return movers through times and places, in their order.

    Raises
    ------
    ScenarioError
        Who would have to be faster than anything that stays on the Earth.
    """
    movers = tuple(Course(point, motion.ends, setting.duration_s) for point in points)
    _refuse_leaps(motion, points, movers)
    return Members(
        names=tuple(point.name for point in points),
        geometry=_geometry(motion, points, movers),
        movers=movers,
        altitude_m=(
            min(float(point.altitude_m.min()) for point in points),
            max(float(point.altitude_m.max()) for point in points),
        ),
        lines=[point.line for point in points] if points[0].line else None,
        warnings=(*warnings, *_warnings(motion, points, movers, setting.duration_s)),
    )


def _refuse_leaps(motion: Track | Gtfs, points: Sequence[Points], movers: Sequence[Course]) -> None:
    errors = Errors(motion.file.name)
    for point, mover in zip(points, movers, strict=True):
        if mover.speed_max_m_s > ESCAPE_M_S:
            from_s, to_s = point.time_s[mover.fastest : mover.fastest + 2]
            errors.add(
                point.name,
                f"takes {mover.speed_max_m_s / 1e3:,.0f} km/s from {from_s:,.1f} s to the next "
                f"point, {to_s - from_s:,.3g} s later: nobody is so fast",
            )
    errors.complain()


def _geometry(motion: Track | Gtfs, points: Sequence[Points], movers: Sequence[Course]) -> str:
    first_s = min(point.time_s[0] for point in points)
    last_s = max(point.time_s[-1] for point in points)
    lengths = sorted(mover.length_m / 1e3 for mover in movers)
    length = f"{lengths[0]:,.0f}" + (f" to {lengths[-1]:,.0f}" if len(lengths) > 1 else "")
    x, y, z = np.concatenate([point.normal for point in points]).T
    south, north = np.degrees(np.arcsin([z.min(), z.max()]))
    west, east = arc(np.degrees(np.arctan2(y, x)))
    return (
        f"{len(points)} track{'s' * (len(points) != 1)} from {motion.file.name}, "
        f"latitude {south:.1f} to {north:.1f}, longitude {west:.1f} to {east:.1f} deg, "
        f"{first_s:,.0f} s to {last_s:,.0f} s, {length} km, ends: {motion.ends}"
    )


def _warnings(
    motion: Track | Gtfs, points: Sequence[Points], movers: Sequence[Course], duration_s: float
) -> tuple[str, ...]:
    apart = [point for point in points if point.time_s[0] > duration_s or point.time_s[-1] < 0]
    lines = []
    if apart:
        lines.append(
            f"{len(apart)} of {len(points)} tracks of {motion.file.name} lie outside the run "
            f"(0 to {duration_s:,.0f} s): {apart[0].name} has {apart[0].time_s[0]:,.0f} to "
            f"{apart[0].time_s[-1]:,.0f} s"
        )
    fastest = max(range(len(movers)), key=lambda k: movers[k].speed_max_m_s)
    speed = movers[fastest].speed_max_m_s
    if speed > SPEED_MAX_M_S:
        lines.append(
            f"{points[fastest].name} of {motion.file.name} reaches {speed:,.0f} m/s "
            "between two points: is a place or a time wrong?"
        )
    return tuple(lines)
