from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats, Mover, Tracks
from skyweft.motion.hermite import states_at
from skyweft.motion.members import Setting
from skyweft.motion.track import track
from skyweft.scenario.motion import Track
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_ecef, to_geodetic

SETTING = Setting(Clock.at(datetime(2026, 7, 1, tzinfo=UTC)), duration_s=3_600.0, seed=0)
TRAIN = """time_s,latitude_deg,longitude_deg,altitude_m
0,30,114,20
300,30.2,114.05,25
600,30.45,114.05,60
780,30.45,114.05,60
1200,30.7,114.2,30
"""


def _track(folder: Path, text: str, ends: str = "hold", setting: Setting = SETTING) -> Any:
    path = folder / "train.csv"
    path.write_text(text)
    return track(
        "train", Track.model_validate({"kind": "track", "file": path, "ends": ends}), setting
    )


def _states(mover: Mover, time_s: Floats) -> tuple[Floats, Floats]:
    position_m = np.empty((1, 3, len(time_s)))
    velocity_m_s = np.empty_like(position_m)
    assert not mover.fill(time_s, position_m, velocity_m_s)
    return position_m, velocity_m_s


@pytest.mark.parametrize("ends", ["hold", "absent", "repeat"])
def test_passes_its_points_on_time(tmp_path: Path, ends: str) -> None:
    (mover,) = _track(tmp_path, TRAIN, ends).movers
    rows = np.array([line.split(",") for line in TRAIN.splitlines()[1:]], float)
    position_m, _ = _states(mover, rows[:, 0])
    np.testing.assert_allclose(position_m[0].T, to_ecef(*rows[:, 1:].T), atol=1e-6)


@pytest.mark.parametrize("ends", ["hold", "repeat"])
def test_velocity_is_the_slope_and_never_jumps(tmp_path: Path, ends: str) -> None:
    (mover,) = _track(tmp_path, TRAIN, ends).movers
    time_s = np.arange(-400.0, 3_000.0, 1.0)
    position_m, velocity_m_s = _states(mover, time_s)
    slope = (position_m[..., 2:] - position_m[..., :-2]) / 2
    np.testing.assert_allclose(slope, velocity_m_s[..., 1:-1], atol=1.5)
    assert np.abs(np.diff(velocity_m_s)).max() < 3.0  # 75 m/s braked over 300 s, and the file's own


def test_stands_in_the_station_and_stays_between_its_altitudes(tmp_path: Path) -> None:
    (mover,) = _track(tmp_path, TRAIN).movers
    position_m, velocity_m_s = _states(mover, np.linspace(600, 780, 50))
    np.testing.assert_allclose(position_m[0], position_m[0][:, :1] @ np.ones((1, 50)), atol=1e-6)
    np.testing.assert_allclose(velocity_m_s[..., 1:-1], 0, atol=1e-3)
    position_m, _ = _states(mover, np.linspace(0, 1_200, 5_000))
    _, _, altitude_m = to_geodetic(position_m[0].T)
    assert altitude_m.min() >= 20 - 1e-6
    assert altitude_m.max() <= 60 + 1e-6


def test_long_gap_follows_the_great_circle_at_sea_level(tmp_path: Path) -> None:
    text = "time_s,latitude_deg,longitude_deg\n0,50,-5\n518400,40,-73\n"
    (mover,) = _track(tmp_path, text, "absent").movers
    time_s = np.linspace(0, 518_400, 1_001)
    position_m, velocity_m_s = _states(mover, time_s)
    latitude, longitude, altitude_m = to_geodetic(position_m[0].T)
    np.testing.assert_allclose(altitude_m, 0, atol=1e-6)
    # On the sphere of verticals, a great circle lies in the plane through its two ends.
    radians = np.radians([latitude, longitude])
    normal = np.array(
        [
            np.cos(radians[0]) * np.cos(radians[1]),
            np.cos(radians[0]) * np.sin(radians[1]),
            np.sin(radians[0]),
        ]
    )
    axis = np.cross(normal[:, 0], normal[:, -1])
    np.testing.assert_allclose(axis @ normal, 0, atol=1e-12)
    assert latitude.max() > 51  # north of both ends
    # Constant on the sphere of verticals; on the ellipsoid curvature changes by 0.7 %.
    np.testing.assert_allclose(np.linalg.norm(velocity_m_s[0], axis=0), 10.2, rtol=0.007)


