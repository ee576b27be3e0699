"""Arrow and Python's own reader of CSV give one table, or the same errors, of whatever file."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.motion import splitting, tables
from skyweft.protocols import records

NUMBERS = [
    "1",
    "-2.5",
    "+3",
    "3e1",
    "1E+1",
    "1e400",
    "91",
    ".5",
    "5.",
    "1_0",
    "0x1",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "1e-400",
    "-0",
    "007",
    "1f",
    "١٢",
    "1e",
    "x",
    ".",
]
ODD = [
    *(" 3e1 ", "\t4", "\u00a05", "1 0", "", " ", "0,5", "1.5", "1,5.0", "\u3000"),
    *('"7"', '"7', '7"', '""', '"8""9"', '" 6"', '"1,5"', '"1;5"', '"1\n2"'),
]
NAMES = [
    *("a", "b c", "Z\u0301ilina", "\u30ab\u3099", "山", "", " ", "\x07", "n" * 101, "\u5c71" * 100),
    *("#", "\u200d", "\u200b", "\ufeff", "\u2028", "\x1c", "\x85x", "\u00a0", "e\u0301" * 60),
    *('"q"', '"a,b"', '"a;b"', 'q"r', '"q""r"', '"', '"two\nlines"', "\U0001f6f0", "sep=;"),
]
TIMES = [
    *("2026-07-01T00:00:00Z", "2026-07-01T00:00:01Z", "2026-07-01 08:00+08:00", "20260701T120000Z"),
    *("2026-07-01T00:00:00.123456789Z", "2026-13-01T00:00:00Z", "2016-12-31T23:59:60Z", "x", ""),
    *("2026-07-01T00:00:0:Z", " 2026-07-01 ", '"2026-182"', "٢٠٢٦-07-01T00:00:00Z"),
]
CELLS = st.sampled_from(NUMBERS) | st.sampled_from([*NUMBERS, *ODD])
ROW = st.tuples(st.sampled_from(NAMES), st.sampled_from(TIMES), CELLS, CELLS)
SOUND = st.tuples(
    st.sampled_from(
        ["a", "b c", "Z\u0301ilina", "山", '"q"', '"a,b"', 'q"r', '"q""r"', " x ", "#"]
    ),
    st.sampled_from([*TIMES[:5], "2016-12-31T23:59:60Z", " 2026-07-01 ", '"2026-182"']),
    st.sampled_from(["1", "-2.5", "+3", "3e1", ".5", "5.", "1_0", "1e-400", "-0", "007", "١٢"]),
    st.sampled_from([" 3e1 ", "\t4", "\u00a05", '"7"', '7""', "8", "8.5"]),
)
OTHERS = [
    "\u00a0,\u3000",
    "\u2028;\x85;",
    "",
    " ",
    "# a comment",
    '# a "comment"',
    ",,,",
    ";;;",
    ' , ,"",',
    "1,2",
    "a;b;c;d;e",
    ",",
]
LINES = st.lists(SOUND | st.sampled_from(OTHERS[:6]), max_size=25) | st.lists(
    ROW | SOUND | st.sampled_from(OTHERS), max_size=25
)


def _read(path: Path) -> object:
    try:
        found = tables.read_table(
            path,
            {"latitude_deg": (-90, 90)},
            {"altitude_m": (-1e3, 1e9)},
            ("name",),
            (),
            (),
            ("time",),
        )
    except ScenarioError as error:
        return str(error).splitlines()
    numbers = {name: column.tobytes() for name, column in found.numbers.items()}
    texts = {name: list(column) for name, column in found.texts.items()}
    moments = {name: column.tolist() for name, column in found.instants.items()}
    return numbers, texts, moments, list(found.lines), found.warnings


@settings(
    deadline=None, max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=LINES,
    separator=st.sampled_from(",;\t"),
    ends=st.lists(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]), min_size=1, max_size=4),
    above=st.sampled_from(["", "\ufeff", "# x\n", "sep=;\n", "\n \n", ",,,\r\n", '# "\r\n']),
    trailing=st.booleans(),
    piece_bytes=st.sampled_from([1, 7, 40, 200, 1 << 20]),
)
@example([("a", TIMES[0], "nan(1)", "1")], ",", ["\n"], "", True, 7)
@example([("\ufeffa", TIMES[0], "1", "1")], ",", ["\n"], "", True, 7)
def test_both_readers_say_the_same(
    tmp_path: Path,
    lines: Sequence[str | tuple[str, ...]],
    separator: str,
    ends: Sequence[str],
    above: str,
    trailing: bool,
    piece_bytes: int,
) -> None:
    texts = [each if isinstance(each, str) else separator.join(each) for each in lines]
    texts.insert(0, above + separator.join(["name", "time", "latitude_deg", "altitude_m"]))
    whole = "".join(text + ends[k % len(ends)] for k, text in enumerate(texts))
    path = tmp_path / "t.csv"
    path.write_bytes((whole if trailing else whole.rstrip("\r\n")).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "ERRORS_SHOWN", 1_000)
        patch.setattr(splitting, "PIECE_BYTES", piece_bytes)
        found = _read(path)
        patch.setattr(splitting.Splitter, "_by_arrow", lambda *_: None)
        assert found == _read(path)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["a", '"a, b"', "山"])
def test_what_is_plain_goes_to_arrow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, ends: str
) -> None:
    path = tmp_path / "t.csv"
    rows = ["name,time,latitude_deg", f"{name},2026-07-01T00:00:00Z,1", "", "# x", f"{name},x,2"]
    path.write_bytes(ends.join(rows).encode())
    monkeypatch.setattr(splitting.Splitter, "_by_python", lambda *_: pytest.fail("by Python"))
    assert _read(path) == ["t.csv: line 5: time: 'x' is not a time like 2026-07-01T12:00:00Z"]
