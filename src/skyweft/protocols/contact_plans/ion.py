"""Contact plans as commands of ION's `ionadmin` (an "ionrc" file).

`a contact START END FROM TO BYTES_PER_S`, `a range START END FROM TO LIGHT_SECONDS`, and `@ TIME`,
which moves the time that `+seconds` count from. A range from a lower to a higher number holds both
ways unless one the other way is given. Contacts of a pair may not overlap, and where the distance
changes a contact is taken apart. What else `ionadmin` does is passed over.

References
----------
ION's manual page ionrc(5).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from skyweft.protocols.contact_plans.records import (
    Listed,
    Record,
    amount,
    node,
    numbered,
    sound,
    whole,
)
from skyweft.protocols.records import Mistakes, shown

_PASSED_OVER = frozenset("?#eEvV1mMsSxXiIlLhHqQrR!^;wW")
_KEEPS_PLAN = "only `a contact`, `a range` and `@` are read"


class _Span(NamedTuple):
    """A contact or a range: what holds between two times, and where it was said."""

    start_s: float
    end_s: float
    value: float
    where: str


Pair = tuple[str, str]
Spans = dict[Pair, list[_Span]]


@dataclass(slots=True)
class _Reading:
    """What is known up to a line."""

    mistakes: Mistakes
    now_s: float = 0.0
    zero: datetime | None = None  # what seconds count from, once an absolute time has come
    relative: bool = False  # a relative time came before any absolute one
    contacts: Spans = field(default_factory=lambda: defaultdict(list))
    ranges: Spans = field(default_factory=lambda: defaultdict(list))


def read(text: str, mistakes: Mistakes) -> Listed:
    """Read contacts; what is wrong is noted by line.

    Seconds count from the first time of the file: from 0, or from its first absolute time. Contacts
    or parts of them for which no range is known are left out, as ION does not use them.
    """
    state = _Reading(mistakes)
    for row, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if words:
            _command(f"line {row}", line.strip(), words, state)
    found, total, without = Listed(), 0, 0
    _refuse_overlaps("contacts", state.contacts, mistakes)
    _refuse_overlaps("ranges", state.ranges, mistakes)
    for pair, spans in state.contacts.items():
        ranges = state.ranges.get(pair, [])
        if not ranges and int(pair[0]) > int(pair[1]):
            ranges = state.ranges.get((pair[1], pair[0]), [])
        for span in spans:
            records = list(_with_ranges(pair, span, ranges))
            total += 1
            found.records += records
            lasting_s = sum(each.end_s - each.start_s for each in records)
            without += lasting_s < (span.end_s - span.start_s) * (1 - 1e-12)
    if without:
        found.warnings.append(
            f"{mistakes.file_name}: {without:,} of {total:,} contacts last longer than a "
            "range is known for them; what has no range is left out"
        )
    return found


def _command(where: str, line: str, words: list[str], state: _Reading) -> None:
    if words[0] == "@" and len(words) == 2:
        state.now_s = _time(where, words[1], state) or state.now_s
    elif words[0] == "a" and len(words) in (7, 8) and words[1] in ("contact", "range"):
        _add(where, words, state)
    elif words[0][0] not in _PASSED_OVER:
        state.mistakes.add(where, f"{shown(line)}: {_KEEPS_PLAN}")


def _add(where: str, words: list[str], state: _Reading) -> None:
    if words[1] == "contact" and (words[2] == "-1" or words[3] == "0"):
        return  # a node's registration, or an opportunity of which nothing is known
    before = state.mistakes.count
    times = [_time(where, word, state) for word in words[2:4]]
    ends = [node(where, "a node", word, state.mistakes) for word in words[4:6]]
    name = "the rate" if words[1] == "contact" else "the distance"
    value = amount(where, name, words[6], state.mistakes)
    if state.mistakes.count > before or ends[0] == ends[1]:
        return  # a loop back to the node itself is ION's own test of it
    spans = state.contacts if words[1] == "contact" else state.ranges
    record = Record(*ends, *times, value, 0.0)  # type: ignore[arg-type, call-arg]
    if sound(where, record, state.mistakes):
        span = _Span(record.start_s, record.end_s, record.rate_bps, where)
        spans[record.source, record.target].append(span)


def _time(where: str, word: str, state: _Reading) -> float | None:
    """Return a time in seconds; else note the mistake."""
    if word.startswith("+"):
        value = amount(where, "a time", word[1:], state.mistakes)
        state.relative |= state.zero is None
        return None if value is None else state.now_s + value
    try:
        moment = datetime.strptime(word, "%Y/%m/%d-%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        moment = None
    if moment is None:
        state.mistakes.add(
            where, f"{shown(word)} is no time: +seconds or yyyy/mm/dd-hh:mm:ss is needed"
        )
    elif state.zero is None and state.relative:
        state.mistakes.add(
            where, f"{shown(word)} after times that count from an unknown start; begin with @ TIME"
        )
    else:
        state.zero = state.zero or moment
        return (moment - state.zero).total_seconds()
    return None


def _refuse_overlaps(what: str, every: Spans, mistakes: Mistakes) -> None:
    """Sort the spans of every pair; two that overlap are a mistake."""
    for (source, target), spans in every.items():
        spans.sort()
        for one, other in pairwise(spans):
            if other.start_s < one.end_s:
                mistakes.add(
                    other.where,
                    f"overlaps the one of {one.where}: {what} from {source} to {target} must "
                    "follow each other",
                )


def _with_ranges(pair: Pair, span: _Span, ranges: list[_Span]) -> Iterator[Record]:
    """Yield the parts of a contact of which the distance is known."""
    for each in ranges:
        start_s, end_s = max(span.start_s, each.start_s), min(span.end_s, each.end_s)
        if start_s < end_s:
            yield Record(*pair, start_s, end_s, 8 * span.value, each.value)


def write(records: Iterable[Record], names: Sequence[str]) -> str:
    """Write ranges and contacts, a line each, in whole seconds, bytes/s and light seconds.

    Raises
    ------
    ValueError
        Contacts of a pair overlap, which ION does not allow.
    """
    number = numbered(names)
    lines = [f"# node {value}: {name}" for name, value in number.items() if str(value) != name]
    last: dict[Pair, int] = {}
    for record in sorted(records, key=lambda each: each.start_s):
        if (rounded := whole(record)) is None:
            continue
        start_s, end_s, rate_bps, delay_s = rounded
        pair = record.source, record.target
        if start_s < last.get(pair, 0):
            raise ValueError(
                f"contacts from {record.source} to {record.target} overlap at {start_s} s, "
                "which ION does not allow"
            )
        last[pair] = end_s
        span = f"+{start_s} +{end_s} {number[record.source]} {number[record.target]}"
        lines += [f"a range {span} {delay_s}", f"a contact {span} {rate_bps // 8}"]
    return "\n".join(lines) + "\n"
