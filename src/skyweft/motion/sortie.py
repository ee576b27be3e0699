"""Aircraft and drones on a route, as long as fuel or battery lasts; several take turns.

One sortie is a track: out along the waypoints, circles around the last, back the same way. Each
craft flies it again after a turnaround, shifted so that take-offs are evenly apart. With n craft,
s seconds of service in a cycle of c, at least floor(n s / c) of them are on station at any time.
Lengths are those on a sphere: speeds over the ground are off by up to 0.7 %.
"""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.members import Members, Setting, numbered
from skyweft.motion.track import Course
from skyweft.motion.track_points import Points
from skyweft.scenario.motion import Sortie
from skyweft.world.constants import EARTH_RADIUS_MEAN_M

TURN = 24  # points of a circle: it is flown to 1 % of its radius
POINTS_MAX = 200_000


class Turns:
    """Implements `Mover`: some equal craft that fly one sortie in turn."""

    def __init__(self, motion: Sortie, setting: Setting) -> None:
        self.motion, self.count = motion, motion.count
        self.out_s = _length_m(_normals(motion)) / motion.speed_m_s
        back_s = self.out_s if motion.ends == "return" else 0.0
        self.service_s = motion.endurance_s - self.out_s - back_s
        self.cycle_s = motion.endurance_s + (motion.turnaround_s or 0.0)
        self._duration_s = setting.duration_s

    @cached_property
    def _course(self) -> Course:
        """The track of one sortie: not made before somebody has asked whether it can be flown."""
        return Course(_points(self.motion, self.service_s), "absent", self._duration_s)

    @property
    def step_max_s(self) -> float:
        """The widest knot spacing at which the path is kept."""
        return self._course.step_max_s

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Sequence[str]:
        """Write ITRS states (count, 3, T) at `time_s`; NaN on the ground."""
        for craft in range(self.count):
            since_s = time_s - self.motion.start_s
            if self.motion.turnaround_s is not None:
                since_s = (since_s - craft * self.cycle_s / self.count) % self.cycle_s
            some = slice(craft, craft + 1)
            self._course.fill(since_s, position_m[some], velocity_m_s[some])
        return ()


def _normals(motion: Sortie) -> Floats:
    """Return the verticals of waypoints, (N, 3)."""
    north, east = np.radians(np.array(motion.waypoints)).T
    return np.stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1
    )


def _length_m(normal: Floats) -> float:
    chord = np.linalg.norm(np.diff(normal, axis=0), axis=1)
    return float(np.sum(2 * np.arcsin(np.minimum(chord / 2, 1.0))) * EARTH_RADIUS_MEAN_M)


def _points(motion: Sortie, service_s: float) -> Points:
    """Return one sortie's places and times, from take-off on."""
    way = _normals(motion)
    leg_m = [_length_m(way[k : k + 2]) for k in range(len(way) - 1)]
    out_s = np.concatenate([[0.0], np.cumsum(leg_m)]) / motion.speed_m_s
    circle, circle_s = _circles(motion, way[-2:], service_s)
    parts, times = [way, circle], [out_s, out_s[-1] + circle_s]
    if motion.ends == "return":
        parts.append(way[::-1])
        times.append(motion.endurance_s - out_s[::-1])
    normal, time_s = np.concatenate(parts), np.concatenate(times)
    kept = np.concatenate([[True], np.diff(time_s) > 1e-6])
    height_m = np.full(int(kept.sum()), motion.altitude_m)
    return Points("sortie", time_s[kept], normal[kept], height_m, 0)


def _circles(motion: Sortie, last: Floats, service_s: float) -> tuple[Floats, Floats]:
    """Return circles through the last waypoint, whole ones, as many as there is time for."""
    lap_s = 2 * math.pi * motion.radius_m / motion.speed_m_s
    laps = max(1, round(service_s / lap_s)) if service_s >= lap_s / 2 else 0
    place, before = last[1], last[0]
    ahead = place - before
    ahead -= (ahead @ place) * place
    size = np.linalg.norm(ahead)
    ahead = ahead / size if size > 0 else np.array([-place[1], place[0], 0.0])
    aside = np.cross(ahead, place)
    angle = 2 * math.pi / TURN * np.arange(1, TURN * laps + 1)
    wide = motion.radius_m / EARTH_RADIUS_MEAN_M
    # Ahead first, turning to the right; back at the waypoint after each lap.
    found = place + wide * (np.sin(angle)[:, None] * ahead + (1 - np.cos(angle))[:, None] * aside)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    time_s = service_s / (2 * math.pi * max(laps, 1)) * angle
    return found, np.asarray(time_s, np.float64)


def sortie(group: str, motion: Sortie, setting: Setting) -> Members:
    """Return the craft of a group, with how long each is on station and whether some always is."""
    mover = Turns(motion, setting)
    if mover.service_s < 0:
        ways = "there and back" if motion.ends == "return" else "there"
        takes_s = motion.endurance_s - mover.service_s
        raise ScenarioError(
            f"platforms.{group}: the way {ways} takes {takes_s / 3600:,.3g} h at "
            f"{motion.speed_m_s:g} m/s, endurance_s is {motion.endurance_s / 3600:,.3g} h"
        )
    lap_s = 2 * math.pi * motion.radius_m / motion.speed_m_s
    if mover.service_s / lap_s * TURN > POINTS_MAX:
        raise ScenarioError(
            f"platforms.{group}: {mover.service_s / lap_s:,.0f} circles a sortie are too many: a "
            "greater radius_m"
        )
    there = f"{mover.service_s / 3600:,.3g} h on station"
    return Members(
        names=(group,) if motion.count == 1 else numbered(group, motion.count),
        geometry=f"{motion.count} x aircraft at {motion.altitude_m:,.0f} m, {motion.speed_m_s:g} "
        f"m/s, {mover.out_s * motion.speed_m_s / 1e3:,.1f} km out, {there}{_rotation(mover)}",
        movers=(mover,),
        altitude_m=(motion.altitude_m, motion.altitude_m),
        warnings=tuple(_gaps(motion, mover)),
    )


def on_station(motion: Sortie, mover: Turns) -> tuple[int, int]:
    """Return how many craft are on station at least, and how many keep one there always."""
    share = mover.service_s / mover.cycle_s
    needed = math.ceil(1 / share - 1e-9) if share > 0 else 0
    return math.floor(motion.count * share + 1e-9), needed


def _rotation(mover: Turns) -> str:
    motion = mover.motion
    if motion.turnaround_s is None:
        return ", once"
    least, _ = on_station(motion, mover)
    every_s = mover.cycle_s / motion.count
    return f", one takes off every {every_s / 3600:,.3g} h, at least {least} on station"


def _gaps(motion: Sortie, mover: Turns) -> Iterator[str]:
    """Say where turns leave nobody on station."""
    if motion.turnaround_s is None:
        if motion.count > 1:
            yield "count without turnaround_s: all fly as one, at the same time and place"
        return
    least, needed = on_station(motion, mover)
    if least == 0 and needed:
        gone_s = mover.cycle_s / motion.count - mover.service_s
        yield (
            f"nobody is on station for {gone_s / 3600:,.3g} h of every "
            f"{mover.cycle_s / motion.count / 3600:,.3g} h; {needed} craft would keep one there"
        )
