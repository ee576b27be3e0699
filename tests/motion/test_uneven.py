"""One who turns quickly has knots of its own: the others keep theirs, nobody moves otherwise."""

from pathlib import Path

import numpy as np
import pytest

import skyweft
from skyweft.contacts.finding import find_contacts
from skyweft.fleet import Floats, Motion, Tracks
from skyweft.motion import build_fleet, propagate, states_at, step_s
from skyweft.motion.uneven import Uneven
from skyweft.scenario.scenario import Scenario
from tests.written import group, head, link, radio

SATELLITES = 24
DRONE = {"latitude_deg": 30.0, "longitude_deg": 114.0, "altitude_m": 300.0, "speed_m_s": 15.0}


@pytest.fixture
def both(tmp_path: Path) -> tuple[Scenario, Scenario]:
    """Return a shell with a mast, and the same with a drone that circles in 50 m."""
    text = (
        head("Knots", 1_800)
        + group("sats", "space", "up", kind="walker", planes=4, per_plane=6, altitude_m=800e3,
                inclination_deg=60.0)
        + group("mast", "ground", "down", kind="fixed", latitude_deg=31.0, longitude_deg=115.0)
        + radio("up", 400e6, eirp_dbw=0.0, gt_db_k=-25.0)
        + radio("down", 401e6, eirp_dbw=0.0, gt_db_k=-25.0)
        + link("down", "up", elevation_min_deg=5.0, waveform="lora")
    )  # fmt: skip
    found = []
    for name, more in (
        ("without", ""),
        ("with", group("drone", "air", "down", kind="loiter", radius_m=50.0, **DRONE)),
    ):
        file = tmp_path / f"{name}.toml"
        file.write_text(text + more)
        found.append(skyweft.load(file))
    return found[0], found[1]


def _moved(scenario: Scenario) -> Motion:
    return propagate(scenario, build_fleet(scenario), 0.0, 1_800.0)


def test_the_others_keep_their_knots(both: tuple[Scenario, Scenario]) -> None:
    """The satellites' tracks are those without the drone, to the last bit, and as many numbers."""
    alone, beside = (_moved(each).tracks for each in both)
    assert isinstance(beside, Uneven)
    slow, quick = beside.parts
    assert slow.position_m.shape == alone.position_m.shape == (SATELLITES, 3, 31)
    np.testing.assert_array_equal(slow.position_m, alone.position_m)
    np.testing.assert_array_equal(slow.velocity_m_s, alone.velocity_m_s)
    assert len(quick) == 1
    assert len(quick.time_s) > 11 * 31
    held = sum(each.position_m.size for each in beside.parts)
    assert held < 0.25 * len(beside) * 3 * len(quick.time_s)  # of what one grid for all would hold


def test_states_are_those_of_each_ones_own_knots(both: tuple[Scenario, Scenario]) -> None:
    """Against the models themselves: within a metre, as is promised, whoever is asked for."""
    _, beside = both
    fleet, tracks = build_fleet(beside), _moved(beside).tracks
    random = np.random.default_rng(3)
    time_s = np.sort(random.uniform(0, 1_800, 200))
    exact = [np.empty((2, each.count, 3, 200)) for each in fleet.movers]
    for mover, room in zip(fleet.movers, exact, strict=True):
        mover.fill(time_s, *room)
    whole = np.concatenate(exact, axis=1)
    for row in (0, 11, SATELLITES):
        place, velocity, _ = states_at(tracks, np.full(200, row), time_s)
        assert np.linalg.norm(place - whole[0, row].T, axis=1).max() < 1.0
        assert np.linalg.norm(velocity - whole[1, row].T, axis=1).max() < 2.0
    mixed = random.integers(0, SATELLITES + 1, 200)
    place, _, _ = states_at(tracks, mixed, time_s)
    assert np.linalg.norm(place - whole[0, mixed, :, np.arange(200)], axis=1).max() < 1.0


def test_all_on_one_grid_is_what_one_step_gives(both: tuple[Scenario, Scenario]) -> None:
    """Who asks for all gets the finest grid: within a metre of knots made there."""
    _, beside = both
    tracks = _moved(beside).tracks
    step = step_s(beside, build_fleet(beside))
    even = _moved(beside.model_copy(update={"step_s": step})).tracks
    assert not isinstance(even, Uneven)
    np.testing.assert_array_equal(tracks.time_s, even.time_s)
    assert np.linalg.norm(tracks.position_m - even.position_m, axis=1).max() < 1.0
    np.testing.assert_array_equal(tracks.position_m[SATELLITES], even.position_m[SATELLITES])
    some = np.array([0, 7, len(even.time_s) - 1])
    for found, states in zip(tracks.sampled(some), (tracks.position_m, tracks.velocity_m_s),
                             strict=True):  # fmt: skip
        np.testing.assert_array_equal(found, states[:, :, some])


def test_contacts_are_those_of_one_grid(both: tuple[Scenario, Scenario]) -> None:
    """A metre is 0.2 ms at 7 km/s; flat passes take longer over it."""
    without, beside = both
    step = step_s(beside, build_fleet(beside))
    own, one = (
        find_contacts(each, build_fleet(each), _moved(each))
        for each in (beside, beside.model_copy(update={"step_s": step}))
    )
    np.testing.assert_array_equal(own.source, one.source)
    np.testing.assert_array_equal(own.target, one.target)
    np.testing.assert_allclose(own.start_s, one.start_s, atol=0.01)
    np.testing.assert_allclose(own.end_s, one.end_s, atol=0.01)
    # Those of the mast do not feel that there is a drone.
    alone = find_contacts(without, build_fleet(without), _moved(without))
    mast = own.source == alone.source[0]
    assert 0 < len(alone) < len(own)
    np.testing.assert_array_equal(own.start_s[mast], alone.start_s)


def test_who_leaves_is_there_until_its_last_knot() -> None:
    """NaN from the first knot on at which it is away, on the finer grid as on its own."""

    def made(step: float, away_s: float) -> Tracks:
        time_s = np.arange(0, 121, step)
        position: Floats = np.tile(7e6 + 0 * time_s, (1, 3, 1))
        position[..., time_s > away_s] = np.nan
        return Tracks(time_s, position, 0 * position)

    rows = [np.array([0], np.int32), np.array([1], np.int32)]
    tracks = Uneven([made(60.0, 60.0), made(10.0, 200.0)], rows)
    there = np.isfinite(tracks.position_m[:, 0])
    np.testing.assert_array_equal(there[0], tracks.time_s <= 60)
    assert there[1].all()
