"""A scenario is put together of what every one holds and of what stages add."""

import pickle
from copy import deepcopy
from typing import Any

import pytest

from skyweft.delivery.model import Deliveries, Messages
from skyweft.errors import ScenarioError
from skyweft.network.placement.model import Gateways
from skyweft.network.queues.model import Packets
from skyweft.network.routing.model import Routes
from skyweft.scenario.parts import Rule, parts
from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.schema import json_schema
from skyweft.stage.registry import check

TABLES: dict[str, Any] = {
    "name": "Parts",
    "start": "2026-07-01T00:00:00Z",
    "duration_s": 600,
    "platforms": {
        "town": {
            "layer": "ground",
            "motion": {"kind": "fixed", "latitude_deg": 1.0, "longitude_deg": 2.0},
        }
    },
}
PACKETS = {"source": "town", "target": "town", "rate_bps": 1e5}


def scenario(**more: Any) -> Scenario:
    return Scenario.model_validate(TABLES | more, strict=False)


def test_tables_of_stages_are_had_by_their_type() -> None:
    found = scenario(packets=[PACKETS, PACKETS], gateways={"sites": ["town"], "demand_bps": 1e6})
    assert [each.rate_bps for each in found.rules(Packets)] == [1e5, 1e5]
    assert (found.settings(Gateways) or Gateways(sites=["x"])).demand_bps == 1e6
    assert found.rules(Routes) == found.rules(Messages) == []  # type: ignore[comparison-overlap]
    assert scenario().settings(Gateways) is None
    assert Deliveries.of(scenario()).forwarding == "store_and_forward"
    assert isinstance(found, Scenario)


def test_every_table_of_a_stage_is_in_the_schema_as_it_may_stand_there() -> None:
    properties = json_schema()["properties"]
    assert len(parts()) > 7
    for model in parts():
        assert properties[model.key]["description"] == model.words
        assert ("items" in properties[model.key]) == issubclass(model, Rule)
        assert model.__name__ in json_schema()["$defs"]


def test_a_scenario_may_be_copied_and_sent() -> None:
    found = scenario(packets=[PACKETS], seed=7)
    for other in (deepcopy(found), pickle.loads(pickle.dumps(found)), found.model_copy()):
        assert other.model_dump() == found.model_dump()
        assert other.model_fields_set == found.model_fields_set
        assert other.rules(Packets) == found.rules(Packets)


def test_a_change_begins_a_table_that_comes_once(tmp_path: Any) -> None:
    found = load(TABLES | {"start": scenario().start}, ["deliveries.forwarding=direct"])
    assert Deliveries.of(found).forwarding == "direct"
    assert check(found)[-1] == "deliveries: there are no [[messages]]"
    with pytest.raises(ScenarioError, match='the scenario has no "packets"'):
        load(TABLES, ["packets.rate_bps=1"])


@pytest.mark.parametrize("platforms", ["nobody", -1, ["town"], {"town": 3}])
def test_tables_of_the_wrong_shape_are_passed_over(platforms: Any) -> None:
    """What looks across tables meets them before anyone has said that they are none."""
    messages = [{"source": "town", "target": "town", "size_bytes": 1, "period_s": 1.0}]
    asked = {"messages": messages, "packets": [PACKETS], "coverage": {"platforms": ["town"]}}
    with pytest.raises(ScenarioError, match="scenario: platforms"):
        load(TABLES | asked | {"platforms": platforms})


def test_integers_that_no_float_can_hold_are_refused() -> None:
    burst = {"start_s": 1.0}
    messages = [{"source": "town", "target": "town", "size_bytes": 1, "arrivals": "burst"}]
    asked_for = {"sources": ["town"], "targets": ["town"], "elastic": True}
    flows = [{**asked_for, "step_s": step_s} for step_s in (1.0, 10**5000)]
    asked = {"packets": [PACKETS], "flows": flows, "messages": [{**messages[0], "burst": burst}]}
    with pytest.raises(ScenarioError, match="duration_s: a number of more than 15 digits"):
        load(TABLES | asked | {"duration_s": 10**400})
