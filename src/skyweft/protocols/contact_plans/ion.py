"""Contact plans as commands of ION's `ionadmin` (an "ionrc" file).

`a contact START END FROM TO BYTES_PER_S`, `a range START END FROM TO LIGHT_SECONDS`, and `@ TIME`,
which moves the time that `+seconds` count from. A range from a lower to a higher number holds both
ways unless one the other way is given. Contacts of a pair may not overlap, and where the distance
changes a contact is taken apart. `c` and `d` change and delete what stands above. `^ REGION`
begins the plan of another region, the first is region 1: a file of one plan has contacts of one.
What else `ionadmin` does is passed over, and so are lines of ION's other programs, as in the one
file that `ionstart` takes for all of them.

References
----------
ION's manual page ionrc(5); `ionadmin.c` of nasa-jpl/ION-DTN for what it refuses.
"""

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from skyweft.naming import cut
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
from skyweft.protocols.records import ERRORS_MAX, Errors, shown

_PASSED_OVER = frozenset("?#eEvV1mMsSxXiIlLhHqQrR!;wWbB")
_KEEPS_PLAN = "only `a`, `c` and `d` of contacts and ranges, `^` and `@` are read"
_ABSOLUTE = r"[0-9]{4}/[0-9]{2}/[0-9]{2}-[0-9]{2}:[0-9]{2}:[0-9]{2}"
_PLAIN = re.compile(
    rf"a (contact|range) (\+[0-9]{{1,12}}|{_ABSOLUTE}) (\+[0-9]{{1,12}}|{_ABSOLUTE}) "
    r"([1-9][0-9]{0,17}) ([1-9][0-9]{0,17}) ([0-9]{1,15})\r?"
)
"""What most lines of a long plan are; others are looked at word by word."""
_TIME = "%Y/%m/%d-%H:%M:%S"
_SECTION = re.compile(r"#+\s*(begin|end)\s+(\w*admin)\b", re.IGNORECASE)
_KEPT = """
    scheme endpoint protocol induct outduct plan planduct plangroup span seat group exit rule
    planrule grouprule dtn2 fixed policy policyrule eventset key pubkey bspbab bspbib bspbcb
    bibrule bcbrule adu profile topic gateway engine ltpauth
"""
_ELSEWHERE = frozenset(_KEPT.split())
"""What other programs of ION keep."""
_LINE_BYTES_MAX = 250  # ionadmin reads 255 at a time and takes the rest for a command

# Why a contact is passed over; the first two are no times, by ionrc(5).
_REGISTRATION = "say only that a node is in the region, and are passed over"
_HYPOTHETICAL = "are hypothetical, nothing is known of them, and are passed over"
_LOOP = "are of a node with itself, and are passed over"
_NO_RANGE = "have no range, without which ION does not use them, and are left out"
_LONGER = "last longer than a range is known for them; what has no range is left out"
_DOUBTFUL = "have a confidence below 1, which is not looked at: they are taken to happen"


class _Span(NamedTuple):
    """A contact or a range: what holds between two times, and where it was said."""

    start_s: float
    end_s: float
    value: float
    row: int

    @property
    def where(self) -> str:
        """Return where it was said, for messages."""
        return f"line {self.row}"


Pair = tuple[str, str]
Begun = dict[float, list[_Span]]
"""Spans of a pair by when they begin: what is changed or deleted is found at once."""
Spans = dict[Pair, Begun]


@dataclass(slots=True)
class _Reading:
    """What is known up to a line."""

    errors: Errors
    now_s: float = 0.0
    zero: datetime | None = None  # what seconds count from, once an absolute time has come
    relative: bool = False  # a relative time came before any absolute one
    region: str = "region 1"
    program: str = "ionadmin"
    elsewhere: int = 0  # lines of other programs
    clashes: int = 0
    unordered: set[tuple[bool, Pair]] = field(default_factory=set)  # those that may overlap
    row: int = 0
    contacts: Spans = field(default_factory=lambda: defaultdict(dict))
    ranges: Spans = field(default_factory=lambda: defaultdict(dict))
    regions: dict[str, str] = field(default_factory=dict)  # with contacts, and where the first is
    total: int = 0
    passed: Counter[str] = field(default_factory=Counter)


