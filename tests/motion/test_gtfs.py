"""A feed of two lines made here; times and places by hand from the reference of GTFS."""

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.gtfs import ROWS_MAX, Feed, gtfs
from skyweft.motion.members import Members, Setting
from skyweft.scenario.motion import Gtfs
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_ecef, to_geodetic

FEED = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\n1,A,http://a.example,Europe/Berlin\n",
    "routes": "route_id,route_short_name,route_type\nR1,1,0\nR2,2,3\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
    "end_date\nweek,1,1,1,1,1,0,0,20260101,20261231\nend,0,0,0,0,0,1,1,20260101,20261231\n",
    "calendar_dates": "service_id,date,exception_type\nweek,20260702,2\nend,20260702,1\n",
    "trips": "route_id,service_id,trip_id,shape_id\nR1,week,early,bend\nR1,week,late,\n"
    "R1,end,sunday,\nR2,week,other,\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,A,0,10.0\nB,B,0,10.05\nC,C,0,10.1\n"
    "D,D,0.0,10.2\n",
    # `early` stands at B for two minutes, passes C without a time, and turns north before D.
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "early,8:10:00,8:12:00,B,2\nearly,8:00:00,8:00:00,A,1\nearly,,,C,5\n"
    "early,8:42:00,8:42:00,D,9\n"
    "late,24:50:00,24:50:00,A,1\nlate,25:10:00,25:10:00,C,2\n"
    "sunday,9:00:00,9:00:00,A,1\nsunday,9:10:00,9:10:00,C,2\n",
    "shapes": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nbend,0,10.0,1\n"
    "bend,0.1,10.2,3\nbend,0,10.1,2\nbend,0.0,10.2,4\n",
}  # fmt: skip


def _setting(start: datetime) -> Setting:
    return Setting(Clock.at(start), duration_s=86_400.0, seed=0)


def _members(folder: Path, changes: dict[str, str] | None = None, **words: Any) -> Members:
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**FEED, **(changes or {})}.items():
            archive.writestr(f"{name}.txt", text)
    table = {"kind": "gtfs", "file": path, "route": "R1", "day": date(2026, 7, 1), **words}
    midnight = datetime(2026, 7, 1, tzinfo=UTC)
    return gtfs("bus", Gtfs.model_validate(table), _setting(midnight))


def _places(members: Members, name: str, time_s: Floats) -> Floats:
    mover = members.movers[members.names.index(name)]
    position_m, velocity_m_s = np.empty((1, 3, len(time_s))), np.empty((1, 3, len(time_s)))
    mover.fill(time_s, position_m, velocity_m_s)
    return np.stack(to_geodetic(position_m[0].T)[:2], axis=1)


def test_stops_dwell_and_times_beyond_midnight(tmp_path: Path) -> None:
    """Berlin is two hours ahead in July: 8:00 is 06:00 UTC, and 24:50 is 22:50."""
    members = _members(tmp_path)
    assert members.names == ("early", "late")
    early = _places(members, "early", 60.0 * np.array([360, 370, 371, 372, 402]))
    expected = [[0, 10], [0, 10.05], [0, 10.05], [0, 10.05], [0, 10.2]]
    np.testing.assert_allclose(early, expected, atol=1e-9)
    late = _places(members, "late", 60.0 * np.array([1_369, 1_370, 1_380, 1_390, 1_391]))
    np.testing.assert_allclose(late[1:4], [[0, 10], [0, 10.05], [0, 10.1]], atol=1e-9)
    assert np.isnan(late[[0, 4]]).all()


def test_a_shape_is_followed_at_one_speed(tmp_path: Path) -> None:
    """From B to D along the bend, parts by their chords: it is at its corners when they say."""
    corners = to_ecef(np.array([0, 0, 0.1, 0.0]), np.array([10.05, 10.1, 10.2, 10.2]))
    parts = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    share = np.cumsum(parts) / parts.sum()
    time_s = 60.0 * 372 + 1_800.0 * share[:2]
    found = _places(_members(tmp_path), "early", time_s)
    # Chords are of verticals: a degree of latitude is 0.7 % shorter on the ground than there.
    np.testing.assert_allclose(found, [[0, 10.1], [0.1, 10.2]], atol=1.5e-3)


