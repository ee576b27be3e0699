"""Eclipses against closed forms and against Skyfield's geometry."""

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import skyweft
from skyweft.energy.eclipse import eclipses
from skyweft.fleet import Floats, Tracks
from skyweft.motion import build_fleet, propagate
from skyweft.motion.hermite import states_at
from skyweft.scenario.reading import load
from skyweft.scenario.shipped import find
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import SEMI_MAJOR_M
from skyweft.world.sun import AU_M, sun_position

START = datetime(2026, 3, 20, tzinfo=UTC)
CLOCK = Clock.at(START)
EDGE_S = 0.01


def _circle(radius_m: float, lean: float = 0.0) -> tuple[Tracks, Floats]:
    """Return two revolutions; the Sun stands still, far out on the x axis.

    The orbit's plane holds the y axis and leans away from the Sun.
    """
    rate = math.sqrt(3.986004418e14 / radius_m**3)
    time_s = np.arange(0.0, 4 * math.pi / rate, 60.0)
    angle = rate * time_s
    axes = np.array([[math.cos(lean), 0.0, math.sin(lean)], [0.0, 1.0, 0.0]])
    place = radius_m * np.stack([np.cos(angle), np.sin(angle)]).T @ axes
    pace = radius_m * rate * np.stack([-np.sin(angle), np.cos(angle)]).T @ axes
    sun_m = np.tile([[1e6 * AU_M], [0.0], [0.0]], len(time_s))
    return Tracks(time_s, place.T[None].copy(), pace.T[None].copy()), sun_m


@pytest.mark.parametrize("radius_m", [6.778e6, 7.378e6, 26.56e6, 42.164e6])
def test_a_circle_through_the_shadow(radius_m: float) -> None:
    """With a Sun beyond all distance the shadow is a cylinder: 2 asin(R / r) of the orbit."""
    _, start_s, end_s = eclipses(*_circle(radius_m))
    rate = math.sqrt(3.986004418e14 / radius_m**3)
    dark_s = 2 * math.asin(SEMI_MAJOR_M / radius_m) / rate
    assert len(start_s) == 2
    np.testing.assert_allclose(end_s - start_s, dark_s, atol=EDGE_S)


@pytest.mark.parametrize(("beside_m", "count"), [(-1e3, 2), (1e3, 0)])
def test_a_graze_between_two_knots(beside_m: float, count: int) -> None:
    """An orbit that dips a kilometre into the shadow: found, though hardly a knot is dark."""
    lean = math.asin((SEMI_MAJOR_M + beside_m) / 7.0e6)
    _, start_s, end_s = eclipses(*_circle(7.0e6, lean))
    assert len(start_s) == count
    assert np.all(end_s - start_s < 120.0)


def test_cut_by_the_ends() -> None:
    tracks, sun_m = _circle(6.778e6)
    half = Tracks(*(each[..., 46:80].copy() for each in (tracks.time_s, *_states(tracks))))
    _, start_s, end_s = eclipses(half, sun_m[:, 46:80])
    assert start_s[0] == half.time_s[0]
    assert end_s[-1] < half.time_s[-1]


def _states(tracks: Tracks) -> tuple[Floats, Floats]:
    return tracks.position_m, tracks.velocity_m_s


def test_edges_are_where_skyfield_has_them() -> None:
    """A shell over a day, by `is_sunlit`'s cone (line to the Sun's centre against a sphere).

    With our Sun: dark ten milliseconds inside every edge, lit ten outside. An eclipse shorter than
    ten minutes grazes: its edges slide by more than that with the Sun's path between knots.
    """
    geometry = pytest.importorskip("skyfield.geometry", reason="the group oracles is not installed")
    scenario = load(find("starlink_shell1"))
    fleet = build_fleet(scenario)
    tracks = propagate(scenario, fleet, 0.0, 86_400.0).tracks
    clock = Clock.at(scenario.start)
    who, start_s, end_s = eclipses(tracks, sun_position(clock, tracks.time_s))
    whole = np.flatnonzero((start_s > 0) & (end_s < 86_400) & (end_s - start_s > 600))[::40]
    assert len(whole) > 400
    for edge_s, sign in ((start_s[whole], 1.0), (end_s[whole], -1.0)):
        for beside_s, dark in ((EDGE_S, True), (-EDGE_S, False)):
            moment_s = edge_s + sign * beside_s
            place = states_at(tracks, who[whole], moment_s)[0].T
            toward = sun_position(clock, moment_s) - place
            near, far = geometry.intersect_line_and_sphere(toward, -place, SEMI_MAJOR_M)
            hidden = ~np.isnan(near) & (far > 0)
            assert np.all(hidden == dark)


def test_eclipses_end_to_end(tmp_path: Path) -> None:
    """The table is what the function says, and the battery carries the longest of them."""
    energy = {"array_m2": 2.0, "battery_wh": 500.0, "payload_w": 200.0, "array": "tracking"}
    orbit = {"kind": "orbit", "inclination_deg": 53.0, "altitude_m": 550e3}
    run = skyweft.run(
        {
            "name": "One satellite",
            "start": START,
            "duration_s": 86_400.0,
            "platforms": {"sat": {"layer": "space", "energy": energy, "motion": orbit}},
        },
        tmp_path / "run",
    )
    fleet = build_fleet(run.scenario)
    tracks = propagate(run.scenario, fleet, 0.0, 86_400.0).tracks
    _, start_s, end_s = eclipses(tracks, sun_position(CLOCK, tracks.time_s))
    np.testing.assert_allclose(run.eclipses["start_s"].to_numpy(), start_s, atol=EDGE_S)
    np.testing.assert_allclose(run.eclipses["end_s"].to_numpy(), end_s, atol=EDGE_S)
    (found,) = run.summary()["energy"]
    longest_s = (end_s - start_s).max()
    assert found["dark_max_s"] == pytest.approx(longest_s, abs=2 * EDGE_S)
    # 200 W for the longest eclipse; charge is looked at from knot to knot, and light is 2.7 times
    # as strong as what is used: at most 1 % is won back before the next knot.
    drained = 200.0 * longest_s / 3_600 / 500.0
    assert found["discharge_max"] == pytest.approx(drained, rel=0.01)
    assert found["charge_min"] == pytest.approx(1 - drained, abs=0.01)
