"""What compensation leaves: against closed forms, and against ends that are shaken at random."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skyweft
from skyweft.fleet import Floats
from skyweft.links.budget import link_budget
from skyweft.links.residuals import left, residuals
from skyweft.scenario.terminals import Precompensation
from skyweft.world.ellipsoid import to_ecef, up
from tests.written import group, head, link, radio

from .conftest import circle, contacts_of, fleet_of, motion_until, scenario_of

EARTH_M, GM = 6_378_137.0, 3.986004418e14
HEIGHT_M = 1_000e3
RADIUS_M = EARTH_M + HEIGHT_M
RATE = np.sqrt(GM / RADIUS_M**3)
SPEED_M_S = RADIUS_M * RATE
States = tuple[Floats, Floats, Floats]


def _satellite(angle: Any) -> States:
    """Return states on a circle over the equator, above the place at 0, 0 at angle 0."""
    angle = np.atleast_1d(np.asarray(angle, float))
    zero = np.zeros_like(angle)
    place = RADIUS_M * np.stack([np.cos(angle), np.sin(angle), zero], axis=1)
    velocity = SPEED_M_S * np.stack([-np.sin(angle), np.cos(angle), zero], axis=1)
    return place, velocity, -(RATE**2) * place


def _terminal(count: int, velocity_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> States:
    place = np.tile(to_ecef(0.0, 0.0, 0.0), (count, 1))
    return place, np.tile(np.array(velocity_m_s), (count, 1)), np.zeros((count, 3))


def _rate(offset: Floats, velocity: Floats) -> Floats:
    found: Floats = np.sum(offset * velocity, axis=-1) / np.linalg.norm(offset, axis=-1)
    return found


def _knowing(**words: float) -> Precompensation:
    return Precompensation.model_validate({"at": "terminal", **words})


def _beam(radius_m: float) -> Precompensation:
    return Precompensation(at="beam_centre", beam_radius_m=radius_m)


def test_right_overhead() -> None:
    """An error e turns the line by asin(e / h); a beam's edge sees it under atan(R / h)."""
    found = left(_knowing(position_error_m=30e3), _terminal(1), _satellite(0.0))
    np.testing.assert_allclose(found, SPEED_M_S * 30e3 / HEIGHT_M, rtol=1e-12)
    found = left(_beam(50e3), _terminal(1), _satellite(0.0))
    np.testing.assert_allclose(found, SPEED_M_S * 50e3 / np.hypot(50e3, HEIGHT_M), rtol=1e-9)
    found = left(_knowing(velocity_error_m_s=3.0), _terminal(1), _satellite(0.2))
    np.testing.assert_allclose(found, 3.0, rtol=1e-9)
    assert left(_knowing(), _terminal(1), _satellite(0.3)) == pytest.approx(0.0, abs=1e-9)


def test_a_train_adds_what_it_moves_towards_the_satellite() -> None:
    """1,000 km/h away from a beam's middle that stands still: all of it times the cosine."""
    speed = 1_000 / 3.6
    place = _satellite(0.15)
    along = place[0][0] - to_ecef(0.0, 0.0, 0.0)
    cosine = along[1] / np.linalg.norm(along)
    found = left(_beam(1e-3), _terminal(1, (0.0, speed, 0.0)), place)
    np.testing.assert_allclose(found, speed * cosine, rtol=1e-6)


@given(st.floats(-0.4, 0.4), st.floats(1.0, 50e3), st.floats(0.0, 20.0))
def test_nobody_who_is_shaken_has_more(angle: float, error_m: float, moved_m_s: float) -> None:
    """Ten thousand errors on the ball: none beyond the bound, the worst within 2 % of it."""
    terminal, far = _terminal(1, (0.0, 200.0, 100.0)), _satellite(angle)
    how = _knowing(
        position_error_m=0.75 * error_m,
        ephemeris_error_m=0.25 * error_m,
        velocity_error_m_s=moved_m_s,
    )
    bound = left(how, terminal, far)[0]
    random = np.random.default_rng(1)
    shaken = random.normal(size=(2, 10_000, 3))
    shaken /= np.linalg.norm(shaken, axis=2, keepdims=True)
    offset, velocity = far[0] - terminal[0], far[1] - terminal[1]
    there = _rate(offset, velocity)
    placed = np.abs(_rate(offset + error_m * shaken[0], velocity) - there)
    moved = np.abs(_rate(offset, velocity + moved_m_s * shaken[1]) - there)
    assert placed.max() + moved.max() <= bound * (1 + 1e-9) + 1e-9
    assert placed.max() + moved.max() >= bound * 0.98
    line = offset / np.linalg.norm(offset)
    along = np.abs(_rate(offset + error_m * shaken[0], velocity + moved_m_s * line) - there)
    assert along.max() <= bound * (1 + 1e-9) + 1e-9


