"""Contact-plan routing against HDTN, A-SABR and ION on their own plans; every answer is exact.

nasa/HDTN@ad79ba06 (`TestDijkstra.cpp`, `TestYen.cpp`: next hops, seven routes with their arrivals),
DTN-MTP/A-SABR@1277e36 (`dijkstra_accuracy`: two plans on which a search with one parent a node, or
one a contact, misses the best route), nasa-jpl/ION-DTN@61b6bb3b2 (`tests/cgr-test`: a route
exists).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from skyweft.delivery.plan.files import read_plan
from skyweft.delivery.plan.product import ContactPlan
from skyweft.delivery.plan.routes import arrivals, routes

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "dtn"
pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"{REFERENCE.name} is not there")

CASES = json.loads((REFERENCE / "expected.json").read_text())["cases"] if REFERENCE.is_dir() else []


def _numbered(plan: ContactPlan, name: str) -> dict[str, str]:
    """Return the number of every node's name: A-SABR's plans name nodes beside it."""
    own = name.endswith(".cp")
    return {each: str(row) if own else each for row, each in enumerate(plan.names)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['plan']}-{case['source']}")
def test_ways(case: dict[str, Any]) -> None:
    plan, _ = read_plan(REFERENCE / case["plan"])
    number = _numbered(plan, case["plan"])
    name = {value: key for key, value in number.items()}
    source, target = name[str(case["source"])], name[str(case["dest"])]
    many = case.get("k_routes")
    paths_found = routes(plan, source, target, case["t0"], count=10 if many else 1)
    if "best" in case and case["best"] is None:
        assert paths_found == []
        return
    nodes = [int(number[each]) for each in paths_found[0].nodes(plan)]
    expected = case.get("best", case.get("sabr_best"))
    arrival_s = arrivals(plan, source, case["t0"])[plan.node(target)]
    assert paths_found[0].arrival_s == arrival_s
    if isinstance(expected, dict):
        assert nodes[1] == expected.get("next_hop", nodes[1])
        assert nodes == expected.get("hops_nodes", nodes)
        assert arrival_s == expected.get("bdt_s", expected.get("arrival", arrival_s))
    if many:
        assert [path_found.arrival_s for path_found in paths_found] == many["bdt_s"]
        following = [int(number[list(path_found.nodes(plan))[1]]) for path_found in paths_found]
        assert following[:3] == many["next_hops_first3"]


def test_contacts_that_end_before_they_start() -> None:
    """HDTN's plan of ten nodes has six of them; the 368 others are its plan."""
    plan, warnings = read_plan(REFERENCE / "hdtn_10nodes.json")
    whole = json.loads((REFERENCE / "hdtn_10nodes.json").read_text())["contacts"]
    assert len(plan) == sum(each["startTime"] < each["endTime"] for each in whole)
    assert len(warnings) == 1
    assert f"6 of {len(whole)} contacts do not end after" in warnings[0]


def test_indices_of_contacts() -> None:
    """HDTN's routing test names contacts, not nodes: the second and the third of the file."""
    plan, _ = read_plan(REFERENCE / "hdtn_contactPlan_RoutingTest.json")
    (path_found,) = routes(plan, "1", "4")
    entries = json.loads((REFERENCE / "hdtn_contactPlan_RoutingTest.json").read_text())["contacts"]
    expected = [(entries[row]["startTime"], entries[row]["endTime"]) for row in (1, 2)]
    assert [(plan.start_s[row], plan.end_s[row]) for row in path_found.contact] == expected


def test_ion_light_time() -> None:
    """From 9 to 1: 20 light seconds to a relay, 324 to Earth and 1 to the end, by the file."""
    plan, warnings = read_plan(REFERENCE / "ion_cgr-test_global.ionrc")
    assert plan.names == tuple("123456789")
    assert len(warnings) == 1  # the file's ranges end at 36,000 s, its contacts go on
    assert plan.end_s.max() == 36_000
    (path_found,) = routes(plan, "9", "1")
    # 7 and 5 both send to Earth from 3,600 s on; the contact of 9 with 7 is the one to end later.
    assert list(path_found.nodes(plan)) == ["9", "7", "4", "1"]
    assert path_found.begin_s.tolist() == [2_400, 3_600, 3_924]
    assert path_found.received_s.tolist() == [2_420, 3_924, 3_925]
