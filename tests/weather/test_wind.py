"""Winds over a place: as strong, as lasting and as wide as they are said to be."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.weather import model
from skyweft.weather.climatology import percentile_95
from skyweft.weather.wind import Wind, at, everywhere, over
from skyweft.world.clock import Clock

CLOCK = Clock.at(datetime(2026, 1, 1, tzinfo=UTC))
BAND = (18_000.0, 22_000.0)
DAY_S = 86_400.0


def _over(
    seed: int,
    wind: model.Wind | None = None,
    place: tuple[float, float] = (30.0, 114.0),
    band: tuple[float, float] = BAND,
    days: float = 3,
) -> Wind:
    return over(everywhere(wind or model.Wind(), CLOCK, days * DAY_S, seed), *place, band)


@pytest.mark.parametrize("shape", [1.0, 1.5, 2.0, 3.0])
def test_one_in_twenty_is_above_the_percentile(shape: float) -> None:
    """For any shape: the percentile is the data, the shape is an assumption below it."""
    above = []
    for seed in range(60):
        wind = _over(seed, model.Wind(shape=shape), days=30)
        speed = np.hypot(*np.moveaxis(wind.speed_m_s, -1, 0))
        day = wind.step_s / DAY_S * np.arange(len(speed))[:, None]
        above.append(np.mean(speed > percentile_95(30.0, wind.altitude_m, day)))
    # 60 runs of 20 correlation times: about a thousand independent winds, so a deviation of 0.7 %.
    assert np.mean(above) == pytest.approx(0.05, abs=0.015)


def test_lasting_wide_and_deep() -> None:
    """1/e after the correlation time; a bell over distance and over height; axes independent."""
    here, there, later, higher, north = (
        np.array(
            [
                values
                for seed in range(400)
                for wind in [_over(seed, band=BAND)]
                for values in [pick(wind, seed)]
            ]
        )
        for pick in (
            lambda wind, _: wind.speed_m_s[0, 0, 0],
            lambda _, seed: _over(seed, place=(30.0, 124.0)).speed_m_s[0, 0, 0],
            lambda wind, _: wind.speed_m_s[24, 0, 0],
            lambda wind, _: wind.speed_m_s[0, 6, 0],
            lambda wind, _: wind.speed_m_s[0, 0, 1],
        )
    )
    # 400 draws: a correlation is known to 0.05, and 64 waves add 0.06 that these 400 share not.
    for other, expected in (
        (later, np.exp(-1)),
        (there, np.exp(-((963e3 / model.LENGTH_M) ** 2) / 2)),
        (higher, np.exp(-((3_000 / model.DEPTH_M) ** 2) / 2)),
        (north, 0.0),
    ):
        assert np.corrcoef(here, other)[0, 1] == pytest.approx(expected, abs=0.12)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 20))
def test_a_longer_run_begins_alike(seed: int, days: float) -> None:
    short, long = _over(seed, days=days), _over(seed, days=days + 7)
    np.testing.assert_array_equal(short.speed_m_s, long.speed_m_s[: len(short.speed_m_s)])


@settings(max_examples=20)
@given(st.integers(0, 1000), st.floats(18_000, 22_000), st.floats(0, 2.9 * DAY_S))
def test_bands_and_neighbours_share_one_field(seed: int, height: float, time: float) -> None:
    """A band cut out of a wider one has the same winds, up to what lies between its levels."""
    wide = at(_over(seed, band=(17_000.0, 23_000.0)), height, time)
    narrow = at(_over(seed), height, time)
    np.testing.assert_allclose(np.array(wide), np.array(narrow), atol=0.8)


def test_knots_come_back_and_between_them_is_a_straight_line() -> None:
    wind = _over(5)
    east, north = at(wind, wind.altitude_m[3], wind.step_s * np.arange(20))
    np.testing.assert_allclose(np.stack([east, north], -1), wind.speed_m_s[:20, 3])
    half = at(wind, wind.altitude_m[3], 0.5 * wind.step_s)[0]
    assert half == pytest.approx(wind.speed_m_s[:2, 3, 0].mean())
    np.testing.assert_array_equal(at(wind, 0.0, 0.0), at(wind, BAND[0], 0.0))


def test_given_winds() -> None:
    steady = _over(1, model.Wind(source="steady", east_m_s=3.0, north_m_s=-4.0))
    assert at(steady, [0.0, 20e3], [0.0, 1e9])[0].tolist() == [3.0, 3.0]
    assert float(at(steady, 20e3, 77.0)[1]) == -4.0
    assert not np.any(_over(1, model.Wind(source="calm")).speed_m_s)


@pytest.mark.parametrize(
    ("keys", "idle"),
    [
        ({"source": "calm", "shape": 2.0}, "shape"),
        ({"source": "steady", "correlation_time_s": 7200.0}, "correlation_time_s"),
        ({"east_m_s": 1.0}, "east_m_s"),
    ],
)
def test_keys_that_nobody_reads_are_refused(keys: dict[str, object], idle: str) -> None:
    with pytest.raises(ValueError, match=f"does not read {idle}"):
        model.Wind.model_validate(keys)
