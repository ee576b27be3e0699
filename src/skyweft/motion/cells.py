"""Cells of a user's table made numbers, moments and names, a block of rows at once.

A block is worked on whole, and cell by cell only where something in it is not plain: what is wrong
is said of the same cells in the same words.
"""

import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.fleet import Floats
from skyweft.motion.splitting import WRONG_MAX, Block
from skyweft.motion.texts import bytes_in, bytes_of, held, shared
from skyweft.naming import NAME_MAX, normal, wrong_name
from skyweft.protocols.records import Errors
from skyweft.world.clock import Integers, tai_ns_from_letters, tai_ns_from_text, tai_ns_from_texts

TIMES_AT_ONCE = 4_000

Wrong = list[tuple[int, str]]
"""Rows of a block that are wrong, in words."""


@dataclass(slots=True)
class Cells:
    """Columns as far as they are read; of each, where it stands in a row."""

    errors: Errors
    rows_max: int
    numbers_at: Mapping[str, int]
    texts_at: Mapping[str, int]
    instants_at: Mapping[str, int]
    bounds: Mapping[str, tuple[float, float]]  # of numbers
    pointed: bool  # a comma in a number is none
    lines: "array[int]" = field(default_factory=lambda: array("I"))
    numbers: dict[str, Floats] = field(init=False)
    texts: dict[str, list[pa.Array]] = field(init=False)
    instants: dict[str, Integers] = field(init=False)
    marks: dict[str, tuple[int, str]] = field(default_factory=dict)  # where each is in a number

    def __post_init__(self) -> None:
        # At once, not joined from parts, which would take twice as much.
        self.numbers = {name: np.empty(self.rows_max) for name in self.numbers_at}
        self.texts = {name: [] for name in self.texts_at}
        self.instants = {name: np.empty(self.rows_max, np.int64) for name in self.instants_at}

    def take(self, block: Block) -> None:
        """Read some rows; a file with a thousand errors is given up here."""
        wrong = [*block.wrong]
        for name, found in self._columns(block):
            wrong += [(int(block.lines[row]), f"{name}: {words}") for row, words in found]
        self.lines.frombytes(block.lines.astype(np.uint32).tobytes())
        for line, words in sorted(wrong, key=lambda each: each[0]):
            self.errors.add(f"line {line}", words)

    def _columns(self, block: Block) -> Iterator[tuple[str, Wrong]]:
        here = slice(len(self.lines), len(self.lines) + len(block.lines))
        for name, k in self.numbers_at.items():
            cells = self._marked(name, block, k)
            self.numbers[name][here], wrong = numbers(cells, self.bounds[name])
            yield name, wrong
        for name, k in self.texts_at.items():
            cells, wrong = names(block.cells[k])
            self.texts[name].append(cells)
            yield name, wrong
        for name, k in self.instants_at.items():
            self.instants[name][here], wrong = instants(block.cells[k])
            yield name, wrong

    def _marked(self, name: str, block: Block, column: int) -> pa.Array:
        """Return numbers with points for decimal commas; note where either first stands."""
        cells = block.cells[column]
        if self.pointed or not len(cells):
            return cells
        for mark in ",.":
            if mark in self.marks and self.marks[mark][0] <= block.lines[0]:
                continue
            row = pc.index(pc.match_substring(cells, mark), True).as_py()
            if row >= 0:
                here = (int(block.lines[row]), f"{name}: {cells[row].as_py().strip()[:40]!r}")
                self.marks[mark] = min(self.marks.get(mark, here), here, key=lambda each: each[0])
        return pc.replace_substring(cells, ",", ".") if "," in self.marks else cells

    def mixed(self) -> bool:
        """Tell whether numbers have decimal commas; points beside them are an error."""
        if len(self.marks) > 1:
            (line, cell), (other, pointed) = self.marks[","], self.marks["."]
            self.errors.add(
                f"line {line}",
                f"{cell} has a comma, line {other}: {pointed} a point: decimal commas or decimal "
                "points are needed throughout",
            )
        return "," in self.marks


def number(cell: str) -> float:
    """Return the number that a text says; NaN where it says none."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def numbers(cells: pa.Array, bounds: tuple[float, float]) -> tuple[Floats, Wrong]:
    """Return the numbers that cells, (R,), say, and which are none within bounds."""
    try:  # Arrow reads no number otherwise than Python, but only the plainest
        values: Floats = shared(pc.cast(pc.ascii_trim_whitespace(cells), pa.float64()))
    except pa.ArrowInvalid:
        values = np.array([number(text) for text in cells.to_pylist()])
    least, most = bounds
    outside = np.flatnonzero(~((values >= least) & (values <= most)))[:WRONG_MAX].tolist()
    return values, [
        (row, f"{_shown(cells, row)} is not a number from {least:g} to {most:g}") for row in outside
    ]


def _shown(cells: pa.Array, row: int) -> str:
    return repr(cells[row].as_py().strip()[:40])


def instants(cells: pa.Array) -> tuple[Integers, Wrong]:
    """Return moments in TAI [ns since 1970] of cells, (R,), in UTC, and which are none."""
    lengths = bytes_of(cells)
    if len(cells) and lengths.min() == lengths.max() > 0:
        plain = tai_ns_from_letters(bytes_in(cells).reshape(len(cells), -1))
        if plain is not None:
            return plain, []
    found = np.zeros(len(cells), np.int64)
    wrong: Wrong = []
    texts = cells.to_pylist()
    for start in range(0, len(texts), TIMES_AT_ONCE):
        part = texts[start : start + TIMES_AT_ONCE]
        try:
            found[start : start + len(part)] = tai_ns_from_texts(part)
        except ValueError:
            wrong += _wrong_instants(part, start)
    return found, wrong[:WRONG_MAX]


def _wrong_instants(texts: Sequence[str], start: int) -> Iterator[tuple[int, str]]:
    for row, text in enumerate(texts, start):
        try:
            tai_ns_from_text(text)
        except ValueError as error:
            yield row, f"{text.strip()[:40]!r} {error}"


def names(cells: pa.Array) -> tuple[pa.Array, Wrong]:
    """Return cells, (R,), as names are kept, and what is wrong with them."""
    trimmed = pc.ascii_trim_whitespace(cells)
    lengths, together = bytes_of(trimmed), bytes_in(trimmed).tobytes().decode()
    if (
        lengths.min(initial=1) > 0
        and lengths.max(initial=0) <= NAME_MAX
        and together.isprintable()
        and unicodedata.is_normalized("NFC", together)  # and so is each part of it
    ):
        return trimmed, []
    coded = pc.dictionary_encode(cells)
    kept = [normal(text.strip()) for text in coded.dictionary.to_pylist()]
    codes = shared(coded.indices)
    found = held(kept).take(coded.indices)
    return found, _wrong_names(kept, codes)


def _wrong_names(kept: Sequence[str], codes: NDArray[np.int32]) -> Wrong:
    words = {
        code: wrong if name else "is empty, a text is needed"
        for code, name in enumerate(kept)
        if (wrong := wrong_name(name))
    }
    rows = np.flatnonzero(np.isin(codes, [*words]))[:WRONG_MAX].tolist()
    return [(row, words[int(codes[row])]) for row in rows]
