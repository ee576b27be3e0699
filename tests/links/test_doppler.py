import numpy as np
import pytest

from skyweft.links.doppler import doppler_hz, range_rates, slant_range_m


def test_overhead_pass_in_closed_form() -> None:
    """A circular orbit over a site that does not turn: d^2 = r^2 + R^2 - 2 r R cos(w t)."""
    radius, site, rate = 6.971e6, 6.371e6, 1.083e-3
    time_s = np.linspace(-400, 400, 81)
    angle = rate * time_s
    position = radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    velocity = radius * rate * np.stack([-np.sin(angle), np.cos(angle)], axis=-1)
    offset = position - [site, 0]
    found, speed, bend = range_rates(offset, velocity, -(rate**2) * position)

    exact = np.sqrt(radius**2 + site**2 - 2 * radius * site * np.cos(angle))
    exact_speed = radius * site * rate * np.sin(angle) / exact
    exact_bend = (radius * site * rate**2 * np.cos(angle) - exact_speed**2) / exact
    np.testing.assert_allclose(found, exact, rtol=1e-14)
    np.testing.assert_allclose(speed, exact_speed, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(bend, exact_bend, rtol=1e-12)
    # Approaching raises the frequency; overhead the shift falls fastest, through zero.
    shift = doppler_hz(2e9, speed)
    assert shift[0] > 0 > shift[-1]
    assert shift[40] == pytest.approx(0, abs=1e-9)
    assert np.argmin(doppler_hz(2e9, bend)) == 40


def test_both_ends_move() -> None:
    zero = np.zeros(3)
    found, speed, _ = range_rates([3e5, 4e5, 0], np.array([0, 50, 0]) - [0, 50, 0], zero)
    assert found == pytest.approx(5e5)
    assert speed == 0


def test_slant_range_ends() -> None:
    assert slant_range_m(90, 600e3) == pytest.approx(600e3)
    assert slant_range_m(0, 600e3) == pytest.approx(np.sqrt(2 * 6371e3 * 600e3 + 600e3**2))


def test_two_on_one_spot_have_no_direction() -> None:
    """No line between them, so no rate: 0 / 0, and no warning of it."""
    range_m, rate, bend = range_rates(np.zeros(3), np.array([1.0, 0.0, 0.0]), np.zeros(3))
    assert range_m == 0
    assert np.isnan(rate)
    assert np.isnan(bend)
