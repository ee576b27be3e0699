"""A scenario's rules applied to its groups, and blocks of time put together."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from skyweft.contacts.finding import _grazing_m, find_contacts, join, part
from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Motion, Tracks
from skyweft.links.geometry import geometry_between
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link
from tests import written

DAY_S = 86_400.0
RADIO = {
    "kind": "radio",
    "frequency_hz": 1e9,
    "bandwidth_hz": 1e6,
    "eirp_dbw": 0.0,
    "gt_db_k": 0.0,
}
GROUPS: dict[str, tuple[str, dict[str, Any]]] = {
    "sky": (
        "space",
        {
            "kind": "walker",
            "planes": 4,
            "per_plane": 6,
            "altitude_m": 1_000e3,
            "inclination_deg": 60.0,
            "phasing": 1,
        },
    ),
    "station": ("ground", {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 114.0}),
    "tower": (
        "air",
        {"kind": "fixed", "latitude_deg": 30.2, "longitude_deg": 114.0, "altitude_m": 300.0},
    ),
    "plane": (
        "air",
        {
            "kind": "loiter",
            "latitude_deg": 30.0,
            "longitude_deg": 115.0,
            "altitude_m": 10e3,
            "radius_m": 20e3,
            "speed_m_s": 200.0,
        },
    ),
}


def network(carry: dict[str, list[str]], *links: dict[str, Any], **more: Any) -> Scenario:
    terminals = {"a": RADIO, "b": RADIO, "laser": {"kind": "optical", "rate_bps": 1e9}}
    terminals |= more.pop("terminals", {})
    used = {name for names in carry.values() for name in names}
    platforms = {
        name: {"layer": GROUPS[name][0], "motion": GROUPS[name][1], "terminals": names}
        for name, names in carry.items()
    }
    rules = [
        link if "laser" in link["between"] else {"waveform": "shannon", **link} for link in links
    ]
    terminals = {name: each for name, each in terminals.items() if name in used}
    return written.scenario(DAY_S, platforms, terminals=terminals, links=rules)


def contacts(
    scenario: Scenario, start_s: float = 0.0, end_s: float = DAY_S
) -> tuple[Contacts, Fleet]:
    fleet = build_fleet(scenario)
    return find_contacts(scenario, fleet, propagate(scenario, fleet, start_s, end_s)), fleet


def test_first_terminal_is_the_source_whichever_is_lower() -> None:
    up = network(
        {"sky": ["a"], "station": ["b"]}, {"between": ["b", "a"], "elevation_min_deg": 10.0}
    )
    down = network(
        {"sky": ["a"], "station": ["b"]}, {"between": ["a", "b"], "elevation_min_deg": 10.0}
    )
    one, fleet = contacts(up)
    other, _ = contacts(down)
    station = fleet.names.index("station")
    assert len(one) > 50
    assert (one.source == station).all()
    assert (other.target == station).all()
    np.testing.assert_array_equal(one.start_s, other.start_s)
    np.testing.assert_array_equal(one.target, other.source)
    assert (one.elevation_max_deg >= 10).all()
    assert (one.culmination_s >= one.start_s).all()
    assert (one.culmination_s <= one.end_s).all()


def test_lasers_between_satellites_have_no_elevation() -> None:
    scenario = network(
        {"sky": ["laser"]}, {"between": ["laser", "laser"], "pattern": "grid", "range_max_m": 9e6}
    )
    found, _ = contacts(scenario)
    assert len(found) > 0
    assert np.isnan(found.elevation_max_deg).all()
    assert np.isfinite(found.range_min_m).all()
    assert (found.source < found.target).all()


def test_the_higher_layer_is_seen_from_the_lower_one() -> None:
    """A tower over a station: standing both, one elevation, up all the time."""
    scenario = network({"tower": ["a"], "station": ["b"]}, {"between": ["a", "b"]})
    found, fleet = contacts(scenario)
    assert len(found) == 1
    assert fleet.names[found.source[0]] == "tower"
    # 300 m over 22.2 km, less half of the Earth's turn in between: 0.77 - 0.10 degrees.
    assert found.elevation_max_deg[0] == pytest.approx(0.67, abs=0.01)
    assert (found.start_s[0], found.end_s[0]) == (0, DAY_S)
    assert found.cut_start[0]
    assert found.cut_end[0]
    steep = network(
        {"tower": ["a"], "station": ["b"]}, {"between": ["a", "b"], "elevation_min_deg": 0.7}
    )
    assert len(contacts(steep)[0]) == 0


def test_a_mover_under_a_standing_platform(circular: Any) -> None:
    """A place above a satellite's layer has no sense; an aircraft below a satellite has."""
    scenario = network(
        {"sky": ["a"], "plane": ["b"]}, {"between": ["a", "b"], "elevation_min_deg": 20.0}
    )
    found, _ = contacts(scenario)
    assert len(found) > 30
    assert (found.elevation_max_deg >= 20).all()
    assert (found.elevation_max_deg > 60).any()


