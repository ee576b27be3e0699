"""What keeps terminals from following each other, and from when to when."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from skyweft.contacts.finding import find_contacts
from skyweft.links.geometry import states_of
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.network.graph.pointing import LATITUDE, SLEW, SUN, Ends, blocked, blocking
from skyweft.scenario.scenario import Scenario
from skyweft.world.clock import Clock
from skyweft.world.sun import sun_direction

START = datetime(2026, 3, 20, 14, 46, tzinfo=UTC)  # the equinox: the Sun in the equator's plane


def _scenario(**link: Any) -> Scenario:
    walker = {"kind": "walker", "planes": 2, "per_plane": 3, "altitude_m": 800e3}
    return Scenario.model_validate(
        {
            "name": "pointing",
            "start": START,
            "duration_s": 6_100.0,
            "platforms": {
                "sats": {
                    "layer": "space",
                    "motion": walker | {"inclination_deg": 86.0, "kind": "walker"},
                    "terminals": ["laser"],
                }
            },
            "terminals": {"laser": {"kind": "optical", "rate_bps": 1e9}},
            "links": [{"between": ["laser", "laser"], **link}],
        }
    )


def _ends(along_m: list[float], turn_m_s: list[float], place_m: list[float]) -> Ends:
    source_m = np.array([place_m])
    return Ends(source_m, source_m + np.array(along_m), np.zeros((1, 3)), np.array([turn_m_s]))


@pytest.mark.parametrize(
    ("link", "ends", "reason"),
    [
        # 1,000 km apart along z, so the Earth's own turn adds nothing; 10 km/s across are
        # 0.01 rad/s, 0.573 deg/s.
        ({"slew_max_deg_s": 0.58}, ([0, 0, 1e6], [1e4, 0, 0], [7e6, 0, 0]), 0),
        ({"slew_max_deg_s": 0.57}, ([0, 0, 1e6], [1e4, 0, 0], [7e6, 0, 0]), SLEW),
        # The Sun along x; the link 10 degrees off it: tan 10 deg is 0.1763.
        ({"sun_exclusion_deg": 9.9}, ([1e6, 0.17633e6, 0], [0, 0, 0], [7e6, 0, 0]), 0),
        ({"sun_exclusion_deg": 10.1}, ([1e6, 0.17633e6, 0], [0, 0, 0], [7e6, 0, 0]), SUN),
        ({"sun_exclusion_deg": 10.1}, ([-1e6, 0.17633e6, 0], [0, 0, 0], [7e6, 0, 0]), SUN),
        # The far end at 45 degrees north.
        ({"latitude_max_deg": 46.0}, ([0, 0, 7e6], [0, 0, 0], [7e6, 0, 0]), 0),
        ({"latitude_max_deg": 44.0}, ([0, 0, 7e6], [0, 0, 0], [7e6, 0, 0]), LATITUDE),
    ],
)
def test_by_hand(link: dict[str, float], ends: Any, reason: int) -> None:
    rule = _scenario(**link).links[0]
    assert blocking(rule, _ends(*ends), np.array([1.0, 0, 0])).tolist() == [reason]


@pytest.mark.parametrize(
    "link", [{"slew_max_deg_s": 0.08}, {"sun_exclusion_deg": 25.0}, {"latitude_max_deg": 60.0}]
)
def test_stretches_say_what_every_moment_says(link: dict[str, float]) -> None:
    """Away from borders, which are known to a millisecond, both agree at any moment."""
    scenario = _scenario(**link)
    fleet = build_fleet(scenario)
    clock = Clock.at(scenario.start)
    motion = propagate(scenario, fleet, 600.0, 4_200.0)
    contacts = find_contacts(scenario, fleet, motion)
    cuts = blocked(scenario.links, clock, fleet, motion, contacts)
    assert len(cuts.contact)
    assert np.all(cuts.start_s >= contacts.start_s[cuts.contact])
    assert np.all(cuts.end_s <= contacts.end_s[cuts.contact])
    random = np.random.default_rng(5)
    rows = random.integers(0, len(contacts), 20_000)
    span_s = contacts.end_s[rows] - contacts.start_s[rows]
    time_s = contacts.start_s[rows] + random.random(len(rows)) * span_s
    states = [
        states_of(fleet, motion, end[rows], time_s) for end in (contacts.source, contacts.target)
    ]
    ends = Ends(states[0][0], states[1][0], states[0][1], states[1][1])
    reason = blocking(scenario.links[0], ends, sun_direction(clock, time_s))
    said, near = np.zeros(len(rows), np.int8), np.zeros(len(rows), np.bool_)
    for contact, start_s, end_s, cause in zip(*cuts, strict=True):
        mine = rows == contact
        said[mine & (start_s <= time_s) & (time_s < end_s)] = cause
        for border_s in (start_s, end_s):
            near |= mine & (np.abs(time_s - border_s) < 2e-3)
    assert 0 < np.count_nonzero(reason) < len(rows)
    assert np.array_equal(said[~near], reason[~near])
