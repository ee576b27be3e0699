"""Drawings of messages: axes say what the tables say."""

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes

from skyweft.delivery.plot import LOST, OPEN
from skyweft.plot import (
    delay_cdf,
    delivery_losses,
    delivery_map,
    downlink_use,
    stored_messages,
)


def test_curve_of_delays(ax: Axes) -> None:
    table = pa.table({"rule": [0, 0, 1], "delay_s": [2.0, 4.0, 100.0], "share": [0.5, 0.75, 1.0]})
    assert delay_cdf(table, ["gauges", "alarms"], ax) is ax
    one, other = ax.lines
    assert (one.get_label(), other.get_label()) == ("gauges", "alarms")
    np.testing.assert_allclose(one.get_xdata(), [2, 2, 4, 100])
    np.testing.assert_allclose(one.get_ydata(), [0, 50, 75, 75])
    assert [each.get_text() for each in ax.get_xticklabels()] == ["10 s", "1 min"]


def test_delays_that_are_much_alike_stand_on_an_axis_with_numbers(ax: Axes) -> None:
    table = pa.table({"rule": [0, 0], "delay_s": [2.5, 3.2], "share": [0.5, 1.0]})
    delay_cdf(table, ["gauges"], ax)
    assert ax.get_xscale() == "linear"
    assert ax.get_xlabel().endswith("[s]")


def hours(**lost: list[int]) -> pa.Table:
    none = {name: [0, 0] for name in (LOST | OPEN).values()}
    return pa.table({"time_s": [0.0, 3_600.0], "generated": [10, 0], **none, **lost})


def test_bars_of_losses(ax: Axes) -> None:
    delivery_losses(hours(lost_collision=[2, 0], stored_on_board=[1, 0]), ax)
    words = [each.get_text() for each in ax.get_legend().get_texts()]
    assert words == ["collision", "on board"]
    assert [bar.get_height() for bar in ax.patches] == [20.0, 0.0, 10.0, 0.0]
    assert ax.patches[2].get_y() == 20.0


def test_no_losses(ax: Axes) -> None:
    delivery_losses(hours(), ax)
    assert not ax.patches
    assert ax.get_legend() is None


def test_what_is_on_board(ax: Axes) -> None:
    table = pa.table({"time_s": [0.0, 0.0, 600.0, 600.0], "stored_bytes": [0, 0, 30, 50]})
    stored_messages(table, ax)
    total, fullest = ax.lines
    assert np.asarray(total.get_ydata()).tolist() == [0, 80]
    assert np.asarray(fullest.get_ydata()).tolist() == [0, 50]


def test_use_of_targets(ax: Axes) -> None:
    table = pa.table(
        {
            "time_s": [0.0, 0.0, 600.0, 600.0],
            "target": ["Lhasa", "Wuhan", "Lhasa", "Wuhan"],
            "arrived_bytes": [0, 10, 5, 90],
        }
    )
    downlink_use(table, ax)
    assert [each.get_text() for each in ax.get_yticklabels()] == ["Wuhan", "Lhasa"]
    spans = [path.get_extents() for each in ax.collections for path in each.get_paths()]
    assert len(spans) == 3  # Lhasa took nothing in the first step


def test_map_of_cells(ax: Axes) -> None:
    bounds = {"latitude_min_deg": [0.0, 0.0], "latitude_max_deg": [10.0, 10.0],
              "longitude_min_deg": [0.0, 90.0], "longitude_max_deg": [10.0, 100.0]}  # fmt: skip
    delivery_map(pa.table(bounds | {"share_delivered": [0.5, 1.0]}), "share_delivered", ax)
    assert ax.get_ylabel() == "latitude [deg]"
    drawn = [each for each in ax.collections if len(each.get_paths()) == 1]
    assert len(drawn) == 2


@pytest.mark.parametrize(
    ("east_deg", "limits"),
    [(30.0, (-9.0, 39.0, -7.0, 17.0)), (150.0, (-180, 180, -90, 90))],
)
def test_a_map_is_of_where_its_cells_are(
    ax: Axes, east_deg: float, limits: tuple[float, ...]
) -> None:
    """Cells over 30 degrees: 1.6 times 15 high, and twice as wide; over 150 all the world."""
    bounds = {"latitude_min_deg": [0.0, 0.0], "latitude_max_deg": [10.0, 10.0],
              "longitude_min_deg": [0.0, east_deg - 10],
              "longitude_max_deg": [10.0, east_deg]}  # fmt: skip
    delivery_map(pa.table(bounds | {"share_delivered": [0.5, 1.0]}), "share_delivered", ax)
    assert (*ax.get_xlim(), *ax.get_ylim()) == pytest.approx(limits)


def test_short_delays_are_coloured_in_seconds(ax: Axes) -> None:
    bounds = {"latitude_min_deg": [0.0, 0.0], "latitude_max_deg": [10.0, 10.0],
              "longitude_min_deg": [0.0, 90.0], "longitude_max_deg": [10.0, 100.0]}  # fmt: skip
    for slowest_s, unit in ((3.2, "[s]"), (7_200.0, "[min]")):
        delivery_map(pa.table(bounds | {"delay_p95_s": [2.5, slowest_s]}), "delay_p95_s", ax)
        (bar,) = (each for each in ax.figure.axes if "delay" in each.get_xlabel())
        assert bar.get_xlabel().endswith(unit)
        bar.remove()
