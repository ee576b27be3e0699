"""Columns of a user's CSV file, with every error named by line and column.

Knows nothing of what the columns mean beyond a range of numbers; GeoJSON is read in
`geojson.py`.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.files import contents
from skyweft.fleet import Floats
from skyweft.motion.columns import STANDING, meant
from skyweft.naming import normal, wrong_name

SIZE_MAX_BYTES = 100_000_000
NESTED_MAX_BYTES = 32_000_000  # of JSON and XML, which take more than ten times that to read
LINES_MAX = 1_500_000  # of a table: half a gigabyte while it is read
LINE_MAX = 1_000_000  # characters: a line of a square matrix of many thousand names
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
    texts: Mapping[str, Sequence[str]]
    lines: Sequence[int]
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
    if b"\0" in data:
        raise ScenarioError(f"{path.name}: holds binary data, a text file in UTF-8 is needed")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
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

    Raises
    ------
    ScenarioError
        All errors of the file, each with line and column, at most 20 of them.
    """
    rows, separator = read_rows(path)
    _, header = next(rows, (0, []))
    columns = [name.strip().lower() for name in header]
    wanted = [*needed, *optional, *texts, *texts_optional]
    _check_header(path, columns, [*texts, *needed], wanted)
    place = {name: columns.index(name) for name in wanted if name in columns}
    kept: list[list[str]] = []
    lines: list[int] = []
    errors: list[str] = []
    for line, row in rows:
        if len(row) == len(columns):
            kept.append(row)
            lines.append(line)
        else:
            errors.append(
                f"{path.name}: line {line}: {len(row)} fields, the first line has {len(columns)}"
            )
    if not kept and not errors:
        raise ScenarioError(f"{path.name}: no rows below the column names")
    warnings = spare(path, [name for name in columns if name not in {*wanted, *elsewhere}])
    cells = {name: [row[place[name]] for row in kept] for name in wanted if name in place}
    bounds = {name: each for name, each in {**needed, **optional}.items() if name in place}
    if separator != ",":
        warnings += _pointed(path, cells, [*bounds], lines, errors)
    numbers = {
        name: _numbers(path, name, cells[name], lines, *each, errors)
        for name, each in bounds.items()
    }
    words = {
        name: _texts(path, name, cells[name], lines, errors)
        for name in (*texts, *texts_optional)
        if name in place
    }
    complain(path, errors)
    return Table(numbers, words, lines, warnings)


def read_rows(path: Path) -> tuple[Iterator[tuple[int, list[str]]], str]:
    """Return line number and fields of every line that holds something, and what parts fields.

    The line of column names tells that: by a comma, unless semicolons or tabs make more of it.
    """
    text = read_text(path)
    if (lines := text.count("\n")) > LINES_MAX:
        raise ScenarioError(f"{path.name}: {lines:,} lines, at most {LINES_MAX:,} are read")
    spans = (each.span() for each in re.finditer(r"[^\r\n]+", text))
    if (longest := max((end - start for start, end in spans), default=0)) > LINE_MAX:
        raise ScenarioError(
            f"{path.name}: a line of {longest:,} characters, at most {LINE_MAX:,} are read"
        )
    names = next((each for each in _uncommented(io.StringIO(text)) if each.strip()), "")
    separator = max(SEPARATORS, key=names.count)
    return _rows(path, text, separator), separator


def _rows(path: Path, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_uncommented(io.StringIO(text, newline="")), delimiter=separator)
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise ScenarioError(f"{path.name}: line {reader.line_num}: {error}") from error


def _uncommented(lines: Iterable[str]) -> Iterator[str]:
    """Blank out comment lines: the reader's line numbers stay those of the file."""
    return ("\n" if line.startswith("#") else line for line in lines)


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


def _pointed(
    path: Path,
    cells: dict[str, list[str]],
    names: Sequence[str],
    lines: Sequence[int],
    errors: list[str],
) -> tuple[str, ...]:
    """Write decimal commas as points; refuse a file in which both stand in numbers."""
    first: dict[str, tuple[int, str]] = {}
    for name in names:
        for line, cell in zip(lines, cells[name], strict=True):
            for mark in ",.":
                if mark in cell:
                    first.setdefault(mark, (line, f"{name}: {cell.strip()[:40]!r}"))
    if "," not in first:
        return ()
    if "." in first:
        (line, cell), (other, pointed) = first[","], first["."]
        errors.append(
            f"{path.name}: line {line}: {cell} has a comma, line {other}: {pointed} a point: "
            "decimal commas or decimal points are needed throughout"
        )
    for name in names:
        cells[name] = [cell.replace(",", ".") for cell in cells[name]]
    return (f"{path.name}: commas in numbers are read as decimal commas",)


def _numbers(
    path: Path,
    name: str,
    cells: Sequence[str],
    lines: Sequence[int],
    least: float,
    most: float,
    errors: list[str],
) -> Floats:
    """Return a column of numbers; what is none, or outside its range, goes to `errors`."""
    try:
        values = np.array(cells, dtype=np.float64)
    except ValueError:
        values = np.array([number(cell) for cell in cells])
    wrong = np.flatnonzero(~((values >= least) & (values <= most)))
    errors += [
        f"{path.name}: line {lines[k]}: {name}: {cells[k].strip()[:40]!r} is not a number "
        f"from {least:g} to {most:g}"
        for k in wrong.tolist()
    ]
    return values


def number(cell: str) -> float:
    """Return the number that a text says; NaN where it says none."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _texts(
    path: Path, name: str, cells: Sequence[str], lines: Sequence[int], errors: list[str]
) -> Sequence[str]:
    stripped = [normal(cell.strip()) for cell in cells]
    errors += [
        f"{path.name}: line {line}: {name}: {wrong if cell else 'is empty, a text is needed'}"
        for line, cell in zip(lines, stripped, strict=True)
        if (wrong := wrong_name(cell))
    ]
    return stripped
