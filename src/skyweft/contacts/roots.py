"""When a rule changes inside one step of the tracks: bracketed roots, exact in time.

The tolerance is one of time. A tolerance on the rule's value would move the edges of passes that
only graze it by tens of seconds.
"""

import numpy as np
from numba import njit

from skyweft.contacts.bearing import over_mask
from skyweft.contacts.geometry import MASK_A, Numbers, Segment, at_moment, measure

TOLERANCE_S = 1e-4
STENCIL_S = 0.01  # a mask's rate is a central difference over this
VALUE, RATE = 0, 1


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def evaluate(
    kind: int, segment: Segment, width_s: float, tau: float, r: Numbers
) -> tuple[float, float]:
    """Return a rule's value and rate at the fraction `tau` of the loaded step."""
    if kind < MASK_A:
        return measure(kind, at_moment(segment, width_s, tau), r)
    aside = STENCIL_S / width_s
    before = over_mask(kind, at_moment(segment, width_s, tau - aside), r)
    after = over_mask(kind, at_moment(segment, width_s, tau + aside), r)
    value = over_mask(kind, at_moment(segment, width_s, tau), r)
    return value, (after - before) / (2 * STENCIL_S)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def root(
    what: int,
    kind: int,
    segment: Segment,
    width_s: float,
    r: Numbers,
    low: float,
    high: float,
    at_low: float,
    at_high: float,
) -> float:
    """Return where a rule's value or rate changes sign between two fractions of a step.

    Illinois steps; once they stand still, one more look a tolerance further on closes the bracket,
    so that the answer is within the tolerance whatever the shape of the curve.
    """
    tolerance = TOLERANCE_S / width_s
    last = np.inf
    kept = 0
    for _ in range(100):
        if high - low <= tolerance:
            break
        x = (low * at_high - high * at_low) / (at_high - at_low)
        still = abs(x - last) < tolerance
        last = x
        if still:
            # Step over the root from the end that has come close to it.
            x = x + tolerance if x - low < high - x else x - tolerance
        if not (low < x < high):
            x = 0.5 * (low + high)
        both = evaluate(kind, segment, width_s, x, r)
        y = both[what]
        if (y >= 0) == (at_low >= 0):
            low, at_low = x, y
            if kept == 1:
                at_high *= 0.5
            kept = 1
        else:
            high, at_high = x, y
            if kept == 2:
                at_low *= 0.5
            kept = 2
    return 0.5 * (low + high)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def changes(
    kind: int,
    segment: Segment,
    width_s: float,
    r: Numbers,
    low: float,
    high: float,
    before: float,
    rate_before: float,
    after: float,
    rate_after: float,
) -> tuple[int, float, float]:
    """Return how often a rule changes between two fractions of a step (0 to 2), and where.

    Signs of the rate tell of a peak or a dip that lives wholly between them.
    """
    up = before >= 0
    if up != (after >= 0):
        first = root(VALUE, kind, segment, width_s, r, low, high, before, after)
        return 1, first, first
    turns = (rate_before < 0 < rate_after) if up else (rate_before > 0 > rate_after)
    if not turns:
        return 0, low, low
    middle = root(RATE, kind, segment, width_s, r, low, high, rate_before, rate_after)
    best = evaluate(kind, segment, width_s, middle, r)[0]
    if (best >= 0) == up:
        return 0, low, low
    first = root(VALUE, kind, segment, width_s, r, low, middle, before, best)
    return 2, first, root(VALUE, kind, segment, width_s, r, middle, high, best, after)
