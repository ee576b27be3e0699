"""Drawings of routes, from tables small enough to check by hand."""

import warnings

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection

from skyweft.network.routing.plot.routes import PAIRS_DRAWN, best_connected
from skyweft.plot import delay_distance, delay_map, delay_matrix, route_churn, route_delay_cdf

NAN = float("nan")


@pytest.fixture
def statistics() -> pa.Table:
    """Three cities, two of which reach one another; a second rule of one pair."""
    return pa.table(
        {
            "route": [0, 0, 0, 0, 1],
            "source": ["Oslo", "Oslo", "Quito", "Quito", "Oslo"],
            "target": ["Quito", "Turin", "Oslo", "Turin", "ship"],
            "delay_median_s": [0.050, NAN, 0.050, 0.040, 0.010],
            "distance_m": [1e7, 2e6, 1e7, 9.5e6, 1e6],
        }
    )


@pytest.fixture
def sites() -> pa.Table:
    return pa.table(
        {
            "name": ["Oslo", "Quito", "Turin", "ship"],
            "latitude_deg": [59.9, -0.2, 45.1, None],
            "longitude_deg": [10.8, -78.5, 7.7, None],
        }
    )


def _points(ax: Axes) -> list[int]:
    return [len(each.get_offsets()) for each in ax.collections if isinstance(each, PathCollection)]


def test_the_cdf_ends_at_the_share_that_is_reached(ax: Axes) -> None:
    routes = pa.table({"route": [0, 0, 0, 0, 1], "delay_s": [0.01, 0.03, NAN, 0.02, 0.05]})
    route_delay_cdf(routes, ax, labels=["near", "far"])
    near, far = ax.lines
    assert near.get_ydata()[-1] == pytest.approx(75)
    assert near.get_xdata()[[0, -1]].tolist() == pytest.approx([10, 30])
    assert far.get_ydata()[-1] == pytest.approx(100)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["near", "far"]


def test_the_cdf_is_of_the_best_ways(ax: Axes) -> None:
    columns = {"route": [0, 0, 0], "rank": [1, 2, 1], "delay_s": [0.01, 0.09, 0.02]}
    route_delay_cdf(pa.table(columns), ax)
    assert ax.lines[0].get_xdata()[[0, -1]].tolist() == pytest.approx([10, 20])


def test_no_way_at_all_draws_empty_axes(ax: Axes) -> None:
    route_delay_cdf(pa.table({"route": [0], "delay_s": [NAN]}), ax)
    assert len(ax.lines) == 0


def test_light_and_fibre_bound_the_delays(statistics: pa.Table, ax: Axes) -> None:
    delay_distance(statistics, ax)
    assert _points(ax) == [3, 1]
    light, fibre = (line.get_ydata()[-1] for line in ax.lines)
    assert light == pytest.approx(1e7 / 299_792_458 * 1e3)
    assert fibre / light == pytest.approx(1.468)
    assert {text.get_text() for text in ax.texts} == {"light", "fibre"}


def test_many_pairs_are_thinned(ax: Axes) -> None:
    count = 5 * PAIRS_DRAWN
    table = pa.table(
        {
            "route": np.zeros(count, int),
            "delay_median_s": np.full(count, 0.05),
            "distance_m": np.linspace(1e6, 1e7, count),
        }
    )
    delay_distance(table, ax)
    assert _points(ax) == [PAIRS_DRAWN]


def test_churn_is_per_pair_and_hour(ax: Axes) -> None:
    times = pa.table(
        {
            "route": [0] * 4,
            "time_s": [0.0, 60.0, 120.0, 180.0],
            "pairs_compared": [0, 10, 10, 0],
            "changes": [0, 1, 5, 0],
        }
    )
    route_churn(times, ax)
    (line,) = ax.lines
    np.testing.assert_allclose(line.get_ydata(), [6.0, 30.0, NAN])
    assert line.get_xdata().tolist() == [1.0, 2.0, 3.0]


def test_the_best_connected_source(statistics: pa.Table) -> None:
    assert best_connected(statistics) == "Quito"
    assert best_connected(statistics, 1) == "Oslo"


def test_the_map_shows_reached_and_lost_targets(
    statistics: pa.Table, sites: pa.Table, ax: Axes
) -> None:
    delay_map(statistics, sites, "Oslo", ax=ax)
    assert _points(ax) == [1, 1, 1]  # reached, lost, the source itself
    assert "Oslo [ms]" in ax.figure.axes[1].get_xlabel()


def test_the_matrix_leaves_out_what_has_no_way(statistics: pa.Table, ax: Axes) -> None:
    delay_matrix(statistics, 0, ax)
    (cells,) = (each for each in ax.collections if isinstance(each, PolyCollection))
    assert len(cells.get_paths()) == 3
    assert [text.get_text() for text in ax.get_yticklabels()] == ["Oslo", "Quito"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["Quito", "Turin", "Oslo"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("n" * 100, "n" * 25 + "…"), ("\u6e2f" * 100, "\u6e2f" * 12 + "…"), ("a$b$c", "a$b$c")],
    ids=["long", "wide", "no formula"],
)
def test_the_longest_names_leave_room_for_the_matrix(name: str, shown: str) -> None:
    """Beside its key in the colours matplotlib warns where labels leave nothing of the axes."""
    rows = {"route": [0], "source": [name], "target": [name], "delay_median_s": [0.05]}
    ax = delay_matrix(pa.table(rows), 0)
    assert [each.get_text() for each in (*ax.get_xticklabels(), *ax.get_yticklabels())] == [
        shown
    ] * 2
    with warnings.catch_warnings(action="error"):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        ax.figure.canvas.draw()
