"""From UTC to seconds that never jump, and back.

Inside, time is float64 seconds from a run's start; this is the only room that
knows about leap seconds. Their table comes with the package `astropy-iers-data`.
Before 1972, when UTC had no whole leap seconds, TAI - UTC is held at 10 s.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, Self

import numpy as np
from astropy_iers_data import IERS_LEAP_SECOND_FILE
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
MJD_1970 = 40_587
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(
    r"(?P<year>\d{4})(?:-(?P<of_year>\d{3})|-(?P<month>\d\d)-(?P<day>\d\d)|(?P<plain>\d{4}))"
    r"(?:[Tt ](?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<part>\d*))?)?"
    r"(?:[Zz]|(?P<ahead>[+-]\d\d):?(?P<ahead_min>\d\d))?)?",
    re.ASCII,
)
_FORM = "0000-00-00T00:00:00"
YEAR_MIN, YEAR_MAX = 1900, 2200  # far within what nanoseconds in 64 bits hold


@dataclass(frozen=True, slots=True)
class LeapSeconds:
    """TAI - UTC: `offset_s` (L,) holds from UTC instant `since_utc_ns` (L,) on.

    UTC is counted in nanoseconds since 1970 with days of 86,400 s (as POSIX does), so a leap
    second itself, 23:59:60, shares its numbers with the first second of the next day.
    """

    since_utc_ns: Integers
    offset_s: Integers
    expires_utc_ns: int  # nobody has said yet what comes later

    def at_utc(self, utc_ns: ArrayLike) -> Integers:
        """Return TAI - UTC in whole seconds at UTC instants."""
        row = np.searchsorted(self.since_utc_ns, np.asarray(utc_ns, np.int64), side="right") - 1
        return self.offset_s[np.maximum(row, 0)]

    def at_tai(self, tai_ns: ArrayLike) -> Integers:
        """Return TAI - UTC in whole seconds at TAI instants; the leap second has the old one."""
        since_tai_ns = self.since_utc_ns + self.offset_s * SECOND_NS
        row = np.searchsorted(since_tai_ns, np.asarray(tai_ns, np.int64), side="right") - 1
        return self.offset_s[np.maximum(row, 0)]

    def inserted(self, tai_ns: Integers) -> NDArray[np.bool_]:
        """Tell which TAI instants lie within a leap second, 23:59:60 UTC."""
        since_tai_ns = self.since_utc_ns[1:] + self.offset_s[1:] * SECOND_NS
        row = np.searchsorted(since_tai_ns, tai_ns, side="right")
        later = since_tai_ns[np.minimum(row, len(since_tai_ns) - 1)]
        return (row < len(since_tai_ns)) & (tai_ns >= later - SECOND_NS)


@cache
def leap_seconds() -> LeapSeconds:
    """Return the table of leap seconds, read when first asked for."""
    since, offset, expires = [], [], _EPOCH
    for line in Path(IERS_LEAP_SECOND_FILE).read_text(encoding="ascii").splitlines():
        if "expires on" in line:
            day = line.split("expires on")[1].strip()
            expires = datetime.strptime(day, "%d %B %Y").replace(tzinfo=UTC)
        elif line.strip() and not line.startswith("#"):
            mjd, *_, seconds = line.split()
            since.append((int(float(mjd)) - MJD_1970) * DAY_NS)
            offset.append(int(seconds))
    return LeapSeconds(np.array(since, np.int64), np.array(offset, np.int64), _utc_ns(expires))


def _utc_ns(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write it in UTC, with a Z")
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def tai_ns_from_utc_ns(utc_ns: ArrayLike) -> Integers:
    """Return TAI nanoseconds since 1970-01-01 TAI of UTC (POSIX) nanoseconds, any shape."""
    utc = np.asarray(utc_ns, np.int64)
    return utc + leap_seconds().at_utc(utc) * SECOND_NS


def tai_ns(moment: datetime) -> int:
    """Return TAI nanoseconds since 1970-01-01 00:00:00 TAI of a moment with a time zone."""
    return int(tai_ns_from_utc_ns(_utc_ns(moment)))


def tai_ns_from_text(text: str) -> int:
    """Return TAI nanoseconds since 1970-01-01 00:00:00 TAI of a time as people write it.

    Parameters
    ----------
    text : str
        ISO 8601, the date by month and day or by the day of the year: `2026-07-01T12:00:00.5Z`,
        `2026-182T12:00`, `2026-07-01 20:00+08:00`, `20260701T120000Z`. Without a zone it is UTC,
        a date alone is its midnight. Second 60 is read where UTC has a leap second.

    Raises
    ------
    ValueError
        What is wrong, as words that follow the text.
    """
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise ValueError("is not a time like 2026-07-01T12:00:00Z")
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    leap = second == 60
    if hour > 23 or minute > 59 or second - leap > 59:
        raise ValueError("is no time of day")
    after_s = (
        (hour * 60 + minute) * 60 + second - leap - _zone_s(match["ahead"], match["ahead_min"])
    )
    fraction_ns = round(int(match["part"] or 0) * SECOND_NS / 10 ** len(match["part"] or ""))
    utc_ns = _day(match) * DAY_NS + after_s * SECOND_NS
    table = leap_seconds()
    row = max(bisect_right(table.since_utc_ns, utc_ns) - 1, 0)  # of one number `at_utc` is slow
    instant = utc_ns + (int(table.offset_s[row]) + leap) * SECOND_NS
    if leap and not table.inserted(np.array(instant)):
        raise ValueError("has a second 60 where UTC has no leap second")
    return instant + fraction_ns


def tai_ns_from_texts(texts: Sequence[str]) -> Integers:
    """Return what `tai_ns_from_text` says of every text, (T,); a million take less than a second.

    Raises
    ------
    ValueError
        One of them is wrong, as words that follow its text.
    """
    plain = _plain_utc(texts)
    if plain is not None:
        return tai_ns_from_utc_ns(plain)
    return np.array([tai_ns_from_text(text) for text in texts], np.int64)


def _plain_utc(texts: Sequence[str]) -> Integers | None:
    """Return UTC nanoseconds of texts all written `2026-07-01T12:00:00.5`, or with Z, else none."""
    joined = "".join(texts)
    if not joined.isascii() or len(set(map(len, texts))) != 1:
        return None
    return _plain_letters(np.frombuffer(joined.encode(), np.uint8).reshape(len(texts), -1))


def tai_ns_from_letters(letters: NDArray[np.uint8]) -> Integers | None:
    """Return what `tai_ns_from_text` says of texts of one length, (T, L) bytes.

    None where they are not all written `2026-07-01T12:00:00.5`, or all with a Z, or one is wrong.
    """
    plain = _plain_letters(letters)
    return None if plain is None else tai_ns_from_utc_ns(plain)


def _plain_letters(letters: NDArray[np.uint8]) -> Integers | None:
    if letters.size and np.all(letters[:, -1] == ord("Z")):
        letters = letters[:, :-1]
    decimals = letters.shape[1] - len(f"{_FORM}.")
    form = _FORM + ("." + "0" * decimals if decimals > 0 else "")
    if letters.shape[1] != len(form) or decimals > 9:
        return None
    digits = letters.T - np.uint8(48)
    for column, want in zip(digits, form.encode(), strict=True):
        if not np.all(column <= 9 if want == 48 else column == np.uint8(want - 48 & 0xFF)):
            return None
    # Worked out from the digits: NumPy's own reader brings Python down on a long list with errors.
    at = (slice(0, 4), slice(5, 7), slice(8, 10), slice(11, 13), slice(14, 16), slice(17, 19))
    year, month, day, hour, minute, second = (_whole(digits[text]) for text in at)
    first = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    days = first.astype("datetime64[D]").astype(np.int64)
    sound = (year >= YEAR_MIN) & (year <= YEAR_MAX) & (month >= 1) & (month <= 12)
    sound &= (day >= 1) & (days + day <= (first + 1).astype("datetime64[D]").astype(np.int64))
    if not np.all(sound & (hour <= 23) & (minute <= 59) & (second <= 59)):
        return None
    after_s = ((days + day - 1) * 24 + hour) * 3_600 + minute * 60 + second
    part = digits[len(_FORM) + 1 :]
    return after_s * SECOND_NS + _whole(part) * 10 ** (9 - len(part))


def _whole(digits: NDArray[np.uint8]) -> Integers:
    """Return the numbers that rows of digits, (D, T), make, the highest first."""
    found = np.zeros(digits.shape[1], np.int64)
    for row in digits:
        found = 10 * found + row
    return found


def _day(match: re.Match[str]) -> int:
    """Return a date in days since 1970-01-01."""
    plain = match["plain"] or "0101"
    year, month, day = match["year"], match["month"] or plain[:2], match["day"] or plain[2:]
    of_year = match["of_year"]
    if not YEAR_MIN <= int(year) <= YEAR_MAX:
        raise ValueError(f"is not in the years {YEAR_MIN} to {YEAR_MAX}")
    try:
        date = datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        raise ValueError("is no day of the calendar") from None
    if of_year:
        date += timedelta(days=int(of_year) - 1)
    if date.year != int(year):
        raise ValueError(f"is no day of the calendar: {year} has no day {of_year}")
    return (date - _EPOCH).days


def _zone_s(hours: str | None, minutes: str | None) -> int:
    """Return how far a zone is ahead of UTC."""
    if hours is None or minutes is None:
        return 0
    if int(hours[1:]) > 23 or int(minutes) > 59:
        raise ValueError("has no time zone that there is")
    return (1 if hours[0] == "+" else -1) * (int(hours[1:]) * 60 + int(minutes)) * 60


def utc_ns(text: str) -> int:
    """Return UTC (POSIX) nanoseconds since 1970 of a time as people write it.

    A leap second shares its numbers with the second after it, as in tables; for the rest see
    `tai_ns_from_text`.
    """
    instant = tai_ns_from_text(text)
    return instant - int(leap_seconds().at_tai(instant)) * SECOND_NS


def utc_text(tai_ns: ArrayLike, decimals: Literal[3, 6, 9] = 3) -> list[str]:
    """Write TAI instants, (T,), as UTC: `2016-12-31T23:59:60.500Z`, to `decimals` of a second."""
    unit = 10 ** (9 - decimals)
    rounded = (np.atleast_1d(np.asarray(tai_ns, np.int64)) + unit // 2) // unit * unit
    table = leap_seconds()
    extra = table.inserted(rounded)
    utc = (rounded - (table.at_tai(rounded) + extra) * SECOND_NS) // unit
    name = {3: "ms", 6: "us", 9: "ns"}[decimals]
    texts = np.datetime_as_string(utc.astype(f"datetime64[{name}]"), timezone="UTC").tolist()
    for row in np.flatnonzero(extra):
        texts[row] = texts[row].replace(":59.", ":60.")
    return list(texts)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of one run: float64 SI seconds from its start.

    `tables` says whether the Earth turns by measured tables or by UTC alone.
    """

    start_tai_ns: int
    tables: bool = True

    @classmethod
    def at(cls, start: datetime, tables: bool = True) -> Self:
        """Return the clock of a run that starts at a moment with a time zone."""
        return cls(tai_ns(start), tables)

    def tai_ns(self, time_s: ArrayLike) -> Integers:
        """Return TAI nanoseconds since 1970 of seconds from the start, any shape."""
        after_ns = np.rint(np.asarray(time_s, np.float64) * SECOND_NS).astype(np.int64)
        return np.asarray(self.start_tai_ns + after_ns)

    def seconds_to(self, tai_ns: ArrayLike) -> Floats:
        """Return seconds from the start to TAI instants, any shape; leap seconds count."""
        return np.asarray((np.asarray(tai_ns, np.int64) - self.start_tai_ns) / SECOND_NS)

    def utc(self, time_s: ArrayLike) -> list[str]:
        """Write times, (T,), as UTC to the millisecond, ISO 8601 with a Z."""
        return utc_text(self.tai_ns(time_s))
