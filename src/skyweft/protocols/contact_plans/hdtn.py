"""Contact plans in JSON as NASA's High-rate Delay Tolerant Networking (HDTN) reads them.

An object with a list `contacts` of objects with contact, source, dest, startTime [s], endTime [s],
rateBitsPerSec and owlt [s], all whole numbers when written. HDTN passes over the key `nodes`,
which we add: it says how nodes are called that have more than a number.

References
----------
nasa/HDTN: `libcgr.cpp` takes 0 for an owlt that is missing, and its own examples hold contacts that
end before they start, which it never uses.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from skyweft.protocols.contact_plans.records import (
    Listed,
    Record,
    Written,
    amount,
    node,
    numbered,
    valid,
    whole,
)
from skyweft.protocols.records import Errors, shown

_AMOUNTS = ("startTime", "endTime", "rateBitsPerSec", "owlt")


def read(text: str, errors: Errors) -> Listed:
    """Read contacts; what is wrong is noted by line, or by place in the list, from 0."""
    found = Listed()
    whole_file = _parsed(text, errors)
    if whole_file is None:
        return found
    entries = whole_file.get("contacts") if isinstance(whole_file, dict) else None
    if not isinstance(entries, list):
        errors.add("JSON", 'needed is an object with a list "contacts"')
        return found
    seen: dict[Record, str] = {}
    backwards = 0
    for row, entry in enumerate(entries):
        where = f"contacts[{row}]"
        record = _record(where, entry, errors)
        if record is not None and record.end_s <= record.start_s:
            backwards += 1
        elif record is not None and valid(where, record, errors):
            if record in seen:
                errors.add(where, f"the same contact as {seen[record]}: keep one of them")
            seen.setdefault(record, where)
            found.records.append(record)
    _call(whole_file.get("nodes"), found, errors)
    nearby = sum(isinstance(entry, dict) and "owlt" not in entry for entry in entries)
    found.tell(nearby, len(entries), "have no owlt, which HDTN takes for 0 s, and so is it here")
    found.tell(backwards, len(entries), "do not end after they start, and are left out")
    return found


def _parsed(text: str, errors: Errors) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        errors.add(f"line {error.lineno}", f"not JSON: {error.msg}")
    except (ValueError, RecursionError) as error:
        errors.add("JSON", f"cannot be read: {error}")
    return None


def _record(where: str, entry: object, errors: Errors) -> Record | None:
    if not isinstance(entry, dict):
        errors.add(where, f"{shown(entry)} is no object with the fields of a contact")
        return None
    ends = [node(where, key, entry.get(key), errors) for key in ("source", "dest")]
    given = {"owlt": 0, **entry}
    values = [amount(where, key, given.get(key), errors) for key in _AMOUNTS]
    if None in ends or None in values:
        return None
    return Record(*ends, *values)  # type: ignore[arg-type]


def _call(given: object, found: Listed, errors: Errors) -> None:
    """Note the names of nodes that have one."""
    if given is None:
        return
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given.values()):
        errors.add("nodes", "needed is an object of numbers and names")
        return
    for key, name in given.items():
        where = f"nodes.{shown(key)}"
        number = node(where, "the key", key, errors)
        if number in found.names:
            errors.add(where, f"node {number} has a name already")
        elif number is not None:
            found.call(where, number, name, errors)


def write(records: Iterable[Record], names: Sequence[str]) -> Written:
    """Write contacts, a line each, in whole seconds and bit/s."""
    number = numbered(names)
    lines: list[str] = []
    for record in records:
        if (rounded := whole(record)) is None:
            continue
        start_s, end_s, rate_bps, delay_s = rounded
        entry = {
            "contact": len(lines),
            "source": number[record.source],
            "dest": number[record.target],
            "startTime": start_s,
            "endTime": end_s,
            "rateBitsPerSec": rate_bps,
            "owlt": delay_s,
        }
        lines.append(json.dumps(entry))
    called = {str(value): name for name, value in number.items() if str(value) != name}
    nodes = f'"nodes": {json.dumps(called)},\n' if called else ""
    return "{" + nodes + '"contacts": [\n' + ",\n".join(lines) + "\n]}\n", []
