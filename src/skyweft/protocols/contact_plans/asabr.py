"""Contact plans in the text format of A-SABR: `node` and `contact` statements.

`node NUMBER NAME`, numbered from 0 on; `contact FROM TO START END RATE DELAY`. The format has no
units: seconds and bit/s here, whole numbers when written.
"""

import re
from collections.abc import Iterable, Sequence

from skyweft.naming import Apart
from skyweft.protocols.contact_plans.records import Listed, Record, Written, amount, valid, whole
from skyweft.protocols.records import Errors, shown

_AMOUNTS = ("start", "end", "rate", "delay")


def read(text: str, errors: Errors) -> Listed:
    """Read nodes and contacts, a statement a line; what is wrong is noted by line."""
    found = Listed()
    for row, line in enumerate(text.split("\n"), start=1):
        words = line.partition("#")[0].split()
        where = f"line {row}"
        if not words:
            continue
        if words[0] == "node" and len(words) == 3:
            _node(where, words[1], words[2], found, errors)
        elif words[0] == "contact" and len(words) == 7:
            record = _record(where, words[1:], found, errors)
            if record is not None and valid(where, record, errors):
                found.records.append(record)
        else:
            errors.add(
                where,
                f"{shown(line.strip())} is neither `node NUMBER NAME` nor "
                "`contact FROM TO START END RATE DELAY`",
            )
    return found


def _node(where: str, number: str, name: str, found: Listed, errors: Errors) -> None:
    if number != str(len(found.names)):
        errors.add(where, f"node {shown(number)}: nodes count from 0, next is {len(found.names)}")
    else:
        found.call(where, number, name, errors)


def _record(where: str, words: list[str], found: Listed, errors: Errors) -> Record | None:
    values = [
        amount(where, name, word, errors) for name, word in zip(_AMOUNTS, words[2:], strict=True)
    ]
    unknown = [word for word in words[:2] if word not in found.names]
    for word in unknown:
        errors.add(where, f"unknown node {shown(word)}; a `node` line must come before")
    if unknown or None in values:
        return None
    return Record(*words[:2], *values)  # type: ignore[arg-type]


def write(records: Iterable[Record], names: Sequence[str]) -> Written:
    """Write nodes and contacts, a line each, in whole seconds and bit/s.

    White space and `#` in names become underscores: the format has no quotes. Names that are one
    then are numbered.
    """
    number = {name: row for row, name in enumerate(names)}
    plain = {name: re.sub(r"[\s#]", "_", name) for name in names}
    apart = Apart(cases=True)
    # Names that can stay do, whoever comes first.
    words = {
        name: apart(plain[name]) for name in sorted(names, key=lambda each: each != plain[each])
    }
    lines = [f"node {row} {words[name]}" for name, row in number.items()]
    for record in records:
        if (rounded := whole(record)) is not None:
            ends = f"{number[record.source]} {number[record.target]}"
            lines.append(f"contact {ends} {' '.join(map(str, rounded))}")
    other = [name for name in names if words[name] != name]
    first = f", {other[0]!r} is {words[other[0]]!r}" if other else ""
    note = f"{len(other):,} nodes are called otherwise, since A-SABR's text has no quotes{first}"
    return "\n".join(lines) + "\n", [note] if other else []
