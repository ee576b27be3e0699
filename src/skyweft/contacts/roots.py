"""When a rule changes inside one step of the tracks: bracketed roots, exact in time.

The tolerance is one of time. A tolerance on the rule's value would move the edges of passes that
only graze it by tens of seconds.
"""

from typing import NamedTuple

import numpy as np

from skyweft.contacts.bearing import over_mask
from skyweft.contacts.geometry import MASK_A, Numbers, at_moment, measure, slope
from skyweft.kernels import fused

TOLERANCE_S = 1e-4
TURN_TOLERANCE_S = 1e-3  # right at a peak nothing changes fast
STENCIL_S = 0.01  # a mask's rate is a central difference over this


class Span(NamedTuple):
    """Part of the loaded step, and a rule's value and rate per second at both of its ends."""

    width_s: float  # of the step
    low: float  # fractions of it
    high: float
    before: float
    rate_before: float
    after: float
    rate_after: float


@fused
def evaluate(kind: int, r: Numbers, width_s: float, tau: float) -> tuple[float, float]:
    """Return a rule's value and rate at the fraction `tau` of the loaded step."""
    if kind < MASK_A:
        return measure(kind, at_moment(r, width_s, tau), r)
    aside = STENCIL_S / width_s
    before = over_mask(kind, at_moment(r, width_s, tau - aside), r)
    after = over_mask(kind, at_moment(r, width_s, tau + aside), r)
    value = over_mask(kind, at_moment(r, width_s, tau), r)
    return value, (after - before) / (2 * STENCIL_S)


@fused
def _guess(
    span_s: float, before: float, rate_before: float, after: float, rate_after: float
) -> float:
    """Return the share of a span at which a value should pass zero, from both ends' rates."""
    rise = after - before
    share = -before / rise
    left = 1 - share
    # Hermite's cubic for time as a function of the value; it fails where the value turns.
    bent = share * share * (3 - 2 * share)
    bent += rise * share * left * (left / (rate_before * span_s) - share / (rate_after * span_s))
    return bent if 0.02 < bent < 0.98 else share


@fused
def crossing(kind: int, r: Numbers, span: Span) -> float:
    """Return where a rule's value changes sign between two fractions of a step.

    Newton's steps, kept inside a bracket that is halved at every fourth.
    """
    width_s, low, high, before, rate_before, after, rate_after = span
    tolerance = TOLERANCE_S / width_s
    up = before >= 0
    x = low + (high - low) * _guess((high - low) * width_s, before, rate_before, after, rate_after)
    for _step in range(100):
        value, rate = evaluate(kind, r, width_s, x)
        if (value >= 0) == up:
            low = x
        else:
            high = x
        step = -value / (rate * width_s)
        if abs(step) <= tolerance and low <= x + step <= high:
            return x + step
        if high - low <= tolerance:
            break
        x = x + step if low < x + step < high and _step % 4 < 3 else 0.5 * (low + high)
    return 0.5 * (low + high)


@fused
def slope_at(kind: int, r: Numbers, width_s: float, tau: float) -> float:
    """Return a number with the sign of a rule's rate at a fraction of the loaded step."""
    if kind < MASK_A:
        return slope(kind, at_moment(r, width_s, tau), r)
    return evaluate(kind, r, width_s, tau)[1]


@fused
def turning(
    kind: int, r: Numbers, width_s: float, low: float, high: float, before: float, after: float
) -> float:
    """Return where a rule turns between two fractions of a step, given its slopes there."""
    tolerance = TURN_TOLERANCE_S / width_s
    last, kept = np.inf, 0
    up = before >= 0
    for _ in range(100):
        x = (low * after - high * before) / (after - before)
        if not low < x < high:
            x = 0.5 * (low + high)
        if abs(x - last) <= tolerance or high - low <= tolerance:
            return x
        last = x
        rate = slope_at(kind, r, width_s, x)
        if (rate >= 0) == up:
            low, before = x, rate
            after *= 0.5 if kept == 1 else 1.0
            kept = 1
        else:
            high, after = x, rate
            before *= 0.5 if kept == 2 else 1.0
            kept = 2
    return 0.5 * (low + high)


@fused
def changes(kind: int, r: Numbers, span: Span) -> tuple[int, float, float]:
    """Return how often a rule changes between two fractions of a step (0 to 2), and where.

    Signs of the rate tell of a peak or a dip that lives wholly between them.
    """
    width_s, low, high, before, rate_before, after, rate_after = span
    up = before >= 0
    if up != (after >= 0):
        first = crossing(kind, r, span)
        return 1, first, first
    if not ((rate_before < 0 < rate_after) if up else (rate_before > 0 > rate_after)):
        return 0, low, low
    slopes = slope_at(kind, r, width_s, low), slope_at(kind, r, width_s, high)
    middle = turning(kind, r, width_s, low, high, slopes[0], slopes[1])
    best, rate = evaluate(kind, r, width_s, middle)
    if (best >= 0) == up:
        return 0, low, low
    first = crossing(kind, r, Span(width_s, low, middle, before, rate_before, best, rate))
    second = crossing(kind, r, Span(width_s, middle, high, best, rate, after, rate_after))
    return 2, first, second
