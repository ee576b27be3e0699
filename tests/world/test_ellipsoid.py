import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skyweft.world.ellipsoid import SEMI_MAJOR_M, SEMI_MINOR_M, to_ecef, to_geodetic, up


def test_axes() -> None:
    corners = to_ecef([0, 0, 90, -90], [0, 90, 0, 123], 0.0)
    expected = [[SEMI_MAJOR_M, 0, 0], [0, SEMI_MAJOR_M, 0], [0, 0, SEMI_MINOR_M]]
    np.testing.assert_allclose(corners[:3], expected, atol=1e-8)
    np.testing.assert_allclose(corners[3], [0, 0, -SEMI_MINOR_M], atol=1e-8)
    assert pytest.approx(6_356_752.314245, abs=1e-6) == SEMI_MINOR_M  # NGA.STND.0036, WGS84


@given(
    st.floats(-90, 90),
    st.floats(-179.9999, 179.9999),
    st.floats(-12e3, 50e6),  # deepest trench to above geostationary
)
@example(90.0, 0.0, 35_786e3)
@example(-90.0, 0.0, 0.0)
@example(89.9999999, 12.0, 500e3)
@example(0.0, 180.0, 0.0)
def test_there_and_back(latitude: float, longitude: float, altitude: float) -> None:
    found = to_geodetic(to_ecef(latitude, longitude, altitude))
    # 1e-12 deg is 1e-7 m on the ground; a double at 56,000 km has steps of 7e-9 m.
    assert found[0] == pytest.approx(latitude, abs=1e-12)
    assert found[2] == pytest.approx(altitude, abs=2e-8)
    back = to_ecef(*found)
    np.testing.assert_allclose(back, to_ecef(latitude, longitude, altitude), rtol=0, atol=1e-6)


@given(st.floats(-90, 90), st.floats(-6.15e6, -5e5))
def test_the_deep_inside_holds_to_the_limit_it_states(latitude: float, altitude: float) -> None:
    found = to_geodetic(to_ecef(latitude, 30.0, altitude))
    assert found[2] == pytest.approx(altitude, abs=1e-6)


def test_a_pole_is_at_longitude_zero() -> None:
    latitude, longitude, altitude = to_geodetic(np.array([[0, 0, 7e6], [0, 0, -7e6]]))
    np.testing.assert_array_equal(latitude, [90, -90])
    np.testing.assert_array_equal(longitude, [0, 0])
    np.testing.assert_allclose(altitude, 7e6 - SEMI_MINOR_M)


def test_the_vertical_is_where_altitude_grows() -> None:
    latitude, longitude = np.array([-33.9, 0.0, 51.5]), np.array([18.4, -78.5, -0.1])
    step = to_ecef(latitude, longitude, 1000.0) - to_ecef(latitude, longitude, 0.0)
    np.testing.assert_allclose(step / 1000, up(latitude, longitude), atol=1e-11)


def test_shapes_broadcast() -> None:
    assert to_ecef(np.zeros((4, 1)), np.zeros(5), np.zeros(5)).shape == (4, 5, 3)
    assert to_ecef(0.0, np.zeros(5), 1.0).shape == (5, 3)
    assert up(1.0, 2.0).shape == (3,)
    assert [each.shape for each in to_geodetic(np.full((4, 5, 3), np.nan))] == [(4, 5)] * 3
