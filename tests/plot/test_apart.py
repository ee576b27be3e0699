"""Bars and lines of disjoint paths: what is drawn is what the table says, the worst on top."""

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes

from skyweft.network.routing.plot.disjoint import LETTERS, PAIRS_DRAWN
from skyweft.plot import backup_path, disjoint_paths


def _ways(pairs: int) -> pa.Table:
    two = np.linspace(0.25, 1, pairs)
    return pa.table(
        {
            "source": [f"town {k}" for k in range(pairs)],
            "target": ["a gateway of a very long name " * (k == 1) + "g" for k in range(pairs)],
            "share_two": two,
            "share_one": (1 - two) / 3,
            "share_none": 2 * (1 - two) / 3,
            "extra_min_s": [np.nan, *[0.001] * (pairs - 1)],
            "extra_mean_s": [np.nan, *[0.003] * (pairs - 1)],
            "extra_max_s": [np.nan, *[0.008] * (pairs - 1)],
        }
    )


def test_a_bar_is_all_of_the_time(ax: Axes) -> None:
    disjoint_paths(_ways(3), ax)
    two, one, none = (np.array([bar.get_width() for bar in each]) for each in ax.containers)
    np.testing.assert_allclose(two, [25, 62.5, 100])
    np.testing.assert_allclose(one, [25, 12.5, 0])
    np.testing.assert_allclose(two + one + none, 100)
    low, high = ax.get_ylim()
    assert low > high  # the first row stands on top
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names[0] == "town 0 → g"
    assert max(map(len, names)) == LETTERS
    assert len(ax.get_legend().get_texts()) == 3


def test_the_second_way(ax: Axes) -> None:
    backup_path(_ways(3), ax)
    lines, dots = ax.collections
    np.testing.assert_allclose(lines.get_segments()[-1][:, 0], [1, 8])
    np.testing.assert_allclose(dots.get_offsets()[-1], [3, 2])


def test_of_many_the_worst_are_drawn(ax: Axes) -> None:
    disjoint_paths(_ways(50), ax)
    assert len(ax.get_yticks()) == PAIRS_DRAWN


def test_no_pairs(ax: Axes) -> None:
    disjoint_paths(_ways(1).slice(0, 0), ax)
    assert len(ax.patches) == len(ax.get_yticks()) == 0
    assert ax.get_xlim() == (0, 100)
    backup_path(_ways(1).slice(0, 0), ax)
    assert not any(dots.get_offsets().size for dots in ax.collections[1:])
    ax.figure.canvas.draw()
