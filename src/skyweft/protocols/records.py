"""One element set as read, whatever its format, and the list of what is wrong with a file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skyweft.errors import ScenarioError
from skyweft.naming import NAME_MAX, wrong_name

ERRORS_SHOWN = 20
ERRORS_MAX = 1000

YEAR_MIN, YEAR_MAX = 1957, 2200
RANGES: Mapping[str, tuple[float, float]] = {
    "MEAN_MOTION": (0.01, 20.0),  # rev/day; from beyond the Moon to below the ground
    "ECCENTRICITY": (0.0, 0.999_999_9),
    "INCLINATION": (0.0, 180.0),
    "RA_OF_ASC_NODE": (-360.0, 360.0),
    "ARG_OF_PERICENTER": (-360.0, 360.0),
    "MEAN_ANOMALY": (-360.0, 360.0),
    "BSTAR": (-1e9, 1e9),
}
"""Numbers every element set has, by their OMM names, with the least and the greatest allowed."""

WHOLE_MAX = 999_999_999  # nine digits, as CCSDS gives NORAD_CAT_ID
RATE_MAX = 1e9

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"\+?0*\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What catalogues say of an element set beside the numbers that SGP4 uses; None is nothing.

    Fields have the names of CCSDS in small letters.
    """

    object_id: str = "UNKNOWN"  # international designator: 1998-067A
    ephemeris_type: int | None = None
    classification_type: str | None = None
    element_set_no: int | None = None
    rev_at_epoch: int | None = None
    mean_motion_dot: float | None = None  # rev/day^2, half the first derivative, as in two lines
    mean_motion_ddot: float | None = None  # rev/day^3, a sixth of the second derivative


MADE = CatalogueEntry(
    ephemeris_type=0,
    classification_type="U",
    element_set_no=999,
    rev_at_epoch=0,
    mean_motion_dot=0.0,
    mean_motion_ddot=0.0,
)
"""Of elements that no catalogue has: what other programs need to read them."""


@dataclass(frozen=True, slots=True)
class Record:
    """One satellite: `numbers` in the order of `RANGES`."""

    name: str
    catalogue_number: int  # 0: none given
    where: str
    epoch_tai_ns: int
    numbers: tuple[float, ...]
    entry: CatalogueEntry


@dataclass(slots=True)
class Errors:
    """Collects what is wrong with one file, to say it all at once."""

    file_name: str
    lines: list[str] = field(default_factory=list)
    count: int = 0
    skip: bool = False  # what is damaged is left out, and only told
    damaged: int = 0  # element sets that were left out
    whole: bool = False  # the file cannot be read on: no set of it is safe
    unused: dict[str, None] = field(default_factory=dict)  # keys that nobody knows

    def add(self, where: str, words: str) -> None:
        """Note an error; give up on a file that has a thousand."""
        self.count += 1
        if len(self.lines) < ERRORS_SHOWN:
            self.lines.append(f"{self.file_name}: {where}: {words}")
        if self.count >= ERRORS_MAX:
            self.complain()

    def add_broken(self, where: str, words: str) -> None:
        """Note an error after which nothing of the file is sure: it is never skipped."""
        self.whole = True
        self.add(where, words)

    def complain(self) -> None:
        """Raise what was noted, if anything; where damage is skipped, only what broke the file."""
        if not self.count or (self.skip and not self.whole):
            return
        more = self.count - len(self.lines)
        rest = [f"{self.file_name}: and {more:,} more"] if more else []
        if self.count >= ERRORS_MAX:
            rest = [f"{self.file_name}: and at least {more:,} more; reading stopped there"]
        raise ScenarioError("\n".join([*self.lines, *rest]))


def shown(text: object) -> str:
    """Return what stands in a file, short enough for a message."""
    whole = repr(text) if not isinstance(text, str) else repr(text[:50])
    return whole if len(whole) <= 44 else f"{whole[:40]}..."


def counted(count: int, noun: str) -> str:
    """Return a number of things in words: `1 line`, `2,000 lines`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def number(text: object) -> float | None:
    """Return a field as a number, or None where it is none."""
    if isinstance(text, bool):
        return None
    if isinstance(text, int | float):
        try:
            return float(text)
        except OverflowError:
            return None
    if isinstance(text, str) and _NUMBER.fullmatch(text.strip()):
        return float(text)
    return None


def in_range(name: str, value: float) -> str | None:
    """Return what is wrong with a number of `RANGES`, if anything."""
    least, most = RANGES[name]
    if least <= value <= most:  # also refuses NaN
        return None
    return f"{name} is {value:g}, allowed is {least:g} to {most:g}"


def whole(given: object) -> int | None:
    """Return a field as a whole number of at most nine digits, or None where it is none."""
    if isinstance(given, str):
        return int(given) if _WHOLE.fullmatch(given.strip()) else None
    value = number(given)
    if value is None or not 0 <= value <= WHOLE_MAX or value != int(value):
        return None
    return int(value)


def catalogue_entry(where: str, fields: Mapping[str, object], errors: Errors) -> CatalogueEntry:
    """Return what a catalogue says beside the elements, by CCSDS names; errors are noted."""
    found: dict[str, Any] = {}
    for key, (name, read, needed) in ENTRY.items():
        given = fields.get(key)
        if absent(given):
            continue
        value = read(given)
        if value is None:
            errors.add(where, f"{key} is {shown(given)}, needed is {needed}")
        else:
            found[name] = value
    return CatalogueEntry(**found)


def absent(given: object) -> bool:
    """Return whether a field that need not be there says nothing."""
    return given is None or (isinstance(given, str) and not given.strip())


def _text(given: object) -> str | None:
    text = str(given).strip()
    return None if wrong_name(text) else text


def _rate(given: object) -> float | None:
    value = number(given)
    return value if value is not None and abs(value) <= RATE_MAX else None


_TEXT = (_text, f"a text of at most {NAME_MAX} characters that can be printed")
_COUNT = (whole, f"a whole number up to {WHOLE_MAX}")
_RATE = (_rate, f"a number from {-RATE_MAX:g} to {RATE_MAX:g}")
ENTRY: Mapping[str, tuple[str, Callable[[object], str | int | float | None], str]] = {
    "OBJECT_ID": ("object_id", *_TEXT),
    "EPHEMERIS_TYPE": ("ephemeris_type", *_COUNT),
    "CLASSIFICATION_TYPE": ("classification_type", *_TEXT),
    "ELEMENT_SET_NO": ("element_set_no", *_COUNT),
    "REV_AT_EPOCH": ("rev_at_epoch", *_COUNT),
    "MEAN_MOTION_DOT": ("mean_motion_dot", *_RATE),
    "MEAN_MOTION_DDOT": ("mean_motion_ddot", *_RATE),
}
"""What `CatalogueEntry` holds, in its order: its names, how each is read, and what is needed."""
