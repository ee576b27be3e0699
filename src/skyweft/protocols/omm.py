"""Orbit Mean-Elements Messages (OMM) in the four notations catalogues publish them in.

Field names are the same in all of them, so each notation only has to say which
fields stand together. Keys that are of no element set are passed over; those that
neither the standard nor a catalogue has are told.

References
----------
CCSDS 502.0-B-3, "Orbit Data Messages", 2023; the CSV and JSON notations as
celestrak.org and space-track.org write them.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast
from xml.etree import ElementTree as ET

from skyweft.errors import ScenarioError
from skyweft.naming import NAME_MAX, normal, wrong_name
from skyweft.protocols.json_stream import Stream
from skyweft.protocols.markup import refuse_entities
from skyweft.protocols.records import (
    RANGES,
    YEAR_MAX,
    YEAR_MIN,
    Errors,
    Record,
    catalogue_entry,
    in_range,
    number,
    shown,
    whole,
)
from skyweft.world.clock import tai_ns_from_text

Fields = Mapping[str, object]
Found = Iterator[tuple[str, Fields | str]]
"""Places of a file, each with the fields of a set, or with what is wrong there."""

_THEORY = {
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4", "SGP"),
    "TIME_SYSTEM": ("UTC",),
    "REF_FRAME": ("TEME",),
    "CENTER_NAME": ("EARTH",),
}
"""What the elements must be where a message says it; other elements are not SGP4's."""
_EPHEMERIS_TYPES = (None, 0, 1, 2, 3)  # 4 is SGP4-XP
_UNITS = {
    "MEAN_MOTION": "rev/day",
    "ECCENTRICITY": "n/a",
    "INCLINATION": "deg",
    "RA_OF_ASC_NODE": "deg",
    "ARG_OF_PERICENTER": "deg",
    "MEAN_ANOMALY": "deg",
    "BSTAR": "1/ER",
    "MEAN_MOTION_DOT": "rev/day**2",
    "MEAN_MOTION_DDOT": "rev/day**3",
}
"""The numbers behind which a unit may stand, and the only unit that it may be."""
_OTHER = """
    OBJECT_NAME OBJECT_ID CLASSIFICATION_TYPE NORAD_CAT_ID ELEMENT_SET_NO REV_AT_EPOCH EPOCH
    EPHEMERIS_TYPE CCSDS_OMM_VERS COMMENT CLASSIFICATION CREATION_DATE ORIGINATOR MESSAGE_ID
    REF_FRAME_EPOCH SEMI_MAJOR_AXIS GM MASS SOLAR_RAD_AREA SOLAR_RAD_COEFF DRAG_AREA DRAG_COEFF
    SEGMENT METADATA DATA MEANELEMENTS TLEPARAMETERS SPACECRAFTPARAMETERS COVARIANCEMATRIX
    USERDEFINEDPARAMETERS COV_REF_FRAME SEMIMAJOR_AXIS PERIOD APOAPSIS PERIAPSIS OBJECT_TYPE
    RCS_SIZE COUNTRY_CODE LAUNCH_DATE SITE DECAY_DATE FILE GP_ID TLE_LINE0 TLE_LINE1 TLE_LINE2
    RMS DATA_SOURCE
"""
_KNOWN = frozenset(_OTHER.split()) | _THEORY.keys() | _UNITS.keys()
"""What is read, and what the standard and catalogues write that elements do not need."""
_KNOWN_BEGINNINGS = ("USER_DEFINED", "CX_", "CY_", "CZ_")
_SEPARATORS = ",;\t"
_CHUNK = 1 << 16
ELEMENTS_MIN, ELEMENTS_A_SET = 10_000, 100  # of XML; a set has about 40


def separator(head: str) -> str | None:
    """Return what parts the columns of a line of column names, or None where it is no such line."""
    names = {"EPOCH", "OBJECT_NAME", "NORAD_CAT_ID", *RANGES}
    known = {
        each: sum(name.strip(' "').upper() in names for name in head.split(each))
        for each in _SEPARATORS
    }
    best = max(known, key=lambda each: known[each])
    return best if known[best] > 1 else None


def read_csv(lines: Iterable[str], between: str, errors: Errors) -> Found:
    """Yield place and fields of every row below the line of column names.

    Between semicolons a number may have a decimal comma, as spreadsheets write it.
    """
    reader = csv.reader((f"{line}\n" for line in lines), strict=True, delimiter=between)
    header: list[str] = []
    try:
        for row in reader:
            where = f"line {reader.line_num}"
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = [name.strip().upper() for name in row]
                _check_header(header, errors, where)
            elif len(row) == len(header):
                fields = dict(zip(header, row, strict=True))
                if between == ";":
                    fields |= {
                        key: fields[key].replace(",", ".") for key in _UNITS if key in fields
                    }
                yield where, fields
            else:
                yield where, f"{len(row)} fields, the first line names {len(header)}"
    except csv.Error as error:
        errors.add_broken(f"line {reader.line_num}", f"not CSV: {error}")


def _check_header(header: list[str], errors: Errors, where: str) -> None:
    missing = [name for name in ("EPOCH", *RANGES) if name not in header]
    if missing:
        errors.add_broken(where, f"columns missing: {', '.join(missing)}")
    twice = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    if twice:
        errors.add_broken(where, f"columns that are there twice: {', '.join(twice)}")
    errors.complain()


