"""When a train is where on its line: speeds within limits, changed at a stated acceleration.

Between two stops the square of the speed is a broken line over the distance (v^2 = v0^2 + 2 a s):
a pass forwards from one stop and one backwards from the next hold every limit, and are exact. How
quickly acceleration itself changes is not limited.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skyweft.fleet import Floats


class Limits(NamedTuple):
    """The speed allowed along a line, (K,): from each place on, up to the next or to the end."""

    from_m: Floats  # the first at 0, rising
    speed_m_s: Floats


class Stop(NamedTuple):
    """Where a train stands, for how long, and by when the timetable has it there."""

    at_m: float
    dwell_s: float
    arrive_s: float  # after the departure; a train that is early waits, 0 where nothing is said


@dataclass(frozen=True, slots=True)
class Running:
    """Phases of constant acceleration, (P,) each, one after the other."""

    time_s: Floats  # at each one's beginning
    distance_m: Floats
    speed_m_s: Floats  # negative on the way back
    acceleration_m_s2: Floats
    end_s: float

    def at(self, time_s: Floats) -> tuple[Floats, Floats]:
        """Return distance along the line and speed at moments within. [m, m/s]."""
        k = np.clip(np.searchsorted(self.time_s, time_s, side="right") - 1, 0, None)
        gone, speed, pull = time_s - self.time_s[k], self.speed_m_s[k], self.acceleration_m_s2[k]
        return self.distance_m[k] + gone * (speed + gone * pull / 2), speed + gone * pull

    def within(self, low_m: float, high_m: float) -> list[tuple[float, float]]:
        """Return when it is on a part of the line, both ends belonging to it. [s].

        From the running's own beginning to its end; stretches that touch are one.
        """
        ends_s = np.append(self.time_s[1:], self.end_s)
        begin_m, end_m = self.distance_m, self.at(ends_s)[0]
        # At a phase's own end `at` begins the next one: positions are continuous.
        parts: list[tuple[float, float]] = []
        met = (np.minimum(begin_m, end_m) <= high_m) & (np.maximum(begin_m, end_m) >= low_m)
        for k in np.flatnonzero(met).tolist():
            sign = 1.0 if end_m[k] >= begin_m[k] else -1.0
            first, last = (low_m, high_m) if sign > 0 else (high_m, low_m)
            length, ahead, gone = sign * (np.array([end_m[k], first, last]) - begin_m[k])
            # Who stands is on its place from the phase's beginning to its end.
            enters = self._reaches(k, sign * min(ahead, length)) if ahead > 0 else self.time_s[k]
            leaves = self._reaches(k, sign * max(gone, 0.0)) if gone < length else ends_s[k]
            if parts and enters <= parts[-1][1] + 1e-9:
                parts[-1] = parts[-1][0], max(leaves, parts[-1][1])
            else:
                parts.append((enters, leaves))
        return parts

    def _reaches(self, k: int, way_m: float) -> float:
        """Return when phase k has gone a way that it does go."""
        if not way_m:
            return float(self.time_s[k])
        speed = abs(self.speed_m_s[k])
        root = np.sqrt(max(speed**2 + 2 * self.acceleration_m_s2[k] * way_m, 0.0))
        return float(self.time_s[k] + 2 * abs(way_m) / (speed + root))


Phase = tuple[float, float, float]
"""Duration [s], speed at its beginning [m/s], acceleration [m/s2]."""


def _leg(limits: Limits, start_m: float, stop_m: float, rates: tuple[float, float]) -> list[Phase]:
    """Return the quickest way from standing at one place to standing at a later one."""
    speed_up, brake = rates
    inside = (limits.from_m > start_m) & (limits.from_m < stop_m)
    place = np.concatenate([[start_m], limits.from_m[inside], [stop_m]])
    cell = np.searchsorted(limits.from_m, place[:-1], side="right") - 1
    most, wide = limits.speed_m_s[cell], np.diff(place)
    square = np.concatenate([[0.0], np.minimum(most[:-1], most[1:]) ** 2, [0.0]])
    for k in range(len(wide)):
        square[k + 1] = min(square[k + 1], square[k] + 2 * speed_up * wide[k])
    for k in reversed(range(len(wide))):
        square[k] = min(square[k], square[k + 1] + 2 * brake * wide[k])
    phases = []
    for k, length in enumerate(wide):
        peak = (2 * speed_up * brake * length + brake * square[k] + speed_up * square[k + 1]) / (
            speed_up + brake
        )
        enters, leaves = np.sqrt(square[k : k + 2])
        top = min(most[k], np.sqrt(peak))
        rise_m = (top**2 - square[k]) / (2 * speed_up)
        fall_m = (top**2 - square[k + 1]) / (2 * brake)
        phases += [
            ((top - enters) / speed_up, enters, speed_up),
            (max(length - rise_m - fall_m, 0.0) / top, top, 0.0),
            ((top - leaves) / brake, top, -brake),
        ]
    return [(float(s), float(v), float(a)) for s, v, a in phases if s > 0]


class Trip(NamedTuple):
    """One way along a line: its phases, and when it arrives at each stop after the departure."""

    phases: list[Phase]
    arrivals_s: list[float]


def trip(
    limits: Limits, length_m: float, stops: Sequence[Stop], rates: tuple[float, float]
) -> Trip:
    """Return the quickest way along a line, standing at its stops.

    Parameters
    ----------
    limits : Limits
        Along the line.
    length_m : float
        Of the line: there the train stands again.
    stops : sequence of Stop
        Rising, within the line. Who arrives before its time waits, then stands for `dwell_s`.
    rates : (float, float)
        Acceleration and braking. [m/s2]
    """
    phases: list[Phase] = []
    arrivals, now_s, place_m = [], 0.0, 0.0
    for stop in (*stops, Stop(length_m, 0.0, 0.0)):
        leg = _leg(limits, place_m, stop.at_m, rates) if stop.at_m > place_m else []
        now_s += sum(piece[0] for piece in leg)
        arrivals.append(now_s)
        stands_s = max(stop.arrive_s - now_s, 0.0) + stop.dwell_s
        phases += [*leg, *([(stands_s, 0.0, 0.0)] if stands_s else [])]
        now_s, place_m = now_s + stands_s, stop.at_m
    return Trip(phases, arrivals)


def reversed_limits(limits: Limits, length_m: float) -> Limits:
    """Return the same limits as who comes from the other end meets them."""
    ends = np.append(limits.from_m[1:], length_m)
    return Limits((length_m - ends)[::-1], limits.speed_m_s[::-1])


def running(ways: Sequence[tuple[Sequence[Phase], bool]], length_m: float) -> Running:
    """Return ways along a line, one after the other, as one running.

    Each begins where the one before has ended; whether one leads back is said with it.
    """
    rows = list(_rows(ways, length_m))
    time_s, distance_m, speed_m_s, acceleration_m_s2 = np.array(rows[:-1], np.float64).T.copy()
    return Running(time_s, distance_m, speed_m_s, acceleration_m_s2, rows[-1][0])


def _rows(
    ways: Sequence[tuple[Sequence[Phase], bool]], length_m: float
) -> Iterator[tuple[float, float, float, float]]:
    now_s = 0.0
    for phases, back in ways:
        sign, gone_m = (-1.0, 0.0) if back else (1.0, 0.0)
        for lasts_s, speed, pull in phases:
            place = length_m - gone_m if back else gone_m
            yield now_s, place, sign * speed, sign * pull
            gone_m += lasts_s * (speed + lasts_s * pull / 2)
            now_s += lasts_s
    yield now_s, 0.0, 0.0, 0.0
