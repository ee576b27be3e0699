import numpy as np
import pytest
from numpy.typing import NDArray

from skyweft.motion.sgp4_kernel import Earth, Satellites, States, fill_states
from skyweft.motion.sgp4_terms import NearEarth, near_earth
from skyweft.world.clock import Clock
from skyweft.world.orientation import earth_rotation, teme_to_itrs

Floats = NDArray[np.float64]
NO_TURN = np.empty((4, 0))
IN_TEME = Earth(NO_TURN, 0.0)
COUNT = 5


def _table() -> Floats:
    """Low, low with strong drag, nearly wide, wide, and one that comes down within days."""
    return near_earth(
        no_kozai=np.array([15.06, 15.8, 14.5, 11.0, 16.0]) * np.pi / 720,
        ecco=np.array([1e-3, 1e-3, 0.045, 0.2, 2e-3]),
        inclo=np.array([0.9, 1.7, 0.1, 2.9, 1.1]),
        nodeo=np.arange(5.0),
        argpo=np.arange(5.0) + 0.5,
        mo=np.arange(5.0) * 1.3,
        bstar=np.array([1e-4, 1e-3, 1e-5, 1e-4, 2e-3]),
    ).table()


def _states(
    time_s: Floats, turn: Floats = NO_TURN, rate: float = 0.0
) -> tuple[Floats, Floats, NDArray[np.uint8]]:
    position_m, velocity_m_s = np.zeros((2, COUNT, 3, len(time_s)))
    status = np.full((COUNT, len(time_s)), 99, dtype=np.uint8)
    satellites = Satellites(_table(), np.linspace(-700.0, 700.0, COUNT), np.arange(COUNT))
    fill_states(satellites, time_s, Earth(turn, rate), States(position_m, velocity_m_s, status))
    return position_m, velocity_m_s, status


def test_the_short_and_the_long_way_meet() -> None:
    """Spans of a few epochs a year apart cannot take the short way; the same epochs close can."""
    close = np.arange(0.0, 600.0, 60.0)
    apart = np.concatenate([close, [3e7]])
    short, long = _states(close), _states(apart)
    np.testing.assert_allclose(short[0][:4], long[0][:4, :, :10], rtol=0, atol=1e-6)
    np.testing.assert_allclose(short[1][:4], long[1][:4, :, :10], rtol=0, atol=1e-9)


def test_states_do_not_depend_on_the_block() -> None:
    time_s = np.arange(1000) * 60.0
    whole = _states(time_s)
    parts = [_states(time_s[:300]), _states(time_s[300:])]
    for which, tolerance in ((0, 1e-6), (1, 1e-9)):
        joined = np.concatenate([part[which] for part in parts], axis=-1)
        np.testing.assert_allclose(joined, whole[which], rtol=0, atol=tolerance)


def test_failed_epochs_are_nan_and_no_others() -> None:
    position_m, velocity_m_s, status = _states(np.arange(0.0, 30 * 86400.0, 600.0))
    assert set(np.unique(status[:4])) == {0}
    assert {0, 6} <= set(np.unique(status[4])) <= {0, 1, 4, 6}
    failed = np.broadcast_to((status > 0)[:, None, :], position_m.shape)
    np.testing.assert_array_equal(np.isnan(position_m), failed)
    np.testing.assert_array_equal(np.isnan(velocity_m_s), failed)


def test_no_mean_motion_is_status_two() -> None:
    table = _table()
    table[:, NearEarth._fields.index("no_unkozai")] = [0.0, -1.0, np.nan, 0.06, 0.06]
    position_m, velocity_m_s = np.zeros((2, COUNT, 3, 4))
    status = np.zeros((COUNT, 4), dtype=np.uint8)
    satellites = Satellites(table, np.zeros(COUNT), np.arange(COUNT))
    fill_states(satellites, np.arange(4.0), IN_TEME, States(position_m, velocity_m_s, status))
    assert np.all(status[:3] == 2)
    assert np.all(status[3:] == 0)
    assert np.all(np.isnan(position_m[:3]))


def test_rows_say_where_states_go() -> None:
    time_s = np.arange(5) * 60.0
    position_m, velocity_m_s = np.zeros((2, 7, 3, 5))
    status = np.zeros((7, 5), dtype=np.uint8)
    rows = np.array([6, 0, 3, 2, 5])
    satellites = Satellites(_table(), np.linspace(-700.0, 700.0, COUNT), rows)
    fill_states(satellites, time_s, IN_TEME, States(position_m, velocity_m_s, status))
    np.testing.assert_array_equal(position_m[rows], _states(time_s)[0])
    assert np.all(position_m[[1, 4]] == 0)


def test_the_fused_rotation_is_that_of_the_world() -> None:
    time_s = np.arange(0.0, 40_000.0, 60.0)
    rotation = earth_rotation(Clock(1_500_000_000_000_000_000), time_s)
    turn = np.stack(
        [
            np.cos(rotation.gmst_rad),
            np.sin(rotation.gmst_rad),
            rotation.pole_x_rad,
            rotation.pole_y_rad,
        ]
    )
    fused = _states(time_s, turn, rotation.rate_rad_s)
    position_m, velocity_m_s, _ = _states(time_s)
    position_m, velocity_m_s = teme_to_itrs(position_m, velocity_m_s, rotation)
    np.testing.assert_allclose(fused[0], position_m, rtol=0, atol=1e-7)
    np.testing.assert_allclose(fused[1], velocity_m_s, rtol=0, atol=1e-10)


def test_read_only_and_strided_times_are_taken() -> None:
    time_s = np.arange(20) * 60.0
    expected, _, _ = _states(time_s[::2].copy())
    time_s.flags.writeable = False
    np.testing.assert_array_equal(_states(time_s[::2])[0], expected)


def test_no_times_are_no_work() -> None:
    position_m, _, status = _states(np.empty(0))
    assert position_m.shape == (COUNT, 3, 0)
    assert status.shape == (COUNT, 0)


@pytest.mark.parametrize(
    ("time_s", "turn", "shape", "words"),
    [
        ([0.0, 1.0], NO_TURN, (COUNT, 3, 3), "must have shape"),
        ([1.0, 0.0], NO_TURN, (COUNT, 3, 2), "ascend"),
        ([0.0, 1.0], np.empty((4, 3)), (COUNT, 3, 2), "turn must have shape"),
    ],
)
def test_wrong_arrays_are_refused(
    time_s: list[float], turn: Floats, shape: tuple[int, int, int], words: str
) -> None:
    arrays = np.zeros((2, *shape))
    status = np.zeros((COUNT, len(time_s)), dtype=np.uint8)
    satellites = Satellites(_table(), np.zeros(COUNT), np.arange(COUNT))
    with pytest.raises(ValueError, match=words):
        fill_states(
            satellites, np.array(time_s), Earth(turn, 0.0), States(arrays[0], arrays[1], status)
        )


def test_strided_states_are_refused() -> None:
    arrays = np.zeros((2, COUNT, 2, 3)).transpose(0, 1, 3, 2)
    status = np.zeros((COUNT, 2), dtype=np.uint8)
    satellites = Satellites(_table(), np.zeros(COUNT), np.arange(COUNT))
    with pytest.raises(ValueError, match="contiguous"):
        fill_states(satellites, np.arange(2.0), IN_TEME, States(arrays[0], arrays[1], status))
