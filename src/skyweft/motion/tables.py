"""Columns of a user's CSV file, with every mistake named by line and column.

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
from skyweft.motion.product import Floats
from skyweft.naming import normal, wrong_name

SIZE_MAX_BYTES = 100_000_000
MISTAKES_MAX = 20

LATITUDE = (-90.0, 90.0)
LONGITUDE = (-180.0, 180.0)
ALTITUDE = (-12_000.0, 100_000_000.0)  # deepest trench to beyond every shell
OTHER_HEIGHT = re.compile(r"(alt|altitude|height)(_\w*)?")


@dataclass(frozen=True, slots=True)
class Table:
    """Sound columns of one file: numbers by name, texts by name, and the line of each row."""

    numbers: Mapping[str, Floats]
    texts: Mapping[str, Sequence[str]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)


def complain(path: Path, mistakes: Sequence[str]) -> None:
    """Raise what is wrong with one file, at most `MISTAKES_MAX` lines of it."""
    if mistakes:
        more = len(mistakes) - MISTAKES_MAX
        rest = [f"{path.name}: and {more:,} more"] if more > 0 else []
        raise ScenarioError("\n".join([*mistakes[:MISTAKES_MAX], *rest]))


def read_bytes(path: Path) -> bytes:
    """Return a file's content; refuse what is too large or cannot be read."""
    return contents(path, SIZE_MAX_BYTES)


def read_text(path: Path) -> str:
    """Return a file's text; refuse what is no text in UTF-8."""
    data = read_bytes(path)
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
) -> Table:
    """Read a CSV file with a line of column names.

    Empty lines and lines that begin with `#` are passed over; columns not asked for are ignored.

    Parameters
    ----------
    path : Path
        At most 100 MB, UTF-8.
    needed, optional : mapping
        Numeric columns with the least and greatest value allowed.
    texts, texts_optional : sequence
        Columns of text; they may not be empty.

    Raises
    ------
    ScenarioError
        All mistakes of the file, each with line and column, at most 20 of them.
    """
    rows = _rows(path)
    _, header = next(rows, (0, []))
    columns = [name.strip().lower() for name in header]
    wanted = [*needed, *optional, *texts, *texts_optional]
    _check_header(path, columns, [*texts, *needed], wanted)
    place = {name: columns.index(name) for name in wanted if name in columns}
    kept: list[list[str]] = []
    lines: list[int] = []
    mistakes: list[str] = []
    for line, row in rows:
        if len(row) == len(columns):
            kept.append(row)
            lines.append(line)
        else:
            mistakes.append(
                f"{path.name}: line {line}: {len(row)} fields, the first line has {len(columns)}"
            )
    if not kept and not mistakes:
        raise ScenarioError(f"{path.name}: no rows below the column names")
    numbers = {}
    for name, (least, most) in {**needed, **optional}.items():
        if name in place:
            cells = [row[place[name]] for row in kept]
            numbers[name] = _numbers(path, name, cells, lines, least, most, mistakes)
    words = {
        name: _texts(path, name, [row[place[name]] for row in kept], lines, mistakes)
        for name in (*texts, *texts_optional)
        if name in place
    }
    complain(path, mistakes)
    return Table(numbers, words, lines)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of every line that holds something."""
    reader = csv.reader(_uncommented(io.StringIO(read_text(path), newline="")))
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise ScenarioError(f"{path.name}: line {reader.line_num}: {error}") from error


def _uncommented(lines: Iterable[str]) -> Iterator[str]:
    """Blank out comment lines: the reader's line numbers stay those of the file."""
    return ("\n" if line.startswith("#") else line for line in lines)


def _check_header(
    path: Path, columns: Sequence[str], needed: Sequence[str], wanted: Sequence[str]
) -> None:
    there = ", ".join(columns) if any(columns) else "none"
    if len(there) > 200:
        there = there[:200] + " ..."
    mistakes = [
        f"{path.name}: the column {name} is missing; columns there: {there}"
        for name in needed
        if name not in columns
    ]
    mistakes += [
        f"{path.name}: the column {name} is there {columns.count(name)} times"
        for name in wanted
        if columns.count(name) > 1
    ]
    # Passed over like any spare column, a height under another name would become 0 m.
    mistakes += [
        f"{path.name}: the column {name} is not known: heights stand in altitude_m, in metres"
        for name in columns
        if OTHER_HEIGHT.fullmatch(name) and "altitude_m" in {*wanted} - {*columns}
    ]
    if mistakes and len(columns) == 1 and (found := {";", "\t"} & set(columns[0])):
        mistakes = [f"{path.name}: fields are separated by {found.pop()!r}; commas are needed"]
    complain(path, mistakes)


def _numbers(
    path: Path,
    name: str,
    cells: Sequence[str],
    lines: Sequence[int],
    least: float,
    most: float,
    mistakes: list[str],
) -> Floats:
    """Return a column of numbers; what is none, or outside its range, goes to `mistakes`."""
    try:
        values = np.array(cells, dtype=np.float64)
    except ValueError:
        values = np.array([_number(cell) for cell in cells])
    wrong = np.flatnonzero(~((values >= least) & (values <= most)))
    mistakes += [
        f"{path.name}: line {lines[k]}: {name}: {cells[k].strip()[:40]!r} is not a number "
        f"from {least:g} to {most:g}"
        for k in wrong.tolist()
    ]
    return values


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _texts(
    path: Path, name: str, cells: Sequence[str], lines: Sequence[int], mistakes: list[str]
) -> Sequence[str]:
    stripped = [normal(cell.strip()) for cell in cells]
    mistakes += [
        f"{path.name}: line {line}: {name}: {wrong if cell else 'is empty, a text is needed'}"
        for line, cell in zip(lines, stripped, strict=True)
        if (wrong := wrong_name(cell))
    ]
    return stripped
