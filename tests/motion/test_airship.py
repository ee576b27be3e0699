"""An airship against the wind: closed forms, budgets and what follows from physics."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skyweft
from skyweft.errors import ScenarioError
from skyweft.motion import build_fleet, propagate
from skyweft.motion.airship import STEP_S, Keeping
from skyweft.motion.flights import flights_table
from skyweft.scenario.reading import load
from skyweft.weather.model import Wind
from skyweft.weather.wind import at, everywhere, over
from skyweft.world.atmosphere import standard
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_geodetic

HULL = {
    "volume_m3": 50e3,
    "drag_volume": 0.03,
    "propeller_efficiency": 0.6,
    "speed_max_m_s": 20.0,
}
ENERGY = {"array_m2": 2_000.0, "battery_wh": 1.2e6, "payload_w": 5e3}
ALL_DAY = 8 * 3_600.0


def _scenario(
    wind: dict[str, Any] | None = None,
    energy: dict[str, Any] | None = None,
    hull: dict[str, Any] | None = None,
    latitude_deg: float = 30.0,
    duration_s: float = 86_400.0,
    **more: Any,
) -> skyweft.Scenario:
    station = {
        "latitude_deg": latitude_deg,
        "longitude_deg": 114.0,
        "radius_m": 50e3,
        "altitude_m": [20e3, 20e3],
    }
    ship = {
        "layer": "near_space",
        "energy": {**ENERGY, **(energy or {})},
        "motion": {"kind": "airship", "station": station, "hull": {**HULL, **(hull or {})}},
    }
    return load(
        {
            "name": "Airship",
            "start": datetime(2026, 1, 1, tzinfo=UTC),
            "duration_s": duration_s,
            "weather": {"wind": wind or {"source": "calm"}},
            "platforms": {"ship": ship},
            **more,
        }
    )


def _keeping(*args: Any, **kwargs: Any) -> Keeping:
    (mover,) = build_fleet(_scenario(*args, **kwargs)).movers
    assert isinstance(mover, Keeping)
    return mover


def _drag_w(speed_m_s: float) -> float:
    density = float(standard(20e3)[2])
    return 0.5 * density * speed_m_s**3 * 0.03 * 50e3 ** (2 / 3) / 0.6


def test_without_wind_it_stays() -> None:
    flight = _keeping().flight
    assert np.all(flight.airspeed_m_s == 0)
    np.testing.assert_allclose(np.degrees(flight.latitude_rad), 30.0, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 360), st.floats(0, 14))
def test_a_wind_that_it_can_fly_against_is_held(bearing: float, speed: float) -> None:
    """At the cube of the wind's speed: charge falls by payload and propellers, in polar night."""
    east, north = (speed * f(math.radians(bearing)) for f in (math.sin, math.cos))
    wind = {"source": "steady", "east_m_s": east, "north_m_s": north}
    keeping = _keeping(wind, latitude_deg=80.0, duration_s=ALL_DAY)
    flight = keeping.flight
    assert keeping.off_station_m(flight).max() < 1.0
    np.testing.assert_allclose(flight.airspeed_m_s, speed, rtol=1e-6, atol=1e-9)
    spent = (keeping.supply.battery_j - flight.charge_j[-1]) / ((len(flight.charge_j) - 1) * STEP_S)
    assert spent == pytest.approx(5e3 + _drag_w(speed), rel=1e-6)


def test_a_stronger_wind_carries_it_off() -> None:
    """By the difference of the speeds: 26 less 20 m/s, for eight hours."""
    wind = {"source": "steady", "east_m_s": 26.0}
    keeping = _keeping(wind, latitude_deg=0.0, duration_s=ALL_DAY, energy={"battery_wh": 1e8})
    off_m = keeping.off_station_m(keeping.flight)
    # On the sphere's ground, while it flies 20 km above an ellipsoid: 0.4 % less.
    assert off_m[480] == pytest.approx(6.0 * 480 * STEP_S, rel=0.005)


