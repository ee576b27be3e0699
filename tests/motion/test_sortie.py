"""Aircraft that come back in time: where they are when, and who relieves whom."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skyweft
from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion import build_fleet
from skyweft.motion.sortie import Turns
from skyweft.scenario.reading import load
from skyweft.world.constants import EARTH_RADIUS_MEAN_M
from skyweft.world.ellipsoid import to_geodetic

HOUR_S = 3_600.0
BASE, STATION = [30.0, 114.0], [30.0, 115.0]
# A degree of longitude at 30 degrees north, by the great circle on a sphere.
WAY_M = (
    2 * EARTH_RADIUS_MEAN_M * math.asin(math.cos(math.radians(30.0)) * math.sin(math.radians(0.5)))
)
SPEED = 40.0


def _scenario(hours: float = 24.0, **motion: Any) -> skyweft.Scenario:
    flown = {
        "kind": "sortie",
        "waypoints": [BASE, STATION],
        "altitude_m": 3e3,
        "speed_m_s": SPEED,
        "endurance_s": 6 * HOUR_S,
    } | motion
    return load(
        {
            "name": "Sorties",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": hours * HOUR_S,
            "platforms": {"drones": {"layer": "air", "motion": flown}},
        }
    )


def _mover(scenario: skyweft.Scenario) -> Turns:
    (mover,) = build_fleet(scenario).movers
    assert isinstance(mover, Turns)
    return mover


def _states(mover: Turns, time_s: Floats) -> tuple[Floats, Floats, Floats]:
    position_m, velocity_m_s = np.empty((2, mover.count, 3, len(time_s)))
    mover.fill(time_s, position_m, velocity_m_s)
    north, east, height = to_geodetic(np.moveaxis(position_m, 1, -1))
    there = np.isfinite(position_m[:, 0])
    if there.any():
        np.testing.assert_allclose(height[there], 3e3, atol=1.0)
    return north, east, np.linalg.norm(velocity_m_s, axis=1)


def _off_m(north: Floats, east: Floats, place: list[float]) -> Floats:
    """Return distances on a sphere."""
    n, e = np.radians(north), np.radians(east)
    a, b = np.radians(place)
    half = np.sin((n - a) / 2) ** 2 + np.cos(n) * np.cos(a) * np.sin((e - b) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_MEAN_M * np.arcsin(np.sqrt(half)))


def test_out_around_and_back_in_time() -> None:
    """It arrives when the way and its speed say, circles, and lands when endurance ends."""
    mover = _mover(_scenario())
    assert mover.step_max_s > 5.0
    out_s = WAY_M / SPEED
    assert mover.out_s == pytest.approx(out_s, rel=1e-9)
    time_s = np.arange(0.0, 24 * HOUR_S, 10.0)
    north, east, speed = _states(mover, time_s)
    there = np.isfinite(north[0])
    np.testing.assert_array_equal(there, time_s <= 6 * HOUR_S)
    assert _off_m(north[0, :1], east[0, :1], BASE)[0] < 1.0
    half = int(out_s / 2 / 10)
    # On a sphere, flown three kilometres above an ellipsoid: at most 0.7 per cent.
    assert _off_m(north[0], east[0], BASE)[half] == pytest.approx(WAY_M / 2, rel=0.005)
    assert speed[0, half] == pytest.approx(SPEED, rel=0.007)
    on = (time_s > out_s) & (time_s < 6 * HOUR_S - out_s)
    off_m = _off_m(north[0, on], east[0, on], STATION)
    assert off_m.max() < 2.05e3  # a circle of a kilometre's radius through the waypoint
    assert off_m.max() > 1.9e3
    last = np.flatnonzero(there)[-1]
    assert _off_m(north[0], east[0], BASE)[last] < 500.0


def test_who_does_not_return_is_gone() -> None:
    mover = _mover(_scenario(ends="absent", start_s=HOUR_S))
    time_s = np.arange(0.0, 24 * HOUR_S, 60.0)
    north, east, _ = _states(mover, time_s)
    there = np.isfinite(north[0])
    inner = np.abs(time_s - 7 * HOUR_S) > 1.0  # its end, to rounding
    flown = (time_s >= HOUR_S) & (time_s <= 7 * HOUR_S)
    np.testing.assert_array_equal(there[inner], flown[inner])
    last = np.flatnonzero(there)[-1]
    assert _off_m(north[0], east[0], STATION)[last] < 2.1e3


@settings(max_examples=20)
@given(st.integers(1, 6), st.floats(0, 8), st.floats(2.0, 12.0), st.floats(-5, 5))
def test_so_many_keep_one_there(
    count: int, turnaround_h: float, endurance_h: float, start_h: float
) -> None:
    """At every moment at least as many are on station as the echo says, and no rule is better."""
    scenario = _scenario(
        turnaround_s=turnaround_h * HOUR_S,
        endurance_s=endurance_h * HOUR_S,
        count=count,
        start_s=start_h * HOUR_S,
    )
    fleet, mover = build_fleet(scenario), _mover(scenario)
    time_s = np.arange(0.0, 3 * mover.cycle_s, 60.0)
    north, east, _ = _states(mover, time_s)
    off_m = _off_m(north, east, STATION)
    on = np.count_nonzero(np.nan_to_num(off_m, nan=1e9) < 2.1e3, axis=0)
    share = (endurance_h * HOUR_S - 2 * WAY_M / SPEED) / (mover.cycle_s)
    least = math.floor(count * share + 1e-9)
    # Relief meets who leaves at one moment, which lies between minutes.
    slack = np.sum(on < least) / len(on)
    assert slack < 0.05
    assert f"at least {least} on station" in fleet.derived_geometry[0]
    gaps = [each for each in fleet.warnings if "nobody is on station" in each]
    assert bool(gaps) == (least == 0)
    if gaps:
        needed = math.ceil(1 / share - 1e-9)
        assert f"{needed} craft would keep one there" in gaps[0]
        more = _scenario(
            turnaround_s=turnaround_h * HOUR_S, endurance_s=endurance_h * HOUR_S, count=needed
        )
        assert not [each for each in build_fleet(more).warnings if "nobody" in each]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"endurance_s": HOUR_S}, r"drones: the way there and back takes 1\.34 h at 40 m/s, endur"),
        ({"turnaround_s": 60.0, "ends": "absent"}, "turnaround_s is for those that return"),
        ({"waypoints": [BASE, [95.0, 0.0]]}, "no place: latitude 95"),
        ({"radius_m": 10.0, "endurance_s": 30 * 86_400.0}, "circles a sortie are too many"),
    ],
)
def test_what_cannot_be_flown_is_said(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        build_fleet(_scenario(**keys))


def test_coverage_never_breaks_in_a_run(tmp_path: Path) -> None:
    """A village below the station: in turns somebody always serves it, one alone leaves gaps."""
    served = []
    for count in (1, 3):
        data = _scenario(24.0, turnaround_s=HOUR_S, count=count).model_dump(exclude_unset=True)
        data["platforms"]["drones"]["terminals"] = ["o"]
        village = {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 115.0}
        data["platforms"]["village"] = {"layer": "ground", "motion": village, "terminals": ["o"]}
        data["terminals"] = {"o": {"kind": "optical", "wavelength_m": 1.55e-6, "rate_bps": 1e9}}
        data["links"] = [{"between": ["o", "o"], "elevation_min_deg": 20.0}]
        data["routes"] = [{"sources": ["village"], "targets": ["drones"], "step_s": 300.0}]
        run = skyweft.run(data, tmp_path / str(count))
        pairs: dict[float, bool] = {}
        for each in run.routes.to_pylist():
            time_s = each["time_s"]
            pairs[time_s] = pairs.get(time_s, False) or each["reachable"]
        served.append(np.mean(list(pairs.values())))
    assert served[1] == 1.0
    share = (6 * HOUR_S - 2 * WAY_M / SPEED) / (7 * HOUR_S)
    assert served[0] == pytest.approx(share, abs=0.06)
