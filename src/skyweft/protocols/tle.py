"""Two-line element sets, with or without a line that names the satellite.

Columns are read strictly where they belong: a line shifted by one character has
a valid checksum and wrong numbers. What stands behind column 69 is passed over,
and so is text around the sets, as bulletins have it: its lines are counted.

References
----------
F. Hoots and R. Roehrich, "Spacetrack Report No. 3", 1980; Alpha-5 catalogue
numbers as space-track.org defines them.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from sgp4.alpha5 import from_alpha5

from skyweft.naming import normal, wrong_name
from skyweft.protocols.records import (
    RANGES,
    Errors,
    Record,
    catalogue_entry,
    in_range,
    shown,
)
from skyweft.protocols.tle_columns import LENGTH, designator, sound_sets, year_of
from skyweft.world.clock import tai_ns_from_utc_ns

ELEMENT_LINE = re.compile(r"[12] [ A-Z0-9][ 0-9]{3}[0-9]", re.ASCII)
ANY_ELEMENT_LINE = re.compile(r"^[ \t]*" + ELEMENT_LINE.pattern, re.ASCII | re.MULTILINE)
_ANY_SECOND = re.compile(r"\n[ \t]*2 ")  # sought ten times as fast: most other files have none
_ANY_ELEMENT_SET = re.compile(
    r"^[ \t]*1 [ A-Z0-9][ \d]{3}\d.{62}.*\n\s*2 [ A-Z0-9][ \d]{3}\d.{62}", re.ASCII | re.MULTILINE
)
_TORN_MIN, _TORN_SHARE = 40, 0.45
"""Characters, and the share of digits in them, from which on text is a damaged element line: in
valid ones more than half are digits, in lines of a bulletin a fourth."""

_ANGLE = r" {0,2}\d{1,3}\.\d{0,4} {0,4}"
_Fields = Mapping[str, tuple[slice, re.Pattern[str]]]


def _fields(**fields: tuple[int, int, str]) -> _Fields:
    """Take columns as the books number them: from 1, both ends included."""
    return {
        name: (slice(first - 1, last), re.compile(pattern, re.ASCII))
        for name, (first, last, pattern) in fields.items()
    }


_POWER = r"[ +-][ \d]{5}[ +-]\d"
_FIRST = _fields(
    NORAD_CAT_ID=(3, 7, r" {0,4}\d{1,5}|[A-HJ-NP-Z]\d{4}"),
    CLASSIFICATION_TYPE=(8, 8, r"[ -~]"),
    OBJECT_ID=(10, 17, r"[ -~]{8}"),
    EPOCH=(19, 32, r"[ \d]\d {0,2}\d{1,3}\.\d{0,8} {0,8}"),
    MEAN_MOTION_DOT=(34, 43, r" *[+-]? ?\d?\.\d{1,8} *| {10}"),
    MEAN_MOTION_DDOT=(45, 52, _POWER + "| {8}"),
    BSTAR=(54, 61, _POWER),
    EPHEMERIS_TYPE=(63, 63, r"[ 0-3]"),
    ELEMENT_SET_NO=(65, 68, r" *\d* *"),
)
_SECOND = _fields(
    NORAD_CAT_ID=(3, 7, r" {0,4}\d{1,5}|[A-HJ-NP-Z]\d{4}"),
    INCLINATION=(9, 16, _ANGLE),
    RA_OF_ASC_NODE=(18, 25, _ANGLE),
    ECCENTRICITY=(27, 33, r"[ \d]{7}"),
    ARG_OF_PERICENTER=(35, 42, _ANGLE),
    MEAN_ANOMALY=(44, 51, _ANGLE),
    MEAN_MOTION=(53, 63, r" {0,1}\d{1,2}\.\d{0,8} {0,8}"),
    REV_AT_EPOCH=(64, 68, r" *\d* *"),
)

_COUNTS = bytes(byte - 48 if 48 <= byte <= 57 else byte == 45 for byte in range(256))


def checksum(line: str) -> int:
    """Return the sum of a line's first 68 characters: digits, and 1 for every minus, modulo 10."""
    return sum(line[: LENGTH - 1].encode("ascii", "replace").translate(_COUNTS)) % 10


def holds_a_set(text: str) -> bool:
    """Tell whether two element lines stand one below the other anywhere."""
    return bool(_ANY_SECOND.search(text) and _ANY_ELEMENT_SET.search(text))


