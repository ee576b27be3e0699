"""Link budgets and waveforms against 3GPP: TR 38.821 V16.2, TR 38.811 V15.4, TS 38.214, TS 38.306.

Published numbers are typed in `data/`; the wider tables beside the repository are used as well
where they exist. TR 38.821 prints decibels with one decimal from inputs rounded the same way:
0.2 dB covers the sum of those roundings.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from skyweft.links.antennas import dish_gain_dbi
from skyweft.links.doppler import range_rates, slant_range_m
from skyweft.links.radio import cn0_dbhz, free_space_loss_db, gt_db_k
from skyweft.links.waveforms import nr, rate_and_margin
from skyweft.scenario.waveforms import waveform_of

DATA = Path(__file__).parent / "data"
WIDER = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "ntn"
EARTH_M = 6_371e3
EARTH_GM_M3_S2 = 3.986004418e14


def rows_of(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    lines = (line for line in path.read_text().splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("row", "formula_db"),
    list(zip(rows_of(DATA / "tr38821_link_budgets.csv"), (8.58, 18.38, 6.63, 2.74), strict=True)),
)
def test_link_budget_cases(row: dict[str, str], formula_db: float) -> None:
    value = {name: float(text) for name, text in row.items() if name not in ("case", "link")}
    range_m = slant_range_m(value["elevation_deg"], 600e3)
    free_space = free_space_loss_db(range_m, value["frequency_hz"])
    assert free_space == pytest.approx(value["fspl_db"], abs=0.06)
    for spread, wanted, off in (
        (free_space, value["cnr_db"], 0.2),
        (value["fspl_db"], formula_db, 0.01),
    ):
        loss = spread + value["gas_db"] + value["shadow_db"] + value["scintillation_db"]
        ratio = cn0_dbhz(value["eirp_dbw"], value["gt_db_k"], loss)
        # The report rounds Boltzmann's constant to -228.6 dBW/K/Hz: 0.001 dB.
        assert ratio - 10 * np.log10(value["bandwidth_hz"]) == pytest.approx(wanted, abs=off)


def test_link_budgets_of_the_wider_table() -> None:
    for row in rows_of(WIDER / "tr38821_link_budget_published.csv"):
        bandwidth_mhz = {"0.4": 0.36}.get(row["bw_mhz"], float(row["bw_mhz"]))
        loss = sum(
            float(row[name])
            for name in ("fspl_db", "atm_loss_db", "shadow_margin_db", "scint_loss_db")
        )
        ratio = cn0_dbhz(float(row["eirp_dbw"]), float(row["g_over_t_db_k"]), loss)
        found = ratio - 10 * np.log10(bandwidth_mhz * 1e6)
        assert found == pytest.approx(float(row["cnr_db_published"]), abs=0.2)
        assert found == pytest.approx(float(row["cnr_db_recomputed"]), abs=0.01)


ALTITUDE_M = {"LEO-600": 600e3, "LEO-1200": 1200e3, "GEO": 35_786e3}


def test_slant_ranges_of_the_satellite_sets() -> None:
    for row in rows_of(WIDER / "tr38821_satellite_sets.csv"):
        range_m = slant_range_m(float(row["target_elevation_deg"]), ALTITUDE_M[row["orbit"]])
        assert range_m == pytest.approx(float(row["slant_range_km_spherical"]) * 1e3, abs=1e3)


@pytest.mark.parametrize(
    ("elevation_deg", "altitude_m", "range_m"),
    [(30, 600e3, 1075.1e3), (30, 1200e3, 1998.9e3), (12.5, 35_786e3, 40_316.7e3)],
)
def test_slant_range(elevation_deg: float, altitude_m: float, range_m: float) -> None:
    # TR 38.811 equation 6.6-3 at the target elevations of TR 38.821; printed to 0.1 km.
    assert slant_range_m(elevation_deg, altitude_m) == pytest.approx(range_m, abs=100)


def test_terminals() -> None:
    # TR 38.821 table 6.1.1.1-3: VSAT 39.7 dBi, 1.2 dB, 150 K; handheld 0 dBi, 7 dB, 290 K.
    assert gt_db_k(39.7, 1.2, 150) == pytest.approx(15.9, abs=0.05)
    assert gt_db_k(0, 7, 290) == pytest.approx(-31.6, abs=0.05)
    # Its dish of 0.6 m has 39.7 dBi at 20 GHz and 43.2 dBi at 30 GHz: one efficiency does both.
    assert dish_gain_dbi(0.6, [20e9, 30e9], 0.59) == pytest.approx([39.7, 43.2], abs=0.05)


@pytest.mark.parametrize(
    ("altitude_m", "shift_ppm", "drift_ppm_s"), [(600e3, 24.0, 0.27), (1200e3, 21.0, 0.13)]
)
def test_largest_doppler(altitude_m: float, shift_ppm: float, drift_ppm_s: float) -> None:
    """TR 38.821, parameters of the reference scenarios (chapter 4), terminal fixed on the Earth.

    The values were read from two public copies: notes on that chapter, and the text of TR 36.763,
    which repeats them. How they were computed is not printed. Ours, with a spherical Earth at rest
    and down to the horizon, is 4 and 3 % below the shift, 8 % above and 5 % below the drift: this
    guards against a wrong factor or sign, no more.
    """
    radius = EARTH_M + altitude_m
    rate = np.sqrt(EARTH_GM_M3_S2 / radius**3)
    horizon = np.arccos(EARTH_M / radius)
    angle = np.linspace(-horizon, horizon, 2_001)
    position = radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    velocity = radius * rate * np.stack([-np.sin(angle), np.cos(angle)], axis=-1)
    _, speed, bend = range_rates(position - [EARTH_M, 0], velocity, -(rate**2) * position)
    assert np.abs(speed).max() / 299.792458 == pytest.approx(shift_ppm, rel=0.05)
    assert bend.max() / 299.792458 == pytest.approx(drift_ppm_s, rel=0.1)


def test_spectral_efficiencies_as_printed() -> None:
    tables = {"qam64": nr.QAM64, "qam256": nr.QAM256, "low_se": nr.LOW_SE, "cqi": nr.CQI}
    printed: dict[str, list[float]] = {name: [] for name in tables}
    for row in rows_of(DATA / "ts38214_spectral_efficiency.csv"):
        printed[row["table"]].append(float(row["efficiency"]))
    for name, table in tables.items():
        np.testing.assert_allclose(nr.efficiencies(table), printed[name], rtol=0, atol=5.1e-5)


def test_thresholds_of_the_classes_of_channel_quality() -> None:
    """Efficiencies as TS 38.214 prints them, thresholds as public LTE and NR simulators have them.

    Four decimals of the efficiency are 0.005 dB at the lowest class.
    """
    printed = [
        float(row["efficiency"])
        for row in rows_of(DATA / "ts38214_spectral_efficiency.csv")
        if row["table"] == "cqi"
    ]
    copy = "-6.7 -4.7 -2.3 0.2 2.4 4.3 5.9 8.1 10.3 11.7 14.1 16.3 18.7 21.0 22.7"
    wanted = [float(word) for word in copy.split()]
    np.testing.assert_allclose(nr.snr_needed_db(printed), wanted, rtol=0, atol=5e-3)
    # Between two classes straight, which lies above capacity and a gap: by 0.03 dB in the first.
    middle = (np.array(printed[1:]) + printed[:-1]) / 2
    half = (np.array(wanted[1:]) + wanted[:-1]) / 2
    np.testing.assert_allclose(nr.snr_needed_db(middle), half, rtol=0, atol=5e-3)


def test_outside_the_classes_the_gap_to_capacity_stays() -> None:
    """Shannon's bound log2(1 + S/N), as far off as the nearest class is."""
    classes, wanted = (0.1523, 5.5547), (-6.7, 22.7)
    for ends, near, snr_db in zip(([0.06, 0.1], [6.0, 7.4]), classes, wanted, strict=True):
        bound_db = 10 * np.log10(np.exp2([near, *ends]) - 1)
        found = nr.snr_needed_db(ends)
        np.testing.assert_allclose(found - bound_db[1:], snr_db - bound_db[0], atol=5e-3)


def test_peak_rate_of_ts_38306() -> None:
    """TS 38.306 section 4.1.2: 273 blocks at 30 kHz, four layers of 256QAM: 2337 Mbit/s."""
    blocks_hz = 273 * 12 * 30e3
    rate, _ = rate_and_margin(np.array([200.0]), waveform_of(kind="nr_qam256"), blocks_hz)
    assert 4 * rate[0] == pytest.approx(2337e6, rel=5e-4)


def test_a_handheld_gets_what_its_ratio_allows() -> None:
    # SC9 down has 6.6 dB: class 7 of 15 (5.9 dB) and not class 8 (8.1 dB).
    rate, margin = rate_and_margin(
        np.array([6.6 + 10 * np.log10(30e6)]), waveform_of(kind="nr", overhead=0.0), 30e6
    )
    assert 1.4765 <= rate[0] / 30e6 * 15 / 14 < 1.9141
    assert margin[0] == pytest.approx(6.6 + 4.7, abs=1e-6)
