"""Figures of a sweep over its keys: values where they belong, gaps where nothing came out."""

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skyweft.plot import sweep


@pytest.fixture
def ax() -> Axes:
    return Figure().subplots()


def test_one_key_is_a_line_in_order_of_its_values(ax: Axes) -> None:
    table = pa.table({"planes": [8, 2, 4], "share": [0.9, 0.3, None]})
    assert sweep(table, "share", ["planes"], ax=ax) is ax
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_xdata(), [2, 4, 8])
    np.testing.assert_array_equal(line.get_ydata(), [0.3, np.nan, 0.9])
    assert [each.get_text() for each in ax.get_xticklabels()] == ["2", "4", "8"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("planes", "share")


def test_texts_and_wide_ranges_lie_evenly(ax: Axes) -> None:
    table = pa.table({"rate": [1.0, 10.0, 1e6], "share": [1, 2, 3]})
    sweep(table, "share", ["rate"], ax=ax)
    np.testing.assert_array_equal(ax.get_lines()[0].get_xdata(), [0, 1, 2])
    table = pa.table({"kind": ["lora", None, "nr"], "share": [1, 2, 3]})
    sweep(table, "share", ["kind"], ax=ax)
    words = [each.get_text() for each in ax.get_xticklabels()]
    assert words == ["lora", "as in the file", "nr"]


def test_a_second_key_of_few_values_makes_lines(ax: Axes) -> None:
    table = pa.table({"a": [1, 1, 2, 2], "b": ["x", "y", "x", "y"], "share": [1, 2, 3, 4]})
    sweep(table, "share", ["a", "b"], ax=ax)
    assert [list(line.get_ydata()) for line in ax.get_lines()] == [[1, 3], [2, 4]]
    assert [each.get_text() for each in ax.get_legend().get_texts()] == ["x", "y"]


def test_a_second_key_of_many_values_makes_a_heat_map(ax: Axes) -> None:
    rows = [(a, b) for a in range(3) for b in range(5) if (a, b) != (1, 1)]
    table = pa.table(
        {"a": [a for a, _ in rows], "b": [b for _, b in rows], "share": [a + b for a, b in rows]}
    )
    sweep(table, "share", ["a", "b"], ax=ax)
    (tiles,) = ax.collections
    assert len(tiles.get_paths()) == 14
    assert len(ax.get_yticklabels()) == 5


@pytest.mark.parametrize(
    ("figure", "keys", "words"),
    [
        ("none", ["a"], "no column none"),
        ("share", [], "one or two keys"),
        ("share", ["a", "b", "c"], "one or two keys"),
        ("share", ["a"], "filter the table"),
    ],
)
def test_what_cannot_be_drawn(ax: Axes, figure: str, keys: list[str], words: str) -> None:
    table = pa.table({"a": [1, 1], "b": [1, 2], "c": [1, 2], "share": [1, 2]})
    with pytest.raises(ValueError, match=words):
        sweep(table, figure, keys, ax=ax)
