"""Limits and failures: which contacts carry traffic, on a network small enough to see."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.contacts.product import Contacts
from skyweft.errors import ScenarioError
from skyweft.network.failures.outages import listed
from skyweft.network.graph.topology import Topology, topology
from skyweft.scenario.reading import load
from skyweft.scenario.terminals import Link
from skyweft.world.clock import Clock
from skyweft.world.sun import sun_direction

CLOCK = Clock.at(datetime(2026, 7, 1, tzinfo=UTC))
NAMES = ["a", "b", "c", "d"]
# Two users below, two satellites above; the first satellite is nearer to both.
POSITION_M = 1e3 * np.array([[6378, 0, 0], [6378, 100, 0], [6978, 50, 0], [6978, 400, 0.0]])
PAIRS = [(0, 2), (0, 3), (1, 2), (1, 3)]


def _contacts(pairs: Any = PAIRS, start_s: Any = 0.0, end_s: Any = None) -> Contacts:
    count = len(pairs)
    ends = np.full(count, 600.0) if end_s is None else np.array(end_s)
    return Contacts(
        link=np.zeros(count, np.int16),
        source=np.array([a for a, _ in pairs], np.int32),
        target=np.array([b for _, b in pairs], np.int32),
        start_s=np.full(count, start_s),
        end_s=ends,
        culmination_s=np.full(count, start_s),
        elevation_max_deg=np.zeros(count, np.float32),
        range_min_m=np.ones(count),
        cut_start=np.zeros(count, np.bool_),
        cut_end=np.zeros(count, np.bool_),
    )


def _used(
    contacts: Contacts | None = None,
    time_s: Any = 10.0,
    outages: Any = (),
    position_m: Any = POSITION_M,
    velocity_m_s: Any = None,
    **rule: Any,
) -> Any:
    contacts = _contacts() if contacts is None else contacts
    link = Link(between=("user", rule.pop("target", "sat")), **rule)
    none = listed([], [], 600.0)
    limits = Topology(
        (link,), CLOCK, listed(NAMES, list(outages), 600.0), none, np.empty(0, np.int64)
    )
    up = np.arange(len(contacts), dtype=np.int32)
    velocity_m_s = np.zeros_like(position_m) if velocity_m_s is None else velocity_m_s
    states = position_m, velocity_m_s
    code = limits.withheld(contacts, up, *states, time_s, contacts.start_s)
    return [PAIRS[row] for row in np.flatnonzero(code == 0)]


def test_no_limit_keeps_all() -> None:
    assert _used() == PAIRS


def test_one_link_a_source_is_the_nearest() -> None:
    assert _used(source_links_max=1) == [(0, 2), (1, 2)]


def test_a_full_target_sends_the_second_on() -> None:
    # Both are as near to the first satellite; the earlier row is served.
    assert _used(source_links_max=1, target_links_max=1) == [(0, 2), (1, 3)]
    assert _used(target_links_max=1) == [(0, 2), (1, 3)]


def test_longest_looks_at_the_end() -> None:
    contacts = _contacts(end_s=[100.0, 200.0, 300.0, 250.0])
    assert _used(contacts, source_links_max=1, choose="longest") == [(0, 3), (1, 2)]


def test_highest_looks_at_the_elevation() -> None:
    # The far satellite stands straight above, the near one low.
    position_m = 1e3 * np.array([[6378, 0, 0], [6378, 0, 0], [6478, 500, 0], [7578, 0, 0.0]])
    assert _used(position_m=position_m, source_links_max=1) == [(0, 2), (1, 2)]
    found = _used(position_m=position_m, source_links_max=1, choose="highest")
    assert found == [(0, 3), (1, 3)]


def test_alike_ends_count_together() -> None:
    """Of lasers with one head, no one is in two pairs."""
    found = _used(target="user", source_links_max=1)
    assert sorted(end for pair in found for end in pair) == [0, 1, 2, 3]


def test_pointing_takes_its_time() -> None:
    assert _used(acquisition_s=20.0, time_s=19.0) == []
    assert _used(acquisition_s=20.0, time_s=20.0) == PAIRS


def test_the_sun_behind_an_end() -> None:
    sun = sun_direction(CLOCK, np.array([10.0]))[:, 0]
    across = np.cross(sun, [0.0, 0.0, 1.0])
    base = 7e6 * across / np.linalg.norm(across)
    position_m = np.array([base, base, base + 1e6 * sun, base + 1e6 * across])
    assert _used(position_m=position_m, sun_exclusion_deg=5.0) == [(0, 3), (1, 3)]


def test_no_traffic_over_the_pole() -> None:
    position_m = POSITION_M.copy()
    position_m[3] = [1e6, 0.0, 6.9e6]
    assert _used(position_m=position_m, latitude_max_deg=70.0) == [(0, 2), (1, 2)]


@pytest.mark.parametrize(("time_s", "up"), [(9.0, 4), (10.0, 2), (19.9, 2), (20.0, 4)])
def test_out_of_order_from_start_to_before_the_end(time_s: float, up: int) -> None:
    assert len(_used(outages=[("c", 10.0, 20.0)], time_s=time_s)) == up


TOML = """
name = "failing"
start = 2026-07-01T00:00:00Z
duration_s = 1_000
[platforms.sats]
layer = "space"
motion = {{ kind = "walker", planes = 2, per_plane = 5, altitude_m = 800e3, inclination_deg = 60 }}
[platforms.one]
layer = "ground"
motion = {{ kind = "fixed", latitude_deg = 0, longitude_deg = 0 }}
[[failures]]
{failures}
"""


@pytest.mark.parametrize(
    ("failures", "count"),
    [
        ('platforms = ["sats"]', 10),
        ('platforms = ["sats", "one"]\nshare = 1.0', 11),
        ('platforms = ["sats"]\nshare = 0.0', 0),
        ('platforms = ["sats"]\nnames = ["sats-P02-S03"]\nstart_s = 5\nend_s = 7', 1),
    ],
)
def test_failures_of_a_scenario(tmp_path: Path, failures: str, count: int) -> None:
    from skyweft.motion import build_fleet

    path = tmp_path / "f.toml"
    path.write_text(TOML.format(failures=failures), encoding="utf-8")
    scenario = load(path)
    fleet = build_fleet(scenario)
    outages = topology(scenario, fleet, _contacts()).outages
    assert len(outages) == count
    if count == 1:
        assert fleet.names[outages.item[0]] == "sats-P02-S03"
        assert (outages.start_s[0], outages.end_s[0]) == (5.0, 7.0)


def test_random_failures_have_the_availability_of_the_closed_form(tmp_path: Path) -> None:
    from skyweft.motion import build_fleet

    path = tmp_path / "f.toml"
    text = TOML.format(failures='platforms = ["sats"]\nmtbf_s = 3e3\nmttr_s = 1e3')
    path.write_text(text.replace("per_plane = 5", "per_plane = 2_000"), encoding="utf-8")
    scenario = load(path)
    outages = topology(scenario, build_fleet(scenario), _contacts()).outages
    down_s = np.sum(outages.end_s - outages.start_s)
    # MTTR / (MTBF + MTTR); 4,000 satellites of about one state each: 0.7 % standard error.
    assert down_s / (4_000 * 1_000.0) == pytest.approx(0.25, abs=0.025)


def test_what_turns_too_fast_is_not_followed() -> None:
    # 100 km away across the line at 1 km/s: 0.573 degrees a second, less the Earth's own turn.
    position_m = 1e3 * np.array([[0, 0, 6378], [0, 0, 6378], [0, 0, 6478], [0, 0, 7378.0]])
    velocity_m_s = np.array([[0, 0, 0], [0, 0, 0], [1e3, 0, 0], [1e3, 0, 0.0]])
    every = {"position_m": position_m, "velocity_m_s": velocity_m_s}
    assert _used(slew_max_deg_s=0.575, **every) == PAIRS
    assert _used(slew_max_deg_s=0.571, **every) == [(0, 3), (1, 3)]


def test_links_fail_each_by_itself(tmp_path: Path) -> None:
    from skyweft.motion import build_fleet

    path = tmp_path / "f.toml"
    rule = (
        '[[links]]\nbetween = ["x", "x"]\n[terminals.x]\nkind = "optical"\nrate_bps = 1e9\n'
        '[platforms.more]\nlayer = "ground"\nterminals = ["x"]\n'
        'motion = { kind = "fixed", latitude_deg = 1, longitude_deg = 0 }\n'
    )
    text = TOML.format(failures="links = [0]\nshare = 0.5\nstart_s = 100\nend_s = 200") + rule
    path.write_text(text, encoding="utf-8")
    scenario = load(path)
    fleet = build_fleet(scenario)
    pairs = [(a, b) for a in range(12) for b in range(a + 1, 12)]
    contacts = _contacts(pairs)
    limits = topology(scenario, fleet, contacts)
    up = np.arange(len(pairs), dtype=np.int32)
    rest = np.zeros((12, 3))

    def used(limits: Topology, some: Contacts, up: Any, time_s: float) -> Any:
        return up[limits.withheld(some, up, rest, rest, time_s, some.start_s[up]) == 0]

    assert len(used(limits, contacts, up, 99.0)) == len(pairs)
    left = used(limits, contacts, up, 100.0)
    assert 20 < len(left) < 46  # half of 66, three standard deviations
    # The same pairs fail whoever else is looked at.
    some = _contacts(pairs[:10])
    fewer = used(topology(scenario, fleet, some), some, up[:10], 100.0)
    np.testing.assert_array_equal(fewer, left[left < 10])


def test_a_rule_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_text(TOML.format(failures="links = [3]"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"failures\[0\].links\[0\]: there is no links\[3\]"):
        load(path)
