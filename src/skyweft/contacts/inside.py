"""What happens inside windows already found: further rules, and the best moment."""

import numpy as np

from skyweft.contacts.geometry import (
    ELEVATION,
    RANGE,
    Ends,
    Floats,
    Numbers,
    State,
    at_knot,
    at_moment,
    elevation_of,
    load,
    load_apart,
    measure,
    range_of,
    slope,
)
from skyweft.contacts.roots import Span, turning
from skyweft.contacts.scan import (
    BEST,
    CUT_END,
    CUT_START,
    ELEVATION_MAX,
    END,
    RANGE_MIN,
    START,
    pieces,
    step,
    toggle,
)
from skyweft.kernels import fused, fused_inlined

NEAR_STEPS = 0.05  # highest and nearest moments this close are one look apart


@fused
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


@fused
def inherit_cuts(out: Floats, source: int, first: int, n: int) -> None:
    """Let the parts of a window that touch its ends be cut where it was."""
    for row in range(first, min(n, len(out))):
        if out[row, START] == out[source, START]:
            out[row, CUT_START] = out[source, CUT_START]
        if out[row, END] == out[source, END]:
            out[row, CUT_END] = out[source, CUT_END]


@fused
def within(kind: int, ends: Ends, r: Numbers, out: Floats, source: int, n: int) -> int:
    """Append the parts of window `source` in which a smooth rule holds; return the rows in use."""
    time_s = ends.time_s
    start, end = out[source, START], out[source, END]
    first, is_open = n, False
    at = step_at(time_s, start)
    width = time_s[at + 1] - time_s[at]
    low = (start - time_s[at]) / width
    load_apart(ends, at, r)
    s = at_moment(r, width, low)
    before, rate_before = measure(kind, s, r)
    many = pieces(s, width)
    if before >= 0:
        n = toggle(out, n, False, start, 0.0)
        is_open = True
    for knot in range(at, len(time_s) - 1):
        if knot > at and time_s[knot] >= end:
            break
        width = time_s[knot + 1] - time_s[knot]
        high = min(1.0, (end - time_s[knot]) / width)
        if high < 1:
            load_apart(ends, knot, r)
            s = at_moment(r, width, high)
        else:
            s = at_knot(ends, knot + 1)
        after, rate_after = measure(kind, s, r)
        many_after = pieces(s, width)
        turns = (rate_before < 0 < rate_after) if is_open else (rate_before > 0 > rate_after)
        if is_open != (after >= 0) or turns or many + many_after > 2:
            if high == 1:
                load_apart(ends, knot, r)
            span = Span(width, low, high, before, rate_before, after, rate_after)
            n, is_open = step(kind, max(many, many_after), time_s[knot], span, r, is_open, out, n)
        before, rate_before, many, low = after, rate_after, many_after, 0.0
    if is_open:
        n = toggle(out, n, True, end, 0.0)
    inherit_cuts(out, source, first, n)
    return n


@fused
def _rates(kind: int, s: State, r: Numbers) -> tuple[float, float]:
    """Return how fast the two close in, and how fast the elevation rises where there is one."""
    closing = range_of(s, r.range_max_m)[1]
    return closing, elevation_of(s, r)[1] if kind == ELEVATION else 0.0


@fused
def _better(kind: int, s: State, r: Numbers, at_s: float, out: Floats, row: int) -> None:
    """Keep a moment if it is the best of its window so far."""
    left = range_of(s, r.range_max_m)[0]
    range_m = r.range_max_m - left
    if range_m < out[row, RANGE_MIN]:
        out[row, RANGE_MIN] = range_m
        if kind != ELEVATION:
            out[row, BEST] = at_s
    if kind == ELEVATION:
        sine = elevation_of(s, r)[0] + r.sine
        if sine > out[row, ELEVATION_MAX]:
            out[row, ELEVATION_MAX] = sine
            out[row, BEST] = at_s


@fused
def complete(kind: int, ends: Ends, r: Numbers, out: Floats, row: int) -> None:
    """Write the best moment of a window, the sine of its highest elevation, its least range."""
    peak, near = int(out[row, BEST]), int(out[row, RANGE_MIN])
    cut = out[row, CUT_START] + out[row, CUT_END] > 0
    out[row, BEST], out[row, RANGE_MIN], out[row, ELEVATION_MAX] = out[row, START], np.inf, -2.0
    # The common pass is up, over, down, and where it turns is known from the sweep.
    common = kind == ELEVATION and peak >= 0 and near >= 0 and not cut
    if common:
        common = _pass_over(kind, ends, r, peak, out, row)
    if not common:
        _search_best(kind, ends, r, out, row)
    if kind != ELEVATION:
        out[row, ELEVATION_MAX] = np.nan


