"""Lengths of time as people read them; the page does the same in web/app/words/time.ts."""

from math import isfinite

NONE = "–"
_LARGE = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def lasting(value_s: float) -> str:
    """Return a length of time in its two greatest units: `8 h 35 min`, `42 s`, `3.2 s`, `71.4 ms`.

    Parameters
    ----------
    value_s : float
        [s]

    Returns
    -------
    str
        Rounded to the lesser unit; below ten seconds to a tenth, below one to three figures; a dash
        where there is no number.
    """
    if not isfinite(value_s):
        return NONE
    size_s = abs(value_s)
    sign = "\N{MINUS SIGN}" if value_s < 0 else ""
    return sign + (_split(size_s) if size_s >= 1 else _small(size_s))


def _small(value_s: float) -> str:
    """Write less than a second; what rounds up to one is one."""
    if value_s < 5e-10:
        return "<1 ns" if value_s else "0 s"
    for factor, unit in ((1e6, "µs"), (1e3, "ms")):
        text = _three(value_s * factor)
        if float(text) < 1_000:
            return f"{text} {unit}"
    return "1 s"


def _three(value: float) -> str:
    """Write three figures, down to a thousandth."""
    digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2 if value >= 0.9995 else 3
    return _trimmed(f"{value:.{digits}f}")


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _split(value_s: float) -> str:
    if value_s < 9.95:
        return f"{_trimmed(f'{value_s:.1f}')} s"
    # Of what is shown the lesser unit is rounded, and may fill the greater one.
    least_s = 3_600 if value_s >= 86_370 else 60 if value_s >= 3_599.5 else 1
    left = int(value_s / least_s + 0.5) * least_s
    parts = []
    for size_s, unit in _LARGE:
        count, left = divmod(left, size_s)
        if count:
            parts.append(f"{count:,} {unit}")
    return " ".join(parts)
