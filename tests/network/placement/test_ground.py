"""Gateways by hand: three towns under two hubs that stand in for satellites."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from skyweft.contacts.product import Contacts
from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Motion, Tracks
from skyweft.motion.fleet import build_fleet
from skyweft.network.flows.demand import wanted
from skyweft.network.graph.block import Network
from skyweft.network.placement import ground
from skyweft.network.placement.ground import (
    CARRIED_ALL,
    CHOSEN,
    NEVER_LINKED,
    NO_CAPACITY,
    NONE_LINKED,
    POWERLESS,
    SPARE,
    TOO_LITTLE,
    Downlinks,
    check,
    downlinks,
    join,
    siting,
)
from skyweft.scenario.scenario import Scenario
from tests.written import lasers, scenario, standing

ONE, TWO, THREE, HUB, OTHER, EAR = range(6)
WIDE, NARROW, MUTE = range(3)  # link rules: 10 Mbit/s, 4 Mbit/s, nothing
STEP_S, END_S = 60.0, 300.0
NAMES = ("one", "two", "three", "hub", "other", "ear")
SITES = {"sites": ["one", "two", "three"], "step_s": STEP_S}


def _scenario(**changes: Any) -> Scenario:
    where = {name: (0.0, 2.0 * k) for k, name in enumerate(NAMES)}
    mute = {"kind": "radio", "frequency_hz": 1e9, "eirp_dbw": 0.0, "gt_db_k": 0.0}
    usual = {
        "terminals": lasers(wide=10e6, narrow=4e6) | {"mute": mute},
        "links": [{"between": [name, name]} for name in ("wide", "narrow", "mute")],
    }
    platforms = standing(where, "wide narrow mute", ("hub", "other"))
    return scenario(END_S, platforms, **usual | changes)


def _contacts(rows: Sequence[tuple[Any, ...]]) -> Contacts:
    """Make windows from (link, source, target) or the same with (start_s, end_s)."""
    full = sorted(((*row, 0.0, END_S)[:5] for row in rows), key=lambda row: row[3])
    link, source, target, start_s, end_s = np.array(full).T
    return Contacts(
        link=link.astype(np.int16),
        source=source.astype(np.int32),
        target=target.astype(np.int32),
        start_s=start_s,
        end_s=end_s,
        culmination_s=start_s,
        elevation_max_deg=np.full(len(full), np.nan, np.float32),
        range_min_m=np.ones(len(full)),
        cut_start=start_s <= 0,
        cut_end=end_s >= END_S,
    )


def _motion(fleet: Fleet, start_s: float = 0.0, end_s: float = END_S) -> Motion:
    nobody = np.empty((0, 3, 2))
    return Motion(Tracks(np.array([start_s, end_s]), nobody, nobody), fleet.sites)


def _down(
    rows: Sequence[tuple[Any, ...]],
    span_s: tuple[float, float] = (0.0, END_S),
    flows: Sequence[dict[str, Any]] = (),
    **asked: Any,
) -> Downlinks:
    each = {"sources": ["one"], "targets": ["two"]}
    scenario = _scenario(gateways=SITES | asked, flows=[each | flow for flow in flows])
    fleet = build_fleet(scenario)
    flowing = wanted(scenario, fleet)
    network = Network(scenario, fleet, _motion(fleet, *span_s), _contacts(rows))
    return downlinks(network, flowing)


BOTH_WAYS = [
    (WIDE, ONE, HUB, 0.0, 119.0),  # the site is the contact's source
    (NARROW, OTHER, ONE, 60.0, 119.0),  # and its target
    (NARROW, TWO, HUB),
    (MUTE, THREE, OTHER, 200.0, 300.0),
    (WIDE, ONE, TWO),  # both are candidates
    (WIDE, ONE, EAR),  # passes no traffic on
]


def test_links_of_a_site_add_up_at_every_snapshot() -> None:
    found = _down(BOTH_WAYS, demand_bps=5e6)
    assert found.time_s.tolist() == [0.0, 60.0, 120.0, 180.0, 240.0]
    assert found.rate_bps.tolist() == [[10e6, 14e6, 0, 0, 0], [4e6] * 5, [0] * 5]
    assert found.linked.tolist() == [[True] * 2 + [False] * 3, [True] * 5, [False] * 4 + [True]]
    assert found.demand_bps.tolist() == [5e6] * 5


def test_antennas_take_the_greatest_and_a_site_no_more_than_it_may() -> None:
    one = _down(BOTH_WAYS, demand_bps=5e6, antennas_max=1).rate_bps
    assert one[0].tolist() == [10e6, 10e6, 0, 0, 0]
    capped = _down(BOTH_WAYS, demand_bps=5e6, site_rate_max_bps=11e6).rate_bps
    assert capped[0].tolist() == [10e6, 11e6, 0, 0, 0]
    assert capped[1].tolist() == one[1].tolist() == [4e6] * 5


def test_need_is_the_demand_of_the_flows_that_have_an_end() -> None:
    noon = [0.0] * 24
    noon[0] = 1.0
    flows = [
        {"demand_bps": 3e6},
        {"elastic": True},
        {"demand_bps": 1e6, "targets": ["two", "three"]},
        {"demand_bps": 8e6, "profile": noon},  # full at midnight, gone an hour later
    ]
    found = _down(BOTH_WAYS, flows=flows)
    np.testing.assert_allclose(found.demand_bps, 5e6 + 8e6 * (1 - found.time_s / 3600), rtol=1e-9)


def test_blocks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _down(BOTH_WAYS, demand_bps=5e6)
    monkeypatch.setattr(ground, "SNAPSHOTS_AT_ONCE", 2)
    parts = join(
        [_down(BOTH_WAYS, span, demand_bps=5e6) for span in ((0.0, 130.0), (130.0, END_S))]
    )
    for name in Downlinks.__slots__:
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name), err_msg=name)


def test_no_contacts_at_all() -> None:
    found = siting(_down([(WIDE, ONE, TWO), (WIDE, THREE, EAR)], demand_bps=5e6))
    assert not found.rank.any()
    assert np.all(found.unwanted == NEVER_LINKED)
    assert np.all(found.short == NONE_LINKED)


def _made(rate_bps: Any, demand_bps: Any, linked: Any = None) -> Downlinks:
    rate = np.array(rate_bps, np.float64)
    return Downlinks(
        np.arange(len(rate), dtype=np.int32),
        60.0 * np.arange(rate.shape[1]),
        np.array(demand_bps, np.float64),
        rate,
        rate > 0 if linked is None else np.array(linked),
    )


def test_plan_by_hand() -> None:
    """The second and third site carry both snapshots; the greatest site is of no help."""
    found = siting(_made([[9.0, 0.0], [6.0, 3.0], [4.0, 7.0], [0.0, 0.0]], [10.0, 10.0]))
    assert found.plan.optimal
    assert found.plan.selected.tolist() == [1, 2]
    assert found.rank.tolist() == [0, 2, 1, 0]
    assert found.gain_bps.tolist() == [0.0, 4.5, 5.5, 0.0]
    assert found.unwanted.tolist() == [SPARE, CHOSEN, CHOSEN, NEVER_LINKED]
    assert found.carried_bps.tolist() == [10.0, 10.0]
    assert not found.short.any()


def test_a_share_of_the_need_takes_fewer() -> None:
    down = _made([[9.0, 0.0], [6.0, 3.0], [4.0, 7.0]], [10.0, 10.0])
    found = siting(down, 0.4)
    assert found.plan.selected.tolist() == [2]
    assert found.required_bps.tolist() == [4.0, 4.0]
    assert found.carried_bps.tolist() == [4.0, 7.0]
    assert found.gain_bps.tolist() == [3.0, 4.5, 5.5]  # towards the whole need


def test_every_shortfall_has_its_reason() -> None:
    rate = [[2.0, 1.0, 0.0, 0.0], [2.0, 1.0, 0.0, 0.0], [0.0] * 4]
    linked = [[True, True, True, False]] * 2 + [[False, True, True, False]]
    found = siting(_made(rate, [3.0, 3.0, 3.0, 3.0], linked))
    assert found.short.tolist() == [CARRIED_ALL, TOO_LITTLE, NO_CAPACITY, NONE_LINKED]
    assert found.carried_bps.tolist() == [3.0, 2.0, 0.0, 0.0]
    assert found.available_bps.tolist() == [4.0, 2.0, 0.0, 0.0]
    assert found.unwanted.tolist() == [CHOSEN, CHOSEN, POWERLESS]


def test_nothing_wanted_needs_nobody() -> None:
    found = siting(_made([[1.0], [2.0]], [0.0]))
    assert not found.rank.any()
    assert found.unwanted.tolist() == [SPARE, SPARE]
    assert not found.short.any()


@pytest.mark.parametrize("seed", range(12))
def test_no_smaller_set_carries_it(seed: int) -> None:
    """Against every set of candidates, smallest first."""
    random = np.random.default_rng(seed)
    rate = random.integers(0, 6, (8, 5)) * random.integers(0, 2, (8, 5))
    need = 0.6 * rate.sum(axis=0)
    found = siting(_made(rate, need))
    fewest = next(
        size
        for size in range(9)
        for selected in combinations(range(8), size)
        if np.all(rate[list(selected)].sum(axis=0) >= need * (1 - 1e-9))
    )
    assert found.plan.optimal
    assert len(found.plan.selected) == fewest
    assert not found.short.any()
    np.testing.assert_allclose(found.gain_bps[found.rank > 0].sum(), need.mean(), rtol=1e-9)


def test_where_time_runs_out_the_greedy_plan_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise ground.RangeError("no plan")  # type: ignore[attr-defined]

    monkeypatch.setattr(ground, "fewest", never)
    found = siting(_made([[9.0, 0.0], [6.0, 3.0], [4.0, 7.0]], [10.0, 10.0]))
    assert found.plan.guarantee >= 1
    assert not found.short.any()


def test_a_plan_without_a_need_is_refused() -> None:
    flows = [{"sources": ["one"], "targets": ["two"], "elastic": True}]
    scenario = _scenario(gateways=SITES, flows=flows)
    fleet = build_fleet(scenario)
    with pytest.raises(ScenarioError, match="no flow has a demand with an end; give demand_bps"):
        check(scenario, fleet, wanted(scenario, fleet))


def test_a_plan_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "ENTRIES_MAX", 17)
    scenario = _scenario(gateways=SITES | {"demand_bps": 1.0})
    fleet = build_fleet(scenario)
    with pytest.raises(ScenarioError, match="3 candidates at 6 snapshots are more than 17; widen"):
        check(scenario, fleet, wanted(scenario, fleet))
    check(_scenario(), fleet, wanted(scenario, fleet))


def test_down_means_towards_the_site() -> None:
    """Where the two directions differ, the site takes down what is sent to it."""
    radio = {"kind": "radio", "frequency_hz": 1e9, "bandwidth_hz": 1e6, "gt_db_k": 10.0}
    scenario = _scenario(gateways=SITES | {"demand_bps": 1e6})
    loud, soft = radio | {"eirp_dbw": 40.0}, radio | {"eirp_dbw": 20.0}
    plain = scenario.model_dump(exclude_unset=True)
    plain["terminals"] = {"wide": loud, "narrow": soft, "mute": soft}
    plain["links"] = [{"between": ["wide", "narrow"], "waveform": "shannon"}]
    scenario = Scenario.model_validate(plain, strict=False)
    fleet = build_fleet(scenario)
    rates = []
    # The loud end is the source: once the site is, once the hub.
    for row in ((0, HUB, ONE), (0, ONE, HUB)):
        contacts = replace(_contacts([row]), range_min_m=np.ones(1))
        found = downlinks(
            Network(scenario, fleet, _motion(fleet), contacts), wanted(scenario, fleet)
        )
        rates.append(found.rate_bps[0, 0])
    assert rates[0] > rates[1] > 0
