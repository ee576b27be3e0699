import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skyweft.contacts.plot.meetings import meetings
from skyweft.contacts.plot.passes import layer_shares
from skyweft.plot import elevation_histogram, layer_matrix, pass_statistics


def test_elevations_add_up(contacts: pa.Table, ax: Axes) -> None:
    elevation_histogram(contacts, ax)
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(100)
    assert ax.patches[12].get_height() == pytest.approx(25)  # 62 degrees
    assert ax.get_xlabel().endswith("[deg]")


def test_durations_leave_out_what_the_run_cuts(contacts: pa.Table) -> None:
    left, right = Figure().subplots(1, 2)
    assert pass_statistics(contacts, (left, right)) == (left, right)
    heights = {round(bar.get_x(), 6): bar.get_height() for bar in right.patches}
    assert sum(heights.values()) == pytest.approx(100)
    assert heights[10.0] == pytest.approx(50)  # the train's 600 s
    assert right.get_xlabel().endswith("[min]")


def test_histograms_of_nothing(contacts: pa.Table) -> None:
    high, long = pass_statistics(contacts.slice(0, 0), tuple(Figure().subplots(1, 2)))
    assert {bar.get_height() for each in (high, long) for bar in each.patches} == {0.0}
    assert high.get_xlim() == (0, 90)
    assert long.get_xlim()[1] > 0
    high.figure.canvas.draw()


def test_layer_matrix_by_hand(contacts: pa.Table, platforms: pa.Table, ax: Axes) -> None:
    shares = layer_shares(meetings(contacts, platforms), 3_600.0)
    assert shares[3, 0] == pytest.approx((1_200 + 600) / 7_200)
    # sat-0 saw the ground for 600 s twice, sat-1 for 900 s.
    assert shares[0, 3] == pytest.approx((1_200 + 900) / 7_200)
    assert shares[3, 1] == pytest.approx(1.0)
    assert np.isnan(shares[0, 1])
    layer_matrix(contacts, platforms, 3_600.0, ax)
    assert {each.get_text() for each in ax.texts} >= {"25.0 %", "100.0 %", "never"}
