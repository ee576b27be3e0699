"""Pages of tables against plain Python on the whole table."""

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skyweft.console import tables
from skyweft.console.tables import Condition, Query, page
from skyweft.errors import ScenarioError

WORDS = ["beta", "alpha", None, "Gamma", "al:pha"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a table of 1,000 rows in row groups that do not divide it, every kind of column."""
    random = np.random.default_rng(1)
    value = random.integers(0, 50, 1_000) / 4
    value[::7] = np.nan
    value[3] = np.inf
    word = [WORDS[k] for k in random.integers(0, len(WORDS), 1_000)]
    table = pa.table(
        {
            "row": pa.array(range(1_000), pa.int64()),
            "value": pa.array(value),
            "word": pa.array(word).dictionary_encode(),
            "plain": pa.array(word, pa.string()),
            "yes": pa.array(random.integers(0, 2, 1_000).astype(bool)),
            "when": pa.array(np.arange(1_000) * 1_000, pa.timestamp("ms", tz="UTC")),
            "path": pa.array([["a", "b"][: k % 3] for k in range(1_000)]),
        }
    )
    path = tmp_path_factory.mktemp("table") / "some.parquet"
    pq.write_table(table, path, row_group_size=300)
    return path


@pytest.fixture(scope="module")
def rows(path: Path) -> list[dict]:
    return pq.read_table(path).to_pylist()


def _numbers(path: Path, **query) -> tuple[int, list[int]]:
    found = page(path, Query(columns=("row",), limit=2_000, **query))
    return found["total"], [row[0] for row in found["rows"]]


@pytest.mark.parametrize(("offset", "limit"), [(0, 10), (295, 10), (990, 200), (5_000, 10)])
def test_pages(path: Path, offset: int, limit: int) -> None:
    found = page(path, Query(columns=("row",), offset=offset, limit=limit))
    assert found["total"] == 1_000
    assert [row[0] for row in found["rows"]] == list(range(1_000))[offset : offset + limit]


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ("value:eq:2.5", lambda row: row["value"] == 2.5),
        ("value:ne:2.5", lambda row: row["value"] == row["value"] != 2.5),
        ("value:lt:3", lambda row: row["value"] < 3),
        ("value:ge:12", lambda row: row["value"] >= 12),
        ("word:eq:al:pha", lambda row: row["word"] == "al:pha"),
        ("word:has:ALP", lambda row: row["word"] == "alpha"),
        ("plain:has:m", lambda row: row["word"] == "Gamma"),
        ("word:ne:beta", lambda row: row["word"] not in (None, "beta")),
        ("word:lt:b", lambda row: row["word"] is not None and row["word"] < "b"),
        ("yes:eq:true", lambda row: row["yes"]),
        ("when:lt:1970-01-01T00:01:00Z", lambda row: row["row"] < 60),
        ("path:eq:b", lambda row: "b" in row["path"]),
    ],
)
def test_filters(path: Path, rows: list[dict], where: str, wanted) -> None:
    expected = [row["row"] for row in rows if wanted(row)]
    assert 0 < len(expected) < 1_000
    assert _numbers(path, where=(Condition.read(where),)) == (len(expected), expected)


def test_row_groups_that_cannot_match_are_not_read(path: Path, monkeypatch) -> None:
    read: list[int] = []
    whole = pq.ParquetFile.read_row_group

    def watched(file, number, **words):
        read.append(number)
        return whole(file, number, **words)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", watched)
    for where, groups in (("row:eq:650", {2}), ("row:ge:600", {2, 3}), ("row:lt:300", {0})):
        read.clear()
        _numbers(path, where=(Condition.read(where),))
        assert set(read) == groups


def test_filters_together(path: Path, rows: list[dict]) -> None:
    where = tuple(map(Condition.read, ("value:gt:3", "yes:eq:0")))
    expected = [row["row"] for row in rows if row["value"] > 3 and not row["yes"]]
    assert _numbers(path, where=where) == (len(expected), expected)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["value", "word", "plain", "yes", "when"])
def test_sorting(path: Path, rows: list[dict], column: str, descending: bool) -> None:
    """Equal keys stay as they were; nothing and NaN come last either way."""
    there = [row for row in rows if row[column] is not None and row[column] == row[column]]
    there.sort(key=lambda row: row[column], reverse=descending)
    if descending:  # Python's reverse keeps equal ones in order too
        assert there[0][column] >= there[-1][column]
    gone = [row["row"] for row in rows if row[column] is None or row[column] != row[column]]
    expected = [row["row"] for row in there] + gone
    assert _numbers(path, sort=column, descending=descending) == (1_000, expected)


def test_values_for_json(path: Path) -> None:
    found = page(path, Query(columns=("value", "word", "when", "path"), limit=4))
    assert found["rows"][0][0] is None
    assert found["rows"][3][0] == "inf"
    assert found["rows"][1][2] == "1970-01-01T00:00:01.000Z"
    assert [row[3] for row in found["rows"]] == [[], ["a"], ["a", "b"], []]
    kinds = [each["type"] for each in found["columns"]]
    assert kinds == ["number", "text", "time", "list"]
    assert not any(isinstance(row[0], float) and math.isnan(row[0]) for row in found["rows"])


def test_columns_say_what_they_mean(small) -> None:
    found = page(small.folder / "contacts.parquet", Query(columns=("range_min_m",), limit=1))
    assert found["columns"] == [
        {
            "name": "range_min_m",
            "type": "number",
            "unit": "m",
            "meaning": "least within the contact",
        }
    ]


def test_too_many_rows_to_sort_are_refused(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tables, "SORTED_MAX", 999)
    with pytest.raises(ScenarioError, match="more than 999 rows of some"):
        page(path, Query(sort="row"))


def test_a_table_that_changed_is_read_again(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.parquet"
    pq.write_table(pa.table({"row": [3, 1, 2]}), copy)
    assert _numbers(copy, sort="row") == (3, [1, 2, 3])
    pq.write_table(pa.table({"row": [9, 8]}), copy)
    assert _numbers(copy, sort="row") == (2, [8, 9])
