"""How many aircraft hold one station without a gap, and who flies when.

An aircraft flies out, stays until what is left of its endurance just brings it back, and is made
ready again on the ground. Its relief arrives a handover earlier than it leaves.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import RangeError

Floats = NDArray[np.float64]

HAIR = 1e-9  # of a cycle: rounding asks for no further aircraft


@dataclass(frozen=True, slots=True)
class Shift:
    """How one kind of aircraft serves one station."""

    endurance_s: float  # in the air, from take-off to landing
    transit_s: float  # one way
    turnaround_s: float = 0.0  # on the ground, from landing to the next take-off
    handover_s: float = 0.0  # two are on station for so long

    @property
    def on_station_s(self) -> float:
        """For how long it is on station."""
        return self.endurance_s - 2 * self.transit_s

    @property
    def relief_s(self) -> float:
        """How far apart arrivals on station are."""
        return self.on_station_s - self.handover_s

    @property
    def cycle_s(self) -> float:
        """From one take-off to the next possible one of the same aircraft."""
        return self.endurance_s + self.turnaround_s


@dataclass(frozen=True, slots=True)
class Timetable:
    """A row a sortie, by time of arrival: (R,) columns, seconds from when service begins."""

    craft: NDArray[np.int64]  # from 0
    takeoff_s: Floats  # below 0 for the first: it must be there when service begins
    arrival_s: Floats
    departure_s: Floats
    landing_s: Floats


def fleet_min(shift: Shift, duration_s: float = math.inf) -> int:
    """Return the fewest aircraft that hold a station for so long.

    Reliefs arrive every `relief_s`, each aircraft can come again after `cycle_s`: the least whole
    number not below cycle / relief, or as many as there are sorties where that is fewer.

    Raises
    ------
    RangeError
        An aircraft does not stay long enough to be relieved.
    """
    if shift.relief_s <= 0:
        away, stays, both = (
            seconds / 60 for seconds in (2 * shift.transit_s, shift.on_station_s, shift.handover_s)
        )
        raise RangeError(
            f"of {shift.endurance_s / 60:,.0f} min in the air {away:,.0f} min go out and back: "
            f"{stays:,.0f} min on station do not cover a handover of {both:,.0f} min"
        )
    sorties = _sorties(shift, duration_s) if math.isfinite(duration_s) else math.inf
    return int(min(math.ceil(shift.cycle_s / shift.relief_s - HAIR), sorties))


def _sorties(shift: Shift, duration_s: float) -> int:
    """Return how many sorties it takes: the last one is not relieved."""
    more = math.ceil((duration_s - shift.on_station_s) / shift.relief_s - HAIR)
    return max(1, 1 + more)


def timetable(shift: Shift, duration_s: float) -> Timetable:
    """Return who flies when so that the station is held for `duration_s` by the fewest aircraft.

    Raises
    ------
    RangeError
        As `fleet_min`.
    """
    craft = fleet_min(shift, duration_s)
    row = np.arange(_sorties(shift, duration_s))
    arrival_s: Floats = row * np.float64(shift.relief_s)
    takeoff_s: Floats = arrival_s - shift.transit_s
    return Timetable(
        row % craft,
        takeoff_s,
        arrival_s,
        np.asarray(arrival_s + shift.on_station_s, np.float64),
        np.asarray(takeoff_s + shift.endurance_s, np.float64),
    )
