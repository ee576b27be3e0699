"""Tables are read some rows at a time, and nothing of what they say depends on how many."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.motion import splitting, tables
from skyweft.protocols import records

CELLS = st.sampled_from(["1", "-2.5", " 3e1 ", "91", "x", "", "nan", "0,5"])
NAMES = st.sampled_from(["a", "b c", "Z\u0301ilina", "", "\x07", "n" * 101, "#"])
ROWS = st.lists(st.tuples(NAMES, CELLS, CELLS), max_size=30)


def _read(path: Path) -> object:
    try:
        found = tables.read_table(
            path, {"latitude_deg": (-90, 90)}, {"longitude_deg": (-180, 360)}, ("name",)
        )
    except ScenarioError as error:
        return str(error).splitlines()
    numbers = {name: column.tolist() for name, column in found.numbers.items()}
    texts = {name: list(column) for name, column in found.texts.items()}
    return numbers, texts, list(found.lines), found.warnings


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, separator=st.sampled_from(",;"), rows_at_once=st.integers(1, 7))
def test_chunks_change_nothing(
    tmp_path: Path, rows: list[tuple[str, str, str]], separator: str, rows_at_once: int
) -> None:
    lines = [separator.join(row) for row in [("name", "latitude_deg", "longitude_deg"), *rows]]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "ERRORS_SHOWN", 1_000)
        at_once = _read(path)
        patch.setattr(splitting, "CHUNK_ROWS", rows_at_once)
        patch.setattr(splitting, "PIECE_BYTES", rows_at_once)
        patch.setattr(tables, "CHUNK_BYTES", rows_at_once)
        assert _read(path) == at_once


@settings(deadline=None)
@given(lengths=st.lists(st.integers(0, 12), max_size=8), ends=st.sampled_from(["\n", "\r", "\r\n"]))
def test_the_first_long_line_is_found(lengths: list[int], ends: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "LINE_MAX", 5)
        found = tables._long_line(ends.join("x" * each for each in lengths).encode())
    assert found == next((each for each in lengths if each > 5), 0)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.text("ab\u00e9\U0001f6f0\n", max_size=40), step=st.integers(1, 9))
def test_a_byte_that_is_no_utf8_is_named_by_line(tmp_path: Path, before: str, step: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(before.encode() + b"\xff" + before.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "CHUNK_BYTES", step)
        with pytest.raises(ScenarioError, match=f"line {before.count(chr(10)) + 1}: not UTF-8"):
            tables.read_text(path)
    path.write_bytes(before.encode())
    assert tables.read_text(path) == path.read_bytes().decode()


def test_rows_are_kept_in_order(tmp_path: Path) -> None:
    count = 3 * splitting.CHUNK_ROWS + 1
    path = tmp_path / "t.csv"
    rows = "".join(f"n{k},{k % 90}\n" for k in range(count))
    path.write_text("name,latitude_deg\n" + rows)
    found = tables.read_table(path, {"latitude_deg": (-90, 90)}, {}, ("name",))
    assert list(found.texts["name"]) == [f"n{k}" for k in range(count)]
    np.testing.assert_array_equal(found.numbers["latitude_deg"], np.arange(count) % 90)
    assert list(found.lines) == list(range(2, count + 2))