def test_ends_hold_absent_repeat(tmp_path: Path) -> None:
    time_s = np.array([-50.0, 1_200.0, 1_300.0, 2_300.0, 2_400.0, 3_600.0])
    hold, _ = _states(_track(tmp_path, TRAIN, "hold").movers[0], time_s)
    begin, end = to_ecef(30, 114, 20), to_ecef(30.7, 114.2, 30)
    np.testing.assert_allclose(hold[0].T, [begin, end, end, end, end, end], atol=1e-6)
    absent, velocity_m_s = _states(_track(tmp_path, TRAIN, "absent").movers[0], time_s)
    np.testing.assert_array_equal(np.isnan(absent[0, 0]), [1, 0, 1, 1, 1, 1])
    np.testing.assert_array_equal(np.isnan(velocity_m_s), np.isnan(absent))
    repeat, _ = _states(_track(tmp_path, TRAIN, "repeat").movers[0], time_s)
    np.testing.assert_allclose(repeat[0, :, 4:].T, [begin, end], atol=1e-6)
    out, _ = _states(_track(tmp_path, TRAIN, "repeat").movers[0], np.array([100.0, 50.0]))
    np.testing.assert_allclose(repeat[0, :, 3], out[0, :, 0], atol=1e-6)
    np.testing.assert_allclose(repeat[0, :, 0], out[0, :, 1], atol=1e-6)


@pytest.mark.parametrize("ends", ["hold", "absent", "repeat"])
def test_hermite_at_the_widest_step(tmp_path: Path, ends: str) -> None:
    (mover,) = _track(tmp_path, TRAIN, ends).movers
    assert 5 < mover.step_max_s < 60
    worst = 0.0
    for shift in np.linspace(0, 1, 7):
        knot_s = np.arange(
            shift * mover.step_max_s, 1_190 if ends == "absent" else 3_600, mover.step_max_s
        )
        time_s = np.linspace(knot_s[0], knot_s[-1], 5_000)
        position_m, _, _ = states_at(
            Tracks(knot_s, *_states(mover, knot_s)), np.zeros(len(time_s), int), time_s
        )
        exact_m, _ = _states(mover, time_s)
        worst = max(worst, np.linalg.norm(position_m - exact_m[0].T, axis=1).max())
    assert 0.5 < worst <= 10


def test_a_file_that_ends_in_full_run_is_braked_within_a_minute(tmp_path: Path) -> None:
    rows = "".join(f"{t},30,{114 + 80 * t / 96_500}\n" for t in range(601))
    text = "time_s,latitude_deg,longitude_deg\n" + rows
    (mover,) = _track(tmp_path, text).movers
    position_m, velocity_m_s = _states(mover, np.arange(0.0, 700.0))
    speed = np.linalg.norm(velocity_m_s[0], axis=0)
    np.testing.assert_allclose(speed[61:540], 80, rtol=1e-3)
    assert np.abs(np.diff(speed)).max() < 6
    assert speed[600:].max() < 0.5
    np.testing.assert_allclose(position_m[0, :, 600], position_m[0, :, 699], atol=1e-6)


def test_stops_outside_the_run_need_no_finer_step(tmp_path: Path) -> None:
    straight = "time_s,latitude_deg,longitude_deg\n-9000,30,114\n9000,31,115\n"
    assert _track(tmp_path, straight).movers[0].step_max_s > 1_000
    assert _track(tmp_path, straight, "repeat").movers[0].step_max_s < 100


