"""Lines of a table split into fields: by Arrow where that is plain, else by Python's own reader.

Plain is a piece of a file whose quotation marks, if any, are around whole fields without another
mark or a line's end in them. There both say the same; `csv` is slower tenfold and decides the
rest. Knows nothing of what columns mean.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow

from skyweft.errors import ScenarioError
from skyweft.motion.texts import held

PIECE_BYTES = 1 << 20  # that are split at once
CHUNK_ROWS = 500  # that Python holds at once: few enough to die young in the garbage collector
WRONG_MAX = 1_000  # rows of one piece that are told: after so many, nobody reads on
SEPARATORS = ",;\t"

_LINE, _MARK, _COMMENT = b'\n"#'
# What a line of nothing but blanks and separators may begin with: of characters beyond ASCII the
# first byte.
_MAYBE_BLANK = np.zeros(256, bool)
_MAYBE_BLANK[[*b'\t\n\v\f\r\x1c\x1d\x1e\x1f ,;"', 0xC2, 0xE1, 0xE2, 0xE3]] = True

Row = tuple[int, list[str]]
"""Number of a row's last line, and its fields."""
Positions = NDArray[np.int64]


class Block(NamedTuple):
    """Some rows as wide as the first line, and what is wrong with others between them."""

    lines: Positions  # (R,) number of each row's last line
    cells: Mapping[int, pa.Array]  # (R,) texts by column
    wrong: Sequence[tuple[int, str]]  # lines and words, in order


def lines_of(data: bytes, encoding: str = "utf-8-sig") -> Iterable[str]:
    """Return the lines of a file with their ends, as text only while they are looked at."""
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def separator_of(data: bytes) -> str:
    """Return what parts fields: a comma, unless semicolons or tabs make more of the first line."""
    names = next((line for line in _uncommented(lines_of(data)) if line.strip()), "")
    return max(SEPARATORS, key=names.count)


def rows_of(file_name: str, data: bytes, separator: str, before: int = 0) -> Iterator[Row]:
    """Yield every row that holds something, by Python's own reader; `before` lines are above."""
    lines = lines_of(data, "utf-8" if before else "utf-8-sig")
    reader = csv.reader(_uncommented(lines, first=not before), delimiter=separator)
    try:
        for row in reader:
            if _holds_something(row):
                yield before + reader.line_num, row
    except csv.Error as error:
        line = before + reader.line_num
        raise ScenarioError(f"{file_name}: line {line}: {error}") from error


def _holds_something(row: Sequence[str]) -> bool:
    return bool(row and row[0].strip()) or any(map(str.strip, row))


def _uncommented(lines: Iterable[str], first: bool = True) -> Iterator[str]:
    """Blank out comment lines: the reader's line numbers stay those of the file.

    So is the line `sep=;` that spreadsheets put first; the line of column names tells the same.
    """
    for line in lines:
        passed = line.startswith("#") or (first and line.lower().startswith("sep="))
        yield "\n" if passed else line
        first = False


