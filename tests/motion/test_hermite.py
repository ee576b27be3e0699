import numpy as np
import pytest

from skyweft.errors import RangeError
from skyweft.fleet import Floats, Tracks
from skyweft.motion.hermite import states_at

KNOT_S = np.array([60.0, 120.0, 180.0, 240.0, 251.0])  # the last step is shorter
SHAPE = np.random.default_rng(1).normal(size=(4, 3, 4)) * [7e6, 7e3, 4, 1e-3]


def _cubic(mover: Floats, time_s: Floats, derivative: int = 0) -> Floats:
    rows = [
        [np.polynomial.Polynomial(SHAPE[p, axis]).deriv(derivative)(t) for axis in range(3)]
        for p, t in zip(mover, time_s, strict=True)
    ]
    return np.array(rows)


def _tracks() -> Tracks:
    every = [_cubic(np.full(5, p), KNOT_S).T for p in range(4)]
    slopes = [_cubic(np.full(5, p), KNOT_S, 1).T for p in range(4)]
    return Tracks(KNOT_S, np.array(every), np.array(slopes))


def test_cubics_are_reproduced_on_and_between_knots() -> None:
    time_s = np.concatenate([KNOT_S, np.nextafter(KNOT_S[1:], 0), np.linspace(60, 251, 400)])
    mover = np.arange(len(time_s)) % 4
    found = states_at(_tracks(), mover, time_s)
    for derivative, (values, atol) in enumerate(zip(found, (1e-7, 1e-8, 1e-9), strict=True)):
        np.testing.assert_allclose(values, _cubic(mover, time_s, derivative), rtol=0, atol=atol)


def test_two_knots_and_no_times() -> None:
    tracks = _tracks()
    short = Tracks(
        KNOT_S[3:], tracks.position_m[..., 3:].copy(), tracks.velocity_m_s[..., 3:].copy()
    )
    position_m, _, _ = states_at(short, np.array([2]), np.array([245.0]))
    np.testing.assert_allclose(position_m, _cubic(np.array([2]), np.array([245.0])), atol=1e-7)
    assert [each.shape for each in states_at(tracks, np.empty(0, int), np.empty(0))] == [(0, 3)] * 3


def test_absent_at_either_knot_is_absent_between() -> None:
    tracks = _tracks()
    tracks.position_m[1, :, 2] = np.nan
    time_s = np.array([100.0, 150.0, 210.0, 245.0])
    position_m, velocity_m_s, acceleration_m_s2 = states_at(tracks, np.ones(4, int), time_s)
    for values in (position_m, velocity_m_s, acceleration_m_s2):
        np.testing.assert_array_equal(np.isnan(values[:, 0]), [0, 1, 1, 0])


@pytest.mark.parametrize("time_s", [59.9, 251.1, np.nan])
def test_times_outside_the_knots(time_s: float) -> None:
    with pytest.raises(RangeError, match="the tracks run from 60 s to 251 s"):
        states_at(_tracks(), np.array([0]), np.array([time_s]))


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="of one shape"):
        states_at(_tracks(), np.array([0, 1]), np.array([60.0]))
