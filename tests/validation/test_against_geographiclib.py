"""Lines and tracks against geodesics of the WGS84 ellipsoid by geographiclib (Karney, 2013)."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.motion.members import Setting
from skyweft.motion.rail import rail
from skyweft.motion.rail_line import Line, read_places
from skyweft.motion.track import track
from skyweft.scenario.motion import Rail, Track
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M, to_geodetic

geodesic = pytest.importorskip(
    "geographiclib.geodesic", reason="the group oracles is not installed"
)
EARTH = geodesic.Geodesic.WGS84
SETTING = Setting(Clock.at(datetime(2026, 7, 1, tzinfo=UTC)), duration_s=7_200.0, seed=0)
ENDS = [(30.6, 114.4, 39.9, 116.3), (0.0, -1.0, 0.0, 4.0), (60.0, 179.0, 65.0, -172.0)]


def _line(folder: Path, places: list[tuple[float, float]]) -> Path:
    path = folder / "line.csv"
    rows = "".join(f"{latitude!r},{longitude!r}\n" for latitude, longitude in places)
    path.write_text("latitude_deg,longitude_deg\n" + rows)
    return path


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("count", [2, 12])
def test_a_line_between_two_places_is_their_geodesic(
    tmp_path: Path, ends: tuple[float, float, float, float], count: int
) -> None:
    """Great circles of verticals leave it by no more than e^2 s^2 / (16 a), 70 m in 1,000 km.

    Their lengths agree to the fourth order of that angle. With eleven parts a part in 121 is left.
    """
    way = EARTH.InverseLine(*ends)
    fixes = [way.Position(each) for each in np.linspace(0, way.s13, count)]
    line = Line(read_places(_line(tmp_path, [(each["lat2"], each["lon2"]) for each in fixes])))
    assert line.length_m == pytest.approx(way.s13, abs=5e-3)
    off = []
    for share in np.linspace(0.05, 0.95, 19):
        latitude, longitude, altitude_m = to_geodetic(line.at(np.array([share * line.length_m]))[0])
        exact = way.Position(share * way.s13)
        where = latitude[0], longitude[0], exact["lat2"], exact["lon2"]
        off.append(EARTH.Inverse(*where)["s12"])
        assert abs(altitude_m[0]) < 1e-3
    most = ECCENTRICITY_SQUARED * way.s13**2 / (16 * SEMI_MAJOR_M)
    assert max(off) < most / (count - 1) ** 2


def test_a_train_is_where_its_distance_has_it(tmp_path: Path) -> None:
    """Every tenth of a degree a place of a geodesic: 1,000 km/h from Wuhan to Beijing."""
    way = EARTH.InverseLine(*ENDS[0])
    fixes = [way.Position(each) for each in np.linspace(0, way.s13, 101)]
    file = _line(tmp_path, [(each["lat2"], each["lon2"]) for each in fixes])
    table: dict[str, Any] = {"kind": "rail", "file": file, "speed_max_m_s": 1_000 / 3.6}
    (mover,) = rail(
        "train", Rail.model_validate({**table, "acceleration_m_s2": 1.0}), SETTING
    ).movers
    speed = 1_000 / 3.6
    time_s = np.linspace(speed, way.s13 / speed - 1, 50)
    position_m, velocity_m_s = np.empty((1, 3, 50)), np.empty((1, 3, 50))
    mover.fill(time_s, position_m, velocity_m_s)
    gone_m = speed * time_s - speed**2 / 2  # at 1 m/s2
    for latitude, longitude, distance in zip(
        *to_geodetic(position_m[0].T)[:2], gone_m, strict=True
    ):
        exact = way.Position(distance)
        off = EARTH.Inverse(latitude, longitude, exact["lat2"], exact["lon2"])["s12"]
        assert off < 0.1


def test_a_track_between_two_fixes_is_on_their_geodesic(tmp_path: Path) -> None:
    """Fixes of a ship ten minutes apart at 10 m/s along a geodesic: centimetres from it."""
    way = EARTH.InverseLine(29.0, 123.0, 35.0, 120.5)
    fixes = [way.Position(each) for each in np.arange(0.0, 600e3, 6_000.0)]
    path = tmp_path / "ship.csv"
    rows = "".join(f"{600 * k},{f['lat2']!r},{f['lon2']!r}\n" for k, f in enumerate(fixes))
    path.write_text("time_s,latitude_deg,longitude_deg\n" + rows)
    (mover,) = track("ship", Track(kind="track", file=path, ends="absent"), SETTING).movers
    time_s = np.linspace(0, 590 * 100, 61)
    position_m, velocity_m_s = np.empty((1, 3, 61)), np.empty((1, 3, 61))
    mover.fill(time_s, position_m, velocity_m_s)
    latitude, longitude, _ = to_geodetic(position_m[0].T)
    for where in zip(latitude, longitude, time_s * 10.0, strict=True):
        exact = way.Position(where[2])
        assert EARTH.Inverse(*where[:2], exact["lat2"], exact["lon2"])["s12"] < 0.1


def test_lengths_add_up(tmp_path: Path) -> None:
    """A line of many short straight parts with small bends is as long as their geodesics."""
    random = np.random.default_rng(5)
    places = np.cumsum(random.normal([0.02, 0.03], 0.002, (60, 2)), axis=0) + np.array([40, 10])
    line = Line(read_places(_line(tmp_path, [(float(a), float(b)) for a, b in places])))
    total = sum(EARTH.Inverse(*one, *other)["s12"] for one, other in pairwise(places.tolist()))
    # The smooth way around a bend is longer than its chords: by their angle's square / 24.
    assert total <= line.length_m < total * 1.002
