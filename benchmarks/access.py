"""Random access against SimPy on the same physics, and how the cost grows with the devices.

The kernel gets pure ALOHA with 6 dB of capture on eight frequencies of two receivers, half loaded,
and must lose the same signals as a SimPy model of it. Then whole stages, from traffic to what is
received, for ten thousand to a million devices (ten million platforms with `--all`: as many as fit
into a scenario) under eighty satellites.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter, process_time
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from skyweft.delivery.access.collisions import Signals, destroyed
from skyweft.delivery.access.reception import begin, receive
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario

MANY, FEW = 20_000_000, 100_000
GROUPS, LOAD, CAPTURE_DB = 16, 0.5, 6.0
MILLIONS_GOAL, RATIO = 10, 100
PLANES, PER_PLANE = 8, 10
SATELLITES = PLANES * PER_PLANE


def signals(count: int) -> Signals:
    """Return frames of one second, the same at every call with as many."""
    random = np.random.default_rng(3)
    start_s = np.sort(random.uniform(0, count / GROUPS / LOAD, count))
    power_db = random.normal(0, 6, count).astype(np.float32)
    none = np.zeros(count, np.float32)
    group = random.integers(0, GROUPS, count).astype(np.int32)
    return Signals(group, start_s, start_s + 1.0, none, power_db, np.zeros(count, np.int8))


def ours(some: Signals, threads: ThreadPoolExecutor) -> NDArray[np.bool_]:
    """Return which are lost, by the kernel."""
    need = np.full((1, 1, 1), CAPTURE_DB, np.float32)
    return destroyed(some, GROUPS, np.zeros(GROUPS, np.int16), need, threads)


def by_simpy(some: Signals) -> NDArray[np.bool_]:
    """Return which are lost, with a process for every signal."""
    env = simpy.Environment()
    lost = np.zeros(len(some.group), bool)
    on_air: list[set[int]] = [set() for _ in range(GROUPS)]

    def send(row: int, group: int, power_db: float, start_s: float) -> Any:
        yield env.timeout(start_s)
        for other in on_air[group]:
            above = power_db - powers[other]
            lost[row] |= above < CAPTURE_DB
            lost[other] |= -above < CAPTURE_DB
        on_air[group].add(row)
        yield env.timeout(1.0)
        on_air[group].remove(row)

    powers = some.power_db.tolist()
    for row in range(len(lost)):
        env.process(send(row, int(some.group[row]), powers[row], float(some.start_s[row])))
    env.run()
    return lost


def kernel(threads: ThreadPoolExecutor) -> None:
    """Print the kernel's rate and its ratio to SimPy; check that both agree."""
    few = signals(FEW)
    lost = ours(few, threads)
    began = process_time()
    peer = by_simpy(few)
    peer_s = (process_time() - began) / FEW
    assert np.array_equal(lost, peer)
    many = signals(MANY)
    began, wall = process_time(), perf_counter()
    share = ours(many, threads).mean()
    wall_s, ours_s = perf_counter() - wall, process_time() - began
    # As many of both kinds, so the shares must agree within five standard errors.
    assert abs(share - lost.mean()) < 5 * np.sqrt(0.25 / FEW)
    cores = ours_s / wall_s
    print(f"kernel: {MANY / wall_s / 1e6:.1f} million messages/s by the clock ({cores:.1f} cores "
          f"got), {MANY / ours_s / 1e6:.1f} million/s of one core; {share:.4f} lost")  # fmt: skip
    ratio = peer_s * MANY / ours_s
    print(f"SimPy: {1 / peer_s / 1e3:.1f} thousand messages/s; {ratio:.0f} times, core for core")
    assert ratio >= RATIO
    assert 2 * MANY / ours_s >= MILLIONS_GOAL * 1e6


def scenario_of(devices: int) -> Scenario:
    """Return devices all over the land, an hour long, with a message each."""
    planes = {"planes": PLANES, "per_plane": PER_PLANE, "phasing": 1}
    walker = {"kind": "walker", "pattern": "star"} | planes
    return Scenario.model_validate(
        {
            "name": "devices",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": 3_600.0,
            "platforms": {
                "satellites": {
                    "layer": "space",
                    "motion": walker | {"altitude_m": 800e3, "inclination_deg": 98.6},
                    "terminals": ["hears"],
                },
                "devices": {
                    "layer": "ground",
                    "motion": {"kind": "population", "count": devices, "region": "land"},
                    "terminals": ["sends"],
                },
            },
            "terminals": {
                "sends": {"kind": "radio", "frequency_hz": 401e6, "eirp_dbw": -7.0},
                "hears": {"kind": "radio", "frequency_hz": 401e6, "gt_db_k": -25.0},
            },
            "waveforms": {"air": {"kind": "lora", "channels": 8}},
            "links": [{"between": ["sends", "hears"], "elevation_min_deg": 10.0,
                       "waveform": "air", "windows": False}],
            "messages": [{"source": "devices", "target": "satellites", "size_bytes": 20,
                          "period_s": 3_600.0}],
        }
    )  # fmt: skip


def stages(threads: ThreadPoolExecutor, counts: list[int]) -> None:
    """Print what a message costs from traffic to what is received."""
    for devices in counts:
        scenario = scenario_of(devices)
        fleet = build_fleet(scenario)
        motion = propagate(scenario, fleet, 0.0, scenario.duration_s, threads)
        for _ in range(2 if devices == counts[0] else 1):
            began, wall = process_time(), perf_counter()
            received, _ = receive(
                scenario, fleet, motion, 0.0, 3_600.0, begin(scenario, fleet), threads
            )
            each_s, wall_s = (process_time() - began) / len(received), perf_counter() - wall
        assert len(received) == devices
        print(f"hear: {devices:>10,} devices, {each_s * 1e6:.2f} us of a core a message, "
              f"{wall_s:.2f} s by the clock")  # fmt: skip


def main() -> None:
    """Run both."""
    print(f"{os.cpu_count()} processors")
    with ThreadPoolExecutor(2) as threads:
        ours(signals(1_000), threads)
        kernel(threads)
        stages(
            threads,
            [10_000, 100_000, 1_000_000] + [10_000_000 - SATELLITES] * ("--all" in sys.argv),
        )


if __name__ == "__main__":
    main()