@dataclass(slots=True)
class TleReader:
    """Reads a file; what is wrong goes to `errors` by line.

    Sound sets are read all at once, every other line one by one.

    A name stands no farther above line 1 than line 2 stands below it, so that the end of a
    paragraph names no satellite, and files with empty lines throughout keep their names.

    Attributes
    ----------
    records : list of Record
        The valid element sets, in the order of the file.
    passed : int
        How many lines of text name no satellite.
    passed_first : str
        Number and text of the first of them.
    """

    errors: Errors
    records: list[Record] = field(default_factory=list)
    passed: int = 0
    passed_first: str = ""
    _found: list[Record | int] = field(default_factory=list)  # or where a sound one begins
    _name: "_Line | None" = None
    _first: "_Line | None" = None
    _torn: bool = False  # the line before was a damaged element line

    def read(self, text: str) -> None:
        """Read a whole file, whose lines end with a line feed.

        Raises
        ------
        ScenarioError
            What is wrong, unless damaged sets are left out.
        """
        data = text.encode() + b"\n"
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        starts = np.concatenate([[0], ends[:-1] + 1])
        sound = sound_sets(data, starts, ends)
        second = np.zeros(len(ends), bool)
        second[sound.row + 1] = True
        names = dict.fromkeys(sound.row.tolist(), "")
        for row in np.flatnonzero(~second).tolist():
            if row in names:
                names[row] = self._take_sound(row)
            else:
                self._take(row + 1, data[starts[row] : ends[row]].decode())
        self._give_up_first()
        self._pass_name()
        self.errors.complain()  # before records are made, which takes longer
        made = dict(zip(names, sound.records([*names.values()]), strict=True))
        self.records = [
            made[record] if isinstance(record, int) else record for record in self._found
        ]

    def _take(self, row: int, raw: str) -> None:
        line = raw.strip()
        if not line:
            self._wait()
        elif ELEMENT_LINE.match(line):
            (self._take_first if line[0] == "1" else self._take_second)(row, line)
        elif not line.startswith("#"):
            self._take_text(row, line)

    def _take_sound(self, row: int) -> str:
        """Return the name of the set whose first line has this index."""
        self._give_up_first()
        self._torn = False
        name = self._name_of(0)
        if name and not _named_well(name, row + 1, self.errors):
            self.errors.damaged += 1
        else:
            self._found.append(row)
        return name

    def _wait(self) -> None:
        above = self._first or self._name
        if above:
            above.empty_below += 1

    def _take_first(self, row: int, line: str) -> None:
        self._give_up_first()
        self._first, self._torn = _Line(row, line), False

    def _take_second(self, row: int, line: str) -> None:
        first, self._first = self._first, None
        torn, self._torn = self._torn, False
        if first is None:
            self._pass_name()
            if not torn:
                self._lose(row, "line 2 of an element set without its line 1")
            return
        name = self._name_of(first.empty_below)
        record = _record(name, (first.row, first.text), (row, line), self.errors)
        self.errors.damaged += record is None
        self._found += [record] if record else []

    def _name_of(self, empty_below: int) -> str:
        """Return what stands above a line 1 as the satellite's name, or an empty text."""
        if self._name and self._name.empty_below > empty_below:
            self._pass_name()
        name, self._name = self._name, None
        return normal(name.text.removeprefix("0 ").strip()) if name else ""

    def _take_text(self, row: int, line: str) -> None:
        if len(line) >= _TORN_MIN and sum(map(str.isdigit, line)) >= _TORN_SHARE * len(line):
            if not self._torn:
                self._lose(row, f"{shown(line)} looks like an element line and is none")
            self._name, self._first, self._torn = None, None, True
            return
        self._give_up_first()
        self._pass_name()
        self._name, self._torn = _Line(row, line), False

    def _give_up_first(self) -> None:
        if self._first:
            self._lose(self._first.row, "line 1 of an element set without its line 2")
            self._first = self._name = None

    def _pass_name(self) -> None:
        if self._name:
            self.passed += 1
            self.passed_first = (
                self.passed_first or f"line {self._name.row}, {shown(self._name.text)}"
            )
            self._name = None

    def _lose(self, row: int, words: str) -> None:
        self.errors.damaged += 1
        self.errors.add(f"line {row}", words)


