"""Random access against the closed forms of pure and slotted ALOHA, LoRa, LR-FHSS and NPRACH.

N. Abramson, "The ALOHA system", AFIPS 1970, and L. G. Roberts, "ALOHA packet system with and
without slots and capture", 1972, by their formulas; the others as named at each test.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from skyweft.delivery.access.collisions import Signals, destroyed
from skyweft.delivery.access.reception import begin, receive
from skyweft.delivery.product import RECEIVED, Receptions
from skyweft.links.waveforms import lora, lr_fhss
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario

FRAMES = 400_000


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def survivors(start_s: Any, threads: ThreadPoolExecutor, need_db: float = 1e9) -> float:
    """Return the share of frames of one second, of equal power, that are not destroyed."""
    count = len(start_s)
    signals = Signals(
        np.zeros(count, np.int32), start_s, start_s + 1.0, np.zeros(count, np.float32),
        np.zeros(count, np.float32), np.zeros(count, np.int8),
    )  # fmt: skip
    need = np.full((1, 1, 1), need_db, np.float32)
    return 1 - float(np.mean(destroyed(signals, 1, np.zeros(1, np.int16), need, threads)))


@pytest.mark.parametrize("load", [0.05, 0.25, 0.5, 1.0, 2.0])
def test_throughput_of_pure_and_slotted_aloha(load: float, threads: ThreadPoolExecutor) -> None:
    random = np.random.default_rng(5)
    start_s = np.sort(random.uniform(0, FRAMES / load, FRAMES))
    # Fates of frames that overlap are alike, so a little more than independent draws would spread:
    # five standard errors.
    tolerance = load * 5 * np.sqrt(0.25 / FRAMES)
    assert load * survivors(start_s, threads) == pytest.approx(
        load * np.exp(-2 * load), abs=tolerance
    )
    slotted = load * survivors(np.ceil(start_s), threads)
    assert slotted == pytest.approx(load * np.exp(-load), abs=tolerance)


def above(devices: int, waveform: dict[str, Any], **rule: Any) -> Scenario:
    """Return a scenario of devices under one airship that hears everything."""
    places = {"kind": "population", "count": devices, "region": "land"}
    here = {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 114.0}
    return Scenario.model_validate(
        {
            "name": "an airship over devices",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": 20_000.0,
            "seed": 3,
            "platforms": {
                "devices": {"layer": "ground", "motion": places, "terminals": ["node"]},
                "airship": {
                    "layer": "near_space",
                    "motion": here | {"altitude_m": 36_000e3},
                    "terminals": ["hears"],
                },
                "home": {"layer": "ground", "motion": here},
            },
            "terminals": {
                "node": {"kind": "radio", "frequency_hz": 401e6, "eirp_dbw": 60.0, "gt_db_k": 0.0},
                "hears": {"kind": "radio", "frequency_hz": 401e6, "eirp_dbw": 0.0, "gt_db_k": 0.0},
            },
            "waveforms": {"air": waveform},
            "links": [
                {
                    "between": ["node", "hears"],
                    "waveform": "air",
                    "elevation_min_deg": -90.0,
                    "windows": False,
                }
            ],
            "messages": [
                {"source": "devices", "target": "home", "size_bytes": 20, "arrivals": "poisson"}
                | rule
            ],
        }
    )


def share_received(scenario: Scenario, threads: ThreadPoolExecutor) -> tuple[float, Receptions]:
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, scenario.duration_s, threads)
    end_s = scenario.duration_s
    received, _ = receive(scenario, fleet, motion, 0.0, end_s, begin(scenario, fleet), threads)
    # Frames at the very end are not over when the run is.
    return float(np.mean(received.cause[received.created_s < end_s - 10] == RECEIVED)), received


def rate_per_s(scenario: Scenario) -> float:
    return scenario.platforms["devices"].motion.count / scenario.messages[0].period_s  # type: ignore[attr-defined]


# Five standard errors of a share of some 100,000 messages, for all tests below.
TOLERANCE = 5 * np.sqrt(0.25 / 1e5)


def test_aloha_end_to_end(threads: ThreadPoolExecutor) -> None:
    scenario = above(1_000, {"kind": "aloha"}, period_s=200.0)
    load = rate_per_s(scenario) * 160 / 400
    assert share_received(scenario, threads)[0] == pytest.approx(np.exp(-2 * load), abs=TOLERANCE)


def test_slotted_aloha_end_to_end(threads: ThreadPoolExecutor) -> None:
    # Guard time for 36,000 to 42,600 km above places that may be on the other side.
    scenario = above(1_000, {"kind": "slotted_aloha", "slot_s": 0.5}, period_s=200.0)
    load = rate_per_s(scenario) * 0.5
    assert share_received(scenario, threads)[0] == pytest.approx(np.exp(-load), abs=TOLERANCE)


def test_lora_without_capture(threads: ThreadPoolExecutor) -> None:
    """Spreading factors apart, no capture, no harmless beginning: exp(-2 N lambda T)."""
    waveform = {
        "kind": "lora_sf9", "channels": 3, "capture_db": 200.0, "inter_sf": False,
        "preamble_symbols": 5,
    }  # fmt: skip
    scenario = above(1_000, waveform, period_s=200.0)
    on_air_s = float(lora.air_time_s(33, 9, preamble_symbols=5))
    expected = np.exp(-2 * rate_per_s(scenario) / 3 * on_air_s)
    assert share_received(scenario, threads)[0] == pytest.approx(expected, abs=TOLERANCE)


def test_harmless_preamble(threads: ThreadPoolExecutor) -> None:
    """Of T, only what follows the unneeded symbols can be hit: exp(-N lambda (2 T - harmless))."""
    waveform = {
        "kind": "lora_sf9", "capture_db": 200.0, "inter_sf": False, "preamble_symbols": 45,
    }  # fmt: skip
    scenario = above(1_000, waveform, period_s=400.0)
    on_air_s = float(lora.air_time_s(33, 9, preamble_symbols=45))
    harmless_s = 40 * 512 / 125e3
    expected = np.exp(-rate_per_s(scenario) * (2 * on_air_s - harmless_s))
    assert share_received(scenario, threads)[0] == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("code_rate", ["1/3", "2/3"])
def test_lr_fhss(code_rate: lr_fhss.CodeRate, threads: ThreadPoolExecutor) -> None:
    """Header copies and binomial fragments, as in the analysis of Ullah et al. (2022).

    M. A. Ullah, K. Mikhaylov and H. Alves, "Analysis and simulation of LoRaWAN LR-FHSS for
    direct-to-satellite scenario", IEEE Wireless Communications Letters 11(3), 2022: every hop is
    on a carrier of its own, any of 280, and a hit of any length destroys it. In grids of 35, as by
    default, hops of two messages meet less evenly, and the share is up to 0.02 less.
    """
    period_s = {"1/3": 60.0, "2/3": 200.0}[code_rate]
    waveform = {"kind": "lr_fhss", "code_rate": code_rate, "grids": 1, "channels": 280}
    scenario = above(2_000, waveform, period_s=period_s)
    headers = lr_fhss.HEADERS[code_rate]
    pieces = lr_fhss.fragments(33, code_rate)
    lengths = np.array([lr_fhss.HEADER_S] * headers + [lr_fhss.FRAGMENT_S] * pieces)
    rate = rate_per_s(scenario) / 280
    header, fragment = (
        np.exp(-rate * np.sum(lengths + mine)) for mine in (lr_fhss.HEADER_S, lr_fhss.FRAGMENT_S)
    )
    needed = lr_fhss.fragments_needed(33, code_rate)
    enough = binom.sf(needed - 1, pieces, fragment)
    expected = (1 - (1 - header) ** headers) * enough
    assert 0.2 < expected < 0.98
    # The formula takes the hops of a message as independent, though one other message may hit two.
    assert share_received(scenario, threads)[0] == pytest.approx(expected, abs=0.01)


def test_lr_fhss_time_on_air() -> None:
    """Boquet et al. (2021): N headers of 233.472 ms and ceil((L + 3) / M) fragments of 102.4 ms."""
    assert lr_fhss.air_time_s(10, "1/3") == pytest.approx(3 * 0.233472 + 7 * 0.1024)
    assert lr_fhss.air_time_s(10, "2/3") == pytest.approx(2 * 0.233472 + 4 * 0.1024)
    # Regional parameters print 162 and 325 bit/s, without the two symbols of each fragment.
    assert lr_fhss.bit_rate_bps("1/3") == pytest.approx(162 * 48 / 50, abs=1)
    assert lr_fhss.bit_rate_bps("2/3") == pytest.approx(325 * 48 / 50, abs=1)


def test_nprach_collisions(threads: ThreadPoolExecutor) -> None:
    """One of 48 preambles at every occasion: a device is alone with probability exp(-N / 48).

    3GPP TR 37.868 (annex B) has the same formula for RACH: 1 - exp(-rate / opportunities).
    """
    scenario = above(4_000, {"kind": "nb_iot"}, period_s=200.0)
    contenders = rate_per_s(scenario) * 0.64
    expected = np.exp(-contenders / 48)
    assert share_received(scenario, threads)[0] == pytest.approx(expected, abs=TOLERANCE)


def test_retries_until_heard(threads: ThreadPoolExecutor) -> None:
    """Attempts far apart, at low load, are as good as independent: 1 - (1 - p)^n."""
    scenario = above(
        500, {"kind": "aloha"}, period_s=4_000.0, confirmed=True, attempts_max=3, back_off_s=60.0
    )
    share, received = share_received(scenario, threads)
    attempts = received.attempts.sum() / scenario.duration_s
    alone = np.exp(-2 * attempts * 0.4)
    assert share == pytest.approx(1 - (1 - alone) ** 3, abs=0.01)
