"""Pages of tables against plain Python on the whole table."""

import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.console import tables
from skyweft.console.tables import Condition, Query, page
from skyweft.contacts.arrow import utc_ms
from skyweft.errors import ScenarioError
from skyweft.results import Run
from skyweft.world.clock import Clock

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
def rows(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist()


def _numbers(path: Path, **query: Any) -> tuple[int, list[int]]:
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
        ("when:ge:1970-01-01T00:01", lambda row: row["row"] >= 60),
        ("when:ge:1970-01-01 08:01:00.5+08:00", lambda row: row["row"] > 60),
        ("when:lt:1970-001T00:05:00Z", lambda row: row["row"] < 300),
        ("path:eq:b", lambda row: "b" in row["path"]),
    ],
)
def test_filters(path: Path, rows: list[dict[str, Any]], where: str, wanted: Any) -> None:
    expected = [row["row"] for row in rows if wanted(row)]
    assert 0 < len(expected) < 1_000
    assert _numbers(path, where=(Condition.read(where),)) == (len(expected), expected)


def test_row_groups_that_cannot_match_are_not_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    whole = pq.ParquetFile.read_row_group

    def watched(file: Any, number: Any, **words: Any) -> Any:
        read.append(number)
        return whole(file, number, **words)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", watched)
    for where, groups in (("row:eq:650", {2}), ("row:ge:600", {2, 3}), ("row:lt:300", {0})):
        read.clear()
        _numbers(path, where=(Condition.read(where),))
        assert set(read) == groups


def test_filters_together(path: Path, rows: list[dict[str, Any]]) -> None:
    where = tuple(map(Condition.read, ("value:gt:3", "yes:eq:0")))
    expected = [row["row"] for row in rows if row["value"] > 3 and not row["yes"]]
    assert _numbers(path, where=where) == (len(expected), expected)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["value", "word", "plain", "yes", "when"])
def test_sorting(path: Path, rows: list[dict[str, Any]], column: str, descending: bool) -> None:
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


def test_columns_say_what_they_mean(small: Run) -> None:
    found = page(small.folder / "contacts.parquet", Query(columns=("range_min_m",), limit=1))
    assert found["columns"] == [
        {
            "name": "range_min_m",
            "type": "number",
            "unit": "m",
            "meaning": "least within the contact",
        }
    ]


def test_too_many_rows_to_sort_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SORTED_MAX", 999)
    with pytest.raises(ScenarioError, match="more than 999 rows of some"):
        page(path, Query(sort="row"))


def test_a_table_that_changed_is_read_again(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.parquet"
    pq.write_table(pa.table({"row": [3, 1, 2]}), copy)
    assert _numbers(copy, sort="row") == (3, [1, 2, 3])
    pq.write_table(pa.table({"row": [9, 8]}), copy)
    assert _numbers(copy, sort="row") == (2, [8, 9])


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (["when:lt:1970-01-01T00:00:60Z"], "has a second 60 where UTC has no leap second"),
        (["when:lt:1970-02-30"], "is no day of the calendar"),
        (["when:lt:soon\x07"], "'soon\\x07' is no value of when: it is not a time like"),
        (["when:lt:9999-01-01"], "is not in the years 1900 to 2200"),
        (["value:lt:nan"], "'nan' is no value of value"),
        (["row:ge:20", "row:lt:10"], "no row is at least 20 and below 10"),
        (["row:lt:10", "row:gt:10"], "no row is above 10 and below 10"),
        (["value:le:inf", "value:gt:inf"], "no value is above inf and at most inf"),
        (
            ["when:ge:1970-01-01T00:05Z", "word:has:a", "when:le:1970-01-01T04:00+08:00"],
            "no when is at least 1970-01-01T00:05Z and at most 1970-01-01T04:00",
        ),
    ],
)
def test_what_no_row_can_satisfy_is_said(path: Path, where: list[str], said: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(said)):
        page(path, Query(where=tuple(map(Condition.read, where))))


def _posix_s(time_s: float) -> float:
    """Return seconds before or after 2017 as POSIX counts them, from 23:59:55 on: 60 is 0 again."""
    return time_s - (5 if time_s < 6 else 6)


@given(low=st.integers(0, 11), high=st.integers(0, 11), end=st.sampled_from(["", "Z", "+00:00"]))
def test_moments_around_a_leap_second(
    tmp_path_factory: pytest.TempPathFactory, low: int, high: int, end: str
) -> None:
    """Bounds written as UTC, 23:59:60 among them, keep the rows that lie between them."""
    clock = Clock.at(datetime(2016, 12, 31, 23, 59, 55, tzinfo=UTC))
    time_s = np.arange(0.0, 12.0, 0.5)
    when = pa.array(utc_ms(clock, time_s)).cast(pa.timestamp("ms", tz="UTC"))
    path = tmp_path_factory.getbasetemp() / "leap.parquet"
    pq.write_table(pa.table({"row": np.arange(len(time_s)), "when": when}), path)
    low, high = sorted((low, high))
    words = [clock.utc([each])[0].removesuffix("Z") + end for each in (low, high)]
    asked = (f"when:ge:{words[0]}", f"when:le:{words[1]}")
    _, found = _numbers(path, where=tuple(map(Condition.read, asked)))
    within = [
        row for row, each in enumerate(time_s) if _posix_s(low) <= _posix_s(each) <= _posix_s(high)
    ]
    assert found == within