def test_propellers_leave_the_payload_what_it_needs_until_sunrise() -> None:
    """A wind at its limit by night: it slows down, drifts, and payload and reserve are kept."""
    wind = {"source": "steady", "east_m_s": 20.0}
    keeping = _keeping(wind, energy={"battery_wh": 3e5}, duration_s=5 * 86_400.0)
    charge = keeping.flight.charge_j / keeping.supply.battery_j
    assert keeping.flight.airspeed_m_s.min() < 19.0
    assert charge[: 24 * 60].min() < 0.9
    assert charge.min() > 0.098


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_energy_is_conserved(seed: int) -> None:
    """What is in the battery is what came in less what went out; what a full one leaves is lost."""
    keeping = _keeping({"source": "climatology"}, seed=seed, duration_s=3 * 86_400.0)
    flight = keeping.flight
    gained = np.diff(flight.charge_j)
    out = -(flight.propulsion_w[:-1] + 5e3) * STEP_S
    assert np.all(gained >= out - 1e-6)
    assert np.all((flight.charge_j >= 0) & (flight.charge_j <= keeping.supply.battery_j))
    assert np.all(flight.airspeed_m_s <= 20.0)
    np.testing.assert_allclose(
        flight.propulsion_w, _drag_w(1.0) * flight.airspeed_m_s**3, rtol=1e-6
    )


def test_the_wind_is_that_of_where_it_is() -> None:
    """Adrift for ten days: winds over the place that it has come to, not over its station."""
    setting = {"source": "climatology", "shape": 2.0}
    keeping = _keeping(setting, hull={"speed_max_m_s": 0.1}, duration_s=10 * 86_400.0)
    flight, wind = keeping.flight, Wind.model_validate(setting)
    clock = Clock.at(datetime(2026, 1, 1, tzinfo=UTC))
    field = everywhere(wind, clock, 10 * 86_400.0, 0)

    def speed(k: int, latitude_deg: float, longitude_deg: float) -> float:
        there = over(field, latitude_deg, longitude_deg, (20e3, 20e3))
        return float(np.hypot(*at(there, 20e3, k * STEP_S)))

    some = range(0, 14_400, 600)
    east, north = np.degrees(flight.longitude_rad), np.degrees(flight.latitude_rad)
    here = np.array([speed(k, north[k], east[k]) for k in some])
    station = np.array([speed(k, 30.0, 114.0) for k in some])
    assert keeping.off_m.max() > 1_000e3
    # The place it has looked at is at most 25 km off: 2.5 % of a spread of some 10 m/s.
    np.testing.assert_allclose(flight.wind_m_s[:14_400:600], here, atol=1.0)
    assert np.abs(flight.wind_m_s[:14_400:600] - station).max() > 10.0


def test_faster_is_nearer_and_another_track() -> None:
    fast, slow = (
        _keeping({"source": "climatology"}, hull={"speed_max_m_s": v}, duration_s=30 * 86_400.0)
        for v in (24.0, 12.0)
    )
    off_m = [each.off_station_m(each.flight) for each in (fast, slow)]
    assert np.mean(off_m[0] <= 50e3) > np.mean(off_m[1] <= 50e3) + 0.1


