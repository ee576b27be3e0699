import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes

from skyweft.links.plot import directions
from skyweft.plot import doppler_left, link_margins, link_rates, rate_cdf


def test_samples_stand_for_the_time_around_them(links: pa.Table) -> None:
    (route,) = directions(links)
    assert route.words == "ku → sat"
    np.testing.assert_array_equal(route.weight_s, [150, 300, 150, 450, 450])
    assert float(np.sum(route.rate_bps * route.weight_s)) == pytest.approx(2.7e9)


def test_both_directions(links: pa.Table) -> None:
    place = links.schema.get_field_index("rate_reverse_bps")
    both = links.set_column(place, "rate_reverse_bps", [np.full(5, 1e3)])
    assert [route.words for route in directions(both)] == ["ku → sat", "sat → ku"]


def test_margins(links: pa.Table, ax: Axes) -> None:
    assert link_margins(links, ax) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ku → sat"]
    # Median: 150 s at -1, 150 s at 1, 450 s at 2 dB reach half of 1,500 s.
    assert list(ax.lines[2].get_xdata()) == [2.0, 2.0]
    assert ax.get_xlabel().endswith("[dB]")


def test_a_rule_between_equals_is_told_once(links: pa.Table) -> None:
    place = links.schema.get_field_index("rate_reverse_bps")
    both = links.set_column(place, "rate_reverse_bps", [np.full(5, 1e3)])
    both = both.set_column(links.schema.get_field_index("link"), "link", [["laser/laser"] * 5])
    assert [route.words for route in directions(both)] == ["laser ↔ laser"]


def test_rate_spread(links: pa.Table, ax: Axes) -> None:
    link_rates(links, ax)
    # Of 1,350 s with any rate: 600 s at 1, 450 s at 2, 300 s at 4 Mbit/s.
    assert list(ax.lines[2].get_xdata()) == [2e6, 2e6]
    assert ax.get_xscale() == "log"
    ax.figure.canvas.draw()
    assert "1 M" in {label.get_text() for label in ax.get_xticklabels()}


def test_rates(links: pa.Table, ax: Axes) -> None:
    rate_cdf(links, ax)
    rate, share = ax.lines[0].get_xdata(), ax.lines[0].get_ydata()
    assert np.all(np.diff(share) < 0)
    # 2 Mbit/s or more: 450 + 300 of 1,500 s.
    assert share[np.searchsorted(np.nan_to_num(rate), 1.5e6)] == pytest.approx(50, abs=0.6)
    assert ax.get_xlabel() == "rate [bit/s]"


def test_no_links(links: pa.Table, ax: Axes) -> None:
    for draw in (link_margins, rate_cdf, link_rates):
        ax.clear()
        draw(links.slice(0, 0), ax)
        assert not [line for line in ax.lines if len(np.unique(line.get_xdata())) > 1]
        assert ax.get_xlabel()
        assert ax.get_xscale() == "linear"  # no decades of nothing
        ax.figure.canvas.draw()


def test_what_is_left_of_doppler_in_both_directions(ax: Axes) -> None:
    left = pa.table(
        {
            "contact": [0, 0, 0, 1],
            "link": ["ut/sat"] * 3 + ["ear/sat"],
            "time_s": [0.0, 10.0, 30.0, 0.0],
            "residual_hz": [100.0, 300.0, 900.0, np.nan],
            "residual_reverse_hz": [10.0, 30.0, 90.0, 5.0],
        }
    )
    doppler_left(left, ax)
    words = [label.get_text() for label in ax.get_yticklabels()]
    assert words == ["ut → sat", "sat → ut", "sat → ear"]
    # Of 30 s 5 stand for 100 Hz, 15 for 300 and 10 for 900: half is reached at 300.
    assert list(ax.lines[2].get_xdata()) == [300.0, 300.0]
    assert list(ax.lines[5].get_xdata()) == [30.0, 30.0]