def read(text: str, errors: Errors) -> Listed:
    """Read contacts; what is wrong is noted by line.

    Seconds count from the first time of the file: from 0, or from its first absolute time. Contacts
    or parts of them for which no range is known are left out, as ION does not use them.
    """
    state = _Reading(errors)
    for row, line in enumerate(text.split("\n"), start=1):
        state.row = row
        if plain := state.program == "ionadmin" and _PLAIN.fullmatch(line):
            _add_plain(plain, state)
        elif words := line.split():
            _command(f"line {row}", line.strip(), words, state)
        if state.clashes >= ERRORS_MAX:  # of one pair, one after the other: told below
            break
    if len(state.regions) > 1:
        (one, first), (other, where), *_ = state.regions.items()
        errors.add(
            where,
            f"a contact of {other}, the one of {first} is of {one}: each region has a plan of its "
            "own; keep those of one region in a file",
        )
        return Listed()
    _refuse_overlaps(state)
    return _joined(state)


def _joined(state: _Reading) -> Listed:
    """Give every contact its distances; say what has none."""
    found = Listed()
    for pair, begun in state.contacts.items():
        ranges = _in_order(state.ranges.get(pair, {}))
        if not ranges and int(pair[0]) > int(pair[1]):
            ranges = _in_order(state.ranges.get((pair[1], pair[0]), {}))
        for span in _in_order(begun):
            records = list(_with_ranges(pair, span, ranges))
            found.records += records
            lasting_s = sum(record.end_s - record.start_s for record in records)
            if not records:
                state.passed[_NO_RANGE] += 1
            elif lasting_s < (span.end_s - span.start_s) * (1 - 1e-12):
                state.passed[_LONGER] += 1
    for words, count in state.passed.items():
        found.tell(count, state.total, words)
    if state.elsewhere:
        found.warnings.append(
            f"lines of other programs of ION are passed over: {state.elsewhere:,}"
        )
    return found


def _command(where: str, line: str, words: list[str], state: _Reading) -> None:
    if line[0] == "#" and (section := _SECTION.match(line)):
        begins = section[1].lower() == "begin"
        state.program = section[2].lower() if begins else "ionadmin"
    elif words[0][0] == "#":
        return
    elif state.program != "ionadmin" or (words[1:2] and words[1].lower() in _ELSEWHERE):
        state.elsewhere += 1
    elif words[0] == "@" and len(words) == 2:
        moment_s = _time(where, words[1], state)
        state.now_s = state.now_s if moment_s is None else moment_s
    elif words[0] == "^" and len(words) == 2:
        if words[1].isdecimal():
            state.region = f"region {words[1].lstrip('0') or 0}"
        else:
            state.errors.add(where, f"{shown(words[1])} is no region's number")
    elif words[0] == "a" and len(words) in (7, 8) and words[1] in ("contact", "range"):
        _add(where, words, state)
    elif words[:2] == ["c", "contact"] and len(words) in (6, 7):
        _change(where, words, state)
    elif words[0] == "d" and words[1:2] in (["contact"], ["range"]) and len(words) == 5:
        _delete(where, words, state)
    elif words[0][0] not in _PASSED_OVER:
        state.errors.add(where, f"{shown(line)}: {_KEEPS_PLAN}")


def _add_plain(plain: re.Match[str], state: _Reading) -> None:
    """Add what a plain line says; one that holds nothing goes the way of the others."""
    what, start, end, source, target, value = plain.groups()
    if start[0] == end[0] == "+":
        start_s, end_s = state.now_s + int(start), state.now_s + int(end)
        state.relative |= state.zero is None
    elif state.zero is None or start[0] == "+" or end[0] == "+":
        start_s = end_s = 0.0
    else:
        start_s, end_s = _since(start, state.zero), _since(end, state.zero)
    if start_s < end_s and source != target:
        contact = what == "contact"
        state.total += contact
        _keep(contact, (source, target), _Span(start_s, end_s, float(value), state.row), state)
    else:
        _add(f"line {state.row}", plain[0].split(), state)


def _keep(contact: bool, pair: Pair, span: _Span, state: _Reading) -> None:
    begun = (state.contacts if contact else state.ranges)[pair]
    if begun:
        last = begun[next(reversed(begun))][-1]
        if span.start_s < last.end_s:
            state.unordered.add((contact, pair))
            state.clashes += last.start_s < span.end_s
    begun.setdefault(span.start_s, []).append(span)
    if contact and state.region not in state.regions:
        state.regions[state.region] = span.where


