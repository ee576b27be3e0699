"""Drawings of traffic: two flows at four times, a quarter of an hour apart."""

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes

from skyweft.network.product import FULL, ITSELF, MET, OUTRANKED, TARGET_ISOLATED
from skyweft.network.product import LIMITS as WORDS
from skyweft.plot import (
    flow_limits,
    flow_throughput,
    layer_traffic,
    link_utilisation,
    users_served,
)

HOUR_S = 3_600.0
LIMITED = [MET, FULL, MET, ITSELF + TARGET_ISOLATED, OUTRANKED, FULL, MET, MET]


@pytest.fixture
def shares() -> pa.Table:
    codes = np.array(LIMITED, np.int32)
    return pa.table(
        {
            "time_s": np.repeat(np.arange(4) * HOUR_S / 4, 2),
            "flow": np.tile(np.arange(2), 4),
            "demand_bps": [4e6, 8e6] * 3 + [4e6, np.inf],
            "rate_bps": [4e6, 1e6, 4e6, 0.0, 0.0, 2e6, 4e6, 5e6],
            "limiting_factor": pa.DictionaryArray.from_arrays(codes, pa.array(WORDS)),
        }
    )


def test_throughput(shares: pa.Table, ax: Axes) -> None:
    assert flow_throughput(shares, HOUR_S, ax) is ax
    carried, demand = ax.lines
    assert carried.get_label() == "carried"
    assert list(carried.get_xdata()) == [0.0, 15.0, 30.0, 45.0]
    assert list(carried.get_ydata()) == [5e6, 4e6, 2e6, 9e6]
    assert list(demand.get_ydata()) == [12e6, 12e6, 12e6, 4e6]  # the endless one does not count
    assert carried.get_linestyle() != demand.get_linestyle()
    assert ax.get_ylabel().endswith("[bit/s]")
    assert ax.get_ylim()[0] == 0


def test_endless_demand_has_no_line(shares: pa.Table, ax: Axes) -> None:
    place = shares.schema.get_field_index("demand_bps")
    flow_throughput(shares.set_column(place, "demand_bps", [np.full(8, np.inf)]), HOUR_S, ax)
    assert [line.get_label() for line in ax.lines] == ["carried"]


def test_limits_are_stacked(shares: pa.Table, ax: Axes) -> None:
    flow_limits(shares, HOUR_S, ax)
    labels = [each.get_label() for each in ax.containers]
    assert labels == ["link full", "others first", "no route"]
    high = {each.get_label(): [bar.get_height() for bar in each] for each in ax.containers}
    assert high["link full"] == [50, 0, 50, 0]
    assert high["others first"] == [0, 0, 50, 0]
    assert high["no route"] == [0, 50, 0, 0]
    assert [bar.get_y() for bar in ax.containers[1]] == [50, 0, 50, 0]
    assert ax.get_ylim()[1] > 100


def test_utilisation(ax: Axes) -> None:
    loads = pa.table({"utilisation": [0.01, 0.049, 0.52, 1.0]})
    link_utilisation(loads, ax)
    high = [bar.get_height() for bar in ax.patches]
    assert (high[0], high[10], high[19]) == (50, 25, 25)
    assert sum(high) == 100


def test_nothing_to_draw(shares: pa.Table, ax: Axes) -> None:
    flow_throughput(shares.slice(0, 0), HOUR_S, ax)
    flow_limits(shares.slice(0, 0), HOUR_S, ax)
    link_utilisation(pa.table({"utilisation": pa.array([], pa.float64())}), ax)
    assert ax.get_legend() is not None


def test_layers_are_stacked(ax: Axes) -> None:
    loads = pa.table(
        {
            "time_s": [0.0, 0.0, 900.0],
            "layer_from": pa.array(["space", "ground", "ground"]).dictionary_encode(),
            "load_bps": [2e6, 3e6, 1e6],
        }
    )
    layer_traffic(loads, HOUR_S, ax)
    ground, space = (patch.get_data() for patch in ax.patches)
    assert [patch.get_label() for patch in ax.patches] == ["ground", "space"]
    assert ground.edges.tolist() == [0, 15, 60]  # minutes
    assert ground.values.tolist() == space.baseline.tolist() == [3e6, 1e6]
    assert space.values.tolist() == [5e6, 1e6]


def test_users_of_all_groups_together(ax: Axes) -> None:
    """Of four at first two are served, one by aircraft; then one."""
    users = pa.table(
        {
            "time_s": [0.0] * 3 + [900.0] * 3,
            "layer": ["air", None, None] * 2,
            "users": [3, 3, 1] * 2,
            "served": [1, 1, 1, 0, 0, 1],
        }
    )
    users_served(users, HOUR_S, ax)
    at_all, air = ax.patches
    assert (at_all.get_label(), air.get_label()) == ("served", "by air")
    assert at_all.get_data().values.tolist() == [50, 25]
    assert air.get_data().values.tolist() == [25, 0]
    assert ax.get_ylabel() == "users served [%]"
