import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes

from skyweft.contacts.plot.meetings import meetings
from skyweft.contacts.plot.timeline import layer_spans, telling
from skyweft.drawing.numerals import percent
from skyweft.plot import layer_timeline, timeline

HOUR_S = 3_600.0


def test_a_row_for_every_platform_and_layer(
    contacts: pa.Table, platforms: pa.Table, ax: Axes
) -> None:
    assert timeline(contacts, platforms, HOUR_S, ax=ax) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        *["airship", "train", "gateway $1"],
        "",  # the gateway's second layer
    ]
    words = {each.get_text() for each in ax.texts}
    # 0 to 600 s and 300 to 1,200 s are one bar of 1,200 s; the train saw 600 s.
    assert words == {
        "ground 100.0 %",
        "space 16.7 %",
        "space 33.3 % · up to 2",
        "near space 100.0 %",
    }
    assert ax.get_xlabel() == "time from start [min]"
    ax.figure.canvas.draw()  # the dollar in a name is no formula


def test_rows_can_be_chosen(contacts: pa.Table, platforms: pa.Table, ax: Axes) -> None:
    timeline(contacts, platforms, HOUR_S, rows=["sat-1"], ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["sat-1"]


def test_who_met_nobody_says_so(contacts: pa.Table, platforms: pa.Table, ax: Axes) -> None:
    timeline(contacts.slice(1, 1), platforms, HOUR_S, rows=["train"], ax=ax)
    assert [each.get_text() for each in ax.texts] == ["nobody"]


def test_nothing_met_draws_nothing(contacts: pa.Table, platforms: pa.Table, ax: Axes) -> None:
    timeline(contacts.slice(0, 0), platforms, HOUR_S, ax=ax)
    assert not ax.get_yticklabels()


def test_large_groups_show_worst_median_best() -> None:
    count = 101
    platforms = pa.table(
        {
            "name": ["sat", *(f"s{each:03d}" for each in range(count))],
            "group": ["sat"] + ["sensors"] * count,
            "layer": ["space"] + ["ground"] * count,
        }
    )
    # Sensor k is in contact for k seconds, in an order that is not theirs.
    seen = np.random.default_rng(1).permutation(count)
    contacts = pa.table(
        {
            "link": ["x/y"] * count,
            "source": [f"s{each:03d}" for each in seen],
            "target": ["sat"] * count,
            "start_s": np.zeros(count),
            "end_s": seen.astype(float),
            "elevation_max_deg": np.zeros(count),
            "range_min_m": np.zeros(count),
        }
    )
    met = meetings(contacts, platforms)
    assert [met.name(each) for each in telling(met, HOUR_S)] == ["s000", "s050", "s100"]


def test_very_many_bars_are_thinned_to_what_shows(platforms: pa.Table, ax: Axes) -> None:
    start_s = np.arange(0, 30 * 86_400, 600.0)
    count = len(start_s)
    contacts = pa.table(
        {
            "link": ["ku/sat"] * count,
            "source": ["train"] * count,
            "target": ["sat-0"] * count,
            "start_s": start_s,
            "end_s": start_s + 300,
            "elevation_max_deg": np.zeros(count),
            "range_min_m": np.zeros(count),
        }
    )
    timeline(contacts, platforms, 30 * 86_400.0, rows=["train"], ax=ax)
    assert sum(len(each.get_paths()) for each in ax.collections) <= 1_000
    assert ax.texts[0].get_text() == "space 50.0 %"


def test_layers_over_time(contacts: pa.Table, platforms: pa.Table, ax: Axes) -> None:
    layer_timeline(contacts, platforms, HOUR_S, ax=ax)
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert "ground sees space" in rows
    # Train 600 s and gateway 1,200 s of the hour: mean 25 % of two platforms.
    assert ax.texts[rows.index("ground sees space")].get_text() == "25.0 % of 2"


def test_a_layer_that_could_but_did_not_counts(contacts: pa.Table, platforms: pa.Table) -> None:
    spans = layer_spans(meetings(contacts, platforms))
    assert spans[3, 1][0] == 1  # only the group of gateways ever saw near space
    assert spans[0, 3][0] == 2


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0.0 %"), (1e-6, "< 0.1 %"), (0.5, "50.0 %"), (0.99996, "> 99.9 %"), (1.0, "100.0 %")],
)
def test_percent_never_claims_all_or_nothing(share: float, words: str) -> None:
    assert percent(share) == words
