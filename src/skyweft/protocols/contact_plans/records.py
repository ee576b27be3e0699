"""One contact as a file has it, and what must hold of it in every format."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from skyweft.naming import normal, wrong_name
from skyweft.protocols.records import Errors, number, shown

BIG = 2**63  # nodes, times and rates are 64-bit numbers in the programs that read these files


class Record(NamedTuple):
    """Who sends to whom, when, how fast, and how long a signal is on its way."""

    source: str
    target: str
    start_s: float
    end_s: float
    rate_bps: float
    delay_s: float


@dataclass(slots=True)
class Listed:
    """The contacts of a file in its order, the nodes in order of appearance, and what to know."""

    records: list[Record] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # of nodes that have one beside a number
    warnings: list[str] = field(default_factory=list)  # what was left out or taken for granted

    _number: dict[str, str] = field(default_factory=dict)  # of every name

    def call(self, where: str, number: str, name: str, errors: Errors) -> None:
        """Note what a node is called, once that is a name and no other node's."""
        name = normal(name.strip())
        if wrong := wrong_name(name):
            errors.add(where, wrong)
        elif name in self._number:
            errors.add(where, f"{shown(name)} is the name of a node already")
        else:
            self._number[name] = number
            self.names[number] = name

    def tell(self, count: int, total: int, words: str) -> None:
        """Note what holds of some of the contacts, if of any."""
        if count:
            self.warnings.append(f"{count:,} of {total:,} contacts {words}")


Written = tuple[str, list[str]]
"""The text of a file, and what it does not hold as the plan had it."""


def amount(where: str, name: str, given: object, errors: Errors) -> float | None:
    """Return a number that must be there and not below 0; else note the error."""
    value = number(given)
    if given is None:
        errors.add(where, f"{name} is missing")
    elif value is None or not math.isfinite(value):
        errors.add(where, f"{name} is {shown(given)}, needed is a number")
    elif not 0 <= value < BIG:
        errors.add(where, f"{name} is {value:g}, allowed is 0 and more")
    else:
        return value
    return None


def node(where: str, name: str, given: object, errors: Errors, least: int = 0) -> str | None:
    """Return a node's number as text: a whole number; else note the error."""
    value = _whole_number(given)
    if given is None:
        errors.add(where, f"{name} is missing")
    elif value is None or not 0 <= value < BIG:
        errors.add(where, f"{name} is {shown(given)}, needed is the whole number of a node")
    elif value < least:
        errors.add(where, f"{name} is {shown(given)}, nodes count from {least}")
    else:
        return str(value)
    return None


def _whole_number(given: object) -> int | None:
    """Return a whole number to its last digit: 64 bits are more than a float holds."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if isinstance(given, str) and re.fullmatch(r"[0-9]{1,19}", given):
        return int(given)
    value = number(given)
    return int(value) if value is not None and value.is_integer() else None


def valid(where: str, record: Record, errors: Errors) -> bool:
    """Return whether a contact leads from one node to another and forwards in time."""
    if record.source == record.target:
        errors.add(where, f"a contact of node {record.source} with itself")
    elif record.end_s <= record.start_s:
        errors.add(
            where,
            f"goes backwards in time: it ends at {record.end_s:g} s and starts at "
            f"{record.start_s:g} s; the end must come after the start",
        )
    else:
        return True
    return False


def numbered(names: Sequence[str], least: int = 0) -> dict[str, int]:
    """Return a number for every name: its own where all are whole numbers, else from 1 on."""
    if all(name.isdecimal() and name.isascii() and int(name) < BIG for name in names):
        own = {name: int(name) for name in names}
        if len(set(own.values())) == len(own) and min(own.values(), default=least) >= least:
            return own
    return {name: row for row, name in enumerate(names, start=1)}


def whole(record: Record) -> tuple[int, int, int, int] | None:
    """Return start, end, rate and delay in whole seconds and bit/s, or None where none is left.

    Rounded so that nothing is promised that is not there: the contact shorter, the rate lower,
    the delay longer.
    """
    start_s, end_s = math.ceil(record.start_s), math.floor(record.end_s)
    rate_bps = math.floor(record.rate_bps)
    return None if end_s <= start_s else (start_s, end_s, rate_bps, math.ceil(record.delay_s))
