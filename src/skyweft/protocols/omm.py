"""Orbit Mean-Elements Messages (OMM) in the four notations catalogues publish them in.

Field names are the same in all of them, so each notation only has to say which
fields stand together.

References
----------
CCSDS 502.0-B-3, "Orbit Data Messages", 2023; the CSV and JSON notations as
celestrak.org and space-track.org write them.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

from skyweft.errors import ScenarioError
from skyweft.protocols.alike import AT_ONCE, Form, Tag
from skyweft.protocols.json_stream import Stream
from skyweft.protocols.markup import refuse_entities
from skyweft.protocols.omm_columns import Block
from skyweft.protocols.omm_fields import UNITS, Fields, without_unit
from skyweft.protocols.records import RANGES, Errors, shown
from skyweft.protocols.runs import FORMS_MAX, Passed, Runs

Found = Iterator[tuple[str, Fields | str] | Block]
"""Places of a file, each with the fields of a set, or with what is wrong there; or many sets."""

_SEPARATORS = ",;\t"
_VERSION = re.compile(r"CCSDS_OMM_VERS[ \t]*=")
_VERSION_BELOW = re.compile(rf"\n{_VERSION.pattern}")
_COMMENTS = ("COMMENT", "#")
ELEMENTS_MIN, ELEMENTS_A_SET = 10_000, 100  # of XML; a set has about 40


def separator(head: str) -> str | None:
    """Return what parts the columns of a line of column names, or None where it is no such line."""
    names = {"EPOCH", "OBJECT_NAME", "NORAD_CAT_ID", *RANGES}
    known = {
        separator: sum(name.strip(' "').upper() in names for name in head.split(separator))
        for separator in _SEPARATORS
    }
    best = max(known, key=lambda each: known[each])
    return best if known[best] > 1 else None


def read_csv(lines: Iterable[str], between: str, errors: Errors) -> Found:
    """Yield the rows below the line of column names.

    Between semicolons a number may have a decimal comma, as spreadsheets write it.
    """
    reader = csv.reader((f"{line}\n" for line in lines), strict=True, delimiter=between)
    table, broken = _Rows([], between), None
    try:
        for row in reader:
            where = f"line {reader.line_num}"
            if not any(map(str.strip, row)):
                continue
            if not table.header:
                table.header.extend(name.strip().upper() for name in row)
                _check_header(table.header, errors, where)
                continue
            fits = len(row) == len(table.header)
            if fits:
                table.rows.append(row)
                table.places.append(where)
            if len(table.rows) == AT_ONCE or not fits:
                yield from table.blocks()
            if not fits:
                yield where, f"{len(row)} fields, the first line names {len(table.header)}"
    except csv.Error as error:
        broken = error
    yield from table.blocks()
    if broken:
        errors.add_broken(f"line {reader.line_num}", f"not CSV: {broken}")


@dataclass(slots=True)
class _Rows:
    """Rows of a table that wait for others."""

    header: list[str]
    between: str
    rows: list[list[str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[Block]:
        """Yield what waits, if anything does."""
        if not self.rows:
            return
        columns: dict[str, Sequence[str]] = dict(
            zip(self.header, zip(*self.rows, strict=True), strict=True)
        )
        if self.between == ";":
            columns |= {
                key: [column.replace(",", ".") for column in columns[key]]
                for key in UNITS
                if key in columns
            }
        places, self.rows, self.places = self.places, [], []
        yield Block(places, columns)


def _check_header(header: list[str], errors: Errors, where: str) -> None:
    missing = [name for name in ("EPOCH", *RANGES) if name not in header]
    if missing:
        errors.add_broken(where, f"columns missing: {', '.join(missing)}")
    twice = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    if twice:
        errors.add_broken(where, f"columns that are there twice: {', '.join(twice)}")
    errors.complain()


def read_json(text: str, errors: Errors) -> Found:
    """Yield the objects of a list, or the only object."""
    row = 1
    try:
        for entries in _entries(text):
            yield from _objects(entries, row)
            row += len(entries)
    except json.JSONDecodeError as error:
        errors.add_broken(f"line {error.lineno}", f"not JSON: {error.msg}")
    except (ValueError, RecursionError) as error:
        errors.add_broken("JSON", f"cannot be read: {error}")


def _entries(text: str) -> Iterator[Sequence[object]]:
    stream = Stream(text)
    if stream.next() == "[":
        yield from stream.parts()
    else:
        yield [stream.value()]
    stream.finish()


def _objects(entries: Sequence[object], row: int) -> Found:
    """Yield some entries, the first of which has this number: at once where their keys are one."""
    objects = [entry for entry in entries if isinstance(entry, dict)]
    if len(objects) == len(entries) and len({*map(tuple, objects)}) == 1:
        keys = [key.upper() for key in objects[0]]
        if keys and len({*keys}) == len(keys):
            places = [f"entry {number}" for number in range(row, row + len(entries))]
            columns = zip(*map(dict.values, objects), strict=True)
            yield Block(places, dict(zip(keys, columns, strict=True)))
            return
    for number, entry in enumerate(entries, row):
        if isinstance(entry, dict):
            yield f"entry {number}", {key.upper(): value for key, value in entry.items()}
        else:
            yield f"entry {number}", f"{shown(entry)} is no object with element fields"


def read_xml(text: str, errors: Errors) -> Found:
    """Yield the fields of every segment."""
    refuse_entities(text, errors.file_name)
    most = ELEMENTS_MIN + ELEMENTS_A_SET * (text.count("EPOCH>") + text.count("epoch>"))
    # A mark sought in a hundred megabytes takes long; mostly the first tells enough.
    if (elements := text.count("<")) > most and (elements := elements - text.count("</")) > most:
        raise ScenarioError(
            f"{errors.file_name}: {elements:,} XML elements, at most {most:,} are read around so "
            "few epochs"
        )
    runs = Runs(text, ("omm",), _meaning)
    row = 1
    try:
        for run in runs:
            if isinstance(run, Passed):
                yield run.meaning.block([f"segment {row + k}" for k in range(run.rows)], run)
                row += run.rows
            elif _tag(run) == "SEGMENT":
                fields = {_tag(inner): _xml_value(inner) for inner in run.iter()}
                run.clear()
                yield f"segment {row}", fields
                row += 1
    except ET.ParseError as error:
        line = error.position[0] + runs.lines_passed
        errors.add_broken(f"line {line}", f"not XML: {str(error).partition(':')[0]}")


class _Segment(NamedTuple):
    """Of which fields the values of messages written alike are."""

    keys: Sequence[str | None]  # of every value; none: it is of no field
    empty: Sequence[str]  # fields that say nothing

    def block(self, places: Sequence[str], passed: Passed["_Segment"]) -> Block:
        """Return the fields of messages."""
        named = zip(self.keys, passed.columns, strict=True)
        said = {key: [*map(str.strip, texts)] for key, texts in named if key}
        return Block(places, {**dict.fromkeys(self.empty, ("",) * len(places)), **said})


def _meaning(found: Sequence[Tag]) -> _Segment | None:
    """Return what the values of a message mean; None where it has not one plain segment."""
    keys: list[str | None] = []
    empty: list[str] = []
    within, segments = False, 0
    for record in found:
        key = record.name.upper()
        if key == "SEGMENT":
            within = record.opens
            segments += record.opens
        unit = record.attributes.get("units")
        if unit is not None and unit.strip().casefold() != UNITS.get(key, "").casefold():
            return None
        if record.leaf:
            keys.append(key if within else None)
        elif record.opens and within:
            empty.append(key)
    return None if segments != 1 or {*keys} & {*empty} else _Segment(keys, empty)


def _xml_value(element: ET.Element) -> str:
    text, unit = (element.text or "").strip(), element.get("units")
    return text if unit is None else without_unit(_tag(element), f"{text} [{unit}]")


def _tag(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2].upper()


def read_kvn(text: str, errors: Errors) -> Found:
    """Yield the fields of every message of `KEY = value` lines."""
    start, row, learned = 0, 1, 0
    while start < len(text):
        end = _VERSION_BELOW.search(text, start) if learned < FORMS_MAX else None
        stop = end.start() + 1 if end else len(text)
        yield from _messages(lines_of(text, start, stop), row)
        plain = end and _VERSION.match(text, start)
        form, keys = _kvn_form(text[start:stop]) if plain else (None, ())
        learned, row, start = learned + 1, row + text.count("\n", start, stop), stop
        while form and (run := form.run(text, start)).ends:
            begins = [start, *run.ends]
            lines = accumulate((text.count("\n", *span) for span in pairwise(begins)), initial=row)
            *rows, row = lines
            columns = (map(str.strip, column) for column in run.columns)
            said = {key: [*column] for key, column in zip(keys, columns, strict=True)}
            yield Block([f"message from line {row}" for row in rows], said)
            start = run.ends[-1]


def lines_of(text: str, start: int = 0, stop: int | None = None) -> Iterator[str]:
    """Yield lines one by one: a hundred megabytes of garbage are never split as a whole."""
    stop = len(text) if stop is None else stop
    while (end := text.find("\n", start, stop)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:stop]


def _messages(lines: Iterable[str], first: int) -> Iterator[tuple[str, Fields | str]]:
    fields: dict[str, object] = {}
    for row, raw in enumerate(lines, start=first):
        line = raw.strip()
        if not line or line.startswith(_COMMENTS):
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
            fields[key] = without_unit(key, value.strip())
    if fields:
        yield f"message from line {first}", fields


def _kvn_form(text: str) -> tuple[Form | None, Sequence[str]]:
    """Return how a message from the line of its version on is written, if plainly, and its keys."""
    keys: list[str] = []
    parts: list[str] = []
    for line in text.split("\n")[:-1]:
        key, equals, value = line.partition("=")
        name = key.strip().upper()
        if not line.strip():
            parts.append(r"[ \t]*\n")
        elif line.strip().startswith(_COMMENTS):
            parts.append(r"[ \t]*(?:COMMENT|#)[^\n]*\n")
        elif not equals or name in keys:
            return None, ()
        else:
            keys.append(name)
            parts.append(f"{re.escape(key)}={_kvn_value(name, value)}\n")
    behind = rf"[ \t\n]*(?={_VERSION.pattern}|\Z)"
    return Form("".join(parts) + behind), keys


def _kvn_value(key: str, value: str) -> str:
    """Return the expression of a value; behind a number its unit stands as in this one."""
    if key not in UNITS:
        return r"([^\n]*)"
    unit = re.search(r"\[[^\[\]]*\]\s*$", value)
    known = unit and unit[0].strip()[1:-1].strip().casefold() == UNITS[key].casefold()
    return r"([^\n\[\]]*)" + (re.escape(unit[0]) if unit and known else "")