def test_summer_holds_and_winter_does_not() -> None:
    """At 45 degrees: 95th percentiles of 12 m/s in July and of more than 40 m/s in January."""
    keeping = _keeping({"source": "climatology"}, latitude_deg=45.0, duration_s=365 * 86_400.0)
    month = (np.arange(len(keeping.flight.charge_j)) * STEP_S // (365 * 86_400 / 12)).astype(int)
    on = keeping.off_station_m(keeping.flight) <= 50e3
    assert on[month == 6].mean() > 0.97
    assert on[month == 0].mean() < 0.75


def test_the_tracks_are_its_flight() -> None:
    scenario = _scenario({"source": "climatology"}, duration_s=ALL_DAY)
    fleet = build_fleet(scenario)
    (keeping,) = fleet.movers
    assert isinstance(keeping, Keeping)
    motion = propagate(scenario, fleet, 3_600.0, 7_200.0)
    latitude, longitude, height = to_geodetic(motion.tracks.position_m[0].T)
    some = slice(60, 121)
    np.testing.assert_allclose(latitude, np.degrees(keeping.flight.latitude_rad[some]), atol=1e-9)
    np.testing.assert_allclose(longitude, np.degrees(keeping.flight.longitude_rad[some]), atol=1e-9)
    np.testing.assert_allclose(height, 20e3, atol=1e-3)
    pace = np.diff(motion.tracks.position_m[0], axis=1) / STEP_S
    middle = (motion.tracks.velocity_m_s[0][:, 1:] + motion.tracks.velocity_m_s[0][:, :-1]) / 2
    np.testing.assert_allclose(pace, middle, atol=0.2)


def test_an_empty_battery_silences_it(tmp_path: Path) -> None:
    """Without a battery to speak of it is dark by night: links and routes say so."""
    scenario = _scenario(energy={"battery_wh": 100.0}).model_dump(exclude_unset=True)
    site = {"kind": "fixed", "latitude_deg": 30.1, "longitude_deg": 114.0}
    scenario["platforms"]["ship"]["terminals"] = ["o"]
    scenario["platforms"]["site"] = {"layer": "ground", "motion": site, "terminals": ["o"]}
    scenario["terminals"] = {"o": {"kind": "optical", "wavelength_m": 1.55e-6, "rate_bps": 1e9}}
    scenario["links"] = [{"between": ["o", "o"]}]
    scenario["routes"] = [{"sources": ["site"], "targets": ["ship"], "step_s": 600.0}]
    run = skyweft.run(scenario, tmp_path / "run")
    rows = run.restrictions.to_pylist()
    assert {each["cause"] for each in rows} == {"no energy"}
    dark_s = sum(each["end_s"] - each["start_s"] for each in rows)
    # In the first night of the year at 30 degrees north the Sun is down for 13.9 hours.
    assert dark_s / 3_600 == pytest.approx(13.9, abs=0.5)
    routes = run.routes.to_pylist()
    silent = [each for each in routes if not each["reachable"]]
    assert len(silent) * 600 / 3_600 == pytest.approx(13.9, abs=0.6)
    assert run.summary()["station_keeping"]["ship"]["dark_share"] == pytest.approx(dark_s / 86_400)
    assert run.flights.num_rows == 144


@pytest.mark.parametrize(
    ("east", "north", "from_deg"), [(5.0, 0.0, 270.0), (0.0, -5.0, 0.0), (-3.0, 3.0, 135.0)]
)
def test_where_the_wind_is_from(east: float, north: float, from_deg: float) -> None:
    scenario = _scenario({"source": "steady", "east_m_s": east, "north_m_s": north})
    fleet = build_fleet(scenario)
    table = flights_table(fleet, 0.0, 3_600.0, pa.array(fleet.names))
    np.testing.assert_allclose(table["wind_from_deg"].to_numpy(), from_deg, atol=1e-9)
    np.testing.assert_allclose(table["wind_m_s"].to_numpy(), np.hypot(east, north))


def test_it_lives_on_stated_energy() -> None:
    scenario = _scenario().model_dump(exclude_unset=True)
    del scenario["platforms"]["ship"]["energy"]
    with pytest.raises(ScenarioError, match=r"platforms\.ship: an airship flies on its battery"):
        build_fleet(load(scenario))


def test_what_nobody_reads_is_said() -> None:
    scenario = _scenario().model_dump(exclude_unset=True)
    scenario["platforms"]["ship"]["motion"] = {
        "kind": "fixed",
        "latitude_deg": 30.0,
        "longitude_deg": 114.0,
    }
    said = skyweft.check(load(scenario))
    assert "weather: nobody flies in the wind, so it changes nothing" in said


def test_who_flies_as_in_still_air_beside_an_airship_is_said() -> None:
    scenario = _scenario().model_dump(exclude_unset=True)
    circle = {"latitude_deg": 30.0, "longitude_deg": 114.0, "altitude_m": 3e3, "speed_m_s": 20.0}
    scenario["platforms"]["drone"] = {
        "layer": "air",
        "motion": {"kind": "loiter", "radius_m": 500.0, **circle},
    }
    said = [words for words in skyweft.check(load(scenario)) if words.startswith("weather:")]
    assert said == [
        'weather: "drone" keep their speed over the ground, as in still air: the wind acts on '
        "airships and solar aircraft"
    ]
