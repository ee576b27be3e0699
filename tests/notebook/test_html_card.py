"""The card of a run."""

import re
from pathlib import Path

import numpy as np
import pytest

from skyweft.notebook.html_card import links_up
from skyweft.results import Run, open_run, run

TOML = """\
name = "A & <b>"
start = 2026-07-01T00:00:00Z
duration_s = 7_200

[platforms.sats]
layer = "space"
motion = { kind = "walker", planes = 2, per_plane = 3, altitude_m = 800e3, inclination_deg = 60 }
terminals = ["sat"]

[platforms.place]
layer = "ground"
motion = { kind = "fixed", latitude_deg = 30, longitude_deg = 114 }
terminals = ["node"]

[terminals.sat]
kind = "radio"
frequency_hz = 2.2e9
bandwidth_hz = 1e6
eirp_dbw = 10
gt_db_k = -15

[terminals.node]
kind = "radio"
frequency_hz = 2.0e9
bandwidth_hz = 1e6
eirp_dbw = 10
gt_db_k = -15

[[links]]
between = ["node", "sat"]
elevation_min_deg = 10
waveform = "dvb_s2x"
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("card")
    (folder / "card.toml").write_text(TOML)
    return run(folder / "card.toml", folder / "run")


def test_it_tells_the_figures(result: Run) -> None:
    text = result._repr_html_()
    assert "A &amp; &lt;b&gt;" in text
    assert f">{result.contacts.num_rows}</td>" in text
    assert f"{result.link_samples.num_rows:,} rows" in text
    assert text.count("<svg") == text.count("</svg>") == 1


def test_the_line_ends_where_links_end(result: Run) -> None:
    points = re.search(r"points='([^']*)'", result._repr_html_())
    assert points
    xy = [tuple(map(float, each.split(","))) for each in points[1].split()]
    assert xy[0] == (0, 64)
    assert xy[-1] == (420, 64)
    assert min(y for _, y in xy) == 0


def test_links_up_counts_windows() -> None:
    start_s, end_s = np.array([0.0, 5.0, 5.0]), np.array([10.0, 6.0, 20.0])
    found = links_up(start_s, end_s, np.array([0.0, 5.0, 6.0, 10.0, 20.0]))
    assert found.tolist() == [1, 3, 2, 1, 0]


def test_an_empty_folder_of_tables_still_opens(result: Run) -> None:
    assert "links up over 2.0 h" in open_run(result.folder)._repr_html_()