@given(st.floats(-0.4, 0.4), st.floats(1e3, 100e3), st.floats(-278, 278), st.floats(-278, 278))
def test_no_middle_of_a_beam_leaves_more(
    angle: float, radius_m: float, east: float, north: float
) -> None:
    terminal, far = _terminal(1, (0.0, east, north)), _satellite(angle)
    bound = left(_beam(radius_m), terminal, far)[0]
    random = np.random.default_rng(2)
    turn, gone = random.uniform(0, 2 * np.pi, 20_000), np.sqrt(random.uniform(0, 1, 20_000))
    centre = terminal[0] + radius_m * gone[:, None] * np.stack(
        [np.zeros(20_000), np.sin(turn), np.cos(turn)], axis=1
    )
    assert np.allclose(up(0.0, 0.0), [1, 0, 0])
    real = _rate(far[0] - terminal[0], far[1] - terminal[1])
    off = np.abs(real - _rate(far[0] - centre, np.tile(far[1], (20_000, 1))))
    assert off.max() <= bound * 1.005
    assert off.max() >= bound * 0.97


@pytest.mark.parametrize("age_s", [0.1, 1.0])
def test_an_old_shift_is_off_by_its_drift(age_s: float) -> None:
    angle = np.linspace(-0.4, 0.4, 41)
    now, before = _satellite(angle), _satellite(angle - RATE * age_s)
    terminal = _terminal(41)
    exact = np.abs(_rate(now[0] - terminal[0], now[1]) - _rate(before[0] - terminal[0], before[1]))
    found = left(_knowing(age_s=age_s), terminal, now)
    # First order: the drift, about cos^3 of an angle that grows by v / h = 0.74 % a second, changes
    # by up to 0.6 % of its greatest, and half of that counts.
    np.testing.assert_allclose(found, exact, atol=3.3e-3 * age_s * exact.max())


def test_errors_of_both_ends_add_up() -> None:
    """Along the line nothing of a velocity error is lost: 3 m/s of one and 5 of the other."""
    how = _knowing(velocity_error_m_s=3.0, ephemeris_velocity_error_m_s=5.0)
    np.testing.assert_allclose(left(how, _terminal(1), _satellite(0.0)), 8.0, rtol=1e-9)


def test_an_error_longer_than_the_line_may_turn_it_anywhere() -> None:
    """Off by more than the distance, any direction is possible: the rate may be +v or -v."""
    found = left(
        _knowing(position_error_m=1e6, ephemeris_error_m=1e6), _terminal(1), _satellite(0.0)
    )
    np.testing.assert_allclose(found, SPEED_M_S, rtol=1e-9)
    assert left(_knowing(position_error_m=1e3), _terminal(1), _terminal_above()) == 0


@pytest.mark.parametrize("angle", [0.0, 1.2, 1.7, np.pi])
def test_an_error_turns_the_line_towards_or_away_from_the_motion(angle: float) -> None:
    """At an angle a from the line the rate is v cos a, and a may be off by the error's angle."""
    swing, speed, far_m = 0.9, 7e3, 1e6
    random = np.random.default_rng(3)
    line = random.normal(size=(500, 3))  # in all directions: rounding leaves some a hair beyond 1
    line /= np.linalg.norm(line, axis=1)[:, None]
    across = np.cross(line, random.normal(size=(500, 3)))
    across /= np.linalg.norm(across, axis=1)[:, None]
    terminal, zero = _terminal(500), np.zeros((500, 3))
    velocity = speed * (np.cos(angle) * line + np.sin(angle) * across)
    how = _knowing(position_error_m=far_m * np.sin(swing))
    found = left(how, terminal, (terminal[0] + far_m * line, velocity, zero))
    turned = np.cos(np.clip([angle - swing, angle + swing], 0, np.pi))
    # A hair in the cosine is its root in the angle.
    expected = speed * np.abs(turned - np.cos(angle)).max()
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def _terminal_above() -> States:
    """Return what stands over the terminal and does not move: there is no rate to be wrong in."""
    place, velocity, pull = _terminal(1)
    return place * 2, velocity, pull


@pytest.mark.parametrize("how", [_knowing(position_error_m=2e3, age_s=0.5), _beam(30e3)])
@pytest.mark.parametrize("longitude_deg", [0.0, 120.0])
def test_many_at_once_are_as_each_alone_and_a_turned_earth_is_no_other(
    how: Precompensation, longitude_deg: float
) -> None:
    angle = np.array([-0.2, 0.0, 0.15, 0.3])
    turn = np.radians(longitude_deg)
    about = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    ends = _terminal(4, (0.0, 150.0, -80.0)), _satellite(angle)
    terminal, far = ([column @ about for column in end] for end in ends)
    together = left(how, tuple(terminal), tuple(far))
    alone = [
        left(how, _terminal(1, (0.0, 150.0, -80.0)), _satellite(each)).item() for each in angle
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-6)


