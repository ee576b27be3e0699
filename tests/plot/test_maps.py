import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from skyweft.contacts.coverage.measuring import cells
from skyweft.contacts.coverage.plot import Figure
from skyweft.drawing.maps import steps
from skyweft.plot import coverage_map, ground_tracks


def _coverage(count: int) -> pa.Table:
    grid = cells(count)
    columns = {name: getattr(grid, name) for name in grid.__slots__}
    values = (grid.latitude_deg + 90) / 180
    names = (
        "coverage_fraction",
        "in_view_mean",
        "longest_gap_s",
        "revisit_mean_s",
        "passes_per_day",
    )
    return pa.table({**columns, **dict.fromkeys(names, values)})


@pytest.mark.parametrize("figure", ["coverage_fraction", "longest_gap_s", "passes_per_day"])
def test_every_cell_is_drawn_once(figure: Figure, ax: Axes) -> None:
    coverage_map(_coverage(300), figure, ax)
    area = sum(
        float(np.prod(np.ptp(path.vertices, axis=0)))
        for each in ax.collections
        if isinstance(each, PolyCollection)
        for path in each.get_paths()
    )
    assert area == pytest.approx(360 * 180, rel=1e-9)
    assert "[" in ax.figure.axes[1].get_xlabel()


def test_cells_of_one_colour_become_one_box(ax: Axes) -> None:
    coverage_map(_coverage(20_000), "coverage_fraction", ax)
    boxes = sum(
        len(each.get_paths()) for each in ax.collections if isinstance(each, PolyCollection)
    )
    assert boxes < 400


def test_cells_without_a_value_stay_empty(ax: Axes) -> None:
    table = _coverage(100)
    table = table.set_column(
        table.schema.get_field_index("revisit_mean_s"), "revisit_mean_s", [np.full(100, np.nan)]
    )
    coverage_map(table, "revisit_mean_s", ax)
    assert not any(
        len(each.get_paths()) for each in ax.collections if isinstance(each, PolyCollection)
    )


@pytest.mark.parametrize("values", [[0.2, 0.9], [55.0, 55.0], [0.0, 86_400.0], [-3.0, 4.0], []])
def test_steps_are_round_and_span(values: list[float]) -> None:
    found = steps(np.array(values), 8)
    assert 2 <= len(found) <= 9
    if values:
        assert found[0] <= min(values)
        assert found[-1] >= max(values)


def test_tracks_break_at_the_edge(ax: Axes) -> None:
    longitude = np.radians(np.arange(0, 721, 10.0))
    table = pa.table(
        {
            "name": ["a"] * len(longitude),
            "x_m": 7e6 * np.cos(longitude),
            "y_m": 7e6 * np.sin(longitude),
            "z_m": np.zeros(len(longitude)),
        }
    )
    ground_tracks(table, ax)
    lines = [each for each in ax.collections if isinstance(each, LineCollection)][-1]
    for path in lines.get_paths():
        assert np.max(np.abs(np.diff(path.vertices[:, 0]))) < 180
    assert len(lines.get_paths()) == 3
