"""Drawings of packets: two pairs at three steps of ten seconds, an hour from the start."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from matplotlib.axes import Axes

from skyweft.plot import packet_delays


@pytest.fixture
def packets() -> pa.Table:
    none = np.zeros(6, np.int64)
    return pa.table(
        {
            "flow": pa.array([0, 0, 0, 1, 1, 1], pa.int32()),
            "time_s": np.tile([3_600.0, 3_610.0, 3_620.0], 2),
            "source": ["Wuhan"] * 3 + ["Lhasa"] * 3,
            "target": ["Oslo"] * 6,
            "delay_p50_s": [0.05, np.nan, 0.07, 0.02, 0.02, 0.02],
            "delay_p99_s": [0.06, np.nan, 0.09, 0.03, 0.03, 0.03],
            "lost_no_route": none,
            "lost_no_capacity": none,
            "lost_buffer": np.array([0, 0, 0, 0, 0, 4]),
            "lost_link_down": np.array([0, 7, 0, 0, 0, 0]),
        }
    )


def test_delays_and_losses(packets: pa.Table, ax: Axes) -> None:
    assert packet_delays(packets, ax=ax) is ax
    one, other = ax.lines
    assert (one.get_label(), other.get_label()) == ("Wuhan to Oslo", "Lhasa to Oslo")
    np.testing.assert_allclose(one.get_ydata(), [50.0, np.nan, 70.0])
    np.testing.assert_allclose(np.asarray(one.get_xdata()) * 60, [3_605.0, 3_615.0, 3_625.0])
    crosses = ax.collections[-1]
    assert crosses.get_label() == "some lost"
    np.testing.assert_allclose(np.asarray(crosses.get_offsets())[:, 0] * 60, [3_610.0, 3_620.0])
    assert ax.get_ylabel() == "delay [ms]"


def test_one_pair(packets: pa.Table, ax: Axes) -> None:
    packet_delays(packets, 1, ax)
    assert [each.get_label() for each in ax.lines] == ["Lhasa to Oslo"]
    crosses = ax.collections[-1]
    np.testing.assert_allclose(np.asarray(crosses.get_offsets())[:, 0] * 60, [3_620.0])


def test_nothing_to_draw(packets: pa.Table, ax: Axes) -> None:
    packet_delays(packets.filter(pc.equal(packets["flow"], 9)), ax=ax)
    assert not ax.lines
    assert ax.get_legend() is None