def test_one_layer_sees_by_line_of_sight() -> None:
    scenario = network({"tower": ["a"], "plane": ["b"]}, {"between": ["a", "b"]})
    found, _ = contacts(scenario)
    assert len(found) == 1
    assert np.isnan(found.elevation_max_deg[0])
    near = network({"tower": ["a"], "plane": ["b"]}, {"between": ["a", "b"], "range_max_m": 95e3})
    some, _ = contacts(near)
    assert len(some) > 10
    assert (some.range_min_m < 95e3).all()


def test_masks_belong_to_terminals() -> None:
    wall = RADIO | {"mask": [[0, 5], [180, 5], [180, 89], [360, 89]]}
    rule = {"between": ["b", "a"], "elevation_min_deg": 2.0}
    scenario = network({"sky": ["a"], "station": ["b"]}, rule, terminals={"b": wall})
    masked, _ = contacts(scenario)
    free, _ = contacts(network({"sky": ["a"], "station": ["b"]}, rule | {"elevation_min_deg": 5.0}))
    total = np.sum(free.end_s - free.start_s)
    assert 0.3 < np.sum(masked.end_s - masked.start_s) / total < 0.7
    for each in range(len(masked)):
        mine = free.target == masked.target[each]
        inside = (free.start_s <= masked.start_s[each] + 1e-3) & (
            masked.end_s[each] <= free.end_s + 1e-3
        )
        assert np.any(mine & inside)


def test_several_rules_are_told_apart_and_sorted() -> None:
    scenario = network(
        {"sky": ["a", "laser"], "station": ["b"]},
        {"between": ["b", "a"], "elevation_min_deg": 5.0},
        {"between": ["laser", "laser"], "pattern": "grid"},
        {"between": ["a", "b"], "elevation_min_deg": 5.0},
    )
    found, _ = contacts(scenario)
    keys = list(zip(found.start_s, found.link, found.source, found.target, strict=True))
    assert keys == sorted(keys)
    assert set(found.link.tolist()) == {0, 1, 2}
    assert found.link.dtype == np.int16


def test_blocks_join_to_the_whole() -> None:
    scenario = network(
        {"sky": ["a", "laser"], "station": ["b"], "tower": ["b"]},
        {"between": ["b", "a"], "elevation_min_deg": 5.0},
        {"between": ["laser", "laser"], "pattern": "grid"},
    )
    whole, _ = contacts(scenario)
    borders = np.linspace(0, DAY_S, 9)
    joined, _ = contacts(scenario, 0.0, borders[1])
    finished = []
    for start_s, end_s in pairwise(borders[1:]):
        done, still = part(joined, start_s)
        finished.append(done)
        assert (still.end_s == start_s).all()
        joined = join(still, contacts(scenario, start_s, end_s)[0])
    for each in reversed(finished):
        joined = join(each, joined)
    assert len(joined) == len(whole)
    for column in fields(Contacts):
        one, other = getattr(joined, column.name), getattr(whole, column.name)
        if column.name in ("start_s", "end_s"):
            # At a border the states know neighbours on one side only: a hundredth of a metre.
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-3)
        elif column.name == "culmination_s":
            np.testing.assert_allclose(one, other, rtol=0, atol=0.05)
        elif one.dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=1e-6)
        else:
            np.testing.assert_array_equal(one, other)


