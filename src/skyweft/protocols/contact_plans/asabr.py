"""Contact plans in the text format of A-SABR: `node` and `contact` statements.

`node NUMBER NAME`, numbered from 0 on; `contact FROM TO START END RATE DELAY`. The format has no
units: seconds and bit/s here, whole numbers when written.
"""

from collections.abc import Iterable, Sequence

from skyweft.protocols.contact_plans.records import Listed, Record, amount, sound, whole
from skyweft.protocols.records import Mistakes, shown

_AMOUNTS = ("start", "end", "rate", "delay")


def read(text: str, mistakes: Mistakes) -> Listed:
    """Read nodes and contacts, a statement a line; what is wrong is noted by line."""
    found = Listed()
    for row, line in enumerate(text.split("\n"), start=1):
        words = line.partition("#")[0].split()
        where = f"line {row}"
        if not words:
            continue
        if words[0] == "node" and len(words) == 3:
            _node(where, words[1], words[2], found, mistakes)
        elif words[0] == "contact" and len(words) == 7:
            record = _record(where, words[1:], found, mistakes)
            if record is not None and sound(where, record, mistakes):
                found.records.append(record)
        else:
            mistakes.add(
                where,
                f"{shown(line.strip())} is neither `node NUMBER NAME` nor "
                "`contact FROM TO START END RATE DELAY`",
            )
    return found


def _node(where: str, number: str, name: str, found: Listed, mistakes: Mistakes) -> None:
    if number != str(len(found.names)):
        mistakes.add(where, f"node {shown(number)}: nodes count from 0, next is {len(found.names)}")
    elif name in found.names.values():
        mistakes.add(where, f"{shown(name)} is the name of a node already")
    else:
        found.names[number] = name


def _record(where: str, words: list[str], found: Listed, mistakes: Mistakes) -> Record | None:
    values = [
        amount(where, name, word, mistakes) for name, word in zip(_AMOUNTS, words[2:], strict=True)
    ]
    unknown = [word for word in words[:2] if word not in found.names]
    for word in unknown:
        mistakes.add(where, f"unknown node {shown(word)}; a `node` line must come before")
    if unknown or None in values:
        return None
    return Record(*words[:2], *values)  # type: ignore[arg-type]


def write(records: Iterable[Record], names: Sequence[str]) -> str:
    """Write nodes and contacts, a line each, in whole seconds and bit/s.

    White space in names becomes an underscore: the format has no quotes.
    """
    number = {name: row for row, name in enumerate(names)}
    lines = [f"node {row} {'_'.join(name.split()) or row}" for name, row in number.items()]
    for record in records:
        if (rounded := whole(record)) is not None:
            ends = f"{number[record.source]} {number[record.target]}"
            lines.append(f"contact {ends} {' '.join(map(str, rounded))}")
    return "\n".join(lines) + "\n"
