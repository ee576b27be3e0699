import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from skyweft.plot import gateway_map, gateway_supply


@pytest.fixture
def gateways() -> pa.Table:
    return pa.table(
        {
            "site": ["Wuhan $1", "Lhasa", "Oslo"],
            "latitude_deg": [30.6, 29.7, 59.9],
            "longitude_deg": [114.3, 91.1, 10.8],
            "selected": [True, False, False],
            "rate_mean_bps": [3e6, 1e6, 0.0],
        }
    )


def _points(ax: Axes) -> dict[str, list[list[float]]]:
    return {
        str(each.get_label()): np.asarray(each.get_offsets()).tolist()
        for each in ax.collections
        if isinstance(each, PathCollection)
    }


def test_every_candidate_is_drawn_once_and_the_chosen_are_named(
    gateways: pa.Table, ax: Axes
) -> None:
    gateway_map(gateways, ax)
    assert _points(ax) == {
        "to build": [[114.3, 30.6]],
        "not needed": [[91.1, 29.7]],
        "of no use": [[10.8, 59.9]],
    }
    assert [each.get_text() for each in ax.texts] == [r"Wuhan \$1"]
    assert ax.get_legend() is not None


def test_no_candidates_leave_a_map(gateways: pa.Table, ax: Axes) -> None:
    gateway_map(gateways.slice(0, 0), ax)
    assert _points(ax) == {}
    assert ax.get_legend() is None


def test_supply_in_hours(ax: Axes) -> None:
    times = pa.table(
        {
            "time_s": [0.0, 3_600.0],
            "required_bps": [4e6, 4e6],
            "carried_bps": [4e6, 1e6],
        }
    )
    gateway_supply(times, 86_400.0, ax)
    carried, asked = ax.lines
    assert carried.get_xdata().tolist() == [0.0, 1.0]
    assert carried.get_ydata().tolist() == [4e6, 1e6]
    assert asked.get_ydata().tolist() == [4e6, 4e6]
    assert ax.get_ylim()[0] == 0
    assert "[bit/s]" in ax.get_ylabel()
