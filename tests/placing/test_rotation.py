"""Fleets that relieve one another: the closed form against every schedule there is."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.errors import RangeError
from skyweft.placing.rotation import Shift, fleet_min, timetable


def can_hold(craft: int, shift: Shift, duration: int) -> bool:
    """Tell by trying all arrivals and stays in whole seconds whether so many hold a station."""
    stay, handover = int(shift.on_station_s), int(shift.handover_s)
    away = int(2 * shift.transit_s + shift.turnaround_s)

    @cache
    def held_from(until: int, ready: tuple[int, ...]) -> bool:
        """Whether it is held to the end when it is until then; `ready` is who can come when."""
        if until >= duration:
            return True
        for k, first in enumerate(ready):
            others = ready[:k] + ready[k + 1 :]
            for arrival in range(max(first, 0), until - handover + 1):
                for leaves in range(max(arrival, until) + 1, arrival + stay + 1):
                    later = tuple(sorted((*others, leaves + away)))
                    if held_from(leaves, later):
                        return True
        return False

    others = (0,) * (craft - 1)
    return any(
        held_from(leaves, tuple(sorted((*others, leaves + away)))) for leaves in range(1, stay + 1)
    )


CASES = [
    (endurance, transit, turnaround, handover, duration)
    for endurance in (3, 5, 6, 8)
    for transit in (0, 1, 2)
    for turnaround in (0, 1, 3)
    for handover in (0, 1)
    for duration in (4, 9, 13)
    if endurance - 2 * transit > handover
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_fewer_craft_hold_a_station(case: tuple[int, ...]) -> None:
    *times, duration = case
    shift = Shift(*map(float, times))
    fewest = next(craft for craft in range(1, 40) if can_hold(craft, shift, duration))
    assert fleet_min(shift, duration) == fewest


@given(
    stay=st.floats(600, 1e5),
    transit=st.floats(0, 2e4),
    turnaround=st.floats(0, 2e4),
    handover=st.floats(0, 500),
    duration=st.floats(60, 6e5),
)
def test_the_timetable_never_breaks(
    stay: float, transit: float, turnaround: float, handover: float, duration: float
) -> None:
    shift = Shift(stay + 2 * transit, transit, turnaround, handover)
    table = timetable(shift, duration)
    assert table.arrival_s[0] == 0
    assert table.departure_s[-1] >= duration - 1e-6
    # The next is there a handover before one leaves.
    assert np.all(table.departure_s[:-1] - table.arrival_s[1:] >= handover - 1e-6)
    assert np.all(table.landing_s - table.takeoff_s <= shift.endurance_s + 1e-6)
    for craft in range(int(table.craft.max()) + 1):
        mine = table.craft == craft
        ready = table.landing_s[mine][:-1] + turnaround
        assert np.all(table.takeoff_s[mine][1:] >= ready - 1e-3)
    assert len(np.unique(table.craft)) == fleet_min(shift, duration)


def test_by_hand() -> None:
    # Eight hours in the air, an hour each way, an hour on the ground: six of nine on station.
    assert fleet_min(Shift(28_800, 3_600, 3_600)) == 2
    assert fleet_min(Shift(28_800, 3_600, 3_600, handover_s=3_600)) == 2  # 9 h / 5 h
    assert fleet_min(Shift(28_800, 3_600, 10_801)) == 2  # just below 12 h / 6 h would be 2
    assert fleet_min(Shift(28_800, 3_600, 14_401)) == 3
    assert fleet_min(Shift(28_800, 3_600, 14_401), 5 * 3_600) == 1  # no relief is needed
    assert fleet_min(Shift(3_600, 0)) == 1  # ready at once: the same one again


def test_one_that_cannot_be_relieved_says_its_numbers() -> None:
    with pytest.raises(RangeError, match=r"60 min in the air 60 min go out and back: 0 min"):
        fleet_min(Shift(3_600, 1_800))
    with pytest.raises(RangeError, match="do not cover a handover of 10 min"):
        fleet_min(Shift(3_600, 1_600, handover_s=600))
