"""Why receivers do not hear: each cause by itself."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from skyweft.delivery.access.energy import battery_life_s
from skyweft.delivery.product import CAUSES, RECEIVED
from skyweft.scenario.terminals import Energy

from .conftest import received_in, scenario_of

WHOLE = [0.0, 3_600.0]


def causes(threads: ThreadPoolExecutor, *rules: dict[str, Any], **case: Any) -> dict[str, float]:
    received = received_in(scenario_of(*rules, **case), WHOLE, threads)
    return {
        CAUSES[each]: float(np.mean(received.cause == each)) for each in np.unique(received.cause)
    }


def test_doppler_and_drift(threads: ThreadPoolExecutor) -> None:
    """At 401 MHz from 800 km the carrier is off by up to 9 kHz and drifts up to 90 Hz/s."""
    free = causes(threads, waveform={"kind": "lora_sf12"})
    assert "doppler" not in free
    shifted = causes(threads, waveform={"kind": "lora_sf12", "doppler_max_hz": 5_000.0})
    drifting = causes(threads, waveform={"kind": "lora_sf12", "drift_max_hz": 60.0})
    never = causes(threads, waveform={"kind": "lora_sf12", "doppler_max_hz": 10_000.0})
    assert shifted["doppler"] > 0.02
    assert drifting["doppler"] > 0.005
    assert "doppler" not in never


def test_margin(threads: ThreadPoolExecutor) -> None:
    fast = causes(threads, waveform={"kind": "lora_sf7", "margin_db": 12.0})
    assert fast["below sensitivity"] > 0.05
    assert "below sensitivity" not in causes(threads, waveform={"kind": "lora_sf12"})


def test_a_beacon_deafens_for_its_share_of_time(threads: ThreadPoolExecutor) -> None:
    """A message of T is lost to a beacon of B every P with probability (T + B) / P."""
    rule = {"period_s": 30.0}
    waveform = {"kind": "aloha", "rate_bps": 400.0, "snr_min_db": -30.0, "channels": 1_000}
    case = {"devices": 400, "waveform": waveform}
    half = {"half_duplex": True, "beacon_period_s": 8.0, "beacon_s": 1.2}
    deaf = causes(threads, rule, **case, reception=half)
    seen = 1 - deaf["no coverage"]
    # Some have two satellites in view; five standard errors of some 15,000 messages.
    lost = deaf["receiver busy"] / seen
    assert lost == pytest.approx((0.4 + 1.2) / 8.0, abs=0.03)
    full = causes(threads, rule, **case, reception=half | {"half_duplex": False})
    assert "receiver busy" not in full


def test_hopping_beams_light_each_thing_in_its_turn(threads: ThreadPoolExecutor) -> None:
    """Of four beams one is lit for 10 s: a message of T gets in with (1 - T / 10) / 4."""
    waveform = {"kind": "aloha", "rate_bps": 400.0, "snr_min_db": -30.0, "channels": 1_000}
    case = {"devices": 400, "waveform": waveform, "reception": {"beams": 4, "dwell_s": 10.0}}
    found = causes(threads, {"period_s": 30.0}, **case)
    lit = found[""] / (1 - found["no coverage"])
    assert lit == pytest.approx((1 - 0.4 / 10) / 4, abs=0.03)


def test_one_decoder_follows_one_message(threads: ThreadPoolExecutor) -> None:
    """Erlang's loss formula for one server: G / (1 + G) of what is strong enough is refused."""
    waveform = {"kind": "aloha", "rate_bps": 80.0, "snr_min_db": -30.0, "channels": 5_000}
    scenario = scenario_of(
        {"arrivals": "poisson", "period_s": 60.0},
        devices=400,
        waveform=waveform,
        reception={"decoders": 1},
        platforms={
            "satellites": {
                "layer": "near_space",
                "motion": {
                    "kind": "fixed", "latitude_deg": 40.0, "longitude_deg": 80.0,
                    "altitude_m": 2_000e3,
                },
                "terminals": ["receives"],
            },
            "devices": {
                "layer": "ground",
                "motion": {"kind": "population", "count": 400, "region": "land"},
                "terminals": ["sends"],
            },
            "gateway": {
                "layer": "ground",
                "motion": {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 114.0},
            },
        },
    )  # fmt: skip
    received = received_in(scenario, WHOLE, threads)
    # The last 10 s are cut off.
    received_early = received.created_s < 3_500
    busy = np.count_nonzero((received.cause == CAUSES.index("receiver busy")) & received_early)
    done = np.count_nonzero((received.cause == RECEIVED) & received_early)
    in_view = len(np.unique(received.device[received.cause != CAUSES.index("no coverage")]))
    load = in_view / 60.0 * 2.0
    assert busy / (busy + done) == pytest.approx(load / (1 + load), abs=0.03)


def test_duty_cycle(threads: ThreadPoolExecutor) -> None:
    rule = {"arrivals": "poisson", "period_s": 20.0, "lifetime_s": 5.0}
    waveform = {"kind": "lora_sf11", "duty_cycle": 0.01}
    found = causes(threads, rule, waveform=waveform)
    # On the air for 1 s, silent for 100: of five messages in that time one is sent.
    assert found["duty cycle"] > 0.7


def test_energy_of_a_transmission(threads: ThreadPoolExecutor) -> None:
    received = received_in(scenario_of(waveform={"kind": "lora_sf10"}), WHOLE, threads)
    # 33 bytes at SF10 are 452.608 ms by Semtech's formula; 0.5 W.
    np.testing.assert_allclose(received.energy_j[received.attempts == 1], 0.226304, rtol=1e-6)
    assert not received.energy_j[received.attempts == 0].any()


def test_battery_life() -> None:
    energy = Energy(transmit_w=0.5, sleep_w=1e-5, battery_j=31_557.6)
    # A millijoule a second: 31,557,600 s are a year of 365.25 days.
    assert battery_life_s(energy, 0.99 * 86.4, 86_400.0) == pytest.approx(365.25 * 86_400)
    assert battery_life_s(energy, 0.0, 86_400.0) == pytest.approx(36_525 * 86_400)
