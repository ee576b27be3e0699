"""Forwarding tables of a small shell, followed hop by hop and against the routes of `routes`."""

from functools import cache

import numpy as np
import pytest

from skyweft.contacts.finding import find_contacts
from skyweft.contacts.product import Contacts
from skyweft.errors import RangeError, ScenarioError
from skyweft.fleet import Fleet, Motion
from skyweft.motion import build_fleet, propagate
from skyweft.network.failures.model import Failures
from skyweft.network.graph.block import Network
from skyweft.network.graph.places import places
from skyweft.network.graph.snapshot import Snapshot, snapshot
from skyweft.network.routing.forwarding import Forwarding, forwarding
from skyweft.network.routing.routes import routes
from skyweft.scenario.scenario import Scenario
from skyweft.world.constants import SPEED_OF_LIGHT_M_S
from tests.written import standing

AT_S = 60.0
PROCESSING_S = 0.03  # so long that it decides
PLACES = {"quito": (-0.2, -78.5), "nairobi": (-1.3, 36.8), "mast": (5.0, 100.0), "alert": (82, -62)}


@cache
def _moved() -> tuple[Scenario, Fleet, Motion, Contacts]:
    walker = {"kind": "walker", "planes": 6, "per_plane": 10, "altitude_m": 1_400e3}
    scenario = Scenario.model_validate(
        {
            "name": "Shell",
            "start": "2026-07-01T00:00:00Z",
            "duration_s": 120.0,
            "platforms": {
                "shell": {
                    "layer": "space",
                    "motion": walker | {"inclination_deg": 50.0},
                    "terminals": ["radio", "laser"],
                },
                **standing(PLACES, "radio", ["mast"]),
            },
            "terminals": {
                "radio": {"kind": "radio", "frequency_hz": 20e9, "bandwidth_hz": 100e6}
                | {"eirp_dbw": 40.0, "gt_db_k": 10.0},
                "laser": {"kind": "optical", "rate_bps": 1e9},
            },
            "links": [
                {"between": ["radio", "radio"], "elevation_min_deg": 15.0},
                {"between": ["laser", "laser"], "pattern": "grid"},
            ],
            "routes": [{"sources": ["shell", "mast"], "targets": list(PLACES), "step_s": AT_S}],
        },
        strict=False,
    )
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, 120.0)
    return scenario, fleet, motion, find_contacts(scenario, fleet, motion)


def _asked(**rule: object) -> tuple[Scenario, Fleet, Motion, Contacts]:
    """Return the stages with 60 % of the contacts: routes of fewer hops are then often longer."""
    scenario, fleet, motion, contacts = _moved()
    asked = scenario.routes[0].model_copy(update=rule)  # type: ignore[attr-defined]
    keep = np.random.default_rng(1).random(len(contacts)) < 0.6
    some = Contacts(*(getattr(contacts, name)[keep] for name in Contacts.__slots__))
    return scenario.model_copy(update={"routes": [asked]}), fleet, motion, some


def _at(
    scenario: Scenario, fleet: Fleet, motion: Motion, contacts: Contacts, time_s: float = AT_S
) -> Snapshot:
    return snapshot(Network(scenario, fleet, motion, contacts), time_s)


def _row(table: Forwarding, platform: int) -> int:
    return int(np.searchsorted(table.relay, platform))


@pytest.mark.parametrize("metric", ["delay", "hops"])
def test_following_the_table_reaches_the_target_at_its_cost(metric: str) -> None:
    scenario, fleet, motion, contacts = _asked(metric=metric, processing_s=PROCESSING_S)
    table = forwarding(_at(scenario, fleet, motion, contacts))
    where = places(fleet, motion, AT_S)
    up = _at(scenario, fleet, motion, contacts).contact
    ends = np.column_stack([contacts.source[up], contacts.target[up]])
    linked = {frozenset(each) for each in ends.tolist()}
    reached = 0
    for column, target in enumerate(table.target.tolist()):
        for row, relay in enumerate(table.relay.tolist()):
            here, spent_s, hops = relay, 0.0, 0
            while here != target and table.following[_row(table, here), column] >= 0:
                after = int(table.following[_row(table, here), column])
                assert frozenset((here, after)) in linked
                spent_s += np.linalg.norm(where[after] - where[here]) / SPEED_OF_LIGHT_M_S  # type: ignore[assignment]
                spent_s += PROCESSING_S * (hops > 0)
                here, hops = after, hops + 1
                assert hops <= len(table.relay)
            if here == target:
                assert table.delay_s[row, column] == pytest.approx(spent_s, rel=1e-12)
                reached += hops
            else:
                assert np.isnan(table.delay_s[row, column])
                assert here == relay
    assert reached > 400


@pytest.mark.parametrize("metric", ["delay", "hops"])
def test_a_relay_sends_where_its_own_way_goes(metric: str) -> None:
    known = _asked(metric=metric, processing_s=PROCESSING_S)
    table, paths_found = forwarding(_at(*known)), routes(*known)
    assert [known[1].names[each] for each in table.target] == list(PLACES)
    pairs_compared = 0
    for path_found in np.flatnonzero(paths_found.time_s == AT_S):
        row = _row(table, paths_found.source[path_found])
        column = table.target.tolist().index(paths_found.target[path_found])
        assert table.following[row, column] == paths_found.first_hop[path_found]
        assert table.delay_s[row, column] == pytest.approx(
            paths_found.delay_s[path_found], rel=1e-12, nan_ok=True
        )
        pairs_compared += 1
    assert pairs_compared == 61 * 4 - 1


def test_a_target_that_relays_is_there_already() -> None:
    _, fleet, *_ = known = _moved()
    table = forwarding(_at(*known))
    mast = fleet.names.index("mast")
    assert table.relay.tolist() == [*range(60), mast]
    column = table.target.tolist().index(mast)
    assert (table.delay_s[60, column], table.following[60, column]) == (0.0, -1)
    assert np.all(table.following[:60, column] >= 0)
    alert = table.target.tolist().index(fleet.names.index("alert"))
    assert np.all(table.following[:, alert] == -1)  # no satellite of 50 degrees comes so far north
    assert np.all(np.isnan(table.delay_s[:, alert]))


def test_failures_and_limits_count() -> None:
    scenario, fleet, *rest = _moved()
    whole = forwarding(_at(scenario, fleet, *rest))
    quito = whole.target.tolist().index(fleet.names.index("quito"))
    last = int(whole.following[_row(whole, 0), quito])
    broken = Failures(platforms=["shell"], names=[fleet.names[last]])
    out = scenario.model_copy(update={"failures": [broken]})
    table = forwarding(_at(out, fleet, *rest))
    assert last in whole.following
    assert last not in table.following
    assert np.all(table.following[_row(table, last)] == -1)
    one = [link.model_copy(update={"source_links_max": 1}) for link in scenario.links]
    assert len(np.unique(whole.following[whole.following[:, quito] >= 0, quito])) > 1
    few = forwarding(_at(scenario.model_copy(update={"links": one}), fleet, *rest))
    assert np.count_nonzero(few.following >= 0) < np.count_nonzero(whole.following >= 0)


def test_what_is_not_there() -> None:
    known = _moved()
    with pytest.raises(RangeError, match="from 0 to 120 s, got 121"):
        snapshot(Network(*known), 121.0)
    with pytest.raises(ScenarioError, match=r"has 1 \[\[routes\]\], none at 1"):
        forwarding(_at(*known), route=1)