@fused_inlined
def _pass_over(kind: int, ends: Ends, r: Numbers, knot: int, out: Floats, row: int) -> bool:
    """Write both best moments of a pass that is highest in a known step, if they are close."""
    time_s = ends.time_s
    width = time_s[knot + 1] - time_s[knot]
    s = at_knot(ends, knot)
    s_after = at_knot(ends, knot + 1)
    load(ends, knot, r)
    x = turning(kind, r, width, 0.0, 1.0, slope(kind, s, r), slope(kind, s_after, r))
    ux, uy, uz = s_after[3] - s[3], s_after[4] - s[4], s_after[5] - s[5]
    s = at_moment(r, width, x)
    dx, dy, dz, vx, vy, vz = s[:6]
    # A Newton step to where they are nearest, seconds away; half the rate at which range^2 bends.
    bend = vx * vx + vy * vy + vz * vz + (dx * ux + dy * uy + dz * uz) / width
    ahead_s = -(dx * vx + dy * vy + dz * vz) / bend
    if not (bend > 0 and abs(ahead_s) < NEAR_STEPS * width):
        return False
    out[row, BEST] = time_s[knot] + x * width
    out[row, ELEVATION_MAX] = elevation_of(s, r)[0] + r.sine
    dx, dy, dz, vx, vy, vz = at_moment(r, width, x + ahead_s / width)[:6]
    closing = dx * vx + dy * vy + dz * vz
    out[row, RANGE_MIN] = np.sqrt(dx * dx + dy * dy + dz * dz - closing * closing / bend)
    return True


@fused
def _turn(kind: int, rule: int, ends: Ends, r: Numbers, knot: int, out: Floats, row: int) -> bool:
    """Look at the moment of a step in which a rule turns; return whether it is in the window."""
    time_s = ends.time_s
    width = time_s[knot + 1] - time_s[knot]
    before = slope(rule, at_knot(ends, knot), r)
    after = slope(rule, at_knot(ends, knot + 1), r)
    load_apart(ends, knot, r)
    x = turning(rule, r, width, 0.0, 1.0, before, after)
    at_s = time_s[knot] + x * width
    inside = out[row, START] <= at_s <= out[row, END]
    if inside:
        _better(kind, at_moment(r, width, x), r, at_s, out, row)
    return inside


@fused
def _search_best(kind: int, ends: Ends, r: Numbers, out: Floats, row: int) -> None:
    """Look at every turn of elevation and range in a window, and at its edges where they count."""
    time_s = ends.time_s
    start, end = out[row, START], out[row, END]
    first = step_at(time_s, start)
    s = at_knot(ends, first)
    closing, rate = _rates(kind, s, r)
    # Between an edge and the next best moment all goes one way: then edges need no look.
    edges = out[row, CUT_START] + out[row, CUT_END] > 0
    nearest, highest = False, kind != ELEVATION
    knot = first
    while knot < len(time_s) - 1 and (knot == first or time_s[knot] < end):
        s = at_knot(ends, knot + 1)
        closing_after, rate_after = _rates(kind, s, r)
        edges = edges or closing < 0 < closing_after or rate < 0 < rate_after
        for which in range(2):
            rule = (RANGE, kind)[which]
            turns = (closing > 0 >= closing_after, rate > 0 >= rate_after)[which]
            if turns and _turn(kind, rule, ends, r, knot, out, row):
                nearest, highest = nearest or which == 0, highest or which == 1
            elif turns:
                edges = True
        closing, rate = closing_after, rate_after
        knot += 1
    if edges or not (nearest and highest):
        _look_at(kind, ends, r, first, start, out, row)
        # The step that ends there: the next one may be one in which somebody is absent.
        knot = step_at(time_s, end)
        knot -= 1 if knot > first and time_s[knot] == end else 0
        _look_at(kind, ends, r, knot, end, out, row)


@fused
def _look_at(
    kind: int, ends: Ends, r: Numbers, knot: int, at_s: float, out: Floats, row: int
) -> None:
    time_s = ends.time_s
    width = time_s[knot + 1] - time_s[knot]
    load_apart(ends, knot, r)
    s = at_moment(r, width, (at_s - time_s[knot]) / width)
    _better(kind, s, r, at_s, out, row)
