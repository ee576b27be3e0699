"""Orbit Mean-Elements Messages (OMM) in the four notations catalogues publish them in.

Field names are the same in all of them, so each notation only has to say which
fields stand together. Keys that SGP4 does not need are passed over.

References
----------
CCSDS 502.0-B-3, "Orbit Data Messages", 2023; the CSV and JSON notations as
celestrak.org and space-track.org write them.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from xml.etree import ElementTree as ET

from skyweft.errors import ScenarioError
from skyweft.protocols.records import (
    NAME_MAX,
    RANGES,
    YEAR_MAX,
    YEAR_MIN,
    Mistakes,
    Record,
    in_range,
    number,
    posix_ns,
    shown,
    wrong_name,
)

Fields = Mapping[str, object]

_EPOCH = re.compile(
    r"(\d{4})-(?:(\d{3})|(\d\d)-(\d\d))[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{0,12}))?Z?", re.ASCII
)
_THEORY = {
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4", "SGP"),
    "TIME_SYSTEM": ("UTC",),
    "REF_FRAME": ("TEME",),
    "CENTER_NAME": ("EARTH",),
    "EPHEMERIS_TYPE": ("0", "1", "2", "3"),
}
"""What the elements must be where a message says it; other elements are not SGP4's."""
_CHUNK = 1 << 16
_WHITE = re.compile(r"[ \t\n\r]*")


def read_csv(lines: Iterable[str], mistakes: Mistakes) -> Iterator[tuple[str, Fields]]:
    """Yield place and fields of every row below the line of column names."""
    reader = csv.reader((f"{line}\n" for line in lines), strict=True)
    header: list[str] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = [name.strip().upper() for name in row]
                _check_header(header, mistakes, reader.line_num)
            elif len(row) == len(header):
                yield f"line {reader.line_num}", dict(zip(header, row, strict=True))
            else:
                words = f"{len(row)} fields, the first line names {len(header)}"
                mistakes.add(f"line {reader.line_num}", words)
    except csv.Error as error:
        mistakes.add(f"line {reader.line_num}", f"not CSV: {error}")


def _check_header(header: list[str], mistakes: Mistakes, row: int) -> None:
    missing = [name for name in ("EPOCH", *RANGES) if name not in header]
    if missing:
        mistakes.add(f"line {row}", f"columns missing: {', '.join(missing)}")
        mistakes.complain()


def read_json(text: str, mistakes: Mistakes) -> Iterator[tuple[str, Fields]]:
    """Yield place and fields of every object of a list, or of the only object."""
    try:
        for row, entry in enumerate(_entries(text), start=1):
            if isinstance(entry, dict):
                yield f"entry {row}", {key.upper(): value for key, value in entry.items()}
            else:
                mistakes.add(f"entry {row}", f"{shown(entry)} is no object with element fields")
    except json.JSONDecodeError as error:
        mistakes.add(f"line {error.lineno}", f"not JSON: {error.msg}")
    except (ValueError, RecursionError) as error:
        mistakes.add("JSON", f"cannot be read: {error}")


def _entries(text: str) -> Iterator[object]:
    """Yield the members of a list one by one: memory is that of one of them."""
    decode = json.JSONDecoder().raw_decode
    place = _skip(text, 0)
    if text[place] != "[":
        entry, place = decode(text, place)
        yield entry
    else:
        place = _skip(text, place + 1)
        while text[place : place + 1] != "]":
            entry, place = decode(text, place)
            yield entry
            place = _skip(text, place)
            if text[place : place + 1] == ",":
                place = _skip(text, place + 1)
                if text[place : place + 1] == "]":
                    raise json.JSONDecodeError("a comma before the end of a list", text, place)
            elif text[place : place + 1] != "]":
                raise json.JSONDecodeError("a comma or the end of a list is missing", text, place)
        place += 1
    if _skip(text, place) < len(text):
        raise json.JSONDecodeError("something stands behind the end", text, place)


def _skip(text: str, place: int) -> int:
    """Return the next place that is not white."""
    match = _WHITE.match(text, place)
    return match.end() if match else place


