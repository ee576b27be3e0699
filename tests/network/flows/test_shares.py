"""Traffic over time by hand: three towns around a hub, and a longer route over a second one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.contacts.finding import find_contacts
from skyweft.contacts.product import Contacts
from skyweft.errors import RangeError
from skyweft.fleet import Fleet, Motion, Tracks
from skyweft.links.budget import link_budget, rates_at
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.network.flows import shares as sharing
from skyweft.network.flows.demand import wanted
from skyweft.network.flows.shares import most, shares
from skyweft.network.graph.block import Network
from skyweft.network.product import (
    FULL,
    ITSELF,
    LIMITS,
    MET,
    NO_CAPACITY,
    OUTRANKED,
    PARTITIONED,
    REASONS,
    SOURCE_ISOLATED,
    TARGET_ISOLATED,
    FlowRates,
    LinkLoads,
)
from skyweft.scenario.scenario import Scenario
from tests.written import standing

ONE, TWO, THREE, HUB, DETOUR = range(5)
WIDE, NARROW, MUTE = range(3)  # link rules: 10 Mbit/s, 4 Mbit/s, nothing
STEP_S, END_S = 60.0, 300.0
ALWAYS = (0.0, END_S)
# link, source, target
STAR = [(WIDE, ONE, HUB), (WIDE, TWO, HUB), (NARROW, THREE, HUB)]
BESIDE = [*STAR, (WIDE, HUB, DETOUR), (NARROW, THREE, DETOUR)]


def _scenario(*flows: dict[str, Any], start: str = "2026-07-01T00:00:00Z") -> Scenario:
    where = {
        "one": (0.0, 0.0),
        "two": (0.0, 4.0),
        "three": (0.0, 8.0),
        "hub": (0.5, 4.0),
        "detour": (3.0, 6.0),
    }
    each = {"sources": ["one"], "targets": ["three"], "step_s": STEP_S}
    return Scenario.model_validate(
        {
            "name": "By hand",
            "start": start,
            "duration_s": END_S,
            "platforms": standing(where, "wide narrow mute", ("hub", "detour")),
            "terminals": {
                "wide": {"kind": "optical", "rate_bps": 10e6},
                "narrow": {"kind": "optical", "rate_bps": 4e6},
                "mute": {"kind": "radio", "frequency_hz": 1e9, "eirp_dbw": 0.0, "gt_db_k": 0.0},
            },
            "links": [{"between": [name, name]} for name in ("wide", "narrow", "mute")],
            "flows": [each | flow for flow in flows],
        },
        strict=False,
    )


def _contacts(rows: Sequence[tuple[Any, ...]]) -> Contacts:
    """Make windows from (link, source, target) or the same with (start_s, end_s)."""
    full = sorted((*row, *ALWAYS)[:5] for row in rows)
    full.sort(key=lambda row: row[3])
    link, source, target, start_s, end_s = np.array(full).T
    count = len(full)
    return Contacts(
        link=link.astype(np.int16),
        source=source.astype(np.int32),
        target=target.astype(np.int32),
        start_s=start_s,
        end_s=end_s,
        culmination_s=start_s,
        elevation_max_deg=np.full(count, np.nan, np.float32),
        range_min_m=np.ones(count),
        cut_start=start_s <= 0,
        cut_end=end_s >= END_S,
    )


def _motion(fleet: Fleet, start_s: float = 0.0, end_s: float = END_S) -> Motion:
    time_s = np.array([start_s, end_s])
    nobody = np.empty((0, 3, 2))
    return Motion(Tracks(time_s, nobody, nobody), fleet.sites)


def _found(
    scenario: Scenario, rows: Sequence[tuple[Any, ...]], start_s: float = 0.0, end_s: float = END_S
) -> tuple[FlowRates, LinkLoads]:
    fleet = build_fleet(scenario)
    return shares(scenario, fleet, _motion(fleet, start_s, end_s), _contacts(rows))[:2]


def _at_first(got: FlowRates, *columns: str) -> list[Any]:
    first = got.time_s == 0
    found = [getattr(got, name)[first].tolist() for name in columns]
    return found[0] if len(found) == 1 else list(zip(*found, strict=True))


def test_two_flows_share_the_narrow_link() -> None:
    scenario = _scenario({"sources": ["one", "two"], "demand_bps": 6e6})
    got, carried = _found(scenario, STAR)
    assert len(got) == 2 * END_S / STEP_S
    assert got.time_s.tolist() == np.repeat(np.arange(0, END_S, STEP_S), 2).tolist()
    assert got.flow.tolist() == [0, 1] * 5
    np.testing.assert_allclose(got.rate_bps, 2e6, rtol=1e-12)
    assert np.all(got.limiting_factor == FULL)
    assert _at_first(got, "bottleneck_from", "bottleneck_to") == [(HUB, THREE)] * 2
    first = carried.time_s == 0
    ends = zip(carried.source[first].tolist(), carried.target[first].tolist(), strict=True)
    assert list(ends) == [(ONE, HUB), (TWO, HUB), (HUB, THREE)]
    np.testing.assert_allclose(carried.load_bps[first], [2e6, 2e6, 4e6], rtol=1e-12)
    assert carried.capacity_bps[first].tolist() == [10e6, 10e6, 4e6]


def test_each_direction_has_the_link_for_itself() -> None:
    both = {"sources": ["one", "three"], "targets": ["one", "three"], "elastic": True}
    got, _ = _found(_scenario(both), STAR)
    np.testing.assert_allclose(got.rate_bps, 4e6, rtol=1e-12)
    assert np.all(np.isinf(got.demand_bps))
    assert _at_first(got, "bottleneck_from", "bottleneck_to") == [(HUB, THREE), (THREE, HUB)]


def test_contacts_of_one_pair_add_up() -> None:
    got, carried = _found(_scenario({"elastic": True}), [*STAR, (WIDE, HUB, THREE)])
    np.testing.assert_allclose(got.rate_bps, 10e6, rtol=1e-12)  # now the first link is the less
    assert set(carried.capacity_bps.tolist()) == {10e6, 14e6}


def test_links_come_and_go() -> None:
    rows = [(WIDE, ONE, HUB), (NARROW, HUB, THREE, 60.0, 150.0), (WIDE, HUB, THREE, 130.0, 200.0)]
    got, _ = _found(_scenario({"elastic": True}), rows)
    np.testing.assert_allclose(got.rate_bps, [0, 4e6, 4e6, 10e6, 0], rtol=1e-12)
    none = ITSELF + TARGET_ISOLATED
    assert got.limiting_factor.tolist() == [none, FULL, FULL, FULL, none]


def test_every_flow_without_a_rate_has_its_reason() -> None:
    scenario = _scenario(
        {"sources": ["one"], "targets": ["two", "three"], "demand_bps": 1e6},
        {"sources": ["two"], "targets": ["one"], "demand_bps": 0.0},
    )
    mute = [(WIDE, ONE, HUB), (MUTE, TWO, HUB), (NARROW, THREE, DETOUR)]
    got, carried = _found(scenario, mute)
    assert _at_first(got, "limiting_factor", "rate_bps") == [
        (NO_CAPACITY, 0.0),
        (ITSELF + PARTITIONED, 0.0),
        (MET, 0.0),  # it asks for nothing
    ]
    assert _at_first(got, "bottleneck_from", "bottleneck_to")[0] == (HUB, TWO)
    assert len(carried) == 0
    alone, _ = _found(scenario, [(WIDE, TWO, HUB)])
    assert _at_first(alone, "limiting_factor")[:2] == [ITSELF + SOURCE_ISOLATED] * 2
    assert LIMITS[ITSELF + SOURCE_ISOLATED] == REASONS[SOURCE_ISOLATED]


def test_a_flow_to_itself_is_a_row(tmp_path: Path) -> None:
    matrix = tmp_path / "matrix.csv"
    matrix.write_text("source,target,demand_bps\none,one,5\none,three,inf\n")
    got, _ = _found(_scenario({"targets": ["one", "three"], "matrix": str(matrix)}), STAR)
    assert _at_first(got, "limiting_factor") == [ITSELF, FULL]
    assert _at_first(got, "rate_bps")[0] == 0.0


def test_weight_and_priority_across_rules() -> None:
    weighed = _scenario({"elastic": True}, {"sources": ["two"], "elastic": True, "weight": 3.0})
    got, carried = _found(weighed, STAR)
    np.testing.assert_allclose(_at_first(got, "rate_bps"), [1e6, 3e6])
    np.testing.assert_allclose(carried.load_bps[carried.source == TWO], 3e6)  # each its own route
    ranked = _scenario({"elastic": True, "priority": 1}, {"sources": ["two"], "elastic": True})
    got, _ = _found(ranked, STAR)
    assert _at_first(got, "rule", "limiting_factor") == [(0, OUTRANKED), (1, FULL)]
    np.testing.assert_allclose(_at_first(got, "rate_bps"), [0.0, 4e6])


def test_demand_follows_the_sun_at_the_source() -> None:
    profile = [0.0] * 12 + [1.0, 2.0] + [0.0] * 10
    scenario = _scenario(
        {"targets": ["two"], "demand_bps": 7.0},
        {"sources": ["one", "three"], "targets": ["two"], "demand_bps": 1e6, "profile": profile},
        start="2026-07-01T12:15:00Z",
    )
    got, _ = _found(scenario, STAR)
    # At 12:15 UTC it is a quarter past noon at longitude 0, and 32 minutes later 8 degrees east.
    expected = [7.0, 1.25e6, (1.25 + 8 / 15) * 1e6]
    np.testing.assert_allclose(_at_first(got, "demand_bps"), expected, rtol=1e-12)
    np.testing.assert_allclose(got.demand_bps[-2] - got.demand_bps[1], 4 / 60 * 1e6, rtol=1e-9)


def test_fewest_hops_may_take_another_way() -> None:
    rows = [(WIDE, ONE, HUB), (WIDE, HUB, DETOUR), (WIDE, DETOUR, THREE), (NARROW, ONE, THREE)]
    short = [row for row in rows if row != rows[-1]]
    assert _at_first(_found(_scenario({"elastic": True}), rows)[0], "rate_bps") == [4e6]
    assert _at_first(_found(_scenario({"elastic": True}), short)[0], "rate_bps") == [10e6]
    slow = {"elastic": True, "processing_s": 0.1, "metric": "hops"}
    assert _at_first(_found(_scenario(slow), rows)[0], "rate_bps") == [4e6]


def test_other_ways_would_carry_more() -> None:
    scenario = _scenario({"demand_bps": 20e6})
    got, _ = _found(scenario, BESIDE)
    assert _at_first(got, "rate_bps") == [4e6]
    fleet = build_fleet(scenario)
    known = Network(scenario, fleet, _motion(fleet), _contacts(BESIDE)), wanted(scenario, fleet)
    assert most(*known, 1_000).total_bps == pytest.approx(8e6, rel=1e-9)
    with pytest.raises(RangeError, match="at most 3"):
        most(*known, 3)


def test_no_snapshot_in_a_block() -> None:
    got, carried = _found(_scenario({"elastic": True}), STAR, 61.0, 119.0)
    assert len(got) == len(carried) == 0


@pytest.fixture(scope="module")
def moving() -> tuple[Scenario, Fleet, Motion, Contacts]:
    """Return two planes over three towns for an hour."""
    walker = {"kind": "walker", "planes": 4, "per_plane": 6, "altitude_m": 1.2e6}
    radio = {"kind": "radio", "bandwidth_hz": 10e6, "gt_db_k": 0.0}
    towns = _scenario({"demand_bps": 1e3}).model_dump(exclude_unset=True)
    towns["platforms"] = {
        name: each | {"terminals": ["user"], "relay": False}
        for name, each in towns["platforms"].items()
    } | {
        "sats": {
            "layer": "space",
            "motion": walker | {"inclination_deg": 40.0},
            "terminals": ["sat", "laser"],
        }
    }
    towns["duration_s"] = 3_600.0
    towns["terminals"] = {
        "user": radio | {"frequency_hz": 14e9, "eirp_dbw": 50.0},
        "sat": radio | {"frequency_hz": 12e9, "eirp_dbw": 35.0},
        "laser": {"kind": "optical", "rate_bps": 1e9},
    }
    towns["links"] = [
        {"between": ["user", "sat"], "elevation_min_deg": 10, "waveform": "dvb_s2x"},
        {"between": ["laser", "laser"], "pattern": "grid"},
    ]
    towns["flows"][0] |= {"sources": ["one", "two"], "demand_bps": 15e6}
    scenario = Scenario.model_validate(towns, strict=False)
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, 3_600.0)
    return scenario, fleet, motion, find_contacts(scenario, fleet, motion)


def test_capacities_are_those_of_the_link_table(
    moving: tuple[Scenario, Fleet, Motion, Contacts],
) -> None:
    scenario, fleet, motion, contacts = moving
    links = link_budget(scenario, fleet, motion, contacts)
    there, back = rates_at(scenario, fleet, motion, contacts, links.contact, links.time_s)
    np.testing.assert_array_equal(there, links.rate_bps)
    np.testing.assert_array_equal(back, links.rate_reverse_bps)
    _, carried, _ = shares(scenario, fleet, motion, contacts)
    key = {
        (time_s, source, target): rate_bps
        for ends, rates in (
            ((contacts.source, contacts.target), links.rate_bps),
            ((contacts.target, contacts.source), links.rate_reverse_bps),
        )
        for time_s, source, target, rate_bps in zip(
            links.time_s, ends[0][links.contact], ends[1][links.contact], rates, strict=True
        )
    }
    assert len(carried) > 100
    for row in range(len(carried)):
        ends = carried.time_s[row], carried.source[row], carried.target[row]
        assert carried.capacity_bps[row] == key[ends]


def test_threads_and_blocks_change_nothing(
    moving: tuple[Scenario, Fleet, Motion, Contacts], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, fleet, motion, contacts = moving
    whole = shares(scenario, fleet, motion, contacts)
    assert 0 < np.count_nonzero(whole[0].limiting_factor == FULL) < len(whole[0])
    monkeypatch.setattr(sharing, "SNAPSHOTS_AT_ONCE", 7)
    with ThreadPoolExecutor(3) as threads:
        again = shares(scenario, fleet, motion, contacts, threads)
    halves = [
        shares(scenario, fleet, half, find_contacts(scenario, fleet, half))
        for half in (propagate(scenario, fleet, *ends) for ends in ((0, 1_800), (1_800, 3_600)))
    ]
    for side, product in enumerate((FlowRates, LinkLoads)):
        for name in product.__slots__:  # type: ignore[attr-defined]
            expected = getattr(whole[side], name)
            np.testing.assert_array_equal(getattr(again[side], name), expected, err_msg=name)
            joined = np.concatenate([getattr(half[side], name) for half in halves])
            np.testing.assert_allclose(joined, expected, rtol=1e-9, err_msg=name)


def test_a_second_way_takes_what_finds_no_room() -> None:
    wide = {"sources": ["one", "two"], "demand_bps": 5e6}
    single, _ = _found(_scenario(wide), BESIDE)
    assert _at_first(single, "rate_bps") == [2e6, 2e6]
    for more in ({"alternatives": 3}, {"alternatives": 2, "split": "equal"}, {"disjoint": "nodes"}):
        got, carried = _found(_scenario(wide | more), BESIDE)
        first = carried.time_s == 0
        ends = zip(carried.source[first].tolist(), carried.target[first].tolist(), strict=True)
        load = dict(zip(ends, carried.load_bps[first].tolist(), strict=True))
        if "disjoint" in more:  # every route passes the hub
            assert _at_first(got, "rate_bps") == [2e6, 2e6]
            continue
        np.testing.assert_allclose(_at_first(got, "rate_bps"), 4e6, rtol=1e-9)
        assert load[HUB, THREE] == pytest.approx(4e6)
        assert load[HUB, DETOUR] == load[DETOUR, THREE] == pytest.approx(4e6)
        # No routes could carry more: the bound is reached, where one route each leaves half of it.
        scenario = _scenario(wide | more)
        fleet = build_fleet(scenario)
        known = Network(scenario, fleet, _motion(fleet), _contacts(BESIDE)), wanted(scenario, fleet)
        assert sum(_at_first(got, "rate_bps")) == pytest.approx(most(*known, 1_000).total_bps)


def test_two_ways_apart_and_a_flow_without_any() -> None:
    rows = [(WIDE, ONE, HUB), (NARROW, HUB, THREE), (NARROW, ONE, DETOUR), (WIDE, DETOUR, THREE)]
    asked = {"sources": ["one", "two"], "elastic": True, "disjoint": "nodes", "split": "equal"}
    got, _ = _found(_scenario(asked), rows)
    np.testing.assert_allclose(_at_first(got, "rate_bps"), [8e6, 0], rtol=1e-9)
    assert _at_first(got, "limiting_factor") == [FULL, ITSELF + SOURCE_ISOLATED]
