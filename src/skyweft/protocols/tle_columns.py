"""Two-line element sets that are sound beyond doubt, all of a file at once, by columns.

Sound is what every catalogue writes: 69 characters, blanks between fields, numbers that fill their
columns, checksums that agree. What is written otherwise may be right all the same; `tle.py` looks
at it line by line and says what is wrong.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.protocols.records import RANGES, CatalogueEntry, Record
from skyweft.world.clock import tai_ns_from_utc_ns

Letters = NDArray[np.uint8]  # (N, 69): lines of as many sets
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Masks = NDArray[np.bool_]

LENGTH = 69
_BLANK = ord(" ")
# What may stand in a column: a digit 0, a digit or blanks before it _, a sign or none +, a sign -,
# anything that can be printed ?, the type of ephemeris ~, what begins a catalogue number A; every
# other character stands for itself.
_ANGLE, _POWER = "__0.0000", "+00000-0"
_FIRST = f"1 A0000? ???????? 00000.00000000 +.00000000 {_POWER} {_POWER} ~ ____0"
_SECOND = f"2 A0000 {_ANGLE} {_ANGLE} 0000000 {_ANGLE} {_ANGLE} _0.00000000_____0"
_CLASSES = {
    "0": b"0123456789",
    "_": b" 0123456789",
    "+": b" +-",
    "-": b"+-",
    "?": bytes(range(32, 127)),
    "~": b" 0123",
    "A": b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ",
}
_NOTHING = CatalogueEntry()
_DESIGNATOR = re.compile(r"(\d\d)(\d{3}[A-Z]{0,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class SoundSets:
    """Sets whose lines follow each other.

    Attributes
    ----------
    row : (N,)
        Index of each set's line 1 among the lines of the file.
    first, second : (N, 69)
        Their lines.
    """

    row: Integers
    first: Letters
    second: Letters

    def records(self, names: Sequence[str]) -> list[Record]:
        """Return every set; without a name it is called by its catalogue number."""
        columns = (
            names,
            _catalogue_numbers(self.first),
            self.row.tolist(),
            _epochs(self.first)[0].tolist(),
            zip(*(number.tolist() for number in _numbers(self.first, self.second)), strict=True),
            _entries(self.first, self.second),
        )
        return [
            Record(name or str(number), number, f"line {row + 1}", epoch, values, entry)
            for name, number, row, epoch, values, entry in zip(*columns, strict=True)
        ]


def sound_sets(data: bytes, starts: Integers, ends: Integers) -> SoundSets:
    """Return the sound sets among lines that start and end there."""
    shown = np.frombuffer(data, np.uint8)
    fits = ends - starts == LENGTH
    one, two = (fits & (shown[np.minimum(starts, len(shown) - 1)] == ord(c)) for c in "12")
    row = np.flatnonzero(one[:-1] & two[1:])
    first, second = (shown[starts[row + k][:, None] + np.arange(LENGTH)] for k in (0, 1))
    kept = _written(first, _FIRST) & _written(second, _SECOND)
    kept &= (first[:, 2:7] == second[:, 2:7]).all(axis=1)
    row, first, second = row[kept], first[kept], second[kept]
    kept = _epochs(first)[1]
    for values, (least, most) in zip(_numbers(first, second), RANGES.values(), strict=True):
        kept &= (values >= least) & (values <= most)
    return SoundSets(row[kept], first[kept], second[kept])


def _written(lines: Letters, form: str) -> Masks:
    """Tell which lines are written like that and have the checksum that they print."""
    sound = np.ones(len(lines), bool)
    for column, mark in zip(lines.T, form, strict=True):
        allowed = np.zeros(256, bool)
        allowed[[*_CLASSES.get(mark, mark.encode())]] = True
        sound &= allowed[column]
    for k in range(LENGTH - 1):
        if form[k : k + 2] == "__":  # blanks stand before digits alone
            sound &= (lines[:, k] == _BLANK) | (lines[:, k + 1] != _BLANK)
    counts = np.zeros(256, np.int64)
    counts[48:58], counts[ord("-")] = np.arange(10), 1
    total = sum(counts[column] for column in lines.T[:-1])
    return np.asarray(sound & (total % 10 + 48 == lines[:, -1]))


def _whole(lines: Letters, first: int, last: int) -> Integers:
    """Return what digits in columns, as the books count them, make; blanks are 0, points none."""
    found = np.zeros(len(lines), np.int64)
    for column in lines.T[first - 1 : last]:
        value = np.where(column == _BLANK, 0, column.astype(np.int64) - 48)
        found = np.where(column == ord("."), found, 10 * found + value)
    return found


def _decimal(lines: Letters, first: int, last: int, places: int) -> Floats:
    """Return numbers with so many places: the quotient of two exact ones is the nearest."""
    return np.asarray(_whole(lines, first, last) / 10.0**places)


def _signed(lines: Letters, column: int, values: Floats) -> Floats:
    return np.where(lines[:, column - 1] == ord("-"), -values, values)


def _power(lines: Letters, first: int) -> Floats:
    """Return numbers without their point in eight columns: ` 12345-3` is 0.12345e-3."""
    digits = _whole(lines, first + 1, first + 5)
    power = _signed(lines, first + 6, _decimal(lines, first + 7, first + 7, 0)) - 5
    small, large = 10.0 ** np.maximum(-power, 0), 10.0 ** np.maximum(power, 0)
    return _signed(lines, first, np.where(power < 0, digits / small, digits * large))


def _catalogue_numbers(first: Letters) -> list[int]:
    """Return numbers by Alpha-5: letters but I and O count on from 10."""
    value = np.zeros(256, np.int64)
    value[[*_CLASSES["A"]]] = np.arange(34)
    return np.asarray(value[first[:, 2]] * 10_000 + _whole(first, 4, 7)).tolist()


def _epochs(first: Letters) -> tuple[Integers, Masks]:
    """Return epochs in TAI [ns since 1970], and which of them their year has."""
    short = _whole(first, 19, 20)
    year = short + np.where(short < 57, 2000, 1900)
    day, parts = _whole(first, 21, 23), _whole(first, 25, 32)
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    utc_ns = ((start + day - 1) * 10**8 + parts) * 864_000  # in 1e8 parts of a day
    sound = (day >= 1) & (day <= 365 + (year % 4 == 0))  # of 1957 to 2056 every fourth
    return tai_ns_from_utc_ns(utc_ns), sound


def _numbers(first: Letters, second: Letters) -> tuple[Floats, ...]:
    """Return the numbers of `RANGES`, in its order."""
    angles = (_decimal(second, column, column + 7, 4) for column in (9, 18, 35, 44))
    return (
        _decimal(second, 53, 63, 8),
        _decimal(second, 27, 33, 7),
        *angles,
        _power(first, 54),
    )


def _entries(first: Letters, second: Letters) -> Iterator[CatalogueEntry]:
    """Yield what catalogues say beside the elements."""
    return map(
        CatalogueEntry,
        (designator(text.strip()) or _NOTHING.object_id for text in _texts(first, 10, 17)),
        _given(first, 63, 63),
        (text.strip() or None for text in _texts(first, 8, 8)),
        _given(first, 65, 68),
        _given(second, 64, 68),
        _signed(first, 34, _decimal(first, 36, 43, 8)).tolist(),
        _power(first, 45).tolist(),
    )


def _given(lines: Letters, first: int, last: int) -> list[int | None]:
    """Return whole numbers; None where nothing stands."""
    blank = (lines[:, last - 1] == _BLANK).tolist()
    values = _whole(lines, first, last).tolist()
    return [None if nothing else value for nothing, value in zip(blank, values, strict=True)]


def _texts(lines: Letters, first: int, last: int) -> list[str]:
    width = last - first + 1
    text = lines[:, first - 1 : last].tobytes().decode("ascii")
    return [text[k : k + width] for k in range(0, len(text), width)]


def designator(text: str) -> str:
    """Return an international designator as OMM writes it: 98067A is 1998-067A."""
    match = _DESIGNATOR.fullmatch(text)
    return f"{year_of(match[1])}-{match[2]}" if match else text


def year_of(two_digits: str) -> int:
    """Return the year of two digits, which stand for 1957 to 2056."""
    return int(two_digits) + (2000 if int(two_digits) < 57 else 1900)