def test_a_run_has_them_of_rules_that_say_so(tmp_path: Path) -> None:
    file = tmp_path / "train.toml"
    (tmp_path / "line.csv").write_text("latitude_deg,longitude_deg\n30,114\n32,114\n")
    train = group("train", "ground", "down", kind="rail", file="line.csv", speed_max_m_s=278.0)
    words = {"position_error_m": 0.0, "velocity_error_m_s": 3.0}
    file.write_text(
        head("Residuals", 3_600)
        + group("sats", "space", "up", kind="walker", planes=6, per_plane=8, altitude_m=1_000e3,
                inclination_deg=55.0)
        + train
        + radio("up", 20e9, bandwidth_hz=4e8, eirp_dbw=36.0, gt_db_k=13.0)
        + radio("down", 30e9, bandwidth_hz=4e8, eirp_dbw=46.0, gt_db_k=15.0)
        + link("down", "up", elevation_min_deg=10.0, waveform="dvb_s2x", precompensation=words)
    )  # fmt: skip
    run = skyweft.run(file, tmp_path / "run")
    found = run.doppler_residuals.to_pandas()
    assert len(found) == run.link_samples.num_rows > 10
    np.testing.assert_allclose(found.residual_hz, 3.0 * 30e9 / 299_792_458, rtol=1e-5)
    np.testing.assert_allclose(found.residual_reverse_hz, 3.0 * 20e9 / 299_792_458, rtol=1e-5)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"beam_radius_m": 5.0}, "does not read beam_radius_m"),
        ({"at": "beam_centre"}, "needs beam_radius_m"),
        ({"at": "beam_centre", "beam_radius_m": 5.0, "age_s": 1.0}, "does not read age_s"),
    ],
)
def test_no_word_in_vain(words: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Precompensation.model_validate(words)


@pytest.mark.parametrize("hears", [True, False])
def test_the_terminal_is_the_lower_end_whoever_is_written_first(hears: bool) -> None:
    how = {"at": "beam_centre", "beam_radius_m": 30e3}
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    if not hears:
        del terminals["user"]["gt_db_k"]
    found = []
    for between, ends in ((["user", "sat"], (3, 0)), (["sat", "user"], (0, 3))):
        rule = {"between": between, "waveform": "shannon", "precompensation": how}
        scene = scenario_of(terminals=terminals, links=[rule])
        contacts = contacts_of([(0, *ends, 310.0, 554.1, 800.0)])
        known = scene, fleet_of(), motion_until(1200.0), contacts
        residual = residuals(*known, link_budget(*known))
        assert residual is not None
        found.append(residual)
    one, other = found
    np.testing.assert_array_equal(one.residual_hz, other.residual_reverse_hz)
    np.testing.assert_array_equal(one.residual_reverse_hz, other.residual_hz)
    # Over the middle of its pass 600 km up; back on the satellite's carrier, where anyone hears it.
    radius_m, rate = 6.978137e6, 1.0829e-3
    off_m_s = radius_m * rate * np.sin(np.arctan(30e3 / 600e3))
    assert one.residual_hz[5] == pytest.approx(off_m_s * 2.1e9 / 299_792_458, rel=0.01)
    if hears:
        np.testing.assert_allclose(one.residual_reverse_hz, one.residual_hz * 2.0 / 2.1, rtol=1e-6)
    else:
        assert np.isnan(one.residual_reverse_hz).all()


def test_of_two_in_one_layer_the_source_is_the_terminal() -> None:
    how = {"at": "beam_centre", "beam_radius_m": 30e3}
    rule = {"between": ["sat", "sat"], "precompensation": how}
    contacts = contacts_of([(0, 0, 2, 0.0, 60.0, 90.0)])
    known = scenario_of(links=[rule]), fleet_of(), motion_until(1200.0), contacts
    links = link_budget(*known)
    found = residuals(*known, links)
    assert found is not None
    assert links.time_s.tolist() == [0, 60, 90]
    one, other = (
        (*(column.T for column in circle(links.time_s, *track)), np.zeros((3, 3)))
        for track in ((0.6, 0), (0.75, 50))
    )
    expected = left(_beam(30e3), one, other) * 2.0e9 / 299_792_458
    np.testing.assert_allclose(found.residual_hz, expected, rtol=1e-6)
    assert abs(left(_beam(30e3), other, one)[0] / left(_beam(30e3), one, other)[0] - 1) > 1e-4
