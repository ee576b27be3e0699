"""Two-line element sets, with or without a line that names the satellite.

Columns are read strictly where they belong: a line shifted by one character has
a sound checksum and wrong numbers. What stands behind column 69 is passed over.

References
----------
F. Hoots and R. Roehrich, "Spacetrack Report No. 3", 1980; Alpha-5 catalogue
numbers as space-track.org defines them.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import chain

from sgp4.alpha5 import from_alpha5

from skyweft.protocols.records import (
    RANGES,
    Mistakes,
    Record,
    in_range,
    posix_ns,
    shown,
    wrong_name,
)

LENGTH = 69
ELEMENT_LINE = re.compile(r"[12] [ A-Z0-9][ 0-9]{3}[0-9]", re.ASCII)
ANY_ELEMENT_LINE = re.compile("^" + ELEMENT_LINE.pattern, re.ASCII | re.MULTILINE)

_ANGLE = r" {0,2}\d{1,3}\.\d{0,4} {0,4}"
_Fields = Mapping[str, tuple[slice, re.Pattern[str]]]


def _fields(**fields: tuple[int, int, str]) -> _Fields:
    """Take columns as the books number them: from 1, both ends included."""
    return {
        name: (slice(first - 1, last), re.compile(pattern, re.ASCII))
        for name, (first, last, pattern) in fields.items()
    }


_FIRST = _fields(
    NORAD_CAT_ID=(3, 7, r" {0,4}\d{1,5}|[A-HJ-NP-Z]\d{4}"),
    EPOCH=(19, 32, r"[ \d]\d {0,2}\d{1,3}\.\d{0,8} {0,8}"),
    BSTAR=(54, 61, r"[ +-][ \d]{5}[ +-]\d"),
    EPHEMERIS_TYPE=(63, 63, r"[ 0-3]"),
)
_SECOND = _fields(
    NORAD_CAT_ID=(3, 7, r" {0,4}\d{1,5}|[A-HJ-NP-Z]\d{4}"),
    INCLINATION=(9, 16, _ANGLE),
    RA_OF_ASC_NODE=(18, 25, _ANGLE),
    ECCENTRICITY=(27, 33, r"[ \d]{7}"),
    ARG_OF_PERICENTER=(35, 42, _ANGLE),
    MEAN_ANOMALY=(44, 51, _ANGLE),
    MEAN_MOTION=(53, 63, r" {0,1}\d{1,2}\.\d{0,8} {0,8}"),
)


def checksum(line: str) -> int:
    """Return the sum of a line's first 68 characters: digits, and 1 for every minus, modulo 10."""
    return sum(int(c) if c in "0123456789" else c == "-" for c in line[: LENGTH - 1]) % 10


def read(lines: Iterable[str], mistakes: Mistakes) -> list[Record]:
    """Return every sound element set; what is wrong goes to `mistakes` by line."""
    records: list[Record] = []
    name: tuple[int, str] | None = None
    first: tuple[int, str] | None = None
    for row, raw in enumerate(chain(lines, ["0 "]), start=1):
        line = raw.rstrip()
        if not line or line.startswith("#"):
            continue
        kind = line[0] if ELEMENT_LINE.match(line) else "0"
        if kind == "2" and first:
            record = _record(name[1] if name else "", first, (row, line), mistakes)
            records += [record] if record else []
        elif kind == "2":
            mistakes.add(f"line {row}", "line 2 of an element set without its line 1")
        elif first:
            mistakes.add(f"line {first[0]}", "line 1 of an element set without its line 2")
        elif name and kind == "0":
            mistakes.add(f"line {name[0]}", f"no element lines follow {shown(name[1])}")
        name = (row, line.removeprefix("0 ").strip()) if kind == "0" else name
        first = (row, line) if kind == "1" else None
        name = None if kind == "2" else name
    return records


def _record(
    name: str, first: tuple[int, str], second: tuple[int, str], mistakes: Mistakes
) -> Record | None:
    before = mistakes.count
    fields = {**_take(*first, _FIRST, mistakes), **_take(*second, _SECOND, mistakes)}
    if mistakes.count > before:
        return None
    one, two = first[1][2:7], second[1][2:7]
    if one.strip().lstrip("0") != two.strip().lstrip("0"):
        mistakes.add(f"line {second[0]}", f"catalogue number {two}, the line before has {one}")
    wrong = wrong_name(name)
    if wrong:
        mistakes.add(f"above line {first[0]}", wrong)
    epoch_ns = _epoch_ns(fields["EPOCH"])
    if epoch_ns is None:
        mistakes.add(f"line {first[0]}", f"epoch: day {fields['EPOCH'][2:].strip()} of a year")
    values = tuple(_value(key, fields[key]) for key in RANGES)
    for key, value in zip(RANGES, values, strict=True):
        wrong = in_range(key, value)
        if wrong:
            mistakes.add(f"line {first[0] if key == 'BSTAR' else second[0]}", wrong)
    if mistakes.count > before or epoch_ns is None:
        return None
    number = from_alpha5(one.strip())
    return Record(name or str(number), number, f"line {first[0]}", epoch_ns, values)


def _take(row: int, line: str, fields: _Fields, mistakes: Mistakes) -> dict[str, str]:
    """Return the fields of one line as text, once its length, checksum and columns are sound."""
    where = f"line {row}"
    if len(line) < LENGTH:
        mistakes.add(where, f"{len(line)} characters, an element line has {LENGTH}")
        return {}
    if not line.isascii():
        mistakes.add(where, "holds a character that is not ASCII")
        return {}
    found = {}
    for name, (columns, pattern) in fields.items():
        found[name] = line[columns]
        if not pattern.fullmatch(found[name]):
            first, last = columns.start + 1, columns.stop
            words = "SGP4 has 0; 4 is SGP4-XP" if name == "EPHEMERIS_TYPE" else "is not one"
            mistakes.add(where, f"{name}, columns {first} to {last}: {found[name]!r}: {words}")
    printed, computed = line[LENGTH - 1], checksum(line)
    if printed != str(computed):
        mistakes.add(where, f"the checksum printed is {printed!r}, the one computed {computed}")
    return found


def _epoch_ns(text: str) -> int | None:
    """Return the epoch from its year and day; a day has 1e8 parts of 864 microseconds."""
    two_digits = int(text[:2])
    year = two_digits + (2000 if two_digits < 57 else 1900)
    whole, _, part = text[2:].strip().partition(".")
    if not 1 <= int(whole) <= 366:
        return None
    parts = (int(whole) - 1) * 10**8 + int(part.ljust(8, "0"))
    return posix_ns(datetime(year, 1, 1, tzinfo=UTC), parts * 864_000)


def _value(name: str, text: str) -> float:
    if name == "ECCENTRICITY":
        return float("0." + text.replace(" ", "0"))
    if name == "BSTAR":
        digits = text[1:6].replace(" ", "0")
        return float(f"{text[0].strip()}0.{digits}e{text[6:].strip()}")
    return float(text)
