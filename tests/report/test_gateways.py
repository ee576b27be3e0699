"""The section on gateways says what the tables say, in words and drawings."""

import re
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from skyweft.drawing.markup import Markup
from skyweft.fleet import Sites
from skyweft.network.placement.arrow import sites_table, times_table
from skyweft.network.placement.ground import Downlinks, Siting, siting
from skyweft.network.placement.metrics import metrics
from skyweft.network.placement.section import drawn
from skyweft.world.ellipsoid import to_ecef, up

NAMES = ["Wuhan", "Lhasa <b>", "Oslo"]
NORTH, EAST = np.array([30.6, 29.7, 59.9]), np.array([114.3, 91.1, 10.8])


def _words(markup: Markup) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup))


def _siting(demand_bps: float) -> Siting:
    rate_bps = np.array([[5e6, 4e6], [1e6, 1e6], [0.0, 0.0]])
    time_s, need = np.array([0.0, 60.0]), np.full(2, demand_bps)
    rows = np.arange(3, dtype=np.int32)
    return siting(Downlinks(rows, time_s, need, rate_bps, rate_bps > 0))


def _section(found: Siting) -> Markup:
    fleet = SimpleNamespace(
        sites=Sites(to_ecef(NORTH, EAST, np.zeros(3)), up(NORTH, EAST)),
        site=np.arange(3),
    )
    sites = sites_table(found, fleet, pa.array(NAMES))
    return drawn(sites, times_table(found), 3_600.0, metrics(found, NAMES))


def test_figures_in_words() -> None:
    text = _section(_siting(4e6))
    words = _words(text)
    for said in (
        "candidates 3",
        "to build 1",
        "no plan needs fewer than 1",
        "taken down, mean 4 Mbit/s",
        "share of the need 100.0 %",
        "Wuhan 1 4.50 Mbit/s",
        "Oslo – 0 bit/s",
        "never linked with anything that passes traffic on",
        "the selected carry what is asked for without it",
    ):
        assert said in words, said
    assert text.count("<svg") == 2
    assert "<b>" not in text  # names from a file are text
    assert "Why not all" not in words


def test_what_cannot_come_down_has_its_reason() -> None:
    words = _words(_section(_siting(5.5e6)))
    for said in (
        "to build 2",
        "Why not all",
        "all candidates together carry less than is asked for 1",
        "At these snapshots 500 kbit/s is missing",
    ):
        assert said in words, said


def test_the_bound_is_told_where_the_plan_may_not_be_best() -> None:
    found = _siting(4e6)
    summary = metrics(found, NAMES) | {"optimal": False, "guarantee": 1.69, "at_least": 0}
    fleet = SimpleNamespace(
        sites=Sites(to_ecef(NORTH, EAST, np.zeros(3)), up(NORTH, EAST)), site=np.arange(3)
    )
    sites = sites_table(found, fleet, pa.array(NAMES))
    words = _words(drawn(sites, times_table(found), 3_600.0, summary))
    assert "at most so many times the fewest 1.69" in words


@pytest.mark.parametrize("many", [3, 50])
def test_long_lists_are_cut_and_say_so(many: int) -> None:
    found = _siting(4e6)
    fleet = SimpleNamespace(
        sites=Sites(to_ecef(NORTH, EAST, np.zeros(3)), up(NORTH, EAST)), site=np.arange(3)
    )
    sites = sites_table(found, fleet, pa.array(NAMES))
    sites = sites.take(pa.array(np.arange(many) % 3))
    words = _words(drawn(sites, times_table(found), 3_600.0, metrics(found, NAMES)))
    assert ("40 of 50 candidates" in words) == (many > 40)