def read_json(text: str, errors: Errors) -> Found:
    """Yield place and fields of every object of a list, or of the only object."""
    try:
        for row, entry in enumerate(_entries(text), start=1):
            if isinstance(entry, dict):
                yield f"entry {row}", {key.upper(): value for key, value in entry.items()}
            else:
                yield f"entry {row}", f"{shown(entry)} is no object with element fields"
    except json.JSONDecodeError as error:
        errors.add_broken(f"line {error.lineno}", f"not JSON: {error.msg}")
    except (ValueError, RecursionError) as error:
        errors.add_broken("JSON", f"cannot be read: {error}")


def _entries(text: str) -> Iterator[object]:
    stream = Stream(text)
    if stream.next() == "[":
        yield from stream.items()
    else:
        yield stream.value()
    stream.finish()


def read_xml(text: str, errors: Errors) -> Found:
    """Yield place and fields of every segment."""
    refuse_entities(text, errors.file_name)
    sets = text.count("EPOCH>") + text.count("epoch>")
    elements = text.count("<") - text.count("</")
    if elements > (most := ELEMENTS_MIN + ELEMENTS_A_SET * sets):
        raise ScenarioError(
            f"{errors.file_name}: {elements:,} XML elements, at most {most:,} are read around so "
            "few epochs"
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
                fields = {_tag(each): _xml_value(each) for each in element.iter()}
                element.clear()
                yield f"segment {row}", fields
        parser.close()
    except ET.ParseError as error:
        errors.add_broken(f"line {error.position[0]}", f"not XML: {str(error).partition(':')[0]}")


def _xml_value(element: ET.Element) -> str:
    text, unit = (element.text or "").strip(), element.get("units")
    return text if unit is None else _without_unit(_tag(element), f"{text} [{unit}]")


def _tag(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2].upper()


def read_kvn(lines: Iterable[str], errors: Errors) -> Found:
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
            yield f"line {row}", f"{shown(line)} is not KEY = value"
        elif key == "CCSDS_OMM_VERS" or key in fields:
            if fields:
                yield f"message from line {first}", fields
            fields, first = {}, row
        if equals:
            fields[key] = _without_unit(key, value.strip())
    if fields:
        yield f"message from line {first}", fields


def _without_unit(key: str, text: str) -> str:
    """Take the unit off a number. Brackets in other texts, as in names, belong to them."""
    unit = _UNITS.get(key)
    match = re.fullmatch(r"(.*?)\s*\[([^\[\]]*)\]", text) if unit else None
    if unit is None or match is None:
        return text
    return match[1] if match[2].strip().casefold() == unit.casefold() else text


def record(where: str, fields: Fields | str, errors: Errors) -> Record | None:
    """Return one satellite from its fields, or None with what is wrong in `errors`."""
    if isinstance(fields, str):
        errors.add(where, fields)
        return None
    before = errors.count
    errors.unused |= {
        key: None for key in fields.keys() - _KNOWN if key and not key.startswith(_KNOWN_BEGINNINGS)
    }
    name, catalogue_number = _name(where, fields, errors)
    place = f"{where} ({name})" if name else where
    _check_theory(place, fields, errors)
    values = [_value(place, key, fields, errors) for key in RANGES]
    epoch_ns = _epoch_ns(place, fields, errors)
    entry = catalogue_entry(place, fields, errors)
    if entry.ephemeris_type not in _EPHEMERIS_TYPES:
        words = f"EPHEMERIS_TYPE is {entry.ephemeris_type}, SGP4 has 0; 4 is SGP4-XP"
        errors.add(place, words)
    if errors.count > before:
        return None
    return Record(name, catalogue_number, where, epoch_ns, tuple(values), entry)


def _check_theory(place: str, fields: Fields, errors: Errors) -> None:
    for key, allowed in _THEORY.items():
        value = str(fields.get(key) or allowed[0]).strip().upper()
        if value not in allowed:
            errors.add(place, f"{key} is {shown(value)}, SGP4 elements have {allowed[0]}")


def _name(where: str, fields: Fields, errors: Errors) -> tuple[str, int]:
    """Return a satellite's name, else its catalogue number as one, and that number."""
    given = fields.get("NORAD_CAT_ID")
    value = 0 if given in (None, "") else whole(given)
    if value is None:
        words = f"NORAD_CAT_ID is {shown(given)}, needed is a number up to 999999999"
        errors.add(where, words)
    name = normal(str(fields.get("OBJECT_NAME") or "").strip())
    if not name and value == 0:
        errors.add(where, "neither OBJECT_NAME nor NORAD_CAT_ID is there")
    if name and (wrong := wrong_name(name)):
        errors.add(where, wrong)
    return (name or str(value))[:NAME_MAX], value or 0


def _value(where: str, key: str, fields: Fields, errors: Errors) -> float:
    given = fields.get(key)
    value = number(given)
    if given is None:
        errors.add(where, f"{key} is missing")
    elif value is None:
        unit = "" if _UNITS[key] == "n/a" else f" in {_UNITS[key]}"
        errors.add(where, f"{key} is {shown(given)}, needed is a number{unit}")
    else:
        wrong = in_range(key, value)
        if wrong:
            errors.add(where, wrong)
    return value or 0.0


def _epoch_ns(where: str, fields: Fields, errors: Errors) -> int:
    """Return the epoch in TAI nanoseconds, 0 where there is none."""
    given = fields.get("EPOCH")
    if given is None:
        errors.add(where, "EPOCH is missing, needed is UTC like 2026-07-01T00:00:00.000000")
        return 0
    text = str(given).strip()
    try:
        epoch_ns = tai_ns_from_text(text)
    except ValueError as error:
        errors.add(where, f"EPOCH: {shown(given)} {error}")
        return 0
    if not YEAR_MIN <= int(text[:4]) <= YEAR_MAX:
        errors.add(where, f"EPOCH: {shown(given)} is not in {YEAR_MIN} to {YEAR_MAX}")
    return epoch_ns
