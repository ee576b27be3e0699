"""Ships, trains, aircraft: smooth paths through times and places of a file.

Between its points a mover follows a spherical cubic (Bezier by de Casteljau's construction on
great circles), so that long gaps follow the great circle and nobody dives under the ground.
Altitude goes apart, by a monotone cubic. Speeds at the points are finite differences, held
back so that a train that stands between two points of one place stands.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np

from skyweft.fleet import Floats
from skyweft.motion.loiter import JUMP_ERROR
from skyweft.motion.members import Members, Setting
from skyweft.motion.rings import arc
from skyweft.motion.track_points import Points, read_track
from skyweft.scenario.motion import Track
from skyweft.world.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M

ERROR_MAX_M = 10.0  # of the knots' Hermite: a ship's or train's position is known no better
# A mover that stops at an end of its track brakes within the last gap between its points, at
# 1/8 m/s^2 or in ten minutes; points closer than a minute to the end are passed a little early.
BRAKE_S2_M = 32.0  # seconds per m/s
BRAKE_MIN_S, BRAKE_MAX_S = 60.0, 600.0
SPEED_MAX_M_S = 1_000.0  # beyond this the file is likelier wrong than the mover fast
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
        self._gap_s = np.diff(points.time_s)
        turn = _logarithm(points.normal[:-1], points.normal[1:])
        back = -_logarithm(points.normal[1:], points.normal[:-1])
        # Unit sphere: tangents [rad/s] at every point; the end points take their only segment's.
        self._rate = _monotone(
            turn / self._gap_s[:, None], back / self._gap_s[:, None], self._gap_s
        )
        climb = (np.diff(points.altitude_m) / self._gap_s)[:, None]
        self._climb = _monotone(climb, climb, self._gap_s)[:, 0]
        # A lowest or highest point is one: the altitude never leaves what the file says.
        self._climb[1:-1][climb[:-1, 0] * climb[1:, 0] <= 0] = 0
        self._brake_s = (self._brake(0), self._brake(-1))
        self.length_m = float(np.linalg.norm(turn, axis=1).sum() * SEMI_MAJOR_M)
        self.speed_max_m_s = float(
            (np.linalg.norm(turn, axis=1) / self._gap_s).max() * SEMI_MAJOR_M
        )

    def _brake(self, end: int) -> float:
        speed_m_s = float(np.linalg.norm(self._rate[end])) * SEMI_MAJOR_M
        brake_s = min(BRAKE_S2_M * speed_m_s, BRAKE_MAX_S, max(BRAKE_MIN_S, self._gap_s[end]))
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
        gap = self._gap_s[:, None]
        turn = _logarithm(self._points.normal[:-1], self._points.normal[1:])
        back = -_logarithm(self._points.normal[1:], self._points.normal[:-1])
        leave = (6 * turn / gap - 4 * self._rate[:-1] - 2 * self._rate[1:]) / gap
        arrive = (4 * self._rate[1:] + 2 * self._rate[:-1] - 6 * back / gap) / gap
        jumps = np.linalg.norm(leave[1:] - arrive[:-1], axis=1)
        times = self._points.time_s
        run = (times > -BRAKE_MAX_S) & (times < self._duration_s + BRAKE_MAX_S)
        if self._ends == "repeat":
            run[:] = True
        jump = jumps[run[1:-1]].max(initial=0)
        for end, brake_s in zip((0, -1), self._brake_s, strict=True):
            if run[end] and self._ends != "absent":  # the second derivative of `_eased` at its end
                jump = max(jump, 4 * np.linalg.norm(self._rate[end]) / brake_s)
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
        time_s = self._on_track(time_s)
        points = self._points
        i = np.clip(
            np.searchsorted(points.time_s, time_s, side="right") - 1, 0, len(self._gap_s) - 1
        )
        gap = self._gap_s[i]
        u = (time_s - points.time_s[i]) / gap
        third = gap[:, None] / 3
        start, stop = points.normal[i], points.normal[i + 1]
        first = _exponential(start, self._rate[i] * third)
        second = _exponential(stop, -self._rate[i + 1] * third)
        a, b, c = (_slerp(p, q, u) for p, q in ((start, first), (first, second), (second, stop)))
        normal = _slerp(_slerp(a, b, u), _slerp(b, c, u), u)
        rise = points.altitude_m[i + 1] - points.altitude_m[i]
        out, into = self._climb[i] * gap, self._climb[i + 1] * gap
        altitude = points.altitude_m[i] + u * (
            out + u * (3 * rise - 2 * out - into + u * (out + into - 2 * rise))
        )
        return _on_ellipsoid(normal, altitude)

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


def _monotone(leave: Floats, arrive: Floats, gap: Floats) -> Floats:
    """Return rates at points from mean rates of their segments, as seen from both ends.

    The mean weighted by the other segment's length (exact for parabolas), at most three times
    the slower one's rate: a mover that stands does not swing.
    """
    rate = np.empty((len(gap) + 1, leave.shape[1]))
    rate[0], rate[-1] = leave[0], arrive[-1]
    near, far = arrive[:-1], leave[1:]
    before, after = gap[:-1, None], gap[1:, None]
    mean = (near * after + far * before) / (before + after)
    limit = 3 * np.minimum(np.linalg.norm(near, axis=1), np.linalg.norm(far, axis=1))
    size = np.linalg.norm(mean, axis=1)
    rate[1:-1] = mean * np.minimum(1, limit / np.maximum(size, 1e-300))[:, None]
    return rate


def _angle(a: Floats, b: Floats) -> Floats:
    across: Floats = np.linalg.norm(np.cross(a, b), axis=-1)
    angle: Floats = np.arctan2(across, np.sum(a * b, axis=-1))
    return angle


def _logarithm(a: Floats, b: Floats) -> Floats:
    """Return the vectors along great circles, touching the unit sphere at a, that lead to b."""
    level = b - np.sum(a * b, axis=-1, keepdims=True) * a
    size = np.maximum(np.linalg.norm(level, axis=-1), 1e-300)
    vector: Floats = level * (_angle(a, b) / size)[..., None]
    return vector


def _exponential(a: Floats, vector: Floats) -> Floats:
    """Return where great circles along touching vectors lead."""
    size = np.linalg.norm(vector, axis=-1, keepdims=True)
    point: Floats = np.cos(size) * a + np.sinc(size / np.pi) * vector
    return point


def _slerp(a: Floats, b: Floats, u: Floats) -> Floats:
    """Return points at shares u of the great circles from a to b."""
    return _exponential(a, _logarithm(a, b) * u[:, None])


def _on_ellipsoid(normal: Floats, altitude_m: Floats) -> Floats:
    """Return ITRS positions (T, 3) above the points of the ellipsoid with these verticals."""
    curve = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_SQUARED * normal[:, 2] ** 2)
    position = normal * (curve + altitude_m)[:, None]
    position[:, 2] -= ECCENTRICITY_SQUARED * curve * normal[:, 2]
    return position


def track(group: str, motion: Track, setting: Setting) -> Members:
    """Return the movers of a file of times and places, in the order of their first rows.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, a line each.
    """
    points, warnings = read_track(motion.file, group, setting)
    movers = tuple(Course(each, motion.ends, setting.duration_s) for each in points)
    return Members(
        names=tuple(each.name for each in points),
        geometry=_geometry(motion, points, movers),
        movers=movers,
        altitude_m=(
            min(float(each.altitude_m.min()) for each in points),
            max(float(each.altitude_m.max()) for each in points),
        ),
        lines=[each.line for each in points] if points[0].line else None,
        warnings=(*warnings, *_warnings(motion, points, movers, setting.duration_s)),
    )


def _geometry(motion: Track, points: Sequence[Points], movers: Sequence[Course]) -> str:
    first_s = min(each.time_s[0] for each in points)
    last_s = max(each.time_s[-1] for each in points)
    lengths = sorted(each.length_m / 1e3 for each in movers)
    length = f"{lengths[0]:,.0f}" + (f" to {lengths[-1]:,.0f}" if len(lengths) > 1 else "")
    x, y, z = np.concatenate([each.normal for each in points]).T
    south, north = np.degrees(np.arcsin([z.min(), z.max()]))
    west, east = arc(np.degrees(np.arctan2(y, x)))
    return (
        f"{len(points)} track{'s' * (len(points) != 1)} from {motion.file.name}, "
        f"latitude {south:.1f} to {north:.1f}, longitude {west:.1f} to {east:.1f} deg, "
        f"{first_s:,.0f} s to {last_s:,.0f} s, {length} km, ends: {motion.ends}"
    )


def _warnings(
    motion: Track, points: Sequence[Points], movers: Sequence[Course], duration_s: float
) -> tuple[str, ...]:
    apart = [each for each in points if each.time_s[0] > duration_s or each.time_s[-1] < 0]
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
