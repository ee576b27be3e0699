"""What is handed from block to block survives the disk, and rows are put in order."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from skyweft.delivery.access.reception import begin, receive
from skyweft.delivery.access.tables import Carry, in_order
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.stage import Journal

from .conftest import joined, same, scenario_of


def test_a_run_goes_on_from_a_file(tmp_path: Path, threads: ThreadPoolExecutor) -> None:
    scenario = scenario_of(
        {"arrivals": "poisson", "confirmed": True, "period_s": 60.0},
        waveform={"kind": "lora_sf12"},
        reception={"half_duplex": True, "decoders": 3},
    )
    fleet = build_fleet(scenario)
    halves = [(0.0, 1_800.0), (1_800.0, 3_600.0)]
    motions = [propagate(scenario, fleet, *half, threads) for half in halves]
    first, carry = receive(scenario, fleet, motions[0], *halves[0], begin(scenario, fleet), threads)
    assert len(carry.messages)
    assert len(carry.sent)
    assert len(carry.rays)
    journal = Journal(tmp_path, "deliveries")
    journal.keep("carry", carry.columns())
    again = Carry.of(journal.read("carry"))
    runs = [
        receive(scenario, fleet, motions[1], *halves[1], each, threads)[0]
        for each in (carry, again)
    ]
    assert same(joined([first, runs[0]]), joined([first, runs[1]]))


@pytest.mark.parametrize("crowd", [0.0, 0.5, 1.0])
def test_order_by_time_then_rule_thing_and_number(crowd: float) -> None:
    """Evenly spread, all in one instant but for a few equal steps, and between."""
    random = np.random.default_rng(2)
    time_s = random.uniform(0, 3_600, 5_000)
    crowded = random.uniform(0, 1, len(time_s)) < crowd
    time_s[crowded] = 7.0 + 1e-9 * random.integers(0, 50, np.count_nonzero(crowded))
    time_s[0] = 86_400.0
    rule, device, number = (random.integers(0, 9, len(time_s)) for _ in range(3))
    got = in_order(time_s, rule.astype(np.int16), device.astype(np.int32), number)
    expected = np.lexsort((number, device, rule, time_s))
    for column in (time_s, rule, device, number):
        assert np.array_equal(column[got], column[expected])
