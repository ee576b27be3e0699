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
from skyweft.protocols.json_stream import Stream
from skyweft.protocols.records import Errors, shown

_AMOUNTS = ("startTime", "endTime", "rateBitsPerSec", "owlt")


def read(text: str, errors: Errors) -> Listed:
    """Read contacts; what is wrong is noted by line, or by place in the list, from 0."""
    found = Listed()
    stream = Stream(text)
    missing = 'needed is an object with a list "contacts"'
    listed = False
    nodes: object = None
    try:
        if stream.next() != "{":
            errors.add("JSON", missing)
            return found
        for key in stream.fields():
            if key == "contacts" and stream.next() == "[" and not listed:
                listed = True
                _contacts(stream.items(), found, errors)
            elif key == "nodes":
                nodes = stream.value()
            else:
                stream.value()
        stream.finish()
    except json.JSONDecodeError as error:
        errors.add(f"line {error.lineno}", f"not JSON: {error.msg}")
    except (ValueError, RecursionError) as error:
        errors.add("JSON", f"cannot be read: {error}")
    else:
        if not listed:
            errors.add("JSON", missing)
        _call(nodes, found, errors)
    return found


def _contacts(entries: Iterable[object], found: Listed, errors: Errors) -> None:
    seen: dict[Record, int] = {}
    count = backwards = nearby = 0
    for row, entry in enumerate(entries):
        where = f"contacts[{row}]"
        count += 1
        nearby += isinstance(entry, dict) and "owlt" not in entry
        record = _record(where, entry, errors)
        if record is not None and record.end_s <= record.start_s:
            backwards += 1
        elif record is not None and valid(where, record, errors):
            if record in seen:
                words = f"the same contact as contacts[{seen[record]}]: keep one of them"
                errors.add(where, words)
            seen.setdefault(record, row)
            found.records.append(record)
    found.tell(nearby, count, "have no owlt, which HDTN takes for 0 s, and so is it here")
    found.tell(backwards, count, "do not end after they start, and are left out")


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