@dataclass(frozen=True, slots=True)
class Splitter:
    """The rows below the line of column names, the fields of some columns."""

    file_name: str
    data: bytes
    separator: str
    width: int  # of the line of column names
    columns: Sequence[int]  # that are wanted

    def blocks(self, header_line: int) -> Iterator[Block]:
        """Yield the rows after a line in blocks, in the order of the file."""
        start, line = _after(self.data, header_line), header_line
        if start is None:
            rows = rows_of(self.file_name, self.data, self.separator)
            next(rows, None)
            yield from self._by_python(rows)
            return
        while start < len(self.data):
            stop = _cut(self.data, start)
            piece = self.data[start:stop].replace(b"\r\n", b"\n")
            piece += b"\n" * (not piece.endswith(b"\n"))
            block = self._by_arrow(piece, line)
            if block is None:
                rows = rows_of(self.file_name, self.data[start:], self.separator, line)
                yield from self._by_python(rows)
                return
            yield block
            start, line = stop, line + piece.count(b"\n")

    def _by_python(self, rows: Iterator[Row]) -> Iterator[Block]:
        while chunk := list(islice(rows, CHUNK_ROWS)):
            wrong = [(line, self._words(len(row))) for line, row in chunk if len(row) != self.width]
            if wrong:
                chunk = [part for part in chunk if len(part[1]) == self.width]
            yield Block(
                np.array([line for line, _ in chunk], np.int64),
                {k: held([row[k] for _, row in chunk]) for k in self.columns},
                wrong,
            )

    def _by_arrow(self, piece: bytes, before: int) -> Block | None:
        """Split whole lines, none of them longer than a field may be; None if not plain."""
        shape = _shape(piece, self.separator)
        if shape is None:
            return None
        starts, ends, fields = shape
        shown = np.frombuffer(piece, np.uint8)
        first = shown[starts]
        lines = before + 1 + np.arange(len(starts))
        kept = first != _COMMENT
        for k in np.flatnonzero(_MAYBE_BLANK[first]).tolist():
            text = piece[starts[k] : ends[k]].decode()
            row = next(csv.reader([text], delimiter=self.separator), [])
            kept[k] = _holds_something(row)
        misfit = np.flatnonzero(kept & (fields != self.width))[:WRONG_MAX].tolist()
        wrong = [(int(lines[k]), self._words(fields[k])) for k in misfit]
        kept &= fields == self.width
        if not kept.all():
            piece = shown[np.repeat(kept, ends - starts + 1)].tobytes()
        return Block(lines[kept], self._fields(piece), wrong)

    def _fields(self, piece: bytes) -> Mapping[int, pa.Array]:
        """Return the wanted columns of lines that are all plain and of one width."""
        if not piece:
            return {k: held([]) for k in self.columns}
        names = [str(k) for k in range(self.width)]
        wanted = [str(k) for k in self.columns]
        table = arrow.read_csv(
            pa.BufferReader(piece),
            arrow.ReadOptions(use_threads=False, block_size=len(piece) + 1, column_names=names),
            arrow.ParseOptions(
                delimiter=self.separator, quote_char='"' if _MARK in piece else False
            ),
            arrow.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
        return {k: table[str(k)].combine_chunks() for k in self.columns}

    def _words(self, fields: int) -> str:
        return f"{fields} fields, the first line has {self.width}"


def _after(data: bytes, lines: int) -> int | None:
    """Return where so many lines end; None where one ends as on the first Macintosh."""
    stop = 0
    for _ in range(lines):
        stop = data.find(b"\n", stop) + 1
        if not stop:
            return None if b"\r" in data else len(data)
    above = data[:stop]
    return None if above.count(b"\r") != above.count(b"\r\n") else stop


def _cut(data: bytes, start: int) -> int:
    """Return the end of the last line that ends within a piece, at least of one line."""
    stop = data.rfind(b"\n", start, start + PIECE_BYTES) + 1
    stop = stop or data.find(b"\n", start) + 1
    return stop or len(data)


def _shape(piece: bytes, separator: str) -> tuple[Positions, Positions, Positions] | None:
    """Return where lines start and end and how many fields each has; None if not plain."""
    shown = np.frombuffer(piece, np.uint8)
    ends = np.flatnonzero(shown == _LINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    # Arrow would take the mark at the beginning of a piece for that of a file.
    if b"\r" in piece or piece.startswith(b"\xef\xbb\xbf"):
        return None
    if (ends - starts).max() > csv.field_size_limit():
        return None
    parted = np.flatnonzero(shown == ord(separator))
    if _MARK in piece:
        marks = np.flatnonzero(shown == _MARK)
        if not _around_fields(shown, marks, ends, separator):
            return None
        parted = parted[np.searchsorted(marks, parted) % 2 == 0]
    return starts, ends, np.diff(np.searchsorted(parted, ends), prepend=0) + 1


def _around_fields(
    shown: NDArray[np.uint8], marks: Positions, ends: Positions, separator: str
) -> bool:
    """Tell whether quotation marks come in pairs, each around one whole field of one line."""
    opened, closed = marks[0::2], marks[1::2]
    if len(opened) != len(closed):
        return False
    edges = [_LINE, ord(separator)]
    before = np.where(opened == 0, np.uint8(_LINE), shown[opened - 1])
    return bool(
        np.isin(before, edges).all()
        and np.isin(shown[closed + 1], edges).all()
        and np.array_equal(np.searchsorted(ends, opened), np.searchsorted(ends, closed))
    )
