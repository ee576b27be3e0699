"""LoRa against Semtech: SX1276/77/78/79 data sheet (rev. 7), AN1200.13, AN1200.22.

LR-FHSS against Semtech's driver `lr_fhss_mac.c` (2021), whose bits are counted here as it does.
"""

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from skyweft.links.radio import system_temperature_k
from skyweft.links.waveforms import lr_fhss
from skyweft.links.waveforms.lora import SNR_LIMIT_DB, air_time_s, bit_rate_bps
from skyweft.world.constants import BOLTZMANN_DBW_K_HZ

DATA = Path(__file__).parent / "data"


def rows_of(name: str) -> list[dict[str, float]]:
    lines = (DATA / name).read_text().splitlines()[1:]
    return [{key: float(text) for key, text in row.items()} for row in csv.DictReader(lines)]


@pytest.mark.parametrize("row", rows_of("semtech_air_time.csv"), ids=str)
def test_air_time(row: dict[str, float]) -> None:
    found = air_time_s(
        row["payload_bytes"],
        row["spreading_factor"],
        row["bandwidth_hz"],
        row["coding_rate"],
        header=row["header"],
        crc=row["crc"],
    )
    # Exact: whole symbols of whole microseconds.
    assert found * 1e3 == pytest.approx(row["time_ms"], abs=1e-6)


def test_bit_rates_of_the_data_sheet() -> None:
    # AN1200.22 and the LoRaWAN regional parameters: 125 kHz, 4/5.
    printed = [5469, 3125, 1758, 977, 537, 293]
    np.testing.assert_allclose(bit_rate_bps(np.arange(7, 13)), printed, rtol=0, atol=0.5)


def test_sensitivity() -> None:
    """Thermal noise, 6 dB of noise figure and the SNR limits give the printed sensitivities.

    The data sheet's values lie 0 to 2.5 dB above, 1 dB as a rule: they are whole decibels of a
    measured chip; never below.
    """
    noise_dbw_hz = BOLTZMANN_DBW_K_HZ + 10 * np.log10(system_temperature_k(6.0, 290.0))
    limits = np.array([SNR_LIMIT_DB[factor] for factor in range(7, 13)])
    for row in rows_of("semtech_sensitivity.csv"):
        computed_dbm = noise_dbw_hz + 30 + 10 * np.log10(row["bandwidth_hz"]) + limits
        printed_dbm = np.array([row[f"sf{factor}"] for factor in range(7, 13)])
        excess = printed_dbm - computed_dbm
        assert np.all(excess > -0.1)
        assert np.all(excess < 2.6)
        assert np.median(excess) == pytest.approx(1.0, abs=0.55)


def test_each_step_is_two_and_a_half_decibels() -> None:
    assert SNR_LIMIT_DB == {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}


HEADER_BITS, FRAGMENT_BITS, GUARD_BITS = 114, 48, 2


@pytest.mark.parametrize(("code_rate", "coded"), [("1/3", 3), ("2/3", 1.5)])
def test_lr_fhss_fragments(code_rate: lr_fhss.CodeRate, coded: float) -> None:
    """The payload, two bytes of checksum and six bits of tail, coded, in fragments of 48 bits."""
    for payload_bytes in range(256):
        bits = int(((payload_bytes + 2) * 8 + 6) * coded)
        pieces = (bits + FRAGMENT_BITS - 1) // FRAGMENT_BITS
        assert lr_fhss.fragments(payload_bytes, code_rate) == pieces
        # The chip ends with the last bit, we with the fragment it is in.
        sent = bits + GUARD_BITS * pieces + HEADER_BITS * lr_fhss.HEADERS[code_rate]
        longer = lr_fhss.air_time_s(payload_bytes, code_rate) * lr_fhss.CARRIER_HZ - sent
        assert -1e-9 < longer < FRAGMENT_BITS


def test_lr_fhss_symbols() -> None:
    lasting = np.array([lr_fhss.HEADER_S, lr_fhss.FRAGMENT_S])
    symbols = [HEADER_BITS, FRAGMENT_BITS + GUARD_BITS]
    np.testing.assert_allclose(lasting * lr_fhss.CARRIER_HZ, symbols)


@pytest.mark.parametrize(("code_rate", "share"), [("1/3", Fraction(1, 3)), ("2/3", Fraction(2, 3))])
def test_lr_fhss_fragments_needed(code_rate: lr_fhss.CodeRate, share: Fraction) -> None:
    """As many as the code adds may be lost: Boquet et al. (2021), in whole numbers."""
    for payload_bytes in range(256):
        needed = lr_fhss.fragments_needed(payload_bytes, code_rate)
        assert needed == math.ceil(share * lr_fhss.fragments(payload_bytes, code_rate))
