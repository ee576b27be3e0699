"""AIS as two authorities hand it out: columns and times as in their files, ships of our own."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.motion.ais import is_ais
from skyweft.motion.members import Members, Setting
from skyweft.motion.track import track
from skyweft.scenario.motion import Track
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_geodetic

SETTING = Setting(Clock.at(datetime(2026, 7, 1, tzinfo=UTC)), duration_s=3_600.0, seed=0)
MARINE_CADASTRE = """MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,\
VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass
413000002,2026-07-01T00:10:00,30.10000,122.00000,10.8,0.0,511.0,SECOND,,,70,0,,,,,A
413000001,2026-07-01T00:00:00,31.00000,122.00000,10.8,90.0,90.0,FIRST,IMO9000001,BXXX,70,0,180,\
30,9.0,70,A
413000001,2026-07-01T00:20:00,31.00000,122.10000,10.8,90.0,90.0,FIRST,IMO9000001,BXXX,70,0,180,\
30,9.0,70,A
413000002,2026-07-01T00:00:00,30.00000,122.00000,10.8,0.0,511.0,SECOND,,,70,0,,,,,A
413000003,2026-07-01T00:00:00,91.00000,181.00000,0.0,360.0,511.0,,,,,,,,,,B
413000004,2026-07-01T00:00:00,30.50000,122.50000,0.0,360.0,511.0,,,,,,,,,,B
413000001,2026-07-01T00:10:00,31.00000,122.05000,10.8,90.0,90.0,FIRST,IMO9000001,BXXX,70,0,180,\
30,9.0,70,A
413000001,2026-07-01T00:10:00,31.00001,122.05003,10.8,90.0,90.0,FIRST,IMO9000001,BXXX,70,0,180,\
30,9.0,70,A
413000001,2026-07-01T00:11:00,-31.00000,22.00000,10.8,90.0,90.0,FIRST,IMO9000001,BXXX,70,0,180,\
30,9.0,70,A
"""
DANISH = """# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,\
Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,\
Draught,Destination,ETA,Data source type,A,B,C,D
01/07/2026 00:00:00,Class A,219000001,55.500000,12.500000,Under way using engine,,10.0,180.0,\
181,Unknown,Unknown,,Undefined,,,,Undefined,,,,AIS,,,,
01/07/2026 00:00:00,Class A,219000002,91.000000,0.000000,Under way using engine,,,,,Unknown,\
Unknown,,Undefined,,,,Undefined,,,,AIS,,,,
01/07/2026 01:00:00,Class A,219000001,55.400000,12.500000,Under way using engine,,10.0,180.0,\
181,Unknown,Unknown,,Undefined,,,,Undefined,,,,AIS,,,,
"""


def _members(folder: Path, text: str, name: str = "ais.csv") -> Members:
    path = folder / name
    path.write_text(text)
    return track("ships", Track(kind="track", file=path, ends="hold"), SETTING)


def _places(members: Members, time_s: float) -> np.ndarray:
    found = []
    for mover in members.movers:
        position_m, velocity_m_s = np.empty((1, 3, 1)), np.empty((1, 3, 1))
        mover.fill(np.array([time_s]), position_m, velocity_m_s)
        found.append(np.ravel(to_geodetic(position_m[0].T)[:2]))
    return np.array(found)


def test_marine_cadastre(tmp_path: Path) -> None:
    members = _members(tmp_path, MARINE_CADASTRE)
    assert members.names == ("413000002", "413000001")
    assert members.lines == [5, 3]  # of their first positions
    np.testing.assert_allclose(_places(members, 600.0), [[30.1, 122.0], [31.0, 122.05]], atol=1e-9)
    assert members.warnings == (
        "ais.csv: positions that AIS says are not available, passed over: 1",
        "ais.csv: further positions of a vessel at one time, passed over: 1",
        "ais.csv: positions that take more than 100 m/s from the one before, passed over: 1",
        "ais.csv: vessels with one position, passed over: 1",
    )


def test_denmark(tmp_path: Path) -> None:
    members = _members(tmp_path, DANISH)
    assert members.names == ("219000001",)
    np.testing.assert_allclose(_places(members, 1_800.0), [[55.45, 12.5]], atol=1e-4)
    assert members.warnings == (
        "ais.csv: positions that AIS says are not available, passed over: 1",
    )


def test_newer_names_blanks_in_times_and_longitudes_to_360(tmp_path: Path) -> None:
    """MarineCadastre since 2025; a ship over 180 degrees goes on, it does not go back."""
    text = (
        "mmsi,base_date_time,longitude,latitude,sog\n"
        "366000001,2026-07-01 00:00:00,179.99,52,9\n366000001,2026-07-01 01:00:00,180.01,52,9\n"
    )
    members = _members(tmp_path, text)
    np.testing.assert_allclose(np.abs(_places(members, 1_800.0)), [[52, 180]], atol=1e-4)
    assert members.warnings == ()


def test_what_ais_does_not_have_is_named(tmp_path: Path) -> None:
    text = MARINE_CADASTRE.replace("Draft", "Mood")
    assert "ais.csv: the column mood is not used" in _members(tmp_path, text).warnings


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("30.10000,", "north,", "ais.csv: line 2: lat: 'north' is not a number"),
        ("31.00000,122.10000", "97.0,122.10000", "ais.csv: line 4: lat: '97.0' is not a number"),
        ("2026-07-01T00:20:00", "noon", "ais.csv: line 4: time: 'noon' is not a time"),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        _members(tmp_path, MARINE_CADASTRE.replace(old, new))


def test_no_vessel(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no vessel has two positions"):
        _members(tmp_path, "\n".join(MARINE_CADASTRE.splitlines()[:2]) + "\n")


def test_other_tables_are_no_ais(tmp_path: Path) -> None:
    path = tmp_path / "ship.csv"
    for text in ("", "name,time,latitude_deg,longitude_deg\n", "mmsi,time,lat,lon\n"):
        path.write_text(text)
        assert not is_ais(path)
