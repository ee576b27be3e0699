"""The documentation as a site: all its pages, links that lead somewhere, formulas, no other hosts.

The site itself is built by `just docs`.
"""

import importlib.util
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
WORD = st.text("abcdefghij", min_size=1, max_size=8)


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUILD, MATHML = _module("build"), _module("mathml")


def _named(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    else:
        for each in nav.values() if isinstance(nav, dict) else nav:
            yield from _named(each)


def test_every_page_has_its_place() -> None:
    settings = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    named = list(_named(settings["project"]["nav"]))
    assert sorted(named) == sorted(str(page.relative_to(DOCS).as_posix()) for page in PAGES)


@pytest.mark.parametrize(
    "page",
    [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *PAGES],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_to_files_of_the_repository(page: Path) -> None:
    links = [each for each in LINK.findall(page.read_text(encoding="utf-8")) if ":" not in each]
    for each in links:
        path = (page.parent / each.partition("#")[0]).resolve()
        assert path.exists(), each
        assert path.is_relative_to(DOCS if page in PAGES else ROOT), f"{each}: not in the site"


@pytest.mark.parametrize("page", sorted(DOCS.glob("theory/*.md")), ids=lambda page: page.stem)
def test_theory_names_code_that_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`(skyweft\.[a-z0-9_.]+)`", text)
    assert bool(named) == (page.stem != "README")
    for name in named:
        assert import_module(name)
    assert page.stem == "README" or "**Left out.**" in text or page.stem == "coverage"


def _site(folder: Path, pages: dict[str, str]) -> list[str]:
    for name, body in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    found: list[str] = list(BUILD.faults(folder))
    return found


def test_what_is_wrong_with_a_page(tmp_path: Path) -> None:
    pages = {
        "index.html": '<a href="guide/run/">ok</a><a href="guide/run/#keep">ok</a>'
        '<a href="design">gone</a><a href="guide/run/#nothing">no anchor</a>'
        '<a href="https://example.org">only told</a><a href="../src">outside</a>'
        '<script src="https://example.org/a.js"></script><link rel="stylesheet" href="a.css">'
        '<link rel="canonical" href="https://example.org/">',
        "guide/run/index.html": '<h2 id="keep">Keep</h2><a href="../../">home</a>'
        "<p>```toml title=a.toml name</p>",
    }
    assert _site(tmp_path, pages) == [
        "guide/run/index.html: ```toml title=a.toml name begins no block of code",
        "index.html: fetches https://example.org/a.js",
        "index.html: design leads nowhere",
        "index.html: guide/run/#nothing has no such place",
        "index.html: ../src leads nowhere",
        "index.html: a.css leads nowhere",
    ]


@given(st.dictionaries(WORD, st.sets(WORD, max_size=3), min_size=1, max_size=4), WORD, WORD)
def test_a_link_holds_exactly_if_its_target_is_there(
    tmp_path_factory: pytest.TempPathFactory,
    anchors: dict[str, set[str]],
    page: str,
    anchor: str,
) -> None:
    pages = {
        f"{name}/index.html": "".join(f'<p id="{each}"></p>' for each in ids)
        for name, ids in anchors.items()
    }
    pages["index.html"] = f'<a href="{page}/#{anchor}">there</a>'
    found = _site(tmp_path_factory.mktemp("site"), pages)
    assert (not found) == (anchor in anchors.get(page, ()))


def _drawn(text: str) -> str:
    return markdown.markdown(text, extensions=[MATHML.makeExtension()])


def test_formulas() -> None:
    line = _drawn("From $a^2$ to `$b$`, for $5 or $6.")
    assert "<msup><mi>a</mi><mn>2</mn></msup>" in line
    assert line.count("<math") == 1
    assert "<code>$b$</code>, for $5 or $6." in line
    block = _drawn("So\n\n$$\n\\frac{C}{N_0} < 1\n$$\n\nand on.")
    assert '<math display="block">' in block
    assert "<mfrac>" in block
    assert "$" not in block


@given(
    st.lists(st.sampled_from(["a", "b_i", "x^2", r"\frac{a}{b}", r"\sum_f r_f", "3"]), min_size=1)
)
def test_any_formula_is_whole(parts: list[str]) -> None:
    latex = " + ".join(parts)
    for text, display in ((f"Let ${latex}$ be.", "inline"), (f"$$\n{latex}\n$$", "block")):
        tree = ET.fromstring(f"<div>{_drawn(text)}</div>")
        (math,) = tree.iter("math")
        assert math.get("display") == display
        assert len([each for each in math.iter("mo") if each.text == "+"]) == len(parts) - 1


def test_every_formula_of_the_pages() -> None:
    theory = [page for page in PAGES if page.parent.name == "theory"]
    drawn = [_drawn(page.read_text(encoding="utf-8")) for page in theory]
    assert all("$" not in re.sub(r"<code>.*?</code>", "", each) for each in drawn)
    assert sum(each.count("<math") for each in drawn) > 100
