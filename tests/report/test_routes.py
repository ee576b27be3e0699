"""The section on routes, from runs of three cities under twelve satellites."""

from pathlib import Path

import pytest

from skyweft.network.routing.section import section as routes
from skyweft.report.page import page
from skyweft.results import Run, run
from tests.written import group, head, laser, link, radio, table

TOML = (
    head("Ring", 3_600)
    + group("ring", "space", "radio laser", kind="walker", planes=1, per_plane=12,
            altitude_m=1_200e3, inclination_deg=0)
    + group("cities", "ground", "radio", kind="sites", file="cities.csv")
    + radio("radio", 20e9, bandwidth_hz=100e6, eirp_dbw=40.0, gt_db_k=10.0)
    + laser("laser", 1e9)
    + link("radio", "radio", elevation_min_deg=10)
    + link("laser", "laser", pattern="grid")
    + table("[[routes]]", sources=["cities"], targets=["cities"], step_s=60)
)  # fmt: skip
CITIES = """\
name,latitude_deg,longitude_deg
Quito <b>,-0.2,-78.5
Nairobi,-1.3,36.8
Oslo,59.9,10.8
"""


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("ring")
    (folder / "cities.csv").write_text(CITIES, encoding="utf-8")
    (folder / "ring.toml").write_text(TOML, encoding="utf-8")
    return run(folder / "ring.toml", folder / "out")


def test_the_section_names_rules_pairs_and_reasons(ring: Run) -> None:
    text = routes(ring).body
    for words in (
        "cities → cities",
        "Quito &lt;b&gt; → Nairobi",
        "nobody in range of the target",
        "4 never: see the reasons",
        "Of the larger",
    ):
        assert (words in text) == (words != "Of the larger"), words
    assert "<b>" not in text
    assert "Every pair has a route" not in text
    assert text.count("<svg role") == 4
    assert "Alternatives" not in text


def test_the_section_says_how_many_have_other_ways(
    ring: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skyweft.network.routing.section.APART_DRAWN", 1)
    rules = 'processing_s = 0\ndisjoint = "links"\n\n' + TOML[TOML.index("[[routes]]") :]
    (ring.folder.parent / "two.toml").write_text(f"{TOML}{rules}alternatives = 3\n")
    found = run(ring.folder.parent / "two.toml", ring.folder.parent / "two")
    text = routes(found).body
    pairs = found.disjoint_paths(0).num_rows
    assert f"the 1 worst of {pairs} pairs" in text
    section = text[text.index("Alternatives") : text.index("Found: share")]
    links, three = (each["alternatives"] for each in found.summary()["routes"])
    assert 0 < links["share_found"] <= three["share_found"] < 1
    for asked, summary in (
        ("2 routes that share no link", links),
        ("3 loop-free paths", three),
    ):
        row = section[section.index(asked) :].partition("</tr>")[0]
        assert f"{100 * summary['share_found']:.1f}" in row
        for name in ("extra_median_s", "extra_p95_s"):
            assert f"{1e3 * summary[name]:.2f}" in row
    # All that is said of delays is of the best routes, which both rules share.
    cells = [row.partition("</tr>")[0] for row in text.split("cities → cities</")[1:3]]
    assert cells[0] == cells[1]
    best = routes(ring).body.split("cities → cities</")[1].partition("</tr>")[0]
    assert cells[0] == best


def test_the_page_has_the_section_and_its_place_in_the_bar(ring: Run) -> None:
    text = page(ring)
    assert '<li><a href="#routes">Routes</a></li>' in text
    assert "routes.parquet" in text
    assert text == page(Run(ring.folder))