def test_threads_do_not_matter() -> None:
    scenario = network({"sky": ["a"], "station": ["b"], "plane": ["b"]}, {"between": ["b", "a"]})
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, DAY_S)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(3) as three:
        first, second = (
            find_contacts(scenario, fleet, motion, one),
            find_contacts(scenario, fleet, motion, three),
        )
    for column in fields(Contacts):
        np.testing.assert_array_equal(getattr(first, column.name), getattr(second, column.name))


def test_a_decayed_satellite_ends_its_windows() -> None:
    scenario = network({"sky": ["a"], "station": ["b"]}, {"between": ["b", "a"]})
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, DAY_S)
    before = find_contacts(scenario, fleet, motion)
    which = int(np.flatnonzero((before.start_s > 30_000) & (before.end_s < 60_000))[0])
    row = fleet.mover[before.target[which]]
    knot = np.searchsorted(motion.tracks.time_s, before.culmination_s[which])
    position_m, velocity_m_s = motion.tracks.position_m.copy(), motion.tracks.velocity_m_s.copy()
    position_m[row, :, knot:] = np.nan
    velocity_m_s[row, :, knot:] = np.nan
    gone = Motion(Tracks(motion.tracks.time_s, position_m, velocity_m_s), motion.sites)
    after = find_contacts(scenario, fleet, gone)
    same = after.target == before.target[which]
    assert after.end_s[same].max() == motion.tracks.time_s[knot - 1]
    assert after.cut_end[same][-1]
    assert np.count_nonzero(~same) == np.count_nonzero(before.target != before.target[which])


def test_no_links_no_contacts() -> None:
    found, _ = contacts(network({"sky": ["a"]}), 0.0, 600.0)
    assert len(found) == 0
    assert len(join(found, found)) == 0


@pytest.mark.parametrize(
    ("layers", "kind", "stated_m", "clear_m"),
    [
        (("space", "space"), "optical", None, 80e3),  # the air below bends and dims
        (("space", "space"), "optical", 25e3, 25e3),
        (("space", "space"), "radio", None, 0.0),
        (("space", "near_space"), "optical", None, 0.0),
        (("near_space", "near_space"), "optical", None, 0.0),
    ],
)
def test_only_lasers_between_satellites_keep_off_the_air(
    layers: tuple[str, str], kind: str, stated_m: float | None, clear_m: float
) -> None:
    link = Link(between=("one", "other"), grazing_altitude_m=stated_m)
    assert _grazing_m(link, [*layers], [kind, kind]) == clear_m


@pytest.mark.parametrize(
    ("words", "edge_deg"),
    [
        # Over a ball of radius R the horizon lies acos(R / (R + h)) below: 3.21 degrees from 10 km.
        ({"elevation_min_deg": -10.0}, -3.21),
        ({"elevation_min_deg": -1.0}, -1.0),
        ({"elevation_min_deg": -10.0, "grazing_altitude_m": -1e7}, -10.0),
        # A line that clears 4 km: 6 km below the eye.
        ({"elevation_min_deg": -10.0, "grazing_altitude_m": 4e3}, -2.48),
    ],
)
@pytest.mark.parametrize("ends", [["a", "b"], ["b", "a"]])
def test_who_looks_down_looks_no_deeper_than_its_horizon(
    words: dict[str, float], edge_deg: float, ends: list[str]
) -> None:
    scene = network({"sky": ["a"], "plane": ["b"]}, {"between": ends, **words})
    fleet = build_fleet(scene)
    motion = propagate(scene, fleet, 0.0, 20_000.0)
    found = find_contacts(scene, fleet, motion)
    whole = found.taking(np.flatnonzero(~(found.cut_start | found.cut_end)))
    assert len(whole) > 20
    for time_s in (whole.start_s, whole.end_s):
        seen = geometry_between(fleet, motion, whole.source, whole.target, time_s)
        rise = seen.rise_source if ends == ["b", "a"] else seen.rise_target
        # The Earth's curvature at 30 degrees differs by 0.5 % with the direction.
        np.testing.assert_allclose(np.degrees(np.arcsin(rise)), edge_deg, atol=0.02)
