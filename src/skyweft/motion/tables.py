"""Columns of a user's CSV file, with every error named by line and column.

Knows nothing of what the columns mean beyond a range of numbers; GeoJSON is read in
`geojson.py`.
"""

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.files import contents
from skyweft.fleet import Floats
from skyweft.motion.cells import Cells
from skyweft.motion.columns import STANDING, meant
from skyweft.motion.holding import BEGINNING, refuse_other
from skyweft.motion.splitting import Row, Splitter, rows_of, separator_of
from skyweft.motion.texts import Texts
from skyweft.protocols.records import Errors
from skyweft.world.clock import Integers

SIZE_MAX_BYTES = 100_000_000
NESTED_MAX_BYTES = 32_000_000  # of JSON and XML, which take more than ten times that to read
LINES_MAX = 1_300_000  # of a table: names of so many platforms fill half a gigabyte
LINE_MAX = 1_000_000  # bytes: a line of a square matrix of many thousand names
CHUNK_BYTES = 1 << 20
ERRORS_MAX = 20

LATITUDE = (-90.0, 90.0)
LONGITUDE = (-180.0, 360.0)
ALTITUDE = (-12_000.0, 100_000_000.0)  # deepest trench to beyond every shell
HEADED = b"# Timestamp"  # as AIS from Denmark begins
SPARE_SHOWN = 8  # names of unused columns in a warning


@dataclass(frozen=True, slots=True)
class Table:
    """Sound columns of one file: numbers by name, texts by name, and the line of each row."""

    numbers: Mapping[str, Floats]
    texts: Mapping[str, Texts]
    lines: Sequence[int]
    instants: Mapping[str, Integers] = field(default_factory=dict)  # TAI, nanoseconds since 1970
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)


def complain(path: Path, errors: Sequence[str]) -> None:
    """Raise what is wrong with one file, at most `ERRORS_MAX` lines of it."""
    if errors:
        more = len(errors) - ERRORS_MAX
        rest = [f"{path.name}: and {more:,} more"] if more > 0 else []
        raise ScenarioError("\n".join([*errors[:ERRORS_MAX], *rest]))


def read_bytes(path: Path, most_bytes: int = SIZE_MAX_BYTES) -> bytes:
    """Return a file's content; refuse what is too large or cannot be read."""
    return contents(path, most_bytes)


def read_text(path: Path, most_bytes: int = SIZE_MAX_BYTES) -> str:
    """Return a file's text; refuse what is no text in UTF-8."""
    data = read_bytes(path, most_bytes)
    _refuse_no_text(path, data)
    return data.decode("utf-8-sig")


def _refuse_no_text(path: Path, data: bytes) -> None:
    """Refuse what is no text in UTF-8, without ever holding all of it as text."""
    if b"\0" in data:
        raise ScenarioError(f"{path.name}: holds binary data, a text file in UTF-8 is needed")
    if data.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), CHUNK_BYTES):
        stop, held = start + CHUNK_BYTES, len(decoder.getstate()[0])
        try:
            decoder.decode(data[start:stop], final=stop >= len(data))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, start - held + error.start) + 1
            raise ScenarioError(
                f"{path.name}: line {line}: not UTF-8, save the file in that encoding"
            ) from error


def read_table(
    path: Path,
    needed: Mapping[str, tuple[float, float]],
    optional: Mapping[str, tuple[float, float]],
    texts: Sequence[str] = (),
    texts_optional: Sequence[str] = (),
    elsewhere: Sequence[str] = (),
    instants: Sequence[str] = (),
) -> Table:
    """Read a CSV file with a line of column names, separated by commas, semicolons or tabs.

    Empty lines and lines that begin with `#` are passed over. A column that is not asked for is
    named in a warning; one that looks like a column asked for that is not there is refused.
    Between semicolons and tabs a comma in a number is a decimal one.

    Parameters
    ----------
    path : Path
        At most 100 MB, UTF-8.
    needed, optional : mapping
        Numeric columns with the least and greatest value allowed.
    texts, texts_optional : sequence
        Columns of text; they may not be empty.
    elsewhere : sequence
        Columns that others read from this file.
    instants : sequence
        Columns of moments in UTC, ISO 8601; none is needed.

    Raises
    ------
    ScenarioError
        All errors of the file, each with line and column, at most 20 of them.
    """
    data = _sound(path)
    if data.startswith(HEADED):  # column names in the place of a comment
        data = data[2:]
    separator = separator_of(data)
    line, header = next(rows_of(path.name, data, separator), (0, []))
    columns = [name.strip().lower() for name in header]
    wanted = [*needed, *optional, *texts, *texts_optional, *instants]
    _check_header(path, columns, [*texts, *needed], wanted)
    place = {name: columns.index(name) for name in wanted if name in columns}
    cells = Cells(
        Errors(path.name),
        _lines_in(data),
        {name: place[name] for name in (*needed, *optional) if name in place},
        {name: place[name] for name in (*texts, *texts_optional) if name in place},
        {name: place[name] for name in instants if name in place},
        {**needed, **optional},
        pointed=separator == ",",
    )
    splitter = Splitter(path.name, data, separator, len(columns), [*place.values()])
    for block in splitter.blocks(line):
        cells.take(block)
    unused = spare(path, [name for name in columns if name not in {*wanted, *elsewhere}])
    return _table(path, cells, unused)


