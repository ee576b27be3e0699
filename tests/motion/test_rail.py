import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats, Tracks
from skyweft.motion.hermite import states_at
from skyweft.motion.members import Members, Setting
from skyweft.motion.rail import Trains, rail
from skyweft.motion.rail_line import Line, read_places
from skyweft.scenario.motion import Rail
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_ecef, to_geodetic

SETTING = Setting(Clock.at(datetime(2026, 7, 1, tzinfo=UTC)), duration_s=7_200.0, seed=0)
ALONG_EQUATOR = "latitude_deg,longitude_deg\n" + "".join(f"0,{k / 10}\n" for k in range(11))
LENGTH_M = 6_378_137.0 * np.pi / 180  # a degree of the equator is a circle's


def _rail(folder: Path, text: str = ALONG_EQUATOR, name: str = "line.csv", **words: Any) -> Members:
    path = folder / name
    path.write_text(text)
    table = {"kind": "rail", "file": path, "speed_max_m_s": 100.0, **words}
    return rail("train", Rail.model_validate(table), SETTING)


def _mover(members: Members) -> Trains:
    (mover,) = members.movers
    assert isinstance(mover, Trains)
    return mover


def _states(mover: Trains, time_s: Floats) -> tuple[Floats, Floats]:
    position_m = np.empty((mover.count, 3, len(time_s)))
    velocity_m_s = np.empty_like(position_m)
    assert not mover.fill(time_s, position_m, velocity_m_s)
    return position_m, velocity_m_s


def _east_m(mover: Trains, time_s: Floats) -> Floats:
    position_m, _ = _states(mover, time_s)
    _, longitude, _ = to_geodetic(np.moveaxis(position_m, 1, -1))
    return longitude * LENGTH_M


def test_on_the_equator_it_is_where_uniform_acceleration_has_it(tmp_path: Path) -> None:
    """s = a t^2 / 2, then v t - v^2 / (2 a), then the same backwards; arc lengths of a circle."""
    mover = _mover(_rail(tmp_path, departures_s=[50.0]))
    end_s = LENGTH_M / 100 + 200
    time_s = np.array([0, 50, 150, 250, 600, 50 + end_s - 200, 50 + end_s - 100, 50 + end_s, 2e3])
    expected = [0, 0, 2_500, 10e3, 45e3, LENGTH_M - 10e3, LENGTH_M - 2_500, LENGTH_M, LENGTH_M]
    np.testing.assert_allclose(_east_m(mover, time_s)[0], expected, atol=1e-3)
    _, velocity_m_s = _states(mover, time_s)
    speeds = [0, 0, 50, 100, 100, 100, 50, 0, 0]
    np.testing.assert_allclose(np.linalg.norm(velocity_m_s[0], axis=0), speeds, atol=1e-4)


def test_velocity_is_the_slope(tmp_path: Path) -> None:
    bent = (
        "latitude_deg,longitude_deg,altitude_m\n30,114,0\n30.3,114,40\n30.5,114.3,90\n31,114.4,9\n"
    )
    mover = _mover(_rail(tmp_path, bent, ends="repeat", stops=[{"at_m": 60e3, "dwell_s": 90.0}]))
    time_s = np.arange(0.0, 6_000.0, 0.25)
    position_m, velocity_m_s = _states(mover, time_s)
    slope = (position_m[..., 2:] - position_m[..., :-2]) / 0.5
    # A quarter of a second beside a change of acceleration: 0.5 m/s2 / 2 x 0.25 s.
    np.testing.assert_allclose(slope, velocity_m_s[..., 1:-1], atol=0.07)
    _, _, altitude_m = to_geodetic(position_m[0].T)
    assert -0.01 < altitude_m.min() < altitude_m.max() < 90.01


@pytest.mark.parametrize("ends", ["hold", "repeat"])
def test_hermite_at_the_widest_step(tmp_path: Path, ends: str) -> None:
    bent = "latitude_deg,longitude_deg\n30,114\n30.1,114\n30.15,114.1\n30.4,114.2\n30.4,114.4\n"
    mover = _mover(_rail(tmp_path, bent, ends=ends, acceleration_m_s2=1.0))
    assert 5 <= mover.step_max_s < 60
    time_s = np.linspace(1, 1_900, 9_001)
    worst = 0.0
    for shift in np.linspace(0, 0.9, 8):
        knot_s = np.arange(-1, 2_000 / mover.step_max_s) * mover.step_max_s + shift
        place = states_at(Tracks(knot_s, *_states(mover, knot_s)), np.zeros(9_001, int), time_s)[0]
        exact, _ = _states(mover, time_s)
        worst = max(worst, np.linalg.norm(place - exact[0].T, axis=1).max())
    # Measured at some phases of the knots, so that others may be a little worse.
    assert worst < 11


