"""What failures take out of contacts, held to the instants at which routes look at them."""

from typing import Any

import numpy as np
import pytest

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts, stopped
from skyweft.motion.fleet import build_fleet
from skyweft.network.failures.stops import failed_s, pairs_stopped, platforms_stopped
from skyweft.network.graph.topology import topology
from skyweft.scenario.scenario import Scenario
from tests import written

WHOLE = [
    {"platforms": ["satellites"], "mtbf_s": 2_000.0, "mttr_s": 500.0},
    {"platforms": ["posts"], "count": 1, "start_s": 700.0, "end_s": 900.0},
]
PAIRS = [{"links": [0], "mtbf_s": 900.0, "mttr_s": 300.0}]


def _scenario(failures: list[dict[str, Any]]) -> Scenario:
    radio = {"kind": "radio", "frequency_hz": 401e6, "eirp_dbw": 0.0, "gt_db_k": -20.0}
    orbit = {"kind": "walker", "planes": 1, "altitude_m": 800e3, "inclination_deg": 98.6}
    places = {"kind": "population", "region": "land", "count": 2}
    sats = {"layer": "space", "motion": orbit | {"per_plane": 3}, "terminals": ["down"]}
    posts = {"layer": "ground", "motion": places, "terminals": ["up"]}
    return written.scenario(
        6_000.0,
        {"satellites": sats, "posts": posts},
        terminals={"up": radio, "down": radio},
        links=[{"between": ["up", "down"], "waveform": "lora"}],
        failures=failures,
    )


def _contacts() -> Contacts:
    """Return contacts of three satellites, rows 0 to 2, with two posts, rows 3 and 4."""
    random, count = np.random.default_rng(3), 60
    start_s = np.sort(random.uniform(0, 5_000, count))
    end_s = start_s + random.uniform(10, 900, count)
    return Contacts(
        np.zeros(count, np.int16), random.integers(3, 5, count).astype(np.int32),
        random.integers(0, 3, count).astype(np.int32), start_s, end_s, start_s,
        np.full(count, 45.0, np.float32), np.full(count, 1e6), *np.zeros((2, count), bool),
    )  # fmt: skip


@pytest.mark.parametrize("failures", [WHOLE, PAIRS, WHOLE + PAIRS])
def test_cuts_are_when_routes_find_nothing(failures: list[dict[str, Any]]) -> None:
    scenario, met = _scenario(failures), _contacts()
    fleet = build_fleet(scenario)
    whole = stopped(met, platforms_stopped(scenario, fleet))
    cuts = Cuts.joined([whole, pairs_stopped(scenario, fleet, met)])
    assert len(cuts.contact)
    network = topology(scenario, fleet, met)
    nowhere = np.zeros((len(fleet), 3))
    for time_s in np.random.default_rng(4).uniform(0, 6_000, 300):
        up = np.flatnonzero((met.start_s <= time_s) & (time_s < met.end_s)).astype(np.int32)
        now = (cuts.start_s <= time_s) & (time_s < cuts.end_s)
        left = np.setdiff1d(up, cuts.contact[now])
        begun_s = met.start_s[up]
        code = network.withheld(met, up, nowhere, nowhere, float(time_s), begun_s)
        assert np.array_equal(left, up[code == 0])


@pytest.mark.parametrize(
    ("failure", "for_good"),
    [
        ({"start_s": 100.0}, True),
        ({"start_s": 100.0, "end_s": 200.0}, False),
        ({"start_s": 100.0, "end_s": 1e6}, False),
        ({"mtbf_s": 1_000.0}, True),
        ({"mtbf_s": 1_000.0, "mttr_s": 1e6}, False),
    ],
)
def test_what_is_never_repaired(failure: dict[str, float], for_good: bool) -> None:
    """What is stated to end, or is repaired some day, keeps what it has, though the run ends."""
    rule: dict[str, Any] = {"platforms": ["satellites"], **failure}
    if "mtbf_s" not in failure:
        rule["names"] = ["satellites-P01-S02"]
    scenario = _scenario([rule])
    fleet = build_fleet(scenario)
    out = platforms_stopped(scenario, fleet)
    expected = np.full(len(fleet), np.inf)
    if for_good:
        expected[out.one] = out.start_s
    assert len(out)
    assert np.array_equal(failed_s(scenario, fleet), expected)
