"""Air at a height, against the printed tables of the standard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.errors import RangeError
from skyweft.world.atmosphere import standard

# U.S. Standard Atmosphere, 1976, table I: geometric height [m], K, Pa, kg/m3.
TABLE = np.array(
    [
        (-1_000, 294.651, 113_929.0, 1.3470),
        (0, 288.150, 101_325.0, 1.2250),
        (5_000, 255.676, 54_048.0, 0.73643),
        (10_000, 223.252, 26_500.0, 0.41351),
        (15_000, 216.650, 12_111.0, 0.19476),
        (20_000, 216.650, 5_529.3, 0.088910),
        (30_000, 226.509, 1_197.0, 0.018410),
        (50_000, 270.650, 79.779, 0.0010269),
        (70_000, 219.585, 5.2209, 8.2829e-5),
        (80_000, 198.639, 1.0524, 1.8458e-5),
    ]
)


def test_the_standards_table() -> None:
    found = standard(TABLE[:, 0])
    np.testing.assert_allclose(found[0], TABLE[:, 1], atol=1e-3)
    # Five figures are printed, and cut rather than rounded: 1 in 10,000 at worst.
    np.testing.assert_allclose(found[1], TABLE[:, 2], rtol=1e-4)
    np.testing.assert_allclose(found[2], TABLE[:, 3], rtol=1e-4)


@given(st.floats(-5_000.0, 85_900.0), st.floats(0.01, 100.0))
def test_air_thins_upwards_as_its_weight_asks(low_m: float, step_m: float) -> None:
    """Hydrostatics: pressure falls by the weight of the air in between."""
    _, pressure, density = standard([low_m, low_m + step_m / 2, low_m + step_m])
    gravity = 9.80665 * (6_356_766.0 / (6_356_766.0 + low_m)) ** 2
    assert pressure[0] - pressure[2] == pytest.approx(
        density[1] * gravity * step_m, rel=1e-4, abs=1e-9 * pressure[0]
    )


@pytest.mark.parametrize("height_m", [-5_001.0, 86_001.0, np.inf])
def test_beyond_the_standard(height_m: float) -> None:
    with pytest.raises(RangeError, match="known from -5,000 to 86,000 m"):
        standard([0.0, height_m])


def test_nowhere_is_nothing_and_shapes_stay() -> None:
    assert np.isnan(standard(np.nan)[2])
    assert standard(np.zeros((2, 3)))[1].shape == (2, 3)
