"""Solar aircraft: closed forms of level flight and glide, and the closure of day and night."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import skyweft
from skyweft.errors import ScenarioError
from skyweft.motion import build_fleet, propagate
from skyweft.motion.aircraft import Soaring
from skyweft.motion.lines import lines
from skyweft.scenario.reading import load
from skyweft.world.atmosphere import standard
from skyweft.world.constants import STANDARD_GRAVITY_M_S2
from skyweft.world.ellipsoid import to_ecef, to_geodetic

DAY_S = 86_400.0
FRAME = {"mass_kg": 75.0, "wing_m2": 27.0, "endurance_factor": 25.0, "propeller_efficiency": 0.75}
ENERGY = {
    "array_m2": 25.0,
    "array_efficiency": 0.22,
    "battery_wh": 20e3,
    "payload_w": 50.0,
}
# Of an aircraft like the Zephyr S as published: 75 kg, a span of 25 m. The rest is assumed.


def _scenario(
    band: tuple[float, float] = (18e3, 22e3),
    latitude_deg: float = 33.0,
    start: datetime = datetime(2026, 6, 21, 6, tzinfo=UTC),
    duration_s: float = DAY_S,
    energy: dict[str, Any] | None = None,
    wind: dict[str, Any] | None = None,
    **more: Any,
) -> skyweft.Scenario:
    circle = {"latitude_deg": latitude_deg, "longitude_deg": 0.0, "altitude_m": list(band)}
    group = {
        "layer": "near_space",
        "energy": {**ENERGY, **(energy or {})},
        "motion": {"kind": "aircraft", "circle": circle, "airframe": FRAME, **more},
    }
    return load(
        {
            "name": "Aircraft",
            "start": start,
            "duration_s": duration_s,
            "weather": {"wind": wind or {"source": "calm"}},
            "platforms": {"zephyr": group},
        }
    )


def _soaring(*args: Any, **kwargs: Any) -> Soaring:
    (mover,) = build_fleet(_scenario(*args, **kwargs)).movers
    assert isinstance(mover, Soaring)
    return mover


def _level_w(altitude_m: float) -> float:
    """Electric power of level flight: W V of drag, with V and C_D of the polar."""
    weight_n = 75.0 * STANDARD_GRAVITY_M_S2
    density = float(standard(altitude_m)[2])
    speed = math.sqrt(2 * weight_n / (density * 27.0))  # C_L is 1
    drag_n = weight_n / 25.0  # with C_L of 1, C_L^1.5 / C_D is lift over drag
    return drag_n * speed / 0.75


def test_level_flight_in_the_dark() -> None:
    """Polar night: the battery falls by propellers and payload, and by nothing else."""
    winter = datetime(2026, 12, 21, tzinfo=UTC)
    mover = _soaring((18e3, 18e3), 85.0, winter, 6 * 3_600.0)
    flight = mover.flight
    density = float(standard(18e3)[2])
    speed = math.sqrt(2 * 75.0 * STANDARD_GRAVITY_M_S2 / (density * 27.0))
    np.testing.assert_allclose(flight.airspeed_m_s, speed, rtol=1e-9)
    spent_w = (flight.charge_j[0] - flight.charge_j[-1]) / (6 * 3_600.0)
    assert spent_w == pytest.approx(_level_w(18e3) + 50.0, rel=1e-9)
    np.testing.assert_array_equal(flight.altitude_m, 18e3)


def test_it_gives_height_away_before_charge() -> None:
    """By day up to the top, then down at the sink rate while charge pays the payload alone."""
    flight = _soaring(duration_s=DAY_S).flight
    sinks = np.flatnonzero((np.diff(flight.altitude_m) < 0) & (flight.propulsion_w[:-1] == 0))
    assert len(sinks) > 30
    rate = -np.diff(flight.altitude_m)[sinks] / 60.0
    expected = [
        _level_w(height) * 0.75 / (75.0 * STANDARD_GRAVITY_M_S2)
        for height in flight.altitude_m[sinks]
    ]
    np.testing.assert_allclose(rate, expected, rtol=1e-6)
    assert flight.altitude_m.max() == pytest.approx(22e3)
    full = flight.charge_j[:-1] >= ENERGY["battery_wh"] * 3_600.0
    assert np.all(full[np.diff(flight.altitude_m) > 0])


@pytest.mark.parametrize(("more", "closes"), [(1.01, True), (0.99, False)])
def test_a_day_closes_where_light_pays_for_it(more: float, closes: bool) -> None:
    """The balance of a day: what light brings by day against what the night takes, by efficiency.

    Held on a battery so large that it is never full nor empty, by scaling the array about the
    closure that the sum says.
    """
    large = {"battery_wh": 1e6, "charge": 0.5, "payload_w": 0.0}

    def kept_j(area_m2: float) -> float:
        mover = _soaring((18e3, 18e3), energy={**large, "array_m2": area_m2})
        return float(mover.flight.charge_j[1_440] - mover.flight.charge_j[0])

    need_w = _level_w(18e3)
    unit_w = _soaring((18e3, 18e3), energy={**large, "array_m2": 1.0}).light.power_w[:1_440]

    def balance(area_m2: float) -> float:
        spare = area_m2 * unit_w - need_w
        return float(np.where(spare > 0, 0.9 * spare, spare).sum())

    low, high = 0.1, 100.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if balance(middle) < 0 else (low, middle)
    assert (kept_j(more * low) > 0) == closes


def test_light_of_winter_and_summer() -> None:
    """Winter has less than half of summer's light at 35 degrees and less than a fifth at 50."""
    for latitude_deg, most in ((35.0, 0.5), (50.0, 0.2)):
        summer, winter = (
            _soaring(latitude_deg=latitude_deg, start=datetime(2026, month, 21, tzinfo=UTC))
            .light.power_w[:1_440]
            .sum()
            for month in (6, 12)
        )
        assert winter < most * summer


