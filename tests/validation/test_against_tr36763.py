"""Devices under a low satellite against 3GPP TR 36.763 (V0.0.12, IoT over satellites), as printed.

Tables 6.1-1 (distances, Doppler), 6.2-1 (other losses), 6.2-3 and 6.2-7 (parameter set 4), read in
a public copy. The report prints no carrier to noise; the one below follows from its parameters by
the formula of TR 38.821, section 6.1.3.1. A device sends ten times a second, so the edge of a pass
is met within a kilometre.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from skyweft.delivery.access.reception import begin, receive
from skyweft.delivery.product import CAUSES, RECEIVED, Receptions
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario

LIGHT_KM_S = 299_792.458
CARRIER_HZ = 2e9
OTHER_LOSSES_DB = 2.2 + 0.1 + 3.0 + 3.0  # scintillation, atmosphere, polarisation, shadow margin
G_T_DB_K = -18.6  # set 4
PC5_DBW = 20.0 - 30.0
ALOHA = {"kind": "aloha", "rate_bps": 100e3, "snr_min_db": -40.0}
BULGE_M = 9_500.0  # an orbit over the equator is lower than its mean elements say


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def under(altitude_m: float, elevation_deg: float, waveform: dict[str, Any]) -> Scenario:
    """Return a scenario of one thing on the equator and a satellite that passes over it."""
    here = {"kind": "fixed", "latitude_deg": 0.0, "longitude_deg": 0.0}
    return Scenario.model_validate(
        {
            "name": "a satellite over a device",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": 7_000.0,
            "platforms": {
                "device": {"layer": "ground", "motion": here, "terminals": ["ue"]},
                "satellite": {
                    "layer": "space",
                    "motion": {
                        "kind": "orbit",
                        "altitude_m": altitude_m + BULGE_M,
                        "inclination_deg": 0.0,
                    },
                    "terminals": ["payload"],
                },
            },
            "terminals": {
                "ue": {
                    "kind": "radio", "frequency_hz": CARRIER_HZ, "eirp_dbw": PC5_DBW,
                    "gt_db_k": -33.6,
                },
                "payload": {
                    "kind": "radio", "frequency_hz": CARRIER_HZ, "eirp_dbw": 0.0,
                    "gt_db_k": G_T_DB_K,
                },
            },
            "waveforms": {"air": waveform},
            "links": [
                {
                    "between": ["ue", "payload"], "waveform": "air", "windows": False,
                    "elevation_min_deg": elevation_deg, "losses_db": OTHER_LOSSES_DB,
                }
            ],
            "messages": [
                {
                    "source": "device", "target": "satellite", "size_bytes": 20,
                    "period_s": 0.1 if waveform["kind"] == "aloha" else 0.7,
                }
            ],
        }
    )  # fmt: skip


def received_in(scenario: Scenario, threads: ThreadPoolExecutor) -> Receptions:
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, scenario.duration_s, threads)
    known = scenario, fleet, motion, 0.0, scenario.duration_s, begin(scenario, fleet)
    return receive(*known, threads)[0]


def lost_to(cause: str, received: Receptions) -> int:
    return int(np.count_nonzero(received.cause == CAUSES.index(cause)))


@pytest.mark.parametrize(
    ("altitude_m", "elevation_deg", "range_km"),
    [(600e3, 10.0, 1_932.0), (1_200e3, 10.0, 3_131.0), (600e3, 30.0, 1_076.0)],
)
def test_distance_at_the_edge(
    altitude_m: float, elevation_deg: float, range_km: float, threads: ThreadPoolExecutor
) -> None:
    air_s = 20 * 8 / 100e3
    scenario = under(altitude_m, elevation_deg, ALOHA)
    received = received_in(scenario, threads)
    first = received.copy_first[:-1][received.cause == RECEIVED]
    delay_s = (
        received.copy_received_s[first] - received.created_s[received.cause == RECEIVED] - air_s
    )
    assert delay_s.min() * LIGHT_KM_S == pytest.approx(altitude_m / 1e3, abs=1)
    # Printed to 1 km (once 1,074 and once 1,076); 0.7 km between two messages; at the equator the
    # Earth is 7 km wider than round, which makes the way to 1,200 km longer by 2 km.
    assert delay_s.max() * LIGHT_KM_S == pytest.approx(range_km, abs=3)


@pytest.mark.parametrize(("altitude_m", "shift_ppm"), [(600e3, 24.0), (1_200e3, 21.0)])
def test_largest_shift(altitude_m: float, shift_ppm: float, threads: ThreadPoolExecutor) -> None:
    """The report does not say at which elevation; TR 38.821 has the same numbers for 0 degrees."""
    for share, lost in ((1.0, False), (0.85, True)):
        most_hz = share * shift_ppm * 1e-6 * CARRIER_HZ
        received = received_in(under(altitude_m, 0.0, ALOHA | {"doppler_max_hz": most_hz}), threads)
        assert (lost_to("doppler", received) > 0) == lost


def test_carrier_to_noise_of_nb_iot_at_the_edge_of_the_beam(threads: ThreadPoolExecutor) -> None:
    """Set 4, LEO at 600 km, 30 degrees, power class 5, one tone of 3.75 kHz."""
    free_space_db = 20 * np.log10(4 * np.pi * 1_076e3 * CARRIER_HZ / 299_792_458)
    edge_db = PC5_DBW + G_T_DB_K + 228.6 - free_space_db - OTHER_LOSSES_DB - 10 * np.log10(3_750)
    # One message at every occasion: 5 km of way are 0.04 dB.
    for snr_min_db, lost in ((edge_db - 0.05, False), (edge_db + 0.05, True)):
        waveform = {"kind": "nb_iot", "rate_bps": 2_000.0, "snr_min_db": float(snr_min_db)}
        received = received_in(under(600e3, 30.0, waveform), threads)
        assert np.any(received.cause == RECEIVED)
        assert (lost_to("below sensitivity", received) > 0) == lost