def _add(where: str, words: list[str], state: _Reading) -> None:
    contact = words[1] == "contact"
    state.total += contact
    if contact and words[2] == "-1":
        state.passed[_REGISTRATION] += 1
        return
    if contact and "0" in words[2:4]:
        state.passed[_HYPOTHETICAL] += 1
        return
    before = state.errors.count
    times = [_time(where, word, state) for word in words[2:4]]
    ends = [node(where, "a node", word, state.errors, least=1) for word in words[4:6]]
    name = "the rate" if contact else "the distance"
    value = amount(where, name, words[6], state.errors)
    confidence = amount(where, "the confidence", words[7], state.errors) if words[7:] else 1.0
    if state.errors.count > before:
        return
    if ends[0] == ends[1]:  # ION's own test of itself
        state.passed[_LOOP] += contact
        return
    record = Record(*ends, *times, value, 0.0)  # type: ignore[arg-type, call-arg]
    if not valid(where, record, state.errors):
        return
    span = _Span(record.start_s, record.end_s, record.rate_bps, state.row)
    _keep(contact, (record.source, record.target), span, state)
    if contact:
        state.passed[_DOUBTFUL] += confidence is not None and confidence < 1


def _change(where: str, words: list[str], state: _Reading) -> None:
    """Change the rate of the contact that begins at a time."""
    found = _those(where, words, state)
    rate = amount(where, "the rate", words[5], state.errors)
    if found is None or rate is None:
        return
    start_s, pair = found
    if spans := state.contacts.get(pair, {}).get(start_s):
        spans[0] = spans[0]._replace(value=rate)
    else:
        state.errors.add(where, f"no contact from {pair[0]} to {pair[1]} begins then")


def _delete(where: str, words: list[str], state: _Reading) -> None:
    """Delete what begins at a time, or at any (`*`); a range from low to high, both ways."""
    contact = words[1] == "contact"
    if contact and words[2] in ("-1", "0"):  # registrations and hypothetical ones are not kept
        return
    any_time = words[2] == "*"
    found = _those(where, [*words[:2], "+0", *words[3:]] if any_time else words, state)
    if found is None:
        return
    start_s, (one, other) = found
    spans = state.contacts if contact else state.ranges
    pairs = [(one, other)]
    if not contact and int(one) < int(other):
        pairs.append((other, one))
    gone = 0
    for pair in pairs:
        begun = spans.get(pair, {})
        gone += len(_in_order(begun)) if any_time else len(begun.get(start_s, []))
        if any_time:
            begun.clear()
        else:
            begun.pop(start_s, None)
    state.total -= gone * contact
    if not gone and not any_time:
        state.errors.add(where, f"no {words[1]} from {one} to {other} begins then")


def _those(where: str, words: list[str], state: _Reading) -> tuple[float, Pair] | None:
    """Return the time and the nodes that a command names."""
    start_s = _time(where, words[2], state)
    ends = [node(where, "a node", word, state.errors, least=1) for word in words[3:5]]
    if start_s is None or ends[0] is None or ends[1] is None:
        return None
    return start_s, (ends[0], ends[1])


def _time(where: str, word: str, state: _Reading) -> float | None:
    """Return a time in seconds; else note the error."""
    if word.startswith("+"):
        value = amount(where, "a time", word[1:], state.errors)
        state.relative |= state.zero is None
        return None if value is None else state.now_s + value
    try:
        moment = datetime.strptime(word, _TIME).replace(tzinfo=UTC)
    except ValueError:
        moment = None
    if moment is None:
        leap = "; a second 60 is not read" if word.endswith(":60") else ""
        state.errors.add(
            where, f"{shown(word)} is no time: +seconds or yyyy/mm/dd-hh:mm:ss is needed{leap}"
        )
    elif state.zero is None and state.relative:
        state.errors.add(
            where, f"{shown(word)} after times that count from an unknown start; begin with @ TIME"
        )
    else:
        state.zero = state.zero or moment
        return (moment - state.zero).total_seconds()
    return None


def _in_order(begun: Begun) -> list[_Span]:
    return sorted(span for spans in begun.values() for span in spans)


def _since(word: str, zero: datetime) -> float:
    """Return an absolute time of two digits a part in seconds; NaN where there is none such."""
    try:
        moment = datetime.fromisoformat(f"{word[:4]}-{word[5:7]}-{word[8:10]}T{word[11:]}+00:00")
    except ValueError:
        return math.nan
    return (moment - zero).total_seconds()


