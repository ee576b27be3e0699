"""What happens inside windows already found: further rules, and the best moment."""

import numpy as np
from numba import njit

from skyweft.contacts.geometry import Floats, Numbers, at_knot, at_moment, load, measure
from skyweft.contacts.roots import RATE, evaluate, root
from skyweft.contacts.scan import CUT_END, CUT_START, END, START, pieces, step, toggle


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def step_at(time_s: Floats, moment_s: float) -> int:
    """Return the step that holds a moment; the last one also holds its end."""
    last = len(time_s) - 2
    guess = int((moment_s - time_s[0]) / (time_s[1] - time_s[0]))
    guess = max(0, min(last, guess))
    while guess > 0 and time_s[guess] > moment_s:
        guess -= 1
    while guess < last and time_s[guess + 1] <= moment_s:
        guess += 1
    return guess


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def inherit_cuts(out: Floats, source: int, first: int, n: int) -> None:
    """Let the parts of a window that touch its ends be cut where it was."""
    for row in range(first, min(n, len(out))):
        if out[row, START] == out[source, START]:
            out[row, CUT_START] = out[source, CUT_START]
        if out[row, END] == out[source, END]:
            out[row, CUT_END] = out[source, CUT_END]


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def within(
    kind: int, pa: Floats, va: Floats, moves_a: int, pb: Floats, vb: Floats, moves_b: int,
    time_s: Floats, r: Numbers, out: Floats, source: int, n: int,
) -> int:  # fmt: skip
    """Append the parts of window `source` in which a smooth rule holds; return the rows in use."""
    start, end = out[source, START], out[source, END]
    first, is_open = n, False
    for knot in range(step_at(time_s, start), len(time_s) - 1):
        if time_s[knot] >= end:
            break
        width = time_s[knot + 1] - time_s[knot]
        c = load(pa, va, moves_a, pb, vb, moves_b, time_s, knot)
        low = max(0.0, (start - time_s[knot]) / width)
        high = min(1.0, (end - time_s[knot]) / width)
        before, rate_before = evaluate(kind, c, width, low, r)
        after, rate_after = evaluate(kind, c, width, high, r)
        many = pieces(at_moment(c, width, low), width)
        many = max(many, pieces(at_moment(c, width, high), width))
        if is_open != (before >= 0):
            n = toggle(out, n, is_open, max(start, time_s[knot]), 0.0)
            is_open = not is_open
        n, is_open = step(
            kind, many, c, time_s[knot], width, r, low, high,
            before, rate_before, after, rate_after, is_open, out, n,
        )  # fmt: skip
    if is_open:
        n = toggle(out, n, True, end, 0.0)
    inherit_cuts(out, source, first, n)
    return n


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def peak(
    kind: int, pa: Floats, va: Floats, moves_a: int, pb: Floats, vb: Floats, moves_b: int,
    time_s: Floats, r: Numbers, start_s: float, end_s: float,
) -> tuple[float, float]:  # fmt: skip
    """Return when a rule's value is highest in a window, and that value."""
    first = step_at(time_s, start_s)
    width = time_s[first + 1] - time_s[first]
    low = (start_s - time_s[first]) / width
    c = load(pa, va, moves_a, pb, vb, moves_b, time_s, first)
    best_s = start_s
    best, rate = evaluate(kind, c, width, low, r)
    loaded = first
    for knot in range(first, len(time_s) - 1):
        if time_s[knot] >= end_s:
            break
        width = time_s[knot + 1] - time_s[knot]
        high = min(1.0, (end_s - time_s[knot]) / width)
        s = at_knot(pa, va, (knot + 1) * moves_a, pb, vb, (knot + 1) * moves_b)
        value, rate_after = measure(kind, s, r)
        # Only a step that ends the window or turns is looked into.
        if high < 1 or rate > 0 >= rate_after:
            if loaded != knot:
                c = load(pa, va, moves_a, pb, vb, moves_b, time_s, knot)
                loaded = knot
            if high < 1:
                value, rate_after = evaluate(kind, c, width, high, r)
            if rate > 0 >= rate_after:
                high = root(RATE, kind, c, width, r, low, high, rate, rate_after)
                value = evaluate(kind, c, width, high, r)[0]
        if value > best:
            best_s, best = time_s[knot] + high * width, value
        rate, low = rate_after, 0.0
    return min(best_s, end_s), best