def test_ends(tmp_path: Path) -> None:
    one_way = LENGTH_M / 100 + 200
    time_s = np.array([0.0, 100.0 + one_way / 2, 100.0 + one_way + 50, 100.0 + 1.5 * one_way + 60])
    words: dict[str, Any] = {"departures_s": [100.0], "departures_back_s": [100.0]}
    hold = _east_m(_mover(_rail(tmp_path, **words)), time_s)
    np.testing.assert_allclose(hold[0], LENGTH_M * np.array([0, 0.5, 1, 1]), atol=1e-3)
    np.testing.assert_allclose(hold[1], LENGTH_M * np.array([1, 0.5, 0, 0]), atol=1e-3)
    absent = _east_m(_mover(_rail(tmp_path, ends="absent", **words)), time_s)
    np.testing.assert_array_equal(np.isnan(absent[0]), [True, False, True, True])
    repeat = _mover(_rail(tmp_path, ends="repeat", turnaround_s=60.0, **words))
    found = _east_m(repeat, time_s)
    np.testing.assert_allclose(found[0], LENGTH_M * np.array([0, 0.5, 1, 0.5]), atol=1e-3)
    np.testing.assert_allclose(found[1], LENGTH_M * np.array([1, 0.5, 0, 0.5]), atol=1e-3)


def test_blocked_by_place_and_by_time(tmp_path: Path) -> None:
    """A train at 100 m/s passes 20 to 25 km between 300 s and 350 s: 200 s before it was at 10."""
    blocked = [
        {"from_m": 20e3, "to_m": 25e3},
        {"from_s": 10.0, "to_s": 20.0, "cause": "terrain"},
    ]
    members = _rail(tmp_path, departures_s=[0.0, 1_000.0], blocked=blocked)
    found = [*_mover(members).blocked(7_200.0)]
    assert [(each.train, each.cause) for each in found] == [
        (0, "tunnel"), (0, "terrain"), (1, "tunnel"), (1, "terrain"),
    ]  # fmt: skip
    spans = np.array([(each.start_s, each.end_s) for each in found])
    expected = [(300, 350), (10, 20), (1_300, 1_350), (10, 20)]
    np.testing.assert_allclose(spans, expected, atol=1e-3)
    assert members.names == ("train-01", "train-02")
    assert ", 5.0 km of it blocked, 1,313 s from end to end" in members.geometry


def test_blocked_by_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tunnels.csv"
    file.write_text("from_m,to_m,cause\n20000,25000,tunnel\n30000,31000,terrain\n")
    members = _rail(tmp_path, blocked_file=file, blocked=[{"from_m": 40e3, "to_m": 41e3}])
    found = [(each.start_s, each.cause) for each in _mover(members).blocked(7_200.0)]
    assert [cause for _, cause in found] == ["tunnel", "tunnel", "terrain"]
    np.testing.assert_allclose([start for start, _ in found], [500, 300, 400], atol=1e-3)
    assert ", 7.0 km of it blocked" in members.geometry
    file.write_text("from_m,to_m,cause\n25000,20000,tunnel\n1,2,cave\n")
    with pytest.raises(ScenarioError) as caught:
        _rail(tmp_path, blocked_file=file)
    assert "tunnels.csv: line 2: Value error, the lower end comes first" in str(caught.value)
    assert "tunnels.csv: line 3: Input should be 'tunnel' or 'terrain'" in str(caught.value)


def test_a_tunnel_at_the_end_hides_who_stands_there(tmp_path: Path) -> None:
    blocked = [{"from_m": 0.0, "to_m": 2_500.0}, {"from_m": 100e3, "to_m": 111e3}]
    words: dict[str, Any] = {"departures_s": [500.0], "blocked": blocked}
    before, after = _mover(_rail(tmp_path, **words)).blocked(7_200.0)
    assert before.start_s == 0
    assert before.end_s == pytest.approx(600.0, abs=1e-3)
    assert after.end_s < 7_200  # 111 km is 319 m before the end
    blocked[1]["to_m"] = LENGTH_M - 0.01
    laps = [*_mover(_rail(tmp_path, ends="repeat", **words)).blocked(9_000.0)]
    assert laps[0].start_s == 0
    assert len(laps) > 4


def test_limits_of_file_and_scenario(tmp_path: Path) -> None:
    text = "latitude_deg,longitude_deg,speed_km_h\n0,0,360\n0,0.5,180\n0,1,180\n"
    slow = [{"from_m": 10e3, "to_m": 12e3, "speed_m_s": 20.0}]
    mover = _mover(_rail(tmp_path, text, speed_max_m_s=None, limits=slow))
    time_s = np.linspace(0, 3_000, 6_001)
    east, (_, velocity_m_s) = _east_m(mover, time_s)[0], _states(mover, time_s)
    speed = np.linalg.norm(velocity_m_s[0], axis=0)
    for low, high, most in ((0, 10e3, np.sqrt(5_200)), (10.1e3, 11.9e3, 20), (55.7e3, 111e3, 50)):
        there = (east > low) & (east < high)
        assert speed[there].max() == pytest.approx(most, abs=0.25)  # that grow by 0.5 m/s2


