"""Blocks of time: whole, on the knots, of one length, and bounded in what they hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.engine.borders import SHORTEST_S, borders  # type: ignore[attr-defined]

DAY_S = 86_400.0


@settings(deadline=None, max_examples=60)
@given(
    end_s=st.floats(1, 1e7),
    step_s=st.sampled_from([0.25, 1.0, 7.0, 20.0, 60.0, 300.0]),
    longest_s=st.floats(1, 1e9),
)
def test_borders(end_s: float, step_s: float, longest_s: float) -> None:
    found = borders(0.0, end_s, step_s, longest_s)
    assert (found[0], found[-1]) == (0.0, end_s)
    assert np.all(np.diff(found) > 0)
    steps = found[:-1] / step_s
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)
    if len(found) > 2:
        length_s = found[1]
        np.testing.assert_allclose(np.diff(found)[:-1], length_s)
        assert np.diff(found)[-1] <= length_s * (1 + 1e-9)
        assert length_s <= max(longest_s, SHORTEST_S, step_s)


@pytest.mark.parametrize(
    ("longest_s", "length_s"),
    [
        (5.3 * DAY_S, 5 * DAY_S),
        (DAY_S, DAY_S),
        (50_000.0, 43_200.0),
        (4_000.0, 3_600.0),
        (3.0, SHORTEST_S),
    ],
)
def test_lengths_are_round(longest_s: float, length_s: float) -> None:
    assert borders(0.0, 10 * DAY_S, 60.0, longest_s)[1] == length_s