def test_services_of_a_day(tmp_path: Path) -> None:
    assert _members(tmp_path, day=date(2026, 7, 5)).names == ("sunday",)
    assert _members(tmp_path, day=date(2026, 7, 2)).names == ("sunday",)  # by the exceptions
    assert _members(tmp_path, day=date(2026, 7, 3)).names == ("early", "late")


def test_the_day_that_clocks_change_counts_from_noon(tmp_path: Path) -> None:
    """On 2026-03-29 nine in the morning is 07:00 UTC, though midnight was at 23:00."""
    members = _members(tmp_path, day=date(2026, 3, 29))
    mover = members.movers[0]
    since = (
        datetime(2026, 3, 29, 7, tzinfo=UTC) - datetime(2026, 7, 1, tzinfo=UTC)
    ).total_seconds()
    position_m, velocity_m_s = np.empty((1, 3, 2)), np.empty((1, 3, 2))
    mover.fill(np.array([since - 1.0, since]), position_m, velocity_m_s)
    assert np.isnan(position_m[0, 0, 0])
    np.testing.assert_allclose(position_m[0, :, 1], to_ecef(0, 10.0), atol=1e-3)


def test_stops_that_share_a_minute_are_passed_in_turn(tmp_path: Path) -> None:
    times = FEED["stop_times"].replace("late,25:10:00,25:10:00,C,2", "late,24:50:00,24:50:00,B,2\n"
                                       "late,25:10:00,25:10:00,C,3")  # fmt: skip
    found = _places(_members(tmp_path, {"stop_times": times}), "late", 60.0 * np.array([1_380.0]))
    np.testing.assert_allclose(found, [[0, 10.05]], atol=1e-9)


def test_frequencies_are_said(tmp_path: Path) -> None:
    text = "trip_id,start_time,end_time,headway_secs\nlate,6:00:00,9:00:00,600\nother,1,2,3\n"
    assert _members(tmp_path, {"frequencies": text}).warnings[0] == (
        "feed.zip: trips that frequencies.txt repeats run once here: 1"
    )


@pytest.mark.parametrize(
    ("changes", "words", "said"),
    [
        ({}, {"route": "R9"}, "trips.txt: no trip of a route 'R9'; routes: R1, R2"),
        ({}, {"day": date(2027, 7, 1)}, "none of the 3 trips of 'R1' runs on 2027-07-01"),
        ({"agency": "agency_timezone\nMars/Base\n"}, {}, "there is no time zone 'Mars/Base'"),
        ({"stops": FEED["stops"].replace("D,D,", "E,E,")}, {}, "stops.txt: stop D is not there"),
        ({"stops": FEED["stops"].replace("10.2", "east")}, {}, "'east' is not a number"),
        (
            {"stop_times": FEED["stop_times"].replace("25:10:00,25:10", "24:10:00,24:10")},
            {},
            "trip late goes back in time: 24:10:00 at stop 2",
        ),
        ({"stop_times": FEED["stop_times"].replace("25:10:00", "soon")}, {}, "'soon' is no time"),
    ],
)
def test_what_makes_no_sense(
    tmp_path: Path, changes: dict[str, str], words: dict[str, Any], said: str
) -> None:
    with pytest.raises(ScenarioError, match=said):
        _members(tmp_path, changes, **words)


def test_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    path.write_text("stop_id\n")
    motion = Gtfs(kind="gtfs", file=path, route="R1", day=date(2026, 7, 1))
    with pytest.raises(ScenarioError, match="is no ZIP archive"):
        gtfs("bus", motion, _setting(datetime(2026, 7, 1, tzinfo=UTC)))


def test_too_much_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skyweft.motion.gtfs.UNPACKED_MAX_BYTES", 5_000_000)
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(12_000):
            archive.writestr(f"a folder of a very long name/{number:060d}.txt", "")
    with pytest.raises(ScenarioError, match=r"feed\.zip: holds too many files for a GTFS feed"):
        Feed(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stop_times.txt", b"trip_id\n" + bytes(5_000_000))
    with pytest.raises(ScenarioError, match=r"stop_times\.txt: 5 MB, at most 5 MB are read; cut"):
        next(Feed(path).rows("stop_times", ["trip_id"]))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("trips.txt", "trip_id,route_id\n" + "1,1\n2,2\n" * (ROWS_MAX + 1))
    with pytest.raises(ScenarioError, match=r"trips\.txt: more than 200,000 rows"):
        list(Feed(path).rows("trips", ["trip_id", "route_id"], ("route_id", {"1"})))
