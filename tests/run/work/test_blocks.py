"""Blocks of time: whole, on the knots, of one length, and bounded in what they hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.run.work.blocks import MOVER_BYTES, SHORTEST_S, TRACK_BYTES, borders

DAY_S = 86_400.0


@settings(deadline=None, max_examples=60)
@given(
    end_s=st.floats(1, 1e7),
    step_s=st.sampled_from([0.25, 1.0, 7.0, 20.0, 60.0, 300.0]),
    movers=st.integers(0, 100_000),
    pairs=st.floats(0, 1e9),
)
def test_borders(end_s: float, step_s: float, movers: int, pairs: float) -> None:
    found = borders(0.0, end_s, step_s, movers, pairs)
    assert (found[0], found[-1]) == (0.0, end_s)
    assert np.all(np.diff(found) > 0)
    steps = found[:-1] / step_s
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)
    if len(found) > 2:
        length_s = found[1]
        np.testing.assert_allclose(np.diff(found)[:-1], length_s)
        assert np.diff(found)[-1] <= length_s * (1 + 1e-9)
        held = movers * MOVER_BYTES * length_s / step_s
        assert held <= TRACK_BYTES or length_s <= max(SHORTEST_S, step_s)


@pytest.mark.parametrize(
    ("movers", "pairs", "length_s"),
    [
        (20, 500, DAY_S),
        (1584, 158_400, DAY_S),
        (6000, 6e5, 21_600),
        (30_000, 3e7, SHORTEST_S),
        (80, 8e7, SHORTEST_S),
    ],
)
def test_lengths_are_round(movers: int, pairs: float, length_s: float) -> None:
    found = borders(0.0, 2 * DAY_S, 60.0, movers, pairs)
    assert found[1] in (length_s, 2 * DAY_S)
