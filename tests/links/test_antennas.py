import numpy as np
import pytest
from pydantic import TypeAdapter

from skyweft.links.antennas import (
    array_gain_dbi,
    dish_gain_dbi,
    dish_off_axis_gain_dbi,
    gain_towards_dbi,
    peak_gain_dbi,
    side_lobe_angle_deg,
)
from skyweft.scenario.terminals import Antenna, AnyAntenna
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

ANTENNA: TypeAdapter[Antenna] = TypeAdapter(AnyAntenna)


def test_gain_grows_with_area_and_frequency() -> None:
    gain = dish_gain_dbi([1.0, 2.0, 1.0], [10e9, 10e9, 20e9], 0.6)
    np.testing.assert_allclose(gain[1:] - gain[0], 20 * np.log10(2), atol=1e-12)


@pytest.mark.parametrize("diameter_m", [0.01, 0.1, 0.3, 0.45, 1.0, 1.5, 3.0, 30.0])
def test_dish_never_rises_off_axis(diameter_m: float) -> None:
    phi = np.linspace(0, 180, 200_001)
    gain = dish_off_axis_gain_dbi(phi, diameter_m, 12e9, 0.65)
    assert gain[0] == pytest.approx(dish_gain_dbi(diameter_m, 12e9, 0.65))
    assert np.all(np.diff(gain) <= 1e-12)


@pytest.mark.parametrize(
    ("wavelengths", "angle_deg"),
    [(200, 1.0), (50.5, 100 / 50.5), (33.3, 114 * 33.3**-1.09), (33.2, 2.5), (5, 2.5)],
)
def test_where_the_envelope_of_side_lobes_begins(wavelengths: float, angle_deg: float) -> None:
    """phi_min of Recommendation ITU-R S.465-6, recommends 2, beside where its words change."""
    assert side_lobe_angle_deg(wavelengths) == pytest.approx(angle_deg, rel=1e-12)


def test_half_power_beamwidth() -> None:
    # 0.0025 (phi D / lambda)^2 = 3 dB at phi = 34.6 lambda / D: the usual 70 lambda / D.
    wavelengths = 100.0
    gain = dish_off_axis_gain_dbi(34.64 / wavelengths, 2.99792458, 10e9, 0.65)
    assert gain == pytest.approx(dish_gain_dbi(2.99792458, 10e9, 0.65) - 3, abs=0.01)


def test_array_falls_with_the_cosine() -> None:
    gain = array_gain_dbi([0, 60, 75], 30, 1.0, 70)
    assert gain[0] == pytest.approx(30)
    assert gain[1] == pytest.approx(30 - 10 * np.log10(2))
    assert gain[2] == -np.inf


def test_array_reaches_its_limit() -> None:
    assert np.isfinite(array_gain_dbi(65.0, 30, 1.2, 65.0))
    assert array_gain_dbi([90.0, 120.0], 30, 1.2).tolist() == [-np.inf, -np.inf]


@pytest.mark.parametrize(
    ("antenna", "rise_deg", "gain_dbi"),
    [
        ({"kind": "isotropic", "gain_dbi": 3.0}, -40.0, 3.0),
        ({"kind": "phased_array", "gain_dbi": 30.0, "exponent": 1.0, "boresight": "up"}, 90, 30.0),
        ({"kind": "phased_array", "gain_dbi": 30.0, "exponent": 1.0, "boresight": "up"}, 30, 26.99),
        ({"kind": "phased_array", "gain_dbi": 30.0, "boresight": "up"}, -60, -np.inf),
        ({"kind": "phased_array", "gain_dbi": 30.0, "exponent": 1.0, "boresight": "down"}, -90, 30),
        ({"kind": "parabolic", "diameter_m": 3.0, "boresight": "down"}, -80.0, 7.0),
        ({"kind": "parabolic", "diameter_m": 3.0, "boresight": "up"}, 80.0, 7.0),
    ],
)
def test_boresights(antenna: dict[str, object], rise_deg: float, gain_dbi: float) -> None:
    rise = np.array([np.sin(np.radians(rise_deg))])
    found = gain_towards_dbi(ANTENNA.validate_python(antenna), 12e9, rise)
    np.testing.assert_allclose(found, gain_dbi, atol=0.01)


def test_a_tracking_dish_keeps_its_peak() -> None:
    dish = ANTENNA.validate_python({"kind": "parabolic", "diameter_m": 1.0})
    assert gain_towards_dbi(dish, 12e9, np.array([0.1])) == peak_gain_dbi(dish, 12e9)


@pytest.mark.parametrize("boresight", ["up", "down", "tracking"])
def test_a_dish_has_one_peak_wherever_it_looks(boresight: str) -> None:
    keys = {"diameter_m": 2.0, "efficiency": 0.6, "boresight": boresight}
    dish = ANTENNA.validate_python({"kind": "parabolic", **keys})
    circumference = np.pi * 2.0 * 12e9 / SPEED_OF_LIGHT_M_S
    assert peak_gain_dbi(dish, 12e9) == pytest.approx(10 * np.log10(0.6 * circumference**2))
