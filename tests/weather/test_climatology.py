"""The 95th percentiles of winds, against the package they come from."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.weather.climatology import YEAR_DAYS, percentile_95, winds

MONTHS = (np.arange(12) + 0.5) / 12 * YEAR_DAYS


def test_what_is_kept_comes_back() -> None:
    table = winds()
    latitude_deg = table.south_deg + table.step_deg * np.arange(table.speed_m_s.shape[2])
    found = percentile_95(
        latitude_deg[None, None, :], table.altitude_m[None, :, None], MONTHS[:, None, None]
    )
    np.testing.assert_allclose(found, table.speed_m_s, atol=1e-9)


@given(st.floats(-85, 85), st.floats(9_126, 47_000), st.floats(0, 366))
def test_in_between_is_in_between(latitude: float, height: float, day: float) -> None:
    """Nowhere is it above or below all speeds of the cell around, and the year has no seam."""
    table = winds()
    south = min(int((latitude - table.south_deg) / table.step_deg), table.speed_m_s.shape[2] - 2)
    low = min(int(np.searchsorted(table.altitude_m, height, "right")) - 1, 16)
    month = int(np.floor(day / YEAR_DAYS * 12 - 0.5)) % 12
    cell = table.speed_m_s[[month, (month + 1) % 12], low : low + 2, south : south + 2]
    found = float(percentile_95(latitude, height, day))
    assert cell.min() - 1e-9 <= found <= cell.max() + 1e-9
    assert found == pytest.approx(float(percentile_95(latitude, height, day + YEAR_DAYS)))


def test_beyond_the_table_it_is_as_at_its_edge() -> None:
    assert percentile_95(90, 2_000, 10) == percentile_95(85, 9_126, 10)
    assert percentile_95(-90, 60_000, 10) == percentile_95(-85, 47_229, 10)


def test_the_sky_is_the_known_one() -> None:
    """Jets at 10 km blow harder in winter, the polar night's at 40 km too, and 20 km is calm."""
    january, july = MONTHS[0], MONTHS[6]
    assert percentile_95(35, 11_000, january) > 1.5 * percentile_95(35, 11_000, july)
    assert percentile_95(60, 40_000, january) > 2 * percentile_95(60, 40_000, july)
    assert percentile_95(-60, 40_000, july) > 2 * percentile_95(-60, 40_000, january)
    for latitude in (20, 40, 50):
        assert percentile_95(latitude, 20_500, july) < percentile_95(latitude, 11_000, july)
    assert percentile_95(45, 20_000, january) > 40


def test_the_trap_of_means() -> None:
    """A mean wind, such as HWM14's 18 m/s at 20 km over East Asia in winter, is far below it."""
    assert percentile_95(40, 20_000, MONTHS[0]) > 2 * 18


def test_against_its_source() -> None:
    """Every cell of the source that was kept, to the rounding; needs the package it is from."""
    if importlib.util.find_spec("aerosandbox") is None:
        pytest.skip("aerosandbox is not installed")
    place = Path(str(importlib.util.find_spec("aerosandbox").origin)).parent  # type: ignore[union-attr]
    folder = place / "library/datasets/winds_and_tropopause_global"
    speed = np.load(folder / "winds_95_vs_altitude_latitude_day.npy")
    np.testing.assert_allclose(winds().speed_m_s, np.moveaxis(speed[:, 5:-5:5], -1, 0), atol=0.0501)
