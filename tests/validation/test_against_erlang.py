"""Acknowledgements that do not come, against closed forms: Erlang's loss formula and free space.

One airship hears devices of ALOHA whose transmissions are so short that none collide. Its answers
last, and it sends one at a time: what finds it answering is not answered: M/D/1/1. Erlang's
formula holds for any length of service, so a share rho / (1 + rho) is lost at an offered load rho.

Reference: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance
in automatic telephone exchanges", 1917.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.delivery.access.reception import begin, receive
from skyweft.delivery.product import RECEIVED, Receptions
from skyweft.fleet import Fleet
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario

LIGHT_M_S, BOLTZMANN_DB = 299_792_458.0, 10 * np.log10(1.380649e-23)
HZ, RATE_BPS, SNR_MIN_DB = 868e6, 1e6, -30.0
AIR_S, TRANSMIT_W, RECEIVE_W = 8 * 12 / RATE_BPS, 0.5, 0.05


def scenario_of(
    devices: int, duration_s: float, answer_s: float, down_dbw: float = 30.0, **rule: Any
) -> Scenario:
    """Return an airship at 2,000 km over the Gulf of Guinea, and devices all over the land."""
    airship = {"kind": "fixed", "latitude_deg": 0.0, "longitude_deg": 0.0, "altitude_m": 2_000e3}
    energy = {"transmit_w": TRANSMIT_W, "receive_w": RECEIVE_W, "sleep_w": 0.0}
    radio = {"kind": "radio", "frequency_hz": HZ}
    return Scenario.model_validate(
        {
            "name": "answers",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": duration_s,
            "seed": 5,
            "world": {"earth_orientation": "none"},
            "platforms": {
                "airship": {"layer": "near_space", "motion": airship, "terminals": ["hears"]},
                "devices": {
                    "layer": "ground",
                    "motion": {"kind": "population", "count": devices, "region": "land"},
                    "terminals": ["sends"],
                },
            },
            "terminals": {
                "sends": radio | {"eirp_dbw": 10.0, "gt_db_k": 0.0, "energy": energy},
                "hears": radio | {"eirp_dbw": down_dbw, "gt_db_k": 0.0},
            },
            "waveforms": {
                "air": {
                    "kind": "aloha", "rate_bps": RATE_BPS, "snr_min_db": SNR_MIN_DB,
                    "acknowledge_s": answer_s,
                }
            },
            "links": [{"between": ["sends", "hears"], "waveform": "air", "windows": False}],
            "messages": [
                {
                    "source": "devices", "target": "airship", "size_bytes": 12,
                    "arrivals": "poisson", "confirmed": True, **rule,
                }
            ],
        }
    )  # fmt: skip


def received_in(scenario: Scenario) -> tuple[Fleet, Receptions]:
    fleet, end_s = build_fleet(scenario), scenario.duration_s
    with ThreadPoolExecutor(2) as threads:
        motion = propagate(scenario, fleet, 0.0, end_s, threads)
        return fleet, receive(scenario, fleet, motion, 0.0, end_s, begin(scenario, fleet), threads)[
            0
        ]


@pytest.mark.parametrize("answer_s", [0.02, 0.1])
def test_share_of_messages_that_are_sent_again(answer_s: float) -> None:
    """Twice at most: with the repeats the load is rho (1 + p), and p = load / (1 + load)."""
    duration_s = 2_000.0
    rule = {"period_s": 200.0, "attempts_max": 2, "back_off_s": 100.0, "lifetime_s": 500.0}
    _, received = received_in(scenario_of(4_000, duration_s, answer_s, **rule))
    seen = received.cause == RECEIVED
    rho = np.count_nonzero(seen) / duration_s * answer_s
    p = 0.0
    for _ in range(100):
        p = rho * (1 + p) / (1 + rho * (1 + p))
    # The first 100 s have fewer repeats, the last are not decided.
    some = seen & (received.created_s > 100.0) & (received.created_s < duration_s - 150.0)
    again = received.attempts[some] == 2
    assert 0.02 < p < 0.6
    # Five standard errors; neighbours are not independent, for which they are doubled.
    assert again.mean() == pytest.approx(p, abs=10 * np.sqrt(p * (1 - p) / len(again)))
    each_j = TRANSMIT_W * AIR_S + RECEIVE_W * answer_s
    np.testing.assert_allclose(received.energy_j[some], each_j * received.attempts[some], rtol=1e-5)


@settings(max_examples=12, deadline=None)
@given(down_dbw=st.floats(-40.0, 0.0), attempts_max=st.integers(1, 5))
def test_an_answer_that_does_not_close_is_sent_for_again(
    down_dbw: float, attempts_max: int
) -> None:
    """By free space and nothing else: who cannot be reached sends as often as it may."""
    rule = {"period_s": 2_000.0, "attempts_max": attempts_max, "back_off_s": 1.0}
    scenario = scenario_of(300, 1_000.0, 0.001, down_dbw=down_dbw, **rule)
    fleet, received = received_in(scenario)
    place_m = fleet.sites.position_m[fleet.site]
    away_m = np.linalg.norm(place_m[received.device] - place_m[fleet.rows_of("airship")[0]], axis=1)
    loss_db = 20 * np.log10(4 * np.pi * away_m * HZ / LIGHT_M_S)
    snr_db = down_dbw - loss_db - BOLTZMANN_DB - 10 * np.log10(RATE_BPS)
    # Single precision is 1e-5 dB here; what was sent in the last minute may be under way.
    sure = (received.cause == RECEIVED) & (np.abs(snr_db - SNR_MIN_DB) > 1e-3)
    sure &= received.created_s < 900.0
    expected = np.where(snr_db > SNR_MIN_DB, 1, attempts_max)[sure]
    # Two devices in a thousandth of a second are a matter of the other test.
    assert np.mean(received.attempts[sure] == expected) > 0.97
    assert np.all(received.attempts[sure] >= expected)
