"""Ground tracks on the map against the true track, densely sampled."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import cKDTree

import skyweft
from skyweft.export import export
from skyweft.export.choice import choose
from skyweft.export.lines import cut, ground_track
from skyweft.export.moving import moving
from skyweft.motion.hermite import states_at
from skyweft.world.ellipsoid import to_ecef, to_geodetic

Floats = NDArray[np.float64]

WITHIN_M = 1_000.0  # what the guide promises
RATE_RAD_S = 7.292115e-5


def _drawn(parts: list[list[tuple[float, ...]]], apart_m: float = 100.0) -> Floats:
    """Return points on the ground as close or closer along lines drawn on the map."""
    points = []
    for part in parts:
        line = np.array(part)
        assert len(line) >= 2
        assert np.abs(line[:, 0]).max() <= 180
        ends = to_ecef(line[:, 1], line[:, 0])
        # On the parallels of long pieces beside a pole the way is longer than the chord.
        length = np.abs(np.diff(line[:, 0])) * 111_320 * np.cos(np.radians(line[:-1, 1]))
        length += np.linalg.norm(np.diff(ends, axis=0), axis=1)
        for k, count in enumerate(np.ceil(length / apart_m).astype(int)):
            share = np.linspace(0, 1, count + 2)[:, None]
            piece = line[k] + share * (line[k + 1] - line[k])
            points.append(to_ecef(piece[:, 1], piece[:, 0]))
    return np.concatenate(points)


def _apart(drawn: Floats, true: Floats) -> float:
    """Return how far the two lines are apart at most, either from the other."""
    return max(cKDTree(drawn).query(true)[0].max(), cKDTree(true).query(drawn)[0].max())


# Each compares most of a million points; those that ever failed stand below.
@settings(deadline=None, max_examples=8)
@given(
    inclination_deg=st.floats(0, 180),
    altitude_m=st.floats(300e3, 2_000e3),
    node_deg=st.floats(-180, 180),
    step_s=st.sampled_from([10.0, 60.0, 300.0, 600.0]),
)
@example(inclination_deg=90.0, altitude_m=600e3, node_deg=0.0, step_s=60.0)
@example(inclination_deg=97.8, altitude_m=600e3, node_deg=-100.0, step_s=60.0)
@example(inclination_deg=82.0, altitude_m=600e3, node_deg=10.0, step_s=600.0)
def test_circular_orbits(
    inclination_deg: float, altitude_m: float, node_deg: float, step_s: float
) -> None:
    radius_m = 6_378_137.0 + altitude_m
    motion_rad_s = np.sqrt(3.986004418e14 / radius_m**3)
    tilt = np.radians(inclination_deg)

    def places_at(time_s: Floats) -> Floats:
        u = motion_rad_s * time_s
        x, y, z = np.cos(u), np.sin(u) * np.cos(tilt), np.sin(u) * np.sin(tilt)
        turn = np.radians(node_deg) - RATE_RAD_S * time_s
        cosine, sine = np.cos(turn), np.sin(turn)
        position = radius_m * np.stack([x * cosine - y * sine, x * sine + y * cosine, z], axis=-1)
        return np.stack(to_geodetic(position)[:2], axis=-1)

    time_s = np.arange(0.0, 7_201.0, step_s)
    line = ground_track(places_at, time_s, places_at(time_s))
    dense = places_at(np.linspace(0, time_s[-1], 144_001))
    true = to_ecef(dense[:, 0], dense[:, 1])
    # A point of either is at most 200 m from the next one of it.
    assert _apart(_drawn(list(cut(line))), true) < WITHIN_M
    assert len(line) < 30 * 7_200 / 60  # added where it turns, not everywhere


MU = 3.986004418e14
DAY_S = 86_164.0905  # of the stars
# Semi-major axis [m], eccentricity, inclination, argument of perigee, node [deg].
ORBITS = {
    "polar, over both poles": (6_978e3, 0.0, 90.0, 0.0, 0.0),
    "polar, its node on the date line": (6_978e3, 0.0, 90.0, 0.0, 180.0),
    "almost polar": (6_978e3, 0.0, 89.999, 0.0, 30.0),
    "retrograde": (7_000e3, 0.001, 140.0, 10.0, 5.0),
    "equatorial": (7_000e3, 0.0, 0.0, 0.0, 10.0),
    "equatorial and backwards": (7_000e3, 0.0, 180.0, 0.0, 10.0),
    "Molniya": (26_554e3, 0.74, 63.4, 270.0, 0.0),
    "transfer": (24_400e3, 0.73, 7.0, 178.0, 10.0),
    "geostationary": (42_164_169.6, 1e-4, 0.02, 0.0, 0.0),
    "geosynchronous, on the date line": (42_164_169.6, 0.1, 60.0, 270.0, 100.0),
}


def _ellipse(
    axis_m: float, eccentricity: float, inclination_deg: float, perigee_deg: float, node_deg: float
) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """Return where a satellite is above the ground at times, and times at eccentric anomalies."""
    motion_rad_s = np.sqrt(MU / axis_m**3)
    tilt = np.radians(inclination_deg)

    def time_at(anomaly: Floats) -> Floats:
        return (anomaly - eccentricity * np.sin(anomaly)) / motion_rad_s

    def places_at(time_s: Floats) -> Floats:
        mean = motion_rad_s * time_s
        anomaly = mean + eccentricity * np.sin(mean)
        for _ in range(60):  # Newton
            left = anomaly - eccentricity * np.sin(anomaly) - mean
            anomaly = anomaly - left / (1 - eccentricity * np.cos(anomaly))
        along, across = np.cos(anomaly) - eccentricity, np.sin(anomaly)
        u = np.arctan2(np.sqrt(1 - eccentricity**2) * across, along) + np.radians(perigee_deg)
        radius_m = axis_m * (1 - eccentricity * np.cos(anomaly))
        x, y, z = np.cos(u), np.sin(u) * np.cos(tilt), np.sin(u) * np.sin(tilt)
        turn = np.radians(node_deg) - RATE_RAD_S * time_s
        level = (x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn))
        position_m = radius_m[..., None] * np.stack([*level, z], axis=-1)
        return np.stack(to_geodetic(position_m)[:2], axis=-1)

    return places_at, time_at


@settings(deadline=None, max_examples=2)
@given(step_s=st.floats(10, 7_200))
@pytest.mark.parametrize("orbit", ORBITS)
def test_orbits_of_every_kind(orbit: str, step_s: float) -> None:
    """Within a kilometre of the track; parts that shapely takes for lines, each on the map."""
    shapely = pytest.importorskip("shapely")
    places_at, time_at = _ellipse(*ORBITS[orbit])
    end_s = max(1.1 * float(time_at(np.array(2 * np.pi))), 7_200.0)
    time_s = np.arange(max(2, int(end_s / step_s) + 1)) * step_s
    parts = list(cut(ground_track(places_at, time_s, places_at(time_s))))
    lines = [shapely.LineString(part) for part in parts]
    assert all(line.is_valid and line.length > 0 for line in lines)
    for line, following in itertools.pairwise(parts):  # cut at the date line, at one latitude
        assert abs(line[-1][0]) == 180
        assert following[0] == (-line[-1][0], line[-1][1])
    turns = 2 * np.pi * np.ceil(time_s[-1] / float(time_at(np.array(2 * np.pi))))
    dense_s = time_at(np.arange(0, turns, 4e-5))  # 250 m on a circle, twice that at a perigee
    dense = places_at(dense_s[dense_s <= time_s[-1]])
    assert _apart(_drawn(parts, 500), to_ecef(dense[:, 0], dense[:, 1])) < WITHIN_M + 250


def test_four_days_at_once_are_not_nothing() -> None:
    """After a day of the stars one that stays over its meridian is where it began."""
    places_at, _ = _ellipse(*ORBITS["geosynchronous, on the date line"])
    time_s = np.array([0.0, 4 * DAY_S])
    parts = list(cut(ground_track(places_at, time_s, places_at(time_s))))
    dense = places_at(np.linspace(0, DAY_S, 40_001))
    assert _apart(_drawn(parts, 500), to_ecef(dense[:, 0], dense[:, 1])) < WITHIN_M + 250


def test_a_line_that_is_straight_on_the_map_needs_no_points() -> None:
    def places_at(time_s: Floats) -> Floats:
        return np.stack([time_s / 100, (time_s / 20 + 360) % 360 - 180], axis=-1)

    time_s = np.arange(0.0, 3_000.0, 600.0)
    assert len(ground_track(places_at, time_s, places_at(time_s))) == len(time_s)


def test_what_is_absent_between_two_places_stays_so() -> None:
    def places_at(time_s: Floats) -> Floats:
        return np.full((len(time_s), 2), np.nan)

    places = np.array([[0.0, 0.0], [80.0, 170.0]])
    np.testing.assert_array_equal(ground_track(places_at, np.array([0.0, 60.0]), places), places)


@pytest.mark.parametrize("form", ["geojson", "kml"])
@pytest.mark.parametrize("inclination", [90, 97.8])
def test_exported_tracks(tmp_path: Path, form: str, inclination: float) -> None:
    (tmp_path / "polar.toml").write_text(
        f"""
name = "Polar ground track"
start = 2026-07-01T00:00:00Z
duration_s = 6000
[platforms.polar]
layer = "space"
motion = {{ kind = "orbit", altitude_m = 600e3, inclination_deg = {inclination} }}
"""
    )
    run = skyweft.run(tmp_path / "polar.toml", tmp_path / "polar")
    path, _ = export(run, form)
    if form == "geojson":
        (line,) = (
            feature["geometry"]["coordinates"]
            for feature in json.loads(path.read_text())["features"]
            if feature["properties"].get("what") == "ground track"
        )
    else:
        texts = path.read_text().split("<LineString><coordinates>")[1:]
        line = [
            [tuple(map(float, place.split(","))) for place in text.partition("<")[0].split()]
            for text in texts
        ]
    movers = moving(run, choose(run, []).moving, 60.0)
    assert movers.tracks is not None
    time_s = np.linspace(0, 6_000, 60_001)
    position_m = states_at(movers.tracks, np.zeros(len(time_s), int), time_s)[0]
    latitude, longitude, _ = to_geodetic(position_m)
    assert _apart(_drawn(line), to_ecef(latitude, longitude)) < WITHIN_M
