"""The section on flows says what the tables say, in words and drawings."""

import re

import numpy as np
import pyarrow as pa

from skyweft.drawing.markup import Markup
from skyweft.network.flows.arrow import flow_rates_table, link_loads_table
from skyweft.network.flows.section import drawn
from skyweft.network.product import FULL, MET, FlowRates, LinkLoads

NAMES = pa.chunked_array([["Wuhan", "Lhasa", "sat <b>"]])
FIRST = {"carried_bps": 3e6, "most_bps": 4e6, "gap": 0.25, "why_not": None}


def _tables(rows: slice = slice(None)) -> tuple[pa.Table, pa.Table]:
    shares = FlowRates(
        rule=np.zeros(2, np.int16)[rows],
        time_s=np.zeros(2)[rows],
        flow=np.arange(2, dtype=np.int32)[rows],
        source=np.array([0, 1], np.int32)[rows],
        target=np.array([1, 0], np.int32)[rows],
        demand_bps=np.array([1e6, 3e6])[rows],
        rate_bps=np.array([1e6, 2e6])[rows],
        bottleneck_from=np.array([-1, 2], np.int32)[rows],
        bottleneck_to=np.array([-1, 0], np.int32)[rows],
        limiting_factor=np.array([MET, FULL], np.int8)[rows],
    )
    loads = LinkLoads(
        time_s=np.zeros(2)[rows],
        source=np.array([0, 2], np.int32)[rows],
        target=np.array([2, 0], np.int32)[rows],
        load_bps=np.array([1e6, 2e6])[rows],
        capacity_bps=np.array([4e6, 2e6])[rows],
    )
    names = NAMES.combine_chunks()
    return flow_rates_table(shares, names), link_loads_table(loads, names)


def _words(markup: Markup) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup))


def test_figures_in_words() -> None:
    text = drawn(*_tables(), NAMES, 3_600.0, FIRST)
    words = _words(text)
    for said in (
        "carried, mean 3 Mbit/s",
        "demand, mean, where it has an end 4 Mbit/s",
        "share of that demand served 75.0 %",
        "most that any routes could carry then 4 Mbit/s",
        "gap between the two 25.0 %",
        "a link on the route is full 50.0",
        "Wuhan receives 1.00",
    ):
        assert said in words
    assert text.count("<svg") == 3
    assert "<b>" not in text  # names from a file are text
    assert "without end of demand" not in words


def test_no_bound_no_line() -> None:
    for first in (None, {**FIRST, "most_bps": None, "gap": None}):
        assert "gap" not in _words(drawn(*_tables(), NAMES, 3_600.0, first))


def test_nothing_carried() -> None:
    words = _words(drawn(*_tables(slice(0)), NAMES, 3_600.0, None))
    assert "No link carries anything." in words
