"""Who is out of order is written down: table, key metrics, and what `check` says."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.engine.estimate import checked
from skyweft.errors import ScenarioError
from skyweft.motion.fleet import build_fleet
from skyweft.network.failures.arrow import metrics, outages_table, reported
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Context
from tests import written

SHELL = {
    "kind": "walker",
    "planes": 5,
    "per_plane": 8,
    "altitude_m": 600e3,
    "inclination_deg": 60.0,
}


def made(causes: list[dict[str, object]], seed: int = 0) -> Scenario:
    sats = {"layer": "space", "motion": SHELL}
    failures = [{"platforms": ["sats"], **each} for each in causes]
    return written.scenario(3600.0, {"sats": sats}, seed=seed, failures=failures)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.integers(0, 9), st.floats(0, 3000))
def test_a_count_of_satellites(count: int, seed: int, start_s: float) -> None:
    scenario = made([{"count": count, "start_s": start_s}, {"share": 0.5}], seed)
    fleet = build_fleet(scenario)
    table = outages_table(scenario, fleet, pa.array(fleet.names))
    rows = table.to_pylist()
    first, second = metrics(scenario, fleet)
    mine = [row for row in rows if row["failure"] == 0]
    assert len({row["platform"] for row in mine}) == len(mine) == count == first["out"]
    assert all(row["start_s"] == start_s and row["end_s"] == 3600 for row in mine)
    assert first["share_out"] == count / 40
    assert first["names"] == [row["platform"] for row in mine][:20]
    assert second["out"] == sum(row["failure"] == 1 for row in rows)


def test_what_check_says_of_a_share() -> None:
    fleet = build_fleet(made([]))
    scenario = made([{"share": 0.25}, {"names": [fleet.names[7]]}])
    share, named = reported(scenario, metrics(scenario, fleet))
    assert "of 40 platforms are out of order (share = 0.25 draws each alone; count = N" in share
    assert named == f"failures[1]: 1 of 40 platforms are out of order: {fleet.names[7]}"


def test_more_than_there_are() -> None:
    scenario = made([{"count": 41}])
    with pytest.raises(ScenarioError, match=r"failures\[0\].count: 41 of 40 platforms; allowed"):
        checked(Context(scenario, build_fleet(scenario)))


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ({"count": 3, "share": 0.1}, "give only one of names, share, count and mtbf_s"),
        ({"platforms": [], "links": [0], "count": 3}, "count is of platforms"),
    ],
)
def test_what_cannot_be(cause: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        made([cause])
