"""Ground tracks on the map against the true track, densely sampled."""

import json
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


def _drawn(parts: list[list[tuple[float, ...]]]) -> Floats:
    """Return points on the ground every 100 m or closer along lines drawn on the map."""
    points = []
    for part in parts:
        line = np.array(part)
        assert len(line) >= 2
        assert np.abs(line[:, 0]).max() <= 180
        ends = to_ecef(line[:, 1], line[:, 0])
        # On the parallels of long pieces beside a pole the way is longer than the chord.
        length = np.abs(np.diff(line[:, 0])) * 111_320 * np.cos(np.radians(line[:-1, 1]))
        length += np.linalg.norm(np.diff(ends, axis=0), axis=1)
        for k, count in enumerate(np.ceil(length / 100).astype(int)):
            share = np.linspace(0, 1, count + 2)[:, None]
            piece = line[k] + share * (line[k + 1] - line[k])
            points.append(to_ecef(piece[:, 1], piece[:, 0]))
    return np.concatenate(points)


def _apart(drawn: Floats, true: Floats) -> float:
    """Return how far the two lines are apart at most, either from the other."""
    return max(cKDTree(drawn).query(true)[0].max(), cKDTree(true).query(drawn)[0].max())


@settings(deadline=None, max_examples=25)
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
