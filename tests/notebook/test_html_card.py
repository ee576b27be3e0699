"""The card of a run."""

import re

import numpy as np
import pytest

from skyweft.notebook.html_card import links_up
from skyweft.results import Run, open_run


@pytest.fixture
def named(small: Run) -> Run:
    """Return the run under a name that HTML reads otherwise."""
    found = open_run(small.folder)
    found.manifest["name"] = "A & <b>"
    return found


def test_it_tells_the_figures(named: Run) -> None:
    text = named._repr_html_()
    assert "A &amp; &lt;b&gt;" in text
    told = re.sub("<[^>]*>", "|", text)
    assert f"|platforms||{named.platforms.num_rows}|" in told
    assert f">{named.contacts.num_rows}</td>" in text
    rate = named.summary()["links"]["node/sat"]["forward"]["median_bps"]
    assert f"|node/sat, forward, median||{rate:,.0f} bit/s|" in told
    assert f"{named.link_samples.num_rows:,} rows" in text
    assert text.count("<svg") == text.count("</svg>") == 1


def test_the_line_ends_where_links_end(small: Run) -> None:
    points = re.search(r"points='([^']*)'", small._repr_html_())
    assert points
    xy = [tuple(map(float, each.split(","))) for each in points[1].split()]
    assert xy[0] == (0, 64)
    assert xy[-1] == (420, 64)
    assert min(y for _, y in xy) == 0


def test_links_up_counts_windows() -> None:
    start_s, end_s = np.array([0.0, 5.0, 5.0]), np.array([10.0, 6.0, 20.0])
    found = links_up(start_s, end_s, np.array([0.0, 5.0, 6.0, 10.0, 20.0]))
    assert found.tolist() == [1, 3, 2, 1, 0]


def test_the_length_of_the_run_is_told(small: Run) -> None:
    assert "links up over 2.0 h" in small._repr_html_()
