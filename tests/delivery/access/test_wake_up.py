"""Devices that wait for a good moment: they are received more often, later, and at a price."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.delivery.product import CAUSES, RECEIVED

from .conftest import received_in, scenario_of

WHOLE = [0.0, 3_600.0]
NO_COVERAGE = CAUSES.index("no coverage")


def test_a_fresh_almanac_always_finds_a_satellite(threads: ThreadPoolExecutor) -> None:
    wake = {"kind": "pass", "elevation_min_deg": 15.0, "spread_s": 20.0}
    received = received_in(scenario_of({"wake": wake}), WHOLE, threads)
    blind = received_in(scenario_of(), WHOLE, threads)
    sent = received.attempts > 0
    assert np.mean(blind.cause == NO_COVERAGE) > 0.3
    assert not np.any(received.cause[sent] == NO_COVERAGE)
    # What has not been sent waits for a pass still when the run ends.
    assert {CAUSES[each] for each in received.cause[~sent]} == {"at device"}
    # A pass above 15 degrees begins on the almanac's grid, and sending is within 20 s of that.
    first = received.copy_first[:-1][received.cause == RECEIVED]
    waited_s = received.copy_received_s[first] - received.created_s[received.cause == RECEIVED]
    assert waited_s.min() > 0
    assert waited_s.max() > 600


@settings(max_examples=8, deadline=None)
@given(
    spread_s=st.floats(0.0, 2_000.0),
    elevation_min_deg=st.floats(10.0, 60.0),
    range_max_m=st.sampled_from([None, 1_500e3, 1_000e3]),
    seed=st.integers(0, 99),
)
def test_who_waits_for_a_pass_sends_in_it(
    threads: ThreadPoolExecutor, spread_s: float, elevation_min_deg: float,
    range_max_m: float | None, seed: int,
) -> None:  # fmt: skip
    """With a fresh almanac nobody ever sends for nobody, however far the sending is spread."""
    wake = {"kind": "pass", "elevation_min_deg": elevation_min_deg, "spread_s": spread_s}
    link = {"elevation_min_deg": 10.0, "waveform": "air", "windows": False}
    if range_max_m is not None:
        link["range_max_m"] = range_max_m
    links = [{"between": ["sends", "receives"], **link}]
    received = received_in(scenario_of({"wake": wake}, seed=seed, links=links), WHOLE, threads)
    assert np.any(received.attempts > 0)
    assert not np.any(received.cause[received.attempts > 0] == NO_COVERAGE)


def test_spread_over_the_whole_of_a_pass(threads: ThreadPoolExecutor) -> None:
    """A spread of half an hour is as long as each pass is from when its device wakes.

    So sending is even over passes: the mean wait after the pass begins is half of what is left.
    """
    waits = []
    for spread_s in (0.0, 1_800.0):
        wake = {"kind": "pass", "spread_s": spread_s}
        received = received_in(scenario_of({"wake": wake}, devices=300), WHOLE, threads)
        first = received.copy_first[:-1][received.cause == RECEIVED]
        sent_s = received.copy_received_s[first] - received.copy_air_s[first]
        key = zip(
            received.device[received.cause == RECEIVED],
            received.number[received.cause == RECEIVED],
            strict=True,
        )
        waits.append(dict(zip(key, sent_s, strict=True)))
    later_s = np.array([waits[1][each] - waits[0][each] for each in waits[0] if each in waits[1]])
    # At 800 km passes above 10 degrees take up to 11.2 min (half an angle of 20 degrees of orbit).
    assert later_s.max() < 700
    assert 60 < later_s.mean() < 350


def test_a_wrong_almanac_misses(threads: ThreadPoolExecutor) -> None:
    misses = []
    for error_s in (0.0, 120.0, 600.0):
        wake = {"kind": "pass", "spread_s": 0.0, "age_s": 86_400.0, "error_s": error_s}
        received = received_in(scenario_of({"wake": wake}), WHOLE, threads)
        misses.append(np.mean(received.cause[received.attempts > 0] == NO_COVERAGE))
    assert misses[0] < 0.02 < misses[1] < misses[2]


def test_beacons_cost_listening(threads: ThreadPoolExecutor) -> None:
    rule = {"wake": {"kind": "beacon", "check_s": 300.0}, "lifetime_s": 900.0}
    received = received_in(
        scenario_of(rule, reception={"beacon_period_s": 30.0}, waveform={"kind": "lora_sf10"}),
        WHOLE,
        threads,
    )
    blind = received_in(scenario_of(waveform={"kind": "lora_sf10"}), WHOLE, threads)
    sent = received.attempts > 0
    assert not np.any(received.cause[sent] == NO_COVERAGE)
    assert np.any(received.cause[~sent] == NO_COVERAGE)
    transmission_j = blind.energy_j[0]
    # 0.05 W for at most a beacon's period of 30 s at each check, none of them for nothing.
    listening_j = received.energy_j[sent] - transmission_j
    assert listening_j.min() > 0
    assert listening_j.max() <= 0.05 * 30.0 * 4 + 1e-6


def test_slots_of_a_schedule_are_one_s_own(threads: ThreadPoolExecutor) -> None:
    wake = {"kind": "schedule", "cycle_s": 300.0, "slots": 50}
    scenario = scenario_of({"wake": wake}, devices=50, waveform={"kind": "lora_sf7"})
    received = received_in(scenario, WHOLE, threads)
    assert not np.any(received.cause == CAUSES.index("collision"))
    first = received.copy_first[:-1][received.cause == RECEIVED]
    at_s = received.copy_received_s[first] % 300.0
    place = received.device[received.cause == RECEIVED] - received.device.min()
    # On the air for 72 ms, on the way for less than 15.
    assert np.all(np.abs(at_s - place * 6.0 - 0.08) < 0.02)
