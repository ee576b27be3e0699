"""The page as a whole: it stands alone, says the same thing twice, and trusts no name."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from skyweft.contacts.coverage.section import section as coverage_section
from skyweft.errors import ScenarioError
from skyweft.links.section import section as links_section
from skyweft.report import write
from skyweft.report.page import page


class Outline(HTMLParser):
    """Collects what the tests ask for, and that every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def text(made: Any) -> str:
    return page(made)


@pytest.fixture(scope="module")
def outline(text: str) -> Outline:
    return Outline(text)


def test_written_whole(made: Any, tmp_path: Path) -> None:
    path = write(made, tmp_path / "report.html")
    assert path.read_text("utf-8").startswith("<!doctype html>")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_same_scenario_same_bytes(made: Any, text: str) -> None:
    again = {**made.manifest, "seconds": {"motion": 9.9}}
    assert page(made.but(manifest=again)) == text


def test_stands_alone(text: str, outline: Outline) -> None:
    assert not outline.all("script")
    assert not outline.all("link")
    assert not outline.all("img")
    for _, attributes in outline.tags:
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert "default-src 'none'" in text
    assert len(text) < 2_000_000


def test_ids_are_unique_and_links_lead_somewhere(outline: Outline) -> None:
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {
        (attributes.get("href") or "#")[1:] for tag, attributes in outline.tags if tag in "a use"
    }
    assert wanted - {""} <= set(ids)


def test_every_section_is_in_the_bar(text: str) -> None:
    bar = re.findall(r'<li><a href="#([^"]+)">', text)
    assert re.findall(r'<section id="([^"]+)"', text) != []
    assert set(re.findall(r'<section id="([^"]+)"', text)) - {"warnings"} <= set(bar)


def test_colours_come_from_the_page(text: str) -> None:
    charts = "".join(re.findall(r"<svg role=.*?</svg>", text, re.DOTALL))
    assert charts.count("<svg") >= 6
    assert "var(--" in charts
    assert not re.search(r"#(?!(?:[a-z]+-)+[\w-]*\d)[0-9a-f]{6}\b", charts)
    assert "DejaVu" not in charts
    assert "<metadata" not in charts


def test_readable_without_seeing(outline: Outline) -> None:
    assert outline.all("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all("scope" in each for each in outline.all("th"))
    assert all(
        each.get("aria-label") or each.get("aria-hidden") == "true" for each in outline.all("svg")
    )
    assert len(outline.all("caption")) == len(outline.all("table"))


def test_without_a_built_page_one_line_says_so(outline: Outline) -> None:
    assert outline.words.count("No globe in this report: console not built: ") == 1
    assert not [each for each in outline.all("section") if each["id"] == "globe"]


def test_figures(outline: Outline) -> None:
    words = re.sub(r"\s+", " ", outline.words)
    assert "Platforms 71 24 space · 1 near space · 2 air · 44 ground" in words
    assert "1,607" in words
    assert "Warning sats: 3 of 24 element sets" in words
    assert "4 planes of 6, altitude 560.0 km" in words
    assert "10 of 71 platforms" in words
    assert "2026-07-02 00:00:00 UTC" in words


def test_names_are_text_everywhere(made: Any) -> None:
    bad = '<img src=x onerror=alert(1)> & "quoted" $x^2$ 三峡'
    column = pa.array(
        [bad if name == "gateways-00" else name for name in made.platforms["name"].to_pylist()]
    )
    place = made.platforms.schema.get_field_index("name")
    contacts = made.contacts
    for side in ("source", "target"):
        names = contacts[side].combine_chunks().dictionary_decode().to_pylist()
        renamed = pa.array([bad if each == "gateways-00" else each for each in names])
        contacts = contacts.set_column(
            contacts.schema.get_field_index(side), side, renamed.dictionary_encode()
        )
    run = made.but(
        scenario=made.scenario.model_copy(update={"name": bad, "description": "</style>" + bad}),
        platforms=made.platforms.set_column(place, "name", column),
        contacts=contacts,
        warnings=("</section>" + bad,),
        derived_geometry=(bad,),
    )
    text = page(run)
    assert "<img" not in text
    outline = Outline(text)
    assert bad in outline.words
    assert outline.words.count("onerror=alert") >= 5


def test_a_run_in_which_nothing_met(made: Any) -> None:
    run = made.but(
        contacts=made.contacts.slice(0, 0),
        link_samples=made.link_samples.slice(0, 0),
        coverage=None,
        warnings=(),
        derived_geometry=(),
    )
    outline = Outline(page(run))
    assert "No two platforms met" in outline.words
    assert "No warnings" in outline.words
    assert "Longest gap" not in outline.words


def test_links_without_a_budget(made: Any) -> None:
    """Optical terminals state a rate and have no margin."""
    many = made.link_samples.num_rows
    links = made.link_samples.set_column(
        made.link_samples.schema.get_field_index("margin_db"),
        "margin_db",
        [np.full(many, np.nan, np.float32)],
    )
    words = Outline(links_section(made.but(link_samples=links)).body).words
    assert "haps → user" in words
    assert "Mbit/s" in words


def test_covered_everywhere_always(made: Any) -> None:
    table = made.coverage
    for name, value in {"coverage_fraction": 1.0, "longest_gap_s": 0.0, "gaps": 0}.items():
        place = table.schema.get_field_index(name)
        kind = table.schema.field(name).type
        table = table.set_column(place, name, [pa.array([value] * len(table), kind)])
    words = Outline(coverage_section(made.but(coverage=table)).body).words
    assert "Platforms in view, mean over time." in words
    assert "Longest time without" not in words


def test_an_interrupted_run_says_so(made: Any) -> None:
    outline = Outline(page(made.but(complete=False, simulated_s=43_200.0)))
    assert "Interrupted after" in outline.words
    assert "12 h" in outline.words


def test_a_report_that_cannot_be_written_leaves_nothing(made: Any, tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(ScenarioError, match=r"report.html cannot be written"):
        write(made, tmp_path / "report.html")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