def _refuse_overlaps(state: _Reading) -> None:
    """Note where two spans of a pair overlap."""
    for what, every in (("contacts", state.contacts), ("ranges", state.ranges)):
        for pair, begun in every.items():
            if (what == "contacts", pair) not in state.unordered:
                continue
            for one, other in pairwise(_in_order(begun)):
                if other.start_s < one.end_s:
                    state.errors.add(
                        other.where,
                        f"overlaps the one of {one.where}: {what} from {pair[0]} to {pair[1]} must "
                        "follow each other",
                    )


def _with_ranges(pair: Pair, span: _Span, ranges: list[_Span]) -> Iterator[Record]:
    """Yield the parts of a contact of which the distance is known."""
    for row in ranges:
        start_s, end_s = max(span.start_s, row.start_s), min(span.end_s, row.end_s)
        if start_s < end_s:
            yield Record(*pair, start_s, end_s, 8 * span.value, row.value)


class _Whole(NamedTuple):
    """A contact in whole seconds and bytes/s."""

    start_s: int
    end_s: int
    rate: int
    delay_s: int

    @property
    def volume(self) -> int:
        """Return how many bytes fit."""
        return (self.end_s - self.start_s) * self.rate


def write(records: Iterable[Record], names: Sequence[str]) -> Written:
    """Write ranges and contacts, a line each, in whole seconds, bytes/s and light seconds.

    At each time a pair has one contact, as ION wants it: the fastest of those there are.
    """
    number = numbered(names, least=1)
    lines = [f"# node {value}: {name}" for name, value in number.items() if str(value) != name]
    lines = [cut(line, _LINE_BYTES_MAX) for line in lines]
    of_pair: dict[Pair, list[_Whole]] = defaultdict(list)
    slow = 0
    for record in records:
        if (rounded := whole(record)) is None:
            continue
        start_s, end_s, rate_bps, delay_s = rounded
        slow += rate_bps < 8
        if rate_bps >= 8:
            of_pair[record.source, record.target].append(
                _Whole(start_s, end_s, rate_bps // 8, delay_s)
            )
    rows: list[tuple[_Whole, Pair]] = []
    for pair, spans in of_pair.items():
        rows += [(span, pair) for span in _one_at_a_time(spans)]
    for (start_s, end_s, rate, delay_s), pair in sorted(rows, key=lambda row: row[0].start_s):
        span = f"+{start_s} +{end_s} {number[pair[0]]} {number[pair[1]]}"
        lines += [f"a range {span} {delay_s}", f"a contact {span} {rate}"]
    return "\n".join(lines) + "\n", _notes(slow, of_pair, rows)


def _one_at_a_time(spans: list[_Whole]) -> Iterator[_Whole]:
    """Yield contacts of a pair that follow each other: at each time the fastest there is."""
    spans.sort()
    if all(one.end_s <= other.start_s for one, other in pairwise(spans)):
        yield from spans
        return
    there: list[tuple[int, int, int]] = []  # slowness, delay and row, the best first
    kept: tuple[int, int, int] | None = None  # row, start and end
    following = 0
    for start_s, end_s in pairwise(sorted({time for span in spans for time in span[:2]})):
        while following < len(spans) and spans[following].start_s <= start_s:
            each = spans[following]
            heapq.heappush(there, (-each.rate, each.delay_s, following))
            following += 1
        while there and spans[there[0][2]].end_s <= start_s:
            heapq.heappop(there)
        best = there[0][2] if there else None
        if kept is not None and kept[0] == best:
            kept = (kept[0], kept[1], end_s)
            continue
        if kept is not None:
            yield spans[kept[0]]._replace(start_s=kept[1], end_s=kept[2])
        kept = None if best is None else (best, start_s, end_s)
    if kept is not None:
        yield spans[kept[0]]._replace(start_s=kept[1], end_s=kept[2])


def _notes(
    slow: int, of_pair: dict[Pair, list[_Whole]], rows: list[tuple[_Whole, Pair]]
) -> list[str]:
    """Say what ION does not take."""
    notes = []
    if slow:
        notes.append(f"{slow:,} contacts of less than a byte/s are left out: ION refuses them")
    whole_pairs = sum(
        any(one.end_s > other.start_s for one, other in pairwise(spans))
        for spans in of_pair.values()
    )
    if whole_pairs:
        planned = sum(span.volume for spans in of_pair.values() for span in spans)
        lost = 1 - sum(row.volume for row, _ in rows) / planned
        notes.append(
            f"contacts of {whole_pairs:,} pairs overlap, which ION does not allow: at each time "
            f"the fastest of a pair is written, and {lost:.3%} of the volume is left out"
        )
    return notes
