"""What is handed from block to block survives the disk."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from skyweft.delivery.access.hear import begin, hear
from skyweft.delivery.access.tables import Carry
from skyweft.motion.fleet import assemble
from skyweft.motion.propagate import propagate

from .conftest import joined, same, scenario_of


def test_a_run_goes_on_from_a_file(tmp_path: Path, threads: ThreadPoolExecutor) -> None:
    scenario = scenario_of(
        {"arrivals": "poisson", "confirmed": True, "period_s": 60.0},
        waveform={"kind": "lora_sf12"},
        reception={"half_duplex": True, "decoders": 3},
    )
    fleet = assemble(scenario)
    halves = [(0.0, 1_800.0), (1_800.0, 3_600.0)]
    motions = [propagate(scenario, fleet, *half, threads) for half in halves]
    first, carry = hear(scenario, fleet, motions[0], *halves[0], begin(scenario, fleet), threads)
    assert len(carry.messages)
    assert len(carry.sent)
    assert len(carry.rays)
    carry.save(tmp_path / "carry.npz")
    again = Carry.load(tmp_path / "carry.npz")
    runs = [
        hear(scenario, fleet, motions[1], *halves[1], each, threads)[0] for each in (carry, again)
    ]
    assert same(joined([first, runs[0]]), joined([first, runs[1]]))