def test_it_falls_in_its_first_night_and_says_why(tmp_path: Path) -> None:
    """A battery for four hours: it falls after its glide, is silent, and gone once it is down."""
    scenario = _scenario(energy={"battery_wh": 3e3}, duration_s=2 * DAY_S)
    run = skyweft.run(scenario, tmp_path / "run")
    found = run.summary()["aircraft"]["zephyr"]
    assert found["fell_s"] < DAY_S
    assert found["night_needed_wh"] > found["battery_wh"] == 3e3
    assert found["level_flight_w"] == pytest.approx(_level_w(18e3), rel=1e-9)
    said = list(lines(run.summary()))[-1]
    assert "falls after 17 h" in said
    assert said.endswith("takes 9.19 kWh from a battery of 3 kWh")
    (silent,) = run.restrictions.to_pylist()
    assert (silent["start_s"], silent["cause"]) == (found["fell_s"], "no energy")
    (mover,) = build_fleet(scenario).movers
    assert isinstance(mover, Soaring)
    down = np.flatnonzero(np.isnan(mover.flight.altitude_m))
    assert down[0] * 60.0 > found["fell_s"]
    motion = propagate(scenario, build_fleet(scenario), 2 * DAY_S - 3_600.0, 2 * DAY_S)
    assert np.all(np.isnan(motion.tracks.position_m[0, 0]))


def test_as_long_as_it_was_flown() -> None:
    """Plausible: such an aircraft flew 64 days over Arizona from June on, and none in a winter.

    A band, no more: only mass and span are published, see the top.
    """
    weeks = 64 * DAY_S
    summer = _soaring(start=datetime(2026, 6, 15, 6, tzinfo=UTC), duration_s=weeks)
    assert not summer.flight.silent.any()
    winter = _soaring(
        latitude_deg=50.0, start=datetime(2026, 12, 1, 6, tzinfo=UTC), duration_s=weeks
    )
    assert winter.flight.silent[: 5 * 1_440].any()


def test_circles_where_it_should() -> None:
    """Three on one circle: their distances from the middle, spacing, speeds and Hermite's error."""
    scenario = _scenario((18e3, 18e3), count=3, duration_s=7_200.0)
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, 7_200.0)
    middle = to_ecef(np.array(33.0), np.array(0.0), np.array(18e3))
    place = motion.tracks.position_m
    off_m = np.linalg.norm(place - middle[None, :, None], axis=1)
    np.testing.assert_allclose(off_m, 5e3, rtol=0.005)  # 18 km above, and a chord
    np.testing.assert_allclose(to_geodetic(place[0].T)[2], 18e3, atol=1e-3)
    apart = np.linalg.norm(place[0] - place[1], axis=0)
    np.testing.assert_allclose(apart, 5e3 * math.sqrt(3), rtol=0.005)
    (mover,) = fleet.movers
    assert isinstance(mover, Soaring)
    speed = np.linalg.norm(motion.tracks.velocity_m_s[0], axis=0)
    np.testing.assert_allclose(speed, mover.flight.airspeed_m_s[0], rtol=0.005)


