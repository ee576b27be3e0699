"""Satellites of Orbit Mean-Elements Messages that are sound beyond doubt, many at once by columns.

Sound is what every catalogue writes: the same fields in every entry, numbers within their ranges,
names that can be printed. What is written otherwise may be right all the same; `omm_fields.record`
looks at it entry by entry and says what is wrong.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.naming import NAME_MAX, normal, wrong_name
from skyweft.protocols.omm_fields import EPHEMERIS_TYPES, THEORY, Fields, note_unused, record
from skyweft.protocols.records import (
    ENTRY,
    RANGES,
    RATE_MAX,
    WHOLE_MAX,
    YEAR_MAX,
    YEAR_MIN,
    CatalogueEntry,
    Errors,
    Record,
    absent,
    number,
    whole,
)
from skyweft.world.clock import tai_ns_from_text, tai_ns_from_texts

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]
Column = Sequence[Any]
Read = tuple[list[Any], Masks]
"""What fields say, (R,), and which of them are sound."""

_DIGITS = len(str(WHOLE_MAX))
_YEARS = frozenset(map(str, range(YEAR_MIN, YEAR_MAX + 1)))
_UNKNOWN = CatalogueEntry().object_id


class Block(NamedTuple):
    """Entries of a file that say the same fields, (R,) in its order."""

    places: Sequence[str]
    columns: Mapping[str, Column]  # by field

    def fields(self, row: int) -> Fields:
        """Return the fields of one entry."""
        return {key: column[row] for key, column in self.columns.items()}


@dataclass(slots=True)
class Satellites:
    """Takes the entries of a file in its order; what is wrong goes to `errors`."""

    errors: Errors
    _found: list[Record | None] = field(default_factory=list)
    _sound: list[tuple[list[int], list[Column]]] = field(default_factory=list)

    def take(self, where: str, fields: Fields | str) -> None:
        """Read one entry, or note what is wrong with it."""
        found = record(where, fields, self.errors)
        self.errors.damaged += found is None
        self._found.append(found)

    def take_block(self, block: Block) -> None:
        """Read many entries; those that are not sound beyond doubt one by one."""
        note_unused(block.columns, self.errors)
        sound, columns = sound_rows(block)
        self._sound.append(((len(self._found) + np.flatnonzero(sound)).tolist(), columns))
        for row, plain in enumerate(sound.tolist()):
            if plain:
                self._found.append(None)
            else:
                self.take(block.places[row], block.fields(row))

    def records(self) -> list[Record]:
        """Return all satellites.

        Raises
        ------
        ScenarioError
            What is wrong, unless damaged ones are left out.
        """
        self.errors.complain()  # before records are made, which takes longer
        for rows, (names, numbers, places, epochs, *rest) in self._sound:
            values = zip(*rest[: len(RANGES)], strict=True)
            entries = map(CatalogueEntry, *rest[len(RANGES) :])
            made = map(Record, names, numbers, places, epochs, values, entries)
            for row, one in zip(rows, made, strict=True):
                self._found[row] = one
        return [record for record in self._found if record]


def sound_rows(block: Block) -> tuple[Masks, list[Column]]:
    """Tell which entries are sound, (R,), and what they say, by columns.

    The columns are the fields of `Record` in their order, instead of the last two the numbers of
    `RANGES` and the fields of `CatalogueEntry`, one by one.
    """
    fields, nothing = block.columns, (None,) * len(block.places)
    if not fields.keys() >= {"EPOCH", *RANGES}:
        return np.zeros(len(nothing), bool), [()] * (4 + len(RANGES) + len(ENTRY))
    numbers = [numbers_of(fields[key]) + 0.0 for key in RANGES]  # no zero is negative
    catalogue_numbers = _catalogue_numbers(fields.get("NORAD_CAT_ID", nothing))
    names = _names(fields.get("OBJECT_NAME", nothing), catalogue_numbers[0])
    epochs = _epochs(fields["EPOCH"])
    entries = [*_entries(fields, nothing)]
    sound = np.ones(len(nothing), bool)
    for values, (least, most) in zip(numbers, RANGES.values(), strict=True):
        sound &= (values >= least) & (values <= most)
    for key, allowed in THEORY.items():
        sound &= _within(fields.get(key, nothing), partial(_of_theory, allowed))
    for _, plain in (names, catalogue_numbers, epochs, *entries):
        sound &= plain
    columns = (
        *(names[0], catalogue_numbers[0], block.places, epochs[0]),
        *(number.tolist() for number in numbers),
        *(entry for entry, _ in entries),
    )
    return sound, [*columns] if sound.all() else [[*compress(column, sound)] for column in columns]


def _of_theory(allowed: Sequence[str], given: object) -> bool:
    return str(given or allowed[0]).strip().upper() in allowed


def _within(column: Column, holds: Callable[[Any], bool]) -> Masks:
    """Tell of which fields something holds; mostly few of them are different."""
    if {*map(type, column)} <= {str, int, type(None)}:
        known = {text: holds(text) for text in {*column}}
        return np.array([*map(known.__getitem__, column)])
    return np.array([*map(holds, column)])


def numbers_of(column: Column) -> Floats:
    """Return fields as numbers, (R,); NaN where one is none."""
    kinds = {*map(type, column)}
    try:
        if kinds == {str}:
            joined = "".join(column)
            if joined.isascii() and "_" not in joined:  # else Python reads more than numbers
                return np.array([*map(float, column)])
        elif kinds <= {int, float}:
            return np.array(column, np.float64)
    except (ValueError, OverflowError):
        pass
    found = map(number, column)
    return np.array([float("nan") if value is None else value for value in found], np.float64)


def _catalogue_numbers(column: Column) -> Read:
    found = _wholes(column)
    if found is not None:
        return found, np.ones(len(column), bool)
    read = [0 if text in (None, "") else whole(text) for text in column]
    return [value or 0 for value in read], np.array([record is not None for record in read])


def _names(column: Column, catalogue_numbers: Sequence[int]) -> Read:
    """Return names, or catalogue numbers as such."""
    found = _texts(column)
    if found is not None and unicodedata.is_normalized("NFC", "".join(found)):  # so are its parts
        return found, np.ones(len(column), bool)
    found = [normal(str(text or "").strip()) for text in column]
    sound = [
        not wrong_name(name) if name else value > 0
        for name, value in zip(found, catalogue_numbers, strict=True)
    ]
    named = zip(found, catalogue_numbers, strict=True)
    return [(name or str(value))[:NAME_MAX] for name, value in named], np.array(sound)


def _epochs(column: Column) -> Read:
    """Return epochs in TAI [ns since 1970]."""
    texts = [str(text).strip() for text in column]
    years = {text[:4] for text in texts}
    sound = np.array(
        [text[:4] in _YEARS for text in texts] if years - _YEARS else [True] * len(texts)
    )
    try:
        return tai_ns_from_texts(texts).tolist(), sound
    except ValueError:
        read = [*map(_epoch_ns, texts)]
        return [value or 0 for value in read], sound & [record is not None for record in read]


def _epoch_ns(text: str) -> int | None:
    try:
        return tai_ns_from_text(text)
    except ValueError:
        return None


def _entries(fields: Mapping[str, Column], nothing: Column) -> Iterator[Read]:
    """Yield what catalogues say beside the elements, by the fields of `CatalogueEntry`."""
    for key, (_, read, _) in ENTRY.items():
        column = fields.get(key, nothing)
        found = _AT_ONCE[key](column)
        sound = np.ones(len(column), bool)
        if found is None:
            found = [None if absent(text) else read(text) for text in column]
            missing = zip(found, column, strict=True)
            sound = np.array([value is not None or absent(text) for value, text in missing])
        if key == "EPHEMERIS_TYPE":
            sound &= _within(found, EPHEMERIS_TYPES.__contains__)
        if key == "OBJECT_ID":
            found = [_UNKNOWN if value is None else value for value in found]
        yield found, sound


def _rates(column: Column) -> list[float] | None:
    """Return numbers where all are some and within bounds."""
    found = numbers_of(column)
    return found.tolist() if np.all(np.abs(found) <= RATE_MAX) else None


def _wholes(column: Column) -> list[int] | None:
    """Return whole numbers where all are plainly some."""
    kinds = {*map(type, column)}
    if kinds == {int}:
        return [*column] if min(column) >= 0 and max(column) <= WHOLE_MAX else None
    if kinds != {str}:
        return None
    joined, lengths = "".join(column), [*map(len, column)]
    plain = joined.isascii() and joined.isdigit() and 0 < min(lengths) <= max(lengths) <= _DIGITS
    return [*map(int, column)] if plain else None


def _texts(column: Column) -> list[str] | None:
    """Return texts without the blanks around them where all are plainly names."""
    if {*map(type, column)} != {str}:
        return None
    found = [*map(str.strip, column)]
    lengths = [*map(len, found)]
    plain = 0 < min(lengths) <= max(lengths) <= NAME_MAX and "".join(found).isprintable()
    return found if plain else None


_AT_ONCE: Mapping[str, Callable[[Column], list[Any] | None]] = {
    "OBJECT_ID": _texts,
    "EPHEMERIS_TYPE": _wholes,
    "CLASSIFICATION_TYPE": _texts,
    "ELEMENT_SET_NO": _wholes,
    "REV_AT_EPOCH": _wholes,
    "MEAN_MOTION_DOT": _rates,
    "MEAN_MOTION_DDOT": _rates,
}
