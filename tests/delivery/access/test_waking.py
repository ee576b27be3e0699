"""Things that wait for a good moment: they are heard more often, later, and at a price."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from skyweft.delivery.product import CAUSES, HEARD

from .conftest import heard_in, scenario_of

WHOLE = [0.0, 3_600.0]
NO_SATELLITE = CAUSES.index("no satellite")


def test_a_fresh_almanac_always_finds_a_satellite(threads: ThreadPoolExecutor) -> None:
    wake = {"kind": "pass", "elevation_min_deg": 15.0, "spread_s": 20.0}
    heard = heard_in(scenario_of({"wake": wake}), WHOLE, threads)
    blind = heard_in(scenario_of(), WHOLE, threads)
    sent = heard.attempts > 0
    assert np.mean(blind.cause == NO_SATELLITE) > 0.3
    assert not np.any(heard.cause[sent] == NO_SATELLITE)
    # What has not been sent waits for a pass still when the run ends.
    assert {CAUSES[each] for each in heard.cause[~sent]} == {"stored"}
    # A pass above 15 degrees begins on the almanac's grid, and sending is within 20 s of that.
    first = heard.copy_first[:-1][heard.cause == HEARD]
    waited_s = heard.copy_received_s[first] - heard.created_s[heard.cause == HEARD]
    assert waited_s.min() > 0
    assert waited_s.max() > 600


def test_a_wrong_almanac_misses(threads: ThreadPoolExecutor) -> None:
    misses = []
    for error_s in (0.0, 120.0, 600.0):
        wake = {"kind": "pass", "spread_s": 0.0, "age_s": 86_400.0, "error_s": error_s}
        heard = heard_in(scenario_of({"wake": wake}), WHOLE, threads)
        misses.append(np.mean(heard.cause[heard.attempts > 0] == NO_SATELLITE))
    assert misses[0] < 0.02 < misses[1] < misses[2]


def test_beacons_cost_listening(threads: ThreadPoolExecutor) -> None:
    rule = {"wake": {"kind": "beacon", "check_s": 300.0}, "lifetime_s": 900.0}
    heard = heard_in(
        scenario_of(rule, reception={"beacon_period_s": 30.0}, waveform={"kind": "lora_sf10"}),
        WHOLE,
        threads,
    )
    blind = heard_in(scenario_of(waveform={"kind": "lora_sf10"}), WHOLE, threads)
    sent = heard.attempts > 0
    assert not np.any(heard.cause[sent] == NO_SATELLITE)
    assert np.any(heard.cause[~sent] == NO_SATELLITE)
    transmission_j = blind.energy_j[0]
    # 0.05 W for at most a beacon's period of 30 s at each check, none of them for nothing.
    listening_j = heard.energy_j[sent] - transmission_j
    assert listening_j.min() > 0
    assert listening_j.max() <= 0.05 * 30.0 * 4 + 1e-6


def test_slots_of_a_schedule_are_one_s_own(threads: ThreadPoolExecutor) -> None:
    wake = {"kind": "schedule", "cycle_s": 300.0, "slots": 50}
    scenario = scenario_of({"wake": wake}, things=50, waveform={"kind": "lora_sf7"})
    heard = heard_in(scenario, WHOLE, threads)
    assert not np.any(heard.cause == CAUSES.index("collision"))
    first = heard.copy_first[:-1][heard.cause == HEARD]
    at_s = heard.copy_received_s[first] % 300.0
    place = heard.thing[heard.cause == HEARD] - heard.thing.min()
    # On the air for 72 ms, on the way for less than 15.
    assert np.all(np.abs(at_s - place * 6.0 - 0.08) < 0.02)