def test_it_lives_on_stated_energy() -> None:
    scenario = _scenario().model_dump(exclude_unset=True)
    del scenario["platforms"]["zephyr"]["energy"]
    with pytest.raises(ScenarioError, match=r"zephyr: a solar aircraft flies on its array"):
        build_fleet(load(scenario))


@pytest.mark.parametrize("wind_m_s", [10.0, 40.0])
def test_a_wind_that_is_faster_carries_it_off_by_the_difference(wind_m_s: float) -> None:
    """In one height and from one direction, for three hours: nothing, or the difference of both."""
    wind = {"source": "steady", "east_m_s": wind_m_s}
    mover = _soaring((18e3, 18e3), latitude_deg=0.0, duration_s=3 * 3_600.0, wind=wind)
    speed = float(mover.flight.airspeed_m_s[0])
    expected_m = max(0.0, wind_m_s - speed) * 3 * 3_600.0
    # On the sphere's ground, while it is 18 km above an ellipsoid: 0.4 % less.
    assert mover.off_m[-1] == pytest.approx(expected_m, rel=0.005, abs=1.0)
    position_m, velocity_m_s = np.empty((2, 1, 3, 181))
    mover.fill(60.0 * np.arange(181), position_m, velocity_m_s)
    latitude, longitude, _ = to_geodetic(position_m[0].T)
    off_m = np.radians(longitude[-1]) * 6_378_137.0
    assert off_m == pytest.approx(expected_m, abs=5.1e3 + 0.005 * expected_m)
    assert np.abs(latitude).max() < 0.05


def test_it_comes_back_when_the_wind_falls() -> None:
    """A winter's month at 45 degrees: sometimes carried off, mostly there, and back at the end."""
    mover = _soaring(
        latitude_deg=45.0,
        start=datetime(2026, 4, 1, tzinfo=UTC),
        duration_s=30 * DAY_S,
        wind={"source": "climatology"},
        energy={"array_m2": 60.0, "battery_wh": 60e3},
    )
    figures = mover.figures(30 * DAY_S)
    assert 0 < figures["off_station_share"] < 0.5
    far = np.flatnonzero(mover.off_m > 20e3)
    assert len(far)
    assert mover.off_m[far[0] :].min() < 1e3
    assert figures["off_station_max_m"] == mover.off_m[:-1].max()
    said = next(
        each
        for each in lines(
            {
                "name": "x",
                "simulated_s": 1.0,
                "platforms": {"total": 1},
                "aircraft": {"zephyr": figures},
            }
        )
        if "zephyr" in each
    )
    assert "of the time carried off by the wind" in said


@pytest.mark.parametrize(("pattern", "half_m"), [("racetrack", 15e3), ("figure_eight", 20e3)])
def test_patterns_are_as_long_as_they_are_said_to_be(pattern: str, half_m: float) -> None:
    """Turns of 5 km and 20 km in between: from end to end 30 km, or 40 km where they are crossed.

    A figure of eight has its turns' middles 15 km from the place, a racetrack 10 km.
    """
    circle = {"latitude_deg": 0.0, "longitude_deg": 0.0, "altitude_m": [18e3, 18e3]}
    circle |= {"pattern": pattern, "length_m": 20e3, "radius_m": 5e3}
    mover = _soaring((18e3, 18e3), count=2, circle=circle)
    time_s = np.arange(0.0, 3 * 3_600.0, 5.0)
    position_m, velocity_m_s = np.empty((2, 2, 3, len(time_s)))
    mover.fill(time_s, position_m, velocity_m_s)
    # A meridian's radius of curvature on the equator, and the height on top.
    scale = (6_335_439.3 + 18e3) / 6_335_439.3
    for craft in range(2):
        latitude, longitude, height = to_geodetic(position_m[craft].T)
        north_m = np.radians(latitude) * 6_335_439.3
        assert north_m.max() == pytest.approx(half_m, rel=1e-3)
        assert north_m.min() == pytest.approx(-half_m, rel=1e-3)
        assert np.abs(np.radians(longitude) * 6_378_137.0).max() == pytest.approx(5e3, rel=1e-3)
        speed = np.linalg.norm(velocity_m_s[craft], axis=0)
        # Half a minute's knots and the turns' ends: speeds of differences over a tenth of a second.
        assert np.median(speed) == pytest.approx(scale * mover.flight.airspeed_m_s[0], rel=2e-3)
        np.testing.assert_allclose(height, 18e3, atol=1e-3)
