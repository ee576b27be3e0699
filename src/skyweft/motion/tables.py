"""Columns of a user's CSV file, with every error named by line and column.

Knows nothing of what the columns mean beyond a range of numbers; GeoJSON is read in
`geojson.py`.
"""

import codecs
import csv
import io
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from skyweft.errors import ScenarioError
from skyweft.files import contents
from skyweft.fleet import Floats
from skyweft.motion.columns import STANDING, meant
from skyweft.motion.texts import Texts
from skyweft.naming import NAME_MAX, normal, wrong_name
from skyweft.protocols.records import Errors
from skyweft.world.clock import Integers, tai_ns_from_text, tai_ns_from_texts

SIZE_MAX_BYTES = 100_000_000
NESTED_MAX_BYTES = 32_000_000  # of JSON and XML, which take more than ten times that to read
LINES_MAX = 1_300_000  # of a table: half a gigabyte while it is read
LINE_MAX = 1_000_000  # bytes: a line of a square matrix of many thousand names
CHUNK_ROWS = 500  # that are held at once: few enough to die young in the garbage collector
CHUNK_BYTES = 1 << 20
ERRORS_MAX = 20

LATITUDE = (-90.0, 90.0)
LONGITUDE = (-180.0, 360.0)
ALTITUDE = (-12_000.0, 100_000_000.0)  # deepest trench to beyond every shell
SPARE_SHOWN = 8  # names of unused columns in a warning
SEPARATORS = ",;\t"


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
    rows, separator = read_rows(path)
    _, header = next(rows, (0, []))
    columns = [name.strip().lower() for name in header]
    wanted = [*needed, *optional, *texts, *texts_optional, *instants]
    _check_header(path, columns, [*texts, *needed], wanted)
    place = {name: columns.index(name) for name in wanted if name in columns}
    reading = _Reading(
        path.name,
        len(columns),
        {name: place[name] for name in (*texts, *texts_optional) if name in place},
        {name: place[name] for name in (*needed, *optional) if name in place},
        {name: place[name] for name in instants if name in place},
        {**needed, **optional},
        pointed=separator == ",",
    )
    while chunk := list(islice(rows, CHUNK_ROWS)):
        reading.take(chunk)
    warnings = spare(path, [name for name in columns if name not in {*wanted, *elsewhere}])
    return reading.finish(warnings)


@dataclass(slots=True)
class _Reading:
    """Columns as far as they are read, some rows at a time."""

    file_name: str
    width: int
    texts_at: Mapping[str, int]
    numbers_at: Mapping[str, int]
    instants_at: Mapping[str, int]
    bounds: Mapping[str, tuple[float, float]]
    pointed: bool  # a comma in a number is none
    errors: Errors = field(init=False)
    lines: "array[int]" = field(default_factory=lambda: array("I"))
    texts: dict[str, list[pa.Array]] = field(default_factory=dict)
    numbers: dict[str, list[Floats]] = field(default_factory=dict)
    instants: dict[str, list[Integers]] = field(default_factory=dict)
    marks: dict[str, tuple[int, str]] = field(default_factory=dict)  # where each is in a number

    def __post_init__(self) -> None:
        self.errors = Errors(self.file_name)
        self.texts = {name: [] for name in self.texts_at}
        self.numbers = {name: [] for name in self.numbers_at}
        self.instants = {name: [] for name in self.instants_at}

    def take(self, chunk: Sequence[tuple[int, list[str]]]) -> None:
        """Read some rows; a file with a thousand errors is given up here."""
        lines, rows = zip(*chunk, strict=True)
        if set(map(len, rows)) != {self.width}:
            for line, row in chunk:
                if len(row) != self.width:
                    words = f"{len(row)} fields, the first line has {self.width}"
                    self.errors.add(f"line {line}", words)
            kept = [k for k, row in enumerate(rows) if len(row) == self.width]
            lines, rows = tuple(lines[k] for k in kept), tuple(rows[k] for k in kept)
        self.lines.extend(lines)
        for name, k in self.numbers_at.items():
            cells = [row[k] for row in rows]
            if not self.pointed:
                cells = self._pointed(name, lines, cells)
            self.numbers[name].append(self._numbers(name, lines, cells))
        for name, k in self.texts_at.items():
            cells = self._texts(name, lines, [row[k] for row in rows])
            self.texts[name].append(pa.array(cells, pa.string()))
        for name, k in self.instants_at.items():
            self.instants[name].append(self._instants(name, lines, [row[k] for row in rows]))

    def finish(self, warnings: tuple[str, ...]) -> Table:
        """Return the table, or raise what is wrong with it."""
        if len(self.marks) > 1:
            (line, cell), (other, pointed) = self.marks[","], self.marks["."]
            self.errors.add(
                f"line {line}",
                f"{cell} has a comma, line {other}: {pointed} a point: decimal commas or decimal "
                "points are needed throughout",
            )
        elif "," in self.marks:
            said = f"{self.file_name}: commas in numbers are read as decimal commas"
            warnings = (*warnings, said)
        self.errors.complain()
        if not self.lines:
            raise ScenarioError(f"{self.file_name}: no rows below the column names")
        return Table(
            {name: np.concatenate(each) for name, each in self.numbers.items()},
            {name: Texts(each) for name, each in self.texts.items()},
            self.lines,
            {name: np.concatenate(each) for name, each in self.instants.items()},
            warnings,
        )

    def _pointed(self, name: str, lines: Sequence[int], cells: list[str]) -> list[str]:
        """Write decimal commas as points; note where either stands in a number."""
        together = " ".join(cells)
        for mark in ",.":
            if mark in together and (mark not in self.marks or self.marks[mark][0] > lines[0]):
                k = next(k for k, cell in enumerate(cells) if mark in cell)
                here = (lines[k], f"{name}: {cells[k].strip()[:40]!r}")
                self.marks[mark] = min(self.marks.get(mark, here), here, key=lambda each: each[0])
        return [cell.replace(",", ".") for cell in cells] if "," in together else cells

    def _numbers(self, name: str, lines: Sequence[int], cells: Sequence[str]) -> Floats:
        try:
            values = np.fromiter(map(float, cells), np.float64, len(cells))
        except ValueError:
            values = np.array([number(cell) for cell in cells])
        least, most = self.bounds[name]
        for k in np.flatnonzero(~((values >= least) & (values <= most))).tolist():
            shown = repr(cells[k].strip()[:40])
            words = f"{name}: {shown} is not a number from {least:g} to {most:g}"
            self.errors.add(f"line {lines[k]}", words)
        return values

    def _instants(self, name: str, lines: Sequence[int], cells: Sequence[str]) -> Integers:
        try:
            return tai_ns_from_texts(cells)
        except ValueError:
            found = np.zeros(len(cells), np.int64)
        for k, cell in enumerate(cells):
            try:
                found[k] = tai_ns_from_text(cell)
            except ValueError as error:
                self.errors.add(f"line {lines[k]}", f"{name}: {cell.strip()[:40]!r} {error}")
        return found

    def _texts(self, name: str, lines: Sequence[int], cells: Sequence[str]) -> list[str]:
        stripped = [cell.strip() for cell in cells]
        together = "".join(stripped)
        if not (
            together.isascii()
            and together.isprintable()
            and all(stripped)
            and max(map(len, stripped), default=0) <= NAME_MAX
        ):
            stripped = [normal(cell) for cell in stripped]
            for line, cell in zip(lines, stripped, strict=True):
                if wrong := wrong_name(cell):
                    words = f"{name}: {wrong if cell else 'is empty, a text is needed'}"
                    self.errors.add(f"line {line}", words)
        return stripped


