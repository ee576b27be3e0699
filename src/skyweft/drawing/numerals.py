"""Numbers written for people: as many digits as mean something, units that fit."""

from datetime import datetime, timedelta
from math import isfinite

from skyweft.drawing.markup import Number, Shares
from skyweft.world.lasting import lasting

NONE = "–"
ROUNDS_UP = 0.9995  # of a unit: three figures make it a whole one
PREFIXED = ("bit/s", "W", "Wh")  # whose values span many powers of ten on one screen


def number(value: float, digits: int = 1) -> Number:
    """Return a cell with a number, or a dash."""
    return Number(f"{value:,.{digits}f}" if isfinite(value) else NONE)


def minutes(value_s: float) -> Number:
    """Return a cell with seconds written as minutes."""
    return number(value_s / 60, 1)


def count(value: float) -> Number:
    """Return a cell with a whole number."""
    return number(value, 0)


def share_of(share: float) -> Shares:
    """Return a cell with a share in percent, without the sign, and a bar; or a dash."""
    return Shares(percent(share).removesuffix(" %") if isfinite(share) else NONE, share)


def percent(share: float) -> str:
    """Write a share as percent, never rounding up to all or down to nothing."""
    if 0.9995 <= share < 1:
        return "> 99.9 %"
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return f"{100 * share:.1f} %"


def rate(value_bps: float) -> tuple[str, str]:
    """Return a rate and its unit."""
    for size, unit in ((1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s")):
        if value_bps >= ROUNDS_UP * size:
            return _three(value_bps / size), unit
    return _three(value_bps), "bit/s"


def amount(value_bytes: float) -> tuple[str, str]:
    """Return an amount of data and its unit."""
    for size, unit in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value_bytes >= ROUNDS_UP * size:
            return _three(value_bytes / size), unit
    return _three(value_bytes), "B"


def spoken(pair: tuple[str, str]) -> str:
    """Return a figure with its unit."""
    return f"{pair[0]} {pair[1]}"


def measured(value: float | None, unit: str) -> str:
    """Write a figure and its unit on a screen: four digits, "none" where there is none."""
    if value is None:
        return "none"
    if unit == "s":
        return lasting(value)
    if unit in PREFIXED:
        for size, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
            if abs(value) >= size:
                return f"{value / size:,.4g} {prefix}{unit}"
    return f"{value:,.0f} {unit}" if 1e4 <= abs(value) < 1e15 else f"{value:,.4g} {unit}"


def clock_time(start: datetime, time_s: float | None) -> str:
    """Write a moment of a run in UTC to the second, a dash where there is none."""
    if time_s is None or not isfinite(time_s):
        return NONE
    return f"{start + timedelta(seconds=round(time_s)):%Y-%m-%d %H:%M:%S}"


def proportion(share: float | None) -> str:
    """Write a share on a screen, "none" where there is none."""
    return "none" if share is None else f"{share:.1%}"


def _three(value: float) -> str:
    """Write three digits, more only for whole thousands."""
    if not isfinite(value):
        return NONE
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
