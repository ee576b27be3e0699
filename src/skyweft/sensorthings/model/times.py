"""Moments and intervals of ISO 8601, kept as whole microseconds of UTC since 1970."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
FIRST_US = (datetime.min.replace(tzinfo=UTC) - EPOCH) // _MICROSECOND
LAST_US = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _MICROSECOND
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?([Zz]|[+-]\d\d:?(?:\d\d)?)"
)
_DURATION = re.compile(
    r"(-)?P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?)?"
)


class Span(NamedTuple):
    """A moment, whose end is None, or an interval; in microseconds."""

    start_us: int
    end_us: int | None = None


def instant(text: str) -> int:
    """Return a moment, which must have a zone, in microseconds.

    Raises
    ------
    ValueError
        It is none, lies outside the years 1 to 9999, or is finer than a microsecond.
    """
    found = _INSTANT.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no moment such as 2026-07-01T12:00:00.000Z, with its zone")
    day, minute, second, fraction, zone = found.groups()
    digits = (fraction or "").rstrip("0")
    if len(digits) > 6:
        raise ValueError(f"{text!r} is finer than a microsecond")
    zone = "+00:00" if zone in "Zz" else zone
    try:
        moment = datetime.fromisoformat(f"{day}T{minute}:{second or '00'}{zone}")
    except ValueError as error:
        raise ValueError(f"{text!r} is no moment: {error}") from None
    return _told((moment - EPOCH) // _MICROSECOND + int(digits.ljust(6, "0") or 0), text)


def _told(moment_us: int, text: str) -> int:
    """Return a moment that can be told in UTC."""
    if not FIRST_US <= moment_us <= LAST_US:
        raise ValueError(f"{text!r} is outside the years 1 to 9999 of UTC")
    return moment_us


def span(text: str) -> Span:
    """Return a moment or an interval `start/end`, `start/duration` or `duration/end`.

    Raises
    ------
    ValueError
        It is neither, or ends before it starts.
    """
    first, slash, second = text.partition("/")
    if not slash:
        return Span(instant(text))
    if first.startswith("P"):
        end_us = instant(second)
        start_us = _told(end_us - duration(first), text)
    else:
        start_us = instant(first)
        lasts = second.startswith("P")
        end_us = _told(start_us + duration(second), text) if lasts else instant(second)
    if end_us < start_us:
        raise ValueError(f"{text!r} ends before it starts")
    return Span(start_us, end_us)


def duration(text: str) -> int:
    """Return a duration of days, hours, minutes and seconds in microseconds.

    Raises
    ------
    ValueError
        It is none, or has years or months, which are of no fixed length.
    """
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()[1:]):
        raise ValueError(f"{text!r} is no duration of days and hours such as P1DT2H3M4.5S")
    sign, *whole, fraction = found.groups()
    days, hours, minutes, seconds = (int(part or 0) for part in whole)
    if max(days, hours, minutes, seconds) > 10**9:
        raise ValueError(f"{text!r} is too long")
    total_s = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    total_us = total_s * 1_000_000 + int((fraction or "").ljust(6, "0"))
    return -total_us if sign else total_us


def written(moment_us: int) -> str:
    """Return a moment as text: milliseconds, or microseconds where it has them."""
    fine = "microseconds" if moment_us % 1_000 else "milliseconds"
    moment = EPOCH + timedelta(microseconds=moment_us)
    return moment.isoformat(timespec=fine).replace("+00:00", "Z")


def written_span(start_us: int, end_us: int | None) -> str:
    """Return a moment or an interval as text."""
    return written(start_us) if end_us is None else f"{written(start_us)}/{written(end_us)}"


def now() -> int:
    """Return this moment, in microseconds."""
    return (datetime.now(UTC) - EPOCH) // _MICROSECOND