def test_geojson(tmp_path: Path) -> None:
    places = [[k / 10, 0.0] for k in range(11)]
    shape = {"type": "LineString", "coordinates": places}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    of_json = _mover(_rail(tmp_path, json.dumps(feature), "line.geojson"))
    time_s = np.linspace(0, 1_500, 40)
    np.testing.assert_array_equal(
        _states(of_json, time_s)[0], _states(_mover(_rail(tmp_path)), time_s)[0]
    )
    two = {"type": "FeatureCollection", "features": [feature, feature]}
    with pytest.raises(ScenarioError, match="one LineString is needed, there are 2"):
        _rail(tmp_path, json.dumps(two), "line.geojson")
    point = {"type": "Point", "coordinates": [0, 0]}
    with pytest.raises(ScenarioError, match="geometry: a LineString is needed"):
        _rail(tmp_path, json.dumps(point), "line.geojson")
    shape["coordinates"] = [[0.0, 0.0, 5.0], [1.0, 0.0]]
    with pytest.raises(ScenarioError, match="1 of 2 positions have no height"):
        _rail(tmp_path, json.dumps(feature), "line.geojson")


def test_longitudes_to_360_are_one_line(tmp_path: Path) -> None:
    both = []
    for east in ("-179.9", "180.1"):
        path = tmp_path / "line.csv"
        path.write_text(f"latitude_deg,longitude_deg\n10,179.9\n10.2,{east}\n")
        both.append(Line(read_places(path)))
    assert both[0].length_m == pytest.approx(both[1].length_m, rel=1e-12)
    np.testing.assert_allclose(both[0].at(np.zeros(1))[0][0], to_ecef(10, 179.9), atol=1e-6)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        ALONG_EQUATOR,
        {"stops": [{"at_m": 50e3, "arrive_s": 500.0}]},
        r"stops\[0\]: to be there 500.0 s after the departure takes a mean of 360 km/h from the "
        r"stop before; limits and acceleration allow 257 km/h, 700.0 s after the departure",
    ),
    (ALONG_EQUATOR, {"stops": [{"at_m": 112e3}]}, "112,000 m is beyond the end of line.csv"),
    (ALONG_EQUATOR, {"blocked": [{"from_m": 1, "to_m": 2e5}]}, r"blocked\[0\].to_m: 200,000 m"),
    (ALONG_EQUATOR, {"speed_max_m_s": None}, "give speed_max_m_s, or a column speed_km_h"),
    ("latitude_deg,longitude_deg\n1,1\n1,1\n", {}, "a line has two places or more"),
    ("latitude_deg,longitude_deg\n1,1\n-1,-178\n", {}, "half around the Earth"),
    ("latitude_deg,longitude_deg\n1,1\n95,2\n", {}, "line 3: latitude_deg"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "said"), WRONG)
def test_what_cannot_be(tmp_path: Path, text: str, words: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        _rail(tmp_path, text, **words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"departures_s": []}, "there is no train"),
        ({"stops": [{"at_m": 5.0}, {"at_m": 5.0}]}, "rise along the line"),
        ({"turnaround_s": 5.0}, 'ends = "repeat" alone'),
        ({"blocked": [{"from_m": 5.0, "to_s": 9.0}]}, "give either"),
        ({"blocked": [{"from_m": 1.0, "to_m": 2.0, "from_s": 5.0}]}, "give either"),
        ({"blocked": [{"from_m": 9.0, "to_m": 5.0}]}, "got 9 before 5"),
        ({"limits": [{"from_m": 9.0, "to_m": 5.0, "speed_m_s": 1.0}]}, "got 9 before 5"),
    ],
)
def test_what_the_table_may_not_say(tmp_path: Path, words: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _rail(tmp_path, **words)


def test_warnings(tmp_path: Path) -> None:
    corner = "latitude_deg,longitude_deg\n30,114\n30.1,114\n30.1,114\n30.1,114.1\n"
    members = _rail(tmp_path, corner, departures_s=[0.0, 8_000.0])
    again, aside, late = members.warnings
    assert again == "line.csv: places said twice in a row, passed over: 1"
    assert "m/s2 aside, rails with cant hold 2.2" in aside
    assert late == "1 of 2 trains leave after the run's end (7,200 s): 8,000 s"
    assert _rail(tmp_path).warnings == ()