def test_several_by_name_with_utc_times(tmp_path: Path) -> None:
    text = (
        "name,time,latitude_deg,longitude_deg\n"
        "b,2026-07-01T00:00:00Z,1,1\na,2026-07-01T02:00:00+02:00,5,5\n"
        "b,2026-07-01T00:10:00Z,1.1,1\na,2026-07-01T01:00:00,5,6\n"
    )
    members = _track(tmp_path, text, "absent")
    assert members.names == ("b", "a")
    assert members.lines == [2, 3]
    assert members.geometry == (
        "2 tracks from train.csv, latitude 1.0 to 5.0, longitude 1.0 to 6.0 deg, 0 s to 3,600 s, "
        "11 to 111 km, ends: absent"
    )
    time_s = np.array([0.0, 600.0, 3_600.0])
    place = np.concatenate([_states(mover, time_s)[0] for mover in members.movers])
    np.testing.assert_allclose(place[0, :, 1], to_ecef(1.1, 1), atol=1e-6)
    np.testing.assert_allclose(place[1, :, [0, 2]], to_ecef(5, np.array([5, 6])), atol=1e-6)


def test_a_leap_second_is_a_second_of_the_track(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(
        "time,latitude_deg,longitude_deg\n2016-12-31T23:59:50Z,0,0\n"
        "2016-12-31T23:59:60Z,0,0.001\n2017-01-01T08:00:09+08:00,0,0.002\n"
    )
    clock = Clock.at(datetime(2016, 12, 31, 23, 59, 50, tzinfo=UTC))
    motion = Track(kind="track", file=tmp_path / "train.csv", ends="hold")
    (mover,) = track("train", motion, Setting(clock, 60.0, 1)).movers
    # Twenty seconds from end to end, and the middle at ten: the leap second counts.
    times = np.array([0.0, 10.0, 20.0])
    _, longitude, _ = to_geodetic(_states(mover, times)[0][0].T)
    np.testing.assert_allclose(longitude, [0.0, 0.001, 0.002], rtol=0, atol=1e-9)


def test_every_error_at_once(tmp_path: Path) -> None:
    text = (
        "name,time_s,latitude_deg,longitude_deg\na,0,1,1\na,10,1,2\na,10,1,3\nb,0,1,1\n"
        "c,0,40,10\nc,100,-40,-170\n"
    )
    with pytest.raises(ScenarioError) as caught:
        _track(tmp_path, text)
    assert str(caught.value).splitlines() == [
        "train.csv: line 4: a is at another place at the same time on line 3",
        "train.csv: line 5: b has one point, a track needs two",
        "train.csv: line 7: is on the other side of the Earth from the point of c before it, "
        "give one between",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("latitude_deg,longitude_deg\n1,1\n", "give one column of times"),
        ("time,time_s,latitude_deg,longitude_deg\n2026-07-01,0,1,1\n", "give one column of times"),
        ("time,latitude_deg,longitude_deg\nnoon,1,1\n", "line 2: time: 'noon' is not a time like"),
        (
            "time,latitude_deg,longitude_deg\n0001-01-01T00:00:00+09:00,1,1\n",
            "line 2: time: .* is not in the years 1900 to 2200",
        ),
    ],
)
def test_what_is_no_track(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        _track(tmp_path, text)


def test_warns_of_tracks_beside_the_run_and_of_leaps(tmp_path: Path) -> None:
    text = "name,time_s,latitude_deg,longitude_deg\na,5000,1,1\na,5600,1,1.1\nb,0,1,1\nb,60,1,3\n"
    assert _track(tmp_path, text).warnings == (
        "1 of 2 tracks of train.csv lie outside the run (0 to 3,600 s): a has 5,000 to 5,600 s",
        "b of train.csv reaches 3,710 m/s between two points: is a place or a time wrong?",
    )


def test_a_continent_in_a_second_is_a_mistake(tmp_path: Path) -> None:
    text = "name,time_s,latitude_deg,longitude_deg\na,0,1,1\na,9,1,1\na,10,1,40\nb,0,1,1\nb,9,1,1\n"
    words = "train.csv: a: takes 4,341 km/s from 9.0 s to the next point, 1 s later"
    with pytest.raises(ScenarioError, match=words):
        _track(tmp_path, text)
