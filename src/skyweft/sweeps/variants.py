"""Which variants of a scenario are asked for: a grid of values, a list of rows, or both."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.files import contents
from skyweft.scenario.reading import key_steps, load, toml_value
from skyweft.scenario.words import shown
from skyweft.store.toml_writer import literal

VARIANTS_MAX = 10_000
SIZE_MAX_BYTES = 20_000_000
SAID_MAX = 4  # variants named beside an error that only some make

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """One scenario of a sweep: what is changed in the file."""

    number: int  # from 1, in the order of the grid
    values: Values

    @property
    def overrides(self) -> list[str]:
        """Return the changes as `load` and `skyweft run --set` take them."""
        return [f"{key}={literal(value)}" for key, value in self.values.items()]

    def __str__(self) -> str:
        changes = ", ".join(f"{key}={shown(value)}" for key, value in self.values.items())
        return f"variant {self.number} ({changes})"


def from_words(words: Iterable[str]) -> dict[str, list[Any]]:
    """Read `key=1,2,4` as on the command line, values as in TOML; a bare word is text.

    Raises
    ------
    ScenarioError
        With every error: no values, an empty one, or a key given twice.
    """
    found: dict[str, list[Any]] = {}
    wrong = []
    for word in words:
        key, equals, text = word.partition("=")
        key, pieces = key.strip(), [piece.strip() for piece in _pieces(text)]
        if not equals or not key or not all(pieces):
            example = "write key=value,value, for example platforms.sats.motion.planes=2,4,8"
            wrong.append(f"--set {word[:100]}: {example}")
        elif key in found:
            wrong.append(
                f"--set {word[:100]}: {key} is set twice; give all its values in one --set"
            )
        else:
            found[key] = [toml_value(piece) for piece in pieces]
    if wrong:
        raise ScenarioError("\n".join(wrong))
    return found


def _pieces(text: str) -> Iterator[str]:
    """Cut at commas that stand neither in quotes nor in brackets."""
    begun, depth, quote = 0, 0, ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        elif letter == "," and depth == 0:
            yield text[begun:place]
            begun = place + 1
    yield text[begun:]


def from_csv(path: str | Path) -> list[dict[str, Any]]:
    """Read a list of variants: a column a key, a row a variant; an empty cell changes nothing.

    Raises
    ------
    ScenarioError
        The file cannot be read, or is no such list.
    """
    path = Path(path)
    try:
        lines = io.StringIO(contents(path, SIZE_MAX_BYTES).decode("utf-8-sig"), newline="")
        rows = list(csv.reader(lines, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError(f"{path} cannot be read: {error}") from error
    keys = [key.strip() for key in rows[0]] if rows else []
    if not keys or not all(keys):
        raise ScenarioError(f"{path}: the first line names the keys, separated by commas")
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ScenarioError(f"{path}: two columns are called {', '.join(twice)}")
    wrong = [
        f"{path}: line {line} has {len(row)} cells; allowed: {len(keys)}, as the first line"
        for line, row in enumerate(rows[1:], 2)
        if row and len(row) != len(keys)
    ]
    if wrong:
        raise ScenarioError("\n".join(wrong))
    return [
        {key: toml_value(cell.strip()) for key, cell in zip(keys, row, strict=True) if cell.strip()}
        for row in rows[1:]
        if row
    ]


def variants(
    grid: Mapping[str, Iterable[Any]], rows: Sequence[Values] | None
) -> tuple[Variant, ...]:
    """Return every combination of the grid's values, for each row of the list.

    Parameters
    ----------
    grid : mapping of str to values
        The last key changes fastest.
    rows : sequence of mappings, optional
        The list; its rows change slowest.

    Raises
    ------
    ScenarioError
        With every error: nothing to vary, no values, one twice, a key both here and there.
    """
    plain = {key: _values(values) for key, values in grid.items()}
    listed = [{key: _plain(value) for key, value in row.items()} for row in rows or ()]
    if wrong := [*_in_grid(plain), *_in_list(rows, listed), *_same_keys(plain, listed)]:
        raise ScenarioError("\n".join(wrong))
    if not plain and not listed:
        raise ScenarioError("a sweep varies something: give key=value,value or a list")
    if (number := prod(map(len, plain.values())) * max(len(listed), 1)) > VARIANTS_MAX:
        raise ScenarioError(f"these are {number:,} variants; allowed: up to {VARIANTS_MAX:,}")
    every = (
        row | dict(zip(plain, values, strict=True))
        for row in listed or [{}]
        for values in product(*plain.values())
    )
    return tuple(Variant(number, values) for number, values in enumerate(every, 1))


def _values(values: Iterable[Any]) -> list[Any]:
    """Return plain values; a text by itself is one value, not its letters."""
    return [_plain(value) for value in ([values] if isinstance(values, str) else values)]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _in_grid(grid: Mapping[str, list[Any]]) -> Iterator[str]:
    for key, values in grid.items():
        if not values:
            yield f"{key}: has no values; needed: at least one"
        written = [literal(value) for value in values]
        for value in dict.fromkeys(text for text in written if written.count(text) > 1):
            yield f"{key}: {value} stands twice; each value once"


def _in_list(rows: Sequence[Values] | None, listed: Sequence[Values]) -> Iterator[str]:
    if rows is not None and not listed:
        yield "the list of variants has no rows; needed: at least one"
    seen: dict[str, int] = {}
    for number, row in enumerate(listed, 1):
        first = seen.setdefault(literal(row), number)
        if first != number:
            yield f"the list of variants: row {number} is the same as row {first}"


def _same_keys(grid: Values, listed: Sequence[Values]) -> Iterator[str]:
    """Complain of keys that lead to one place, whichever way each is written."""
    columns = dict.fromkeys(key for row in listed for key in row)
    seen: dict[tuple[Any, ...], str] = {}
    for key in [*columns, *grid]:
        steps = tuple(key_steps(key)) or (key,)
        if steps in seen:
            yield f"{key}: is set twice; give all its values in one place"
        seen[steps] = key


def check(path: Path, asked: Sequence[Variant]) -> None:
    """Read the scenario of every variant.

    Raises
    ------
    ScenarioError
        With every error once, and which variants make it.
    """
    makers: dict[str, list[Variant]] = {}
    for variant in asked:
        try:
            load(path, variant.overrides)
        except ScenarioError as error:
            for line in str(error).splitlines():
                makers.setdefault(line, []).append(variant)
    if makers:
        raise ScenarioError("\n".join(_said(line, who, asked) for line, who in makers.items()))


def _said(line: str, who: Sequence[Variant], asked: Sequence[Variant]) -> str:
    if len(who) == len(asked):
        return line
    more = f" and {len(who) - SAID_MAX} more" if len(who) > SAID_MAX else ""
    return f"{'; '.join(str(name) for name in who[:SAID_MAX])}{more}: {line}"
