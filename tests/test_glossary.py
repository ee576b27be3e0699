"""The glossary speaks of what is there: every name and every term of it stands on the surface."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import skyweft
from skyweft import renamed
from skyweft.cli.words import parser
from skyweft.scenario.schema import json_schema
from skyweft.stage.registry import tables

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"


def _rows() -> list[list[str]]:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return rows[1:]


def _keys(node: Any) -> Iterator[str]:
    """Yield every key of the scenario's schema, and every word that a key may be."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        yield from (each for each in [*node.get("enum", []), node.get("const")] if each)
        for below in node.values():
            yield from _keys(below)
    elif isinstance(node, list):
        for below in node:
            yield from _keys(below)


@cache
def _names() -> frozenset[str]:
    commands = next(each.choices for each in parser()._actions if isinstance(each.choices, dict))
    columns = (column.name for table in tables().values() for column in table.columns)
    found = {*map(str, _keys(json_schema())), *tables(), *columns, *commands}
    return frozenset(found.union(*map(dir, (skyweft, skyweft.Run, skyweft.plot))))


@cache
def _pages() -> str:
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page != GLOSSARY]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages).lower()


def test_every_name_is_on_the_surface() -> None:
    for term, here, _, _ in _rows():
        names = re.findall(r"`([^`]+)`", here)
        assert [name for name in names if name not in _names()] == [], term
        assert names or re.search(rf"\b{re.escape(here.lower())}\b", _pages()), term


def test_every_row_is_whole_and_in_order() -> None:
    terms = [row[0] for row in _rows()]
    assert len(terms) > 30
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in _rows())
    assert terms == sorted(terms, key=str.casefold)
    assert len({term.casefold() for term in terms}) == len(terms)


# Words that once stood here for what the field calls otherwise.
PRIVATE = re.compile(
    r"(^|_)(ways?|things?|heard|came|aboard|islands?|alone|latency|echo|sooner|mistakes?|sight)($|_)"
)


def test_private_words_are_gone_from_the_surface() -> None:
    names = _names()
    assert sorted(name for name in names if PRIVATE.search(name)) == []
    assert not renamed.TABLES.keys() & tables().keys()


def test_every_table_and_what_it_is_about_is_a_term() -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    plain = {"platforms", "tracks", "outages", "beams", "deliveries", "route_statistics", "losses"}
    by = re.compile(r"deliveries_by_(cell|hour)|link_losses")
    missing = [name for name in tables() if f"`{name}`" not in text and not by.fullmatch(name)]
    assert sorted(set(missing) - plain) == []


def test_loop_variables_carry_a_noun() -> None:
    """`satellite`, `contact`, `rule` say what a loop goes over; `each` says nothing."""
    loops = ast.For | ast.AsyncFor | ast.comprehension
    wrong = [
        f"{path.relative_to(ROOT)}:{name.lineno}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for loop in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(loop, loops)
        for name in ast.walk(loop.target)
        if isinstance(name, ast.Name) and name.id == "each"
    ]
    assert wrong == []