def _table(path: Path, cells: Cells, warnings: tuple[str, ...]) -> Table:
    """Return the columns that were read, or raise what is wrong with them."""
    if cells.mixed():
        warnings = (*warnings, f"{path.name}: commas in numbers are read as decimal commas")
    cells.errors.complain()
    if not cells.lines:
        raise ScenarioError(f"{path.name}: no rows below the column names")
    return Table(
        {name: number[: len(cells.lines)] for name, number in cells.numbers.items()},
        {name: Texts(text) for name, text in cells.texts.items()},
        cells.lines,
        {name: instant[: len(cells.lines)] for name, instant in cells.instants.items()},
        warnings,
    )


def read_rows(path: Path) -> tuple[Iterator[Row], str]:
    """Return line number and fields of every line that holds something, and what parts fields.

    The line of column names tells that: by a comma, unless semicolons or tabs make more of it.
    """
    data = _sound(path)
    separator = separator_of(data)
    return rows_of(path.name, data, separator), separator


def _sound(path: Path) -> bytes:
    """Return what a table's file holds; refuse what is no text, and too many or too long lines."""
    data = read_bytes(path)
    refuse_other(path.name, data[:BEGINNING], ("table",), "tables")
    _refuse_no_text(path, data)
    if (lines := _lines_in(data) - 1) > LINES_MAX:
        raise ScenarioError(f"{path.name}: {lines:,} lines, at most {LINES_MAX:,} are read")
    if (longest := _long_line(data)) > LINE_MAX:
        raise ScenarioError(
            f"{path.name}: a line of {longest:,} bytes, at most {LINE_MAX:,} are read"
        )
    return data


def _lines_in(data: bytes) -> int:
    """Return how many lines there are, one without an end after the last end among them."""
    lines = data.count(b"\n") + 1
    return lines + (data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else 0)


def _long_line(data: bytes) -> int:
    """Return the length of the first line longer than `LINE_MAX`, or 0; looks at few places."""
    start = 0
    while len(data) - start > LINE_MAX:
        stop = start + LINE_MAX + 1
        end = max(data.rfind(b"\n", start, stop), data.rfind(b"\r", start, stop))
        if end < 0:
            ends = (data.find(mark, stop) for mark in (b"\n", b"\r"))
            return min((end for end in ends if end >= 0), default=len(data)) - start
        start = end + 1
    return 0


def spare(path: Path, names: Iterable[str], what: str = "column") -> tuple[str, ...]:
    """Return the warning about columns (or keys) that nobody reads."""
    unused = [name for name in dict.fromkeys(names) if name.strip()]
    if not unused:
        return ()
    more = len(unused) - SPARE_SHOWN
    listed = ", ".join(name[:40] for name in unused[:SPARE_SHOWN])
    listed += f" and {more:,} more" if more > 0 else ""
    verb = f"the {what} {listed} is" if len(unused) == 1 else f"the {what}s {listed} are"
    return (f"{path.name}: {verb} not used",)


def _check_header(
    path: Path, columns: Sequence[str], needed: Sequence[str], wanted: Sequence[str]
) -> None:
    there = ", ".join(columns) if any(columns) else "none"
    if len(there) > 200:
        there = there[:200] + " ..."
    missing = [name for name in needed if name not in columns]
    errors = [
        f"{path.name}: the column {name} is missing; columns there: {there}" for name in missing
    ]
    errors += [
        f"{path.name}: the column {name} is there {columns.count(name)} times"
        for name in wanted
        if columns.count(name) > 1
    ]
    # Passed over like any spare column, a height under another name would become 0 m.
    absent = {*wanted} - {*columns} - ({"time_s"} if "time" in columns else set())
    errors += [
        f"{path.name}: the column {name[:40]} is not known: {STANDING[known]}"
        for name in dict.fromkeys(columns)
        if name not in wanted and (known := meant(name)) in absent and known is not None
    ]
    complain(path, errors)