def read_xml(text: str, mistakes: Mistakes) -> Iterator[tuple[str, Fields]]:
    """Yield place and fields of every segment."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ScenarioError(
            f"{mistakes.file_name}: an XML file with a DOCTYPE is refused: entities can blow it up"
        )
    parser: ET.XMLPullParser[Any] = ET.XMLPullParser(events=("end",))
    row = 0
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
            for _, element in cast("Iterator[tuple[str, ET.Element]]", parser.read_events()):
                if _tag(element) != "SEGMENT":
                    continue
                row += 1
                fields = {_tag(each): (each.text or "").strip() for each in element.iter()}
                element.clear()
                yield f"segment {row}", fields
        parser.close()
    except ET.ParseError as error:
        mistakes.add(f"line {error.position[0]}", f"not XML: {str(error).partition(':')[0]}")


def _tag(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2].upper()


def read_kvn(lines: Iterable[str], mistakes: Mistakes) -> Iterator[tuple[str, Fields]]:
    """Yield place and fields of every message of `KEY = value` lines."""
    fields: dict[str, object] = {}
    first = 1
    for row, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or line.startswith(("COMMENT", "#")):
            continue
        key, equals, value = line.partition("=")
        key = key.strip().upper()
        if not equals:
            mistakes.add(f"line {row}", f"{shown(line)} is not KEY = value")
        elif key == "CCSDS_OMM_VERS" or key in fields:
            if fields:
                yield f"message from line {first}", fields
            fields, first = {}, row
        if equals:
            fields[key] = re.sub(r"\s*\[[^\[\]]*\]$", "", value.strip())
    if fields:
        yield f"message from line {first}", fields


def record(where: str, fields: Fields, mistakes: Mistakes) -> Record | None:
    """Return one satellite from its fields, or None with what is wrong in `mistakes`."""
    before = mistakes.count
    name, catalogue_number = _name(where, fields, mistakes)
    place = f"{where} ({name})" if name else where
    for key, allowed in _THEORY.items():
        value = str(fields.get(key) or allowed[0]).strip().upper()
        if value not in allowed:
            mistakes.add(place, f"{key} is {shown(value)}, SGP4 elements have {allowed[0]}")
    values = [_value(place, key, fields, mistakes) for key in RANGES]
    epoch_ns = _epoch_ns(str(fields.get("EPOCH") or "").strip())
    if epoch_ns is None:
        given = fields.get("EPOCH")
        words = "missing" if given is None else shown(given)
        mistakes.add(place, f"EPOCH is {words}, needed is UTC like 2026-07-01T00:00:00.000000")
    if mistakes.count > before or epoch_ns is None:
        return None
    return Record(name, catalogue_number, where, epoch_ns, tuple(values))


def _name(where: str, fields: Fields, mistakes: Mistakes) -> tuple[str, int]:
    """Return a satellite's name, else its catalogue number as one, and that number."""
    given = fields.get("NORAD_CAT_ID")
    value = 0.0 if given in (None, "") else number(given)
    if value is None or not 0 <= value <= 999_999_999 or value != int(value):
        mistakes.add(where, f"NORAD_CAT_ID is {shown(given)}, needed is a number up to 999999999")
        value = 0.0
    name = str(fields.get("OBJECT_NAME") or "").strip()
    if not name and not value:
        mistakes.add(where, "neither OBJECT_NAME nor NORAD_CAT_ID is there")
    wrong = wrong_name(name)
    if wrong:
        mistakes.add(where, wrong)
    return (name or str(int(value)))[:NAME_MAX], int(value)


def _value(where: str, key: str, fields: Fields, mistakes: Mistakes) -> float:
    given = fields.get(key)
    value = number(given)
    if given is None:
        mistakes.add(where, f"{key} is missing")
    elif value is None:
        mistakes.add(where, f"{key} is {shown(given)}, needed is a number")
    else:
        wrong = in_range(key, value)
        if wrong:
            mistakes.add(where, wrong)
    return value or 0.0


def _epoch_ns(text: str) -> int | None:
    """Return a UTC epoch in POSIX nanoseconds, from calendar date or day of the year."""
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    year, of_year, month, day, hour, minute, second = (
        int(each or 1) for each in match.groups()[:7]
    )
    try:
        date = datetime(year, month, day, tzinfo=UTC) + timedelta(days=of_year - 1)
    except (ValueError, OverflowError):
        return None
    if not YEAR_MIN <= year <= YEAR_MAX or not 1 <= of_year <= 366:
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction_ns = int((match.group(8) or "0").ljust(9, "0")[:9])
    return posix_ns(date, ((hour * 60 + minute) * 60 + second) * 1_000_000_000 + fraction_ns)
