import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from skyweft.fleet import Fleet, Floats, Sites
from skyweft.motion.propagate import knots, propagate, step_s
from skyweft.scenario.scenario import Scenario


@dataclass(frozen=True)
class Straight:
    """A mover that goes along x with its number's speed."""

    first: int
    count: int
    step_max_s: float = 100.0
    complaint: str = "late"

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Sequence[str]:
        assert (executor is not None) == (self.count > 64)  # a nested wait would lock the threads
        speed = np.arange(self.first, self.first + self.count)[:, None]
        position_m[:] = velocity_m_s[:] = 0
        position_m[:, 0] = speed * time_s
        velocity_m_s[:, 0] = speed
        return (self.complaint,)


def _scenario(**changes: object) -> Scenario:
    place = {"kind": "fixed", "latitude_deg": 0.0, "longitude_deg": 0.0}
    entries = {
        "name": "test",
        "start": "2026-07-01T00:00:00Z",
        "duration_s": 3_600.0,
        "platforms": {"g": {"layer": "ground", "motion": place}},
    }
    return Scenario.model_validate({**entries, **changes}, strict=False)


def _fleet(*movers: Straight) -> Fleet:
    count = sum(mover.count for mover in movers)
    return Fleet(
        names=tuple(f"m{k}" for k in range(count)),
        groups=("g",),
        layers=("air",),
        group=np.zeros(count, np.int32),
        mover=np.arange(count, dtype=np.int32),
        site=np.full(count, -1, np.int32),
        movers=movers,
        sites=Sites(np.empty((0, 3)), np.empty((0, 3))),
        planes={},
        derived_geometry=(),
        warnings=(),
    )


def test_states_come_in_the_fleets_order_whatever_the_threads() -> None:
    fleet = _fleet(
        *(Straight(3 * k, 3, complaint=f"{k % 2}") for k in range(20)),
        Straight(60, 100, complaint="2"),
        Straight(160, 1, complaint="1"),
    )
    alone = propagate(_scenario(), fleet, 0, 600)
    with ThreadPoolExecutor(7) as threads:
        shared = propagate(_scenario(), fleet, 0, 600, threads)
    np.testing.assert_array_equal(alone.tracks.position_m, shared.tracks.position_m)
    np.testing.assert_array_equal(alone.tracks.velocity_m_s[:, 0, 0], np.arange(161))
    assert alone.warnings == shared.warnings == ("0", "1", "2")


def test_step_is_the_users_else_a_round_one_for_the_quickest_mover() -> None:
    assert step_s(_scenario(), _fleet()) == 60
    assert step_s(_scenario(), _fleet(Straight(0, 1, 1_000.0))) == 60
    assert step_s(_scenario(), _fleet(Straight(0, 1), Straight(1, 1, 17.9))) == 15
    assert step_s(_scenario(), _fleet(Straight(0, 1, 0.01))) == 0.25
    assert step_s(_scenario(step_s=90.0), _fleet(Straight(0, 1, 10.0))) == 90


@pytest.mark.parametrize("step", [60.0, 0.1, 7.3])
def test_blocks_have_the_knots_of_one_long_run(step: float) -> None:
    end_s = 1_000.123
    whole = knots(step, 0, end_s)
    assert whole[0] == 0
    assert whole[-1] == end_s
    assert np.all(np.diff(whole) > 0)
    np.testing.assert_allclose(np.diff(whole)[:-1], step, rtol=1e-9)
    borders = [0, *(whole[int(len(whole) * share)] for share in (0.2, 0.7)), end_s]
    blocks = [knots(step, first, last) for first, last in itertools.pairwise(borders)]
    joined = np.concatenate([blocks[0], *(block[1:] for block in blocks[1:])])
    np.testing.assert_array_equal(joined, whole)


def test_short_runs_and_runs_that_end_on_the_grid() -> None:
    np.testing.assert_array_equal(knots(60, 0, 10), [0, 10])
    np.testing.assert_array_equal(knots(60, 0, 120), [0, 60, 120])
    np.testing.assert_array_equal(knots(0.1, 0, 0.3), [0, 0.1, 0.2, 0.3])
    np.testing.assert_array_equal(knots(0.1, 0.3, 0.45), [3 * 0.1, 4 * 0.1, 0.45])  # 0.3 / 0.1 < 3


@pytest.mark.parametrize(("start_s", "end_s"), [(10, 100), (60, 60), (60, 0)])
def test_blocks_that_cannot_be(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        knots(60, start_s, end_s)


def test_nobody_moves() -> None:
    motion = propagate(_scenario(), _fleet(), 0, 600)
    assert motion.tracks.position_m.shape == (0, 3, 11)
    assert motion.warnings == ()
