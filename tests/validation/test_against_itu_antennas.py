"""Antenna patterns against Recommendation ITU-R S.465-6 (01/2010) and Radio Regulations, App. 7."""

import csv
from pathlib import Path

import numpy as np
import pytest

from skyweft.links.antennas import dish_gain_dbi, dish_off_axis_gain_dbi, side_lobe_angle_deg
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

FREQUENCY_HZ = 10e9
LINES = (Path(__file__).parent / "data" / "itu_s465_envelope.csv").read_text().splitlines()[1:]


def off_axis(wavelengths: float, phi_deg: float) -> float:
    diameter_m = wavelengths * SPEED_OF_LIGHT_M_S / FREQUENCY_HZ
    return float(dish_off_axis_gain_dbi(phi_deg, diameter_m, FREQUENCY_HZ, 0.65))


@pytest.mark.parametrize("row", list(csv.DictReader(LINES)), ids=str)
def test_envelope(row: dict[str, str]) -> None:
    found = off_axis(float(row["wavelengths"]), float(row["off_axis_deg"]))
    # The reference is rounded to 0.01 dB; 32 - 25 log10(48) is -10.03, cut at -10.
    assert found == pytest.approx(float(row["gain_dbi"]), abs=0.006)


@pytest.mark.parametrize(
    ("wavelengths", "phi_min_deg"),
    [
        (200, 1.0),  # the larger of 1 degree and 100 lambda / D
        (100, 1.0),
        (80, 1.25),
        (50, 2.0),
        (49, 2.0),  # the larger of 2 degrees and 114 (D / lambda)^-1.09 = 1.64
        (33.3, 2.4967),
        (33.2, 2.5),  # note 5
        (10, 2.5),
    ],
)
def test_where_the_envelope_begins(wavelengths: float, phi_min_deg: float) -> None:
    assert side_lobe_angle_deg(wavelengths) == pytest.approx(phi_min_deg, abs=5e-4)


@pytest.mark.parametrize("wavelengths", [60.0, 100.0, 250.0])
def test_main_lobe_of_appendix_7(wavelengths: float) -> None:
    """Gmax - 0.0025 (phi D / lambda)^2 up to phi_m = 20 lambda / D sqrt(Gmax - G1), then G1."""
    diameter_m = wavelengths * SPEED_OF_LIGHT_M_S / FREQUENCY_HZ
    peak = float(dish_gain_dbi(diameter_m, FREQUENCY_HZ, 0.65))
    plateau = 32 - 25 * np.log10(side_lobe_angle_deg(wavelengths))
    phi_m = 20 / wavelengths * np.sqrt(peak - plateau)
    assert phi_m < side_lobe_angle_deg(wavelengths)
    assert off_axis(wavelengths, 0) == pytest.approx(peak)
    half = peak - 2.5e-3 * (wavelengths * phi_m / 2) ** 2
    assert off_axis(wavelengths, phi_m / 2) == pytest.approx(half)
    assert off_axis(wavelengths, phi_m) == pytest.approx(plateau)
    assert off_axis(wavelengths, (phi_m + side_lobe_angle_deg(wavelengths)) / 2) == (
        pytest.approx(plateau)
    )
