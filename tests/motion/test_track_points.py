"""Tracks as people keep them: rows out of order or said twice, 0 to 360 degrees, GPX."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.motion.members import Setting
from skyweft.motion.track import track
from skyweft.scenario.motion import Track
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_ecef

SETTING = Setting(Clock.at(datetime(2026, 7, 1, tzinfo=UTC)), duration_s=3_600.0, seed=0)
HEADER = "name,time_s,latitude_deg,longitude_deg,altitude_m\n"
ROWS = ["a,0,30,114,20", "a,300,30.2,114.1,25", "a,600,30.4,114.1,60", "b,0,1,2,0", "b,90,1,3,0"]


def _track(folder: Path, text: str, name: str = "ship.csv") -> Any:
    path = folder / name
    path.write_text(text)
    return track("ship", Track.model_validate({"kind": "track", "file": path}), SETTING)


def _errors(folder: Path, text: str, name: str = "ship.csv") -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        _track(folder, text, name)
    return str(caught.value).splitlines()


def _at(members: Any, time_s: list[float]) -> Any:
    states = np.empty((len(members.movers), 3, len(time_s)))
    for mover, each in zip(members.movers, states, strict=True):
        mover.fill(np.array(time_s), each[None], np.empty_like(each[None]))
    return states


def test_rows_out_of_order_are_sorted_and_said(tmp_path: Path) -> None:
    text = "time_s,latitude_deg,longitude_deg\n600,30,115\n0,30,114\n1200,30,116\n"
    members = _track(tmp_path, text)
    assert members.warnings == (
        "ship.csv: 1 of 1 tracks not in the order of their times and sorted: first line 3 of ship",
    )
    found = _at(members, [0, 600, 1200])[0].T
    np.testing.assert_allclose(found, to_ecef(30.0, np.array([114.0, 115, 116])), atol=1e-6)


def test_the_same_row_twice_is_one(tmp_path: Path) -> None:
    text = "time_s,latitude_deg,longitude_deg\n0,30,190\n0,30,-170\n0,30.0,190\n600,30,191\n"
    members = _track(tmp_path, text)
    assert members.warnings == ("ship.csv: rows that say the same again are passed over: 2",)
    assert "longitude -170.0 to -169.0 deg" in members.geometry


def test_two_places_at_one_time_are_refused(tmp_path: Path) -> None:
    text = (
        "time_s,latitude_deg,longitude_deg,altitude_m\n600,1,2,0\n0,1,2,0\n600,1,2,9\n0,1,2.1,0\n"
    )
    assert _errors(tmp_path, text) == [
        "ship.csv: line 5: ship is at another place at the same time on line 3",
        "ship.csv: line 4: ship is at another place at the same time on line 2",
    ]


def test_a_track_of_one_moment_has_one_point(tmp_path: Path) -> None:
    text = "time_s,latitude_deg,longitude_deg\n0,1,2\n0,1,2\n"
    assert _errors(tmp_path, text) == ["ship.csv: line 2: ship has one point, a track needs two"]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.permutations(ROWS), again=st.lists(st.sampled_from(ROWS), max_size=4))
def test_any_order_of_rows_is_the_same_motion(
    tmp_path: Path, rows: list[str], again: list[str]
) -> None:
    sorted_, shuffled = (
        _track(tmp_path, HEADER + "\n".join(each)) for each in (ROWS, [*rows, *again])
    )
    assert set(shuffled.names) == {"a", "b"}
    order = [shuffled.names.index(name) for name in sorted_.names]
    times = [-5.0, 0.0, 45.0, 200.0, 700.0]
    np.testing.assert_array_equal(_at(shuffled, times)[order], _at(sorted_, times))
    said = "".join(shuffled.warnings)
    assert (f"passed over: {len(again)}" in said) == bool(again)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("time_s,lat,lon", "the column lat is not known: latitudes stand in latitude_deg"),
        ("timestamp,latitude_deg,longitude_deg", "timestamp is not known: times stand in time_s"),
        ("time_s,latitude_deg,longitude_deg,mmsi", "mmsi is not known: names stand in name"),
        ("time_s,latitude_deg,longitude_deg,ele", "ele is not known: heights stand in altitude_m"),
    ],
)
def test_columns_under_other_names(tmp_path: Path, columns: str, words: str) -> None:
    text = f"{columns}\n0,1,2,3\n9,1,2,3\n"
    assert any(words in line for line in _errors(tmp_path, text))


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = "time_s;latitude_deg;longitude_deg;speed\n0;30,5;114;7,5\n600;30,5;114,25;7,5\n"
    members = _track(tmp_path, text)
    assert members.warnings == (
        "ship.csv: the column speed is not used",
        "ship.csv: commas in numbers are read as decimal commas",
    )
    found = _at(members, [0, 600])[0].T
    np.testing.assert_allclose(found, to_ecef(30.5, np.array([114.0, 114.25])), atol=1e-6)


GPX = '<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>'
POINT = '<{}pt lat="{}" lon="{}"><ele>{}</ele><time>2026-07-01T00:{:02}:00Z</time></{}pt>'


def _line(kind: str, name: str, *points: tuple[float, float, float, int]) -> str:
    inner = "".join(POINT.format(kind, *each, kind) for each in points)
    segment = f"<trkseg>{inner}</trkseg>" if kind == "trk" else inner
    return f"<{kind}><name>{name}</name>{segment}</{kind}>"


def test_tracks_and_routes_of_gpx(tmp_path: Path) -> None:
    one = _line("trk", "Ferry", (30, 114, 20, 0), (30, 115, 25, 10))
    two = _line("rte", "Train", (1, 190, 5, 10), (1, 189, 5, 0))
    members = _track(tmp_path, GPX.format('<wpt lat="1" lon="2"/>' + one + two), "day.gpx")
    assert members.names == ("Ferry", "Train")
    assert members.lines is None
    assert members.altitude_m == (5.0, 25.0)
    assert members.warnings == (
        "day.gpx: waypoints are passed over: 1",
        "day.gpx: 1 of 2 tracks not in the order of their times and sorted: first rte 2, point 2 "
        "of Train",
    )
    ferry, train = np.moveaxis(_at(members, [0, 600]), 1, 2)
    np.testing.assert_allclose(
        ferry, to_ecef(30.0, np.array([114.0, 115]), np.array([20.0, 25])), atol=1e-6
    )
    np.testing.assert_allclose(train, to_ecef(1.0, np.array([-171.0, -170]), 5.0), atol=1e-6)


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("", "there are no tracks or routes"),
        ("<trk/>", "trk 1: there are no points"),
        ('<trk><trkpt lat="1" lon="2"/></trk>', "trk 1, point 1: has no time, which a track needs"),
        (
            _line("trk", "a", (1, 2, 3, 0)).replace("</trk>", '<trkpt lat="1" lon="2"/></trk>'),
            "trk 1, point 2: has no ele, others of this track have one",
        ),
        (_line("trk", "a", (1, 95, 3, 0), (100, 2, 3, 1)), "point 2: lat: '100' is not a number"),
        (_line("trk", "", (1, 2, 3, 0)) * 2, "trk 1: name: a text is needed"),
        (_line("trk", "a", (1, 2, 3, 0)) * 2, "trk 2: is called a like trk 1"),
        (
            _line("trk", "a", (1, 2, 3, 0), (1, 2, 3, 75)),
            "'2026-07-01T00:75:00Z' is no time of day",
        ),
    ],
)
def test_errors_of_gpx(tmp_path: Path, inner: str, words: str) -> None:
    lines = _errors(tmp_path, GPX.format(inner), "day.gpx")
    assert any(words in line for line in lines)
    assert all(line.startswith("day.gpx: ") for line in lines)
