"""The Sun and the energy of days against pvlib 0.16: NREL's SPA, good to 0.0003 degrees.

Tolerance: 0.02 degrees, as the almanac's low-precision formulas promise. pvlib counts in parallax
(0.0024 degrees) and we do not; neither refracts in what is compared.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from skyweft.fleet import Floats
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import up
from skyweft.world.sun import (
    SOLAR_CONSTANT_W_M2,
    sun_angles,
    sun_direction,
    sun_elevation,
    sunlight,
)

pvlib = pytest.importorskip("pvlib", reason="the group oracles is not installed")
pd = pytest.importorskip("pandas")

DAY_S = 86_400.0


def _angle_deg(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Floats:
    """Return the angles between directions of elevation and azimuth."""
    (h, a), (g, b) = np.radians(one), np.radians(other)
    chord = np.sin((h - g) / 2) ** 2 + np.cos(h) * np.cos(g) * np.sin((a - b) / 2) ** 2
    return np.degrees(2 * np.arcsin(np.sqrt(chord)))


@pytest.mark.parametrize("year", [1975, 2004, 2026, 2045])
def test_where_the_sun_stands(year: int) -> None:
    """Three hundred moments and places of a year, poles and beyond 180 degrees among them."""
    random = np.random.default_rng(year)
    time_s = np.sort(random.uniform(0, 365 * DAY_S, 300))
    latitude_deg = np.append([90.0, -90.0], random.uniform(-90, 90, 298))
    longitude_deg = random.uniform(-360, 360, 300)
    start = datetime(year, 1, 1, 3, 7, tzinfo=UTC)
    clock = Clock.at(start)
    found = sun_angles(clock, time_s, latitude_deg, longitude_deg)
    moments = [start + timedelta(seconds=each) for each in time_s.tolist()]
    expected = [
        pvlib.solarposition.spa_python(
            pd.DatetimeIndex([moment]), latitude, longitude, delta_t=None
        ).iloc[0]
        for moment, latitude, longitude in zip(
            moments, latitude_deg, (longitude_deg + 180) % 360 - 180, strict=True
        )
    ]
    theirs = tuple(np.array([each[name] for each in expected]) for name in ("elevation", "azimuth"))
    assert _angle_deg(found, (theirs[0], theirs[1])).max() < 0.02
    # Both of our ways are one Sun.
    direction = sun_direction(clock, time_s)
    height = sun_elevation(up(latitude_deg, longitude_deg), direction)
    np.testing.assert_allclose(found[0], np.diag(height), atol=1e-9)


@pytest.mark.parametrize("latitude_deg", [0.0, 35.0, 50.0, 66.0])
def test_the_energy_of_a_day(latitude_deg: float) -> None:
    """On a level face above the air, every month: pvlib's flux and zenith, minute by minute."""
    for month in range(1, 13):
        start = datetime(2026, month, 21, tzinfo=UTC)
        clock, time_s = Clock.at(start), np.arange(0.0, DAY_S, 60.0)
        elevation_deg, _ = sun_angles(clock, time_s, latitude_deg, 0.0)
        ours = np.sum(sunlight(clock, time_s) * np.maximum(np.sin(np.radians(elevation_deg)), 0))
        when = pd.date_range(start, periods=len(time_s), freq="60s")
        place = pvlib.solarposition.get_solarposition(when, latitude_deg, 0.0)
        flux = pvlib.irradiance.get_extra_radiation(
            when, solar_constant=SOLAR_CONSTANT_W_M2, method="nrel"
        )
        sine = np.maximum(np.sin(np.radians(place["elevation"].to_numpy())), 0)
        # Half a per cent; where the Sun hardly rises 0.02 degrees of its height are more.
        theirs = np.sum(flux.to_numpy() * sine)
        allowed = 0.005 * theirs + np.radians(0.02) * SOLAR_CONSTANT_W_M2 * np.sum(sine > 0)
        assert abs(ours - theirs) < allowed