@dataclass(slots=True)
class _Line:
    row: int
    text: str
    empty_below: int = 0


def _record(
    name: str, first: tuple[int, str], second: tuple[int, str], errors: Errors
) -> Record | None:
    before = errors.count
    fields = {**_take(*first, _FIRST, errors), **_take(*second, _SECOND, errors)}
    if errors.count > before:
        return None
    one, two = first[1][2:7], second[1][2:7]
    if one.strip().lstrip("0") != two.strip().lstrip("0"):
        errors.add(f"line {second[0]}", f"catalogue number {two}, the line before has {one}")
    _named_well(name, first[0], errors)
    epoch_ns = _epoch_ns(fields["EPOCH"])
    if epoch_ns is None:
        words = f"EPOCH, columns 19 to 32: {fields['EPOCH']!r}: its year has no such day"
        errors.add(f"line {first[0]}", words)
    entry = catalogue_entry(f"line {first[0]}", _entry_fields(fields), errors)
    values = tuple(_value(key, fields[key]) for key in RANGES)
    for key, value in zip(RANGES, values, strict=True):
        wrong = in_range(key, value)
        if wrong:
            errors.add(f"line {first[0] if key == 'BSTAR' else second[0]}", wrong)
    if errors.count > before or epoch_ns is None:
        return None
    number = from_alpha5(one.strip())
    return Record(name or str(number), number, f"line {first[0]}", epoch_ns, values, entry)


def _named_well(name: str, row: int, errors: Errors) -> bool:
    wrong = wrong_name(name) if name else None
    if wrong:
        errors.add(f"above line {row}", wrong)
    return not wrong


def _entry_fields(fields: Mapping[str, str]) -> dict[str, object]:
    """Return what is not elements as OMM writes it."""
    dot, ddot = fields["MEAN_MOTION_DOT"].replace(" ", ""), fields["MEAN_MOTION_DDOT"]
    return {
        **fields,
        "OBJECT_ID": designator(fields["OBJECT_ID"].strip()),
        "MEAN_MOTION_DOT": dot,
        "MEAN_MOTION_DDOT": _power(ddot) if ddot.strip() else None,
    }


def _take(row: int, line: str, fields: _Fields, errors: Errors) -> dict[str, str]:
    """Return the fields of one line as text, once its length, checksum and columns are valid."""
    where = f"line {row}"
    if len(line) < LENGTH:
        errors.add(where, f"{len(line)} characters, an element line has {LENGTH}")
        return {}
    if not line.isascii():
        errors.add(where, "holds a character that is not ASCII")
        return {}
    found = {}
    for name, (columns, pattern) in fields.items():
        found[name] = line[columns]
        if not pattern.fullmatch(found[name]):
            first, last = columns.start + 1, columns.stop
            words = "SGP4 has 0; 4 is SGP4-XP" if name == "EPHEMERIS_TYPE" else "is not one"
            errors.add(where, f"{name}, columns {first} to {last}: {found[name]!r}: {words}")
    printed, computed = line[LENGTH - 1], checksum(line)
    if printed != str(computed):
        errors.add(where, f"the checksum printed is {printed!r}, the one computed {computed}")
    return found


def _epoch_ns(text: str) -> int | None:
    """Return the epoch in TAI from its year and day; a day has 1e8 parts of 864 microseconds."""
    year = year_of(text[:2])
    whole, _, part = text[2:].strip().partition(".")
    first, last = (datetime(candidate, 1, 1, tzinfo=UTC) for candidate in (year, year + 1))
    if not 1 <= int(whole) <= (last - first).days:
        return None
    parts = (int(whole) - 1) * 10**8 + int(part.ljust(8, "0"))
    utc_ns = calendar.timegm(first.timetuple()) * 10**9 + parts * 864_000
    return int(tai_ns_from_utc_ns(utc_ns))


def _power(text: str) -> float:
    """Return a number that is written without its point: ` 12345-3` is 0.12345e-3."""
    digits = text[1:6].replace(" ", "0")
    return float(f"{text[0].strip()}0.{digits}e{text[6:].strip()}")


def _value(name: str, text: str) -> float:
    if name == "ECCENTRICITY":
        return float("0." + text.replace(" ", "0"))
    return _power(text) if name == "BSTAR" else float(text)
