"""One element set as read, whatever its format, and the list of what is wrong with a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from skyweft.errors import ScenarioError

MISTAKES_SHOWN = 20
MISTAKES_MAX = 1000
NAME_MAX = 100

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

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_EPOCH_1970 = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Record:
    """One satellite: `numbers` in the order of `RANGES`."""

    name: str
    catalogue_number: int  # 0: none given
    where: str
    epoch_utc_ns: int  # POSIX
    numbers: tuple[float, ...]


@dataclass(slots=True)
class Mistakes:
    """Collects what is wrong with one file, to say it all at once."""

    file_name: str
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, where: str, words: str) -> None:
        """Note a mistake; give up on a file that has a thousand."""
        self.count += 1
        if len(self.lines) < MISTAKES_SHOWN:
            self.lines.append(f"{self.file_name}: {where}: {words}")
        if self.count >= MISTAKES_MAX:
            self.complain()

    def complain(self) -> None:
        """Raise what was noted, if anything."""
        if not self.count:
            return
        more = self.count - len(self.lines)
        rest = [f"{self.file_name}: and {more:,} more"] if more else []
        if self.count >= MISTAKES_MAX:
            rest = [f"{self.file_name}: and at least {more:,} more; reading stopped there"]
        raise ScenarioError("\n".join([*self.lines, *rest]))


def shown(text: object) -> str:
    """Return what stands in a file, short enough for a message."""
    whole = repr(text) if not isinstance(text, str) else repr(text[:50])
    return whole if len(whole) <= 44 else f"{whole[:40]}..."


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


def wrong_name(name: str) -> str | None:
    """Return what is wrong with a satellite's name, if anything; it goes into every table."""
    if len(name) > NAME_MAX:
        return f"a name of {len(name):,} characters, allowed are {NAME_MAX}"
    return None if name.isprintable() else f"the name {shown(name)} holds a control character"


def posix_ns(day: datetime, nanoseconds: int) -> int:
    """Return POSIX nanoseconds of a day in UTC and the nanoseconds passed since its start."""
    return (day - _EPOCH_1970) // timedelta(days=1) * 86_400_000_000_000 + nanoseconds
