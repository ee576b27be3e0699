"""OGC 18-088 requirement by requirement: which test holds each, and which are not met.

The names are those of the standard's requirements under
http://www.opengis.net/spec/iot_sensing/1.1/req/.
"""

import ast
import csv
from pathlib import Path

from skyweft.sensorthings.web.service import CLASSES, conformance

TABLE = Path(__file__).parent / "data" / "ogc_18_088.csv"
TESTS = Path(__file__).parents[1] / "sensorthings"
UNMET = 6


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_requirement_is_held_by_a_test_or_counted() -> None:
    rows = _rows()
    there = {
        f"{path.stem}::{node.name}"
        for path in TESTS.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert [row["requirement"] for row in rows if row["test"] not in there | {""}] == []
    assert [row["requirement"] for row in rows if not (row["test"] or row["unmet"])] == []
    assert sum(bool(row["unmet"]) for row in rows) == UNMET
    assert len({row["requirement"] for row in rows}) == len(rows) == 48


def test_the_server_says_what_it_meets_and_no_more() -> None:
    met = {CLASSES + row["requirement"] for row in _rows() if not row["unmet"]}
    assert set(conformance(filters=True)) == met
    without = met - set(conformance(filters=False))
    assert {each.rpartition("/")[2] for each in without} == {"filter", "built-in-filter-operations"}