def read_rows(path: Path) -> tuple[Iterator[tuple[int, list[str]]], str]:
    """Return line number and fields of every line that holds something, and what parts fields.

    The line of column names tells that: by a comma, unless semicolons or tabs make more of it.
    """
    data = read_bytes(path)
    _refuse_no_text(path, data)
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    if lines > LINES_MAX:
        raise ScenarioError(f"{path.name}: {lines:,} lines, at most {LINES_MAX:,} are read")
    if (longest := _long_line(data)) > LINE_MAX:
        raise ScenarioError(
            f"{path.name}: a line of {longest:,} bytes, at most {LINE_MAX:,} are read"
        )
    names = next((each for each in _uncommented(_lines(data)) if each.strip()), "")
    separator = max(SEPARATORS, key=names.count)
    return _rows(path, data, separator), separator


def _lines(data: bytes) -> Iterable[str]:
    """Return the lines of a file with their ends, as text only while they are looked at."""
    return io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")


def _long_line(data: bytes) -> int:
    """Return the length of the first line longer than `LINE_MAX`, or 0; looks at few places."""
    start = 0
    while len(data) - start > LINE_MAX:
        stop = start + LINE_MAX + 1
        end = max(data.rfind(b"\n", start, stop), data.rfind(b"\r", start, stop))
        if end < 0:
            ends = (data.find(each, stop) for each in (b"\n", b"\r"))
            return min((each for each in ends if each >= 0), default=len(data)) - start
        start = end + 1
    return 0


def _rows(path: Path, data: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_uncommented(_lines(data)), delimiter=separator)
    try:
        for row in reader:
            if (row and row[0].strip()) or any(map(str.strip, row)):
                yield reader.line_num, row
    except csv.Error as error:
        raise ScenarioError(f"{path.name}: line {reader.line_num}: {error}") from error


def _uncommented(lines: Iterable[str]) -> Iterator[str]:
    """Blank out comment lines: the reader's line numbers stay those of the file.

    So is the line `sep=;` that spreadsheets put first; the line of column names tells the same.
    """
    every = iter(lines)
    first = next(every, "")
    yield "\n" if first.startswith("#") or first.lower().startswith("sep=") else first
    for line in every:
        yield "\n" if line.startswith("#") else line


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


def number(cell: str) -> float:
    """Return the number that a text says; NaN where it says none."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")
