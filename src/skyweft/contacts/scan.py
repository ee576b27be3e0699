"""Windows of a pair's first rule: a numba kernel that walks the knots and skips the dark."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.geometry import (
    ELEVATION,
    Ends,
    Floats,
    Numbers,
    Singles,
    State,
    at_knot,
    load,
    measure,
)
from skyweft.contacts.roots import Span, changes, evaluate
from skyweft.kernels import fused, fused_inlined

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

# Columns of a window's row.
START, END, CUT_START, CUT_END, BEST, ELEVATION_MAX, RANGE_MIN, COLUMNS = 0, 1, 2, 3, 4, 5, 6, 7
# Until a window is complete, these two columns hold the steps of its best moments.
NOT_SEEN, SEVERAL = -1, -2
TINY = 1e-300
PIECES = 32  # of a step in which two platforms pass close by each other


class Marks(NamedTuple):
    """Where to look: both ends' directions from the Earth's centre, and which knots are near."""

    toward_a: Singles  # (3, K)
    toward_b: Singles
    near: Bytes  # (T + some,) not 0 where the central angle is small
    words: Words  # the same memory, eight knots a word


@fused
def pieces(s: State, width_s: float) -> int:
    """Return in how many pieces to look at a step: more where the two pass close by."""
    dx, dy, dz, vx, vy, vz = s[:6]
    square = dx * dx + dy * dy + dz * dz
    direction = (vx * vx + vy * vy + vz * vz) * width_s * width_s
    if direction < square:
        return 1
    turn = np.sqrt(direction / square)
    return int(turn) + 1 if turn < PIECES else PIECES


@fused_inlined
def toggle(out: Floats, n: int, is_open: bool, at_s: float, cut: float) -> int:
    """Open row `n`, or close it; return the number of closed rows. A full table drops the rest."""
    if n < len(out):
        if is_open:
            out[n, END] = at_s
            out[n, CUT_END] = cut
            n += 1
        else:
            out[n, START] = at_s
            out[n, CUT_START] = cut
            out[n, BEST] = out[n, RANGE_MIN] = NOT_SEEN
    return n


@fused
def step(
    kind: int, many: int, from_s: float, span: Span, r: Numbers, is_open: bool, out: Floats, n: int
) -> tuple[int, bool]:
    """Write all changes between two fractions of a loaded step, looked at in `many` pieces."""
    width_s, low, high, before, rate_before, after, rate_after = span
    left = low
    for k in range(1, many + 1):
        right, value, rate = high, after, rate_after
        if k < many:
            right = low + (high - low) * k / many
            value, rate = evaluate(kind, r, width_s, right)
        part = Span(width_s, left, right, before, rate_before, value, rate)
        count, first, second = changes(kind, r, part)
        if count > 0:
            n = toggle(out, n, is_open, from_s + first * width_s, 0.0)
            is_open = not is_open
        if count > 1:
            n = toggle(out, n, is_open, from_s + second * width_s, 0.0)
            is_open = not is_open
        left, before, rate_before = right, value, rate
    return n, is_open


@fused
def mark(ends: Ends, marks: Marks, cosine: float) -> None:
    """Write at which knots the central angle is small; plain loops, so that they vectorise."""
    ta, tb, near, knots = marks.toward_a, marks.toward_b, marks.near, len(ends.time_s)
    # Single precision would miss by 3e-7.
    least = np.float32(cosine - 1e-6)
    if ends.moves_a == 0 and ends.moves_b > 0:
        x, y, z = ta[0, 0], ta[1, 0], ta[2, 0]
        for k in range(knots):
            near[k] = x * tb[0, k] + y * tb[1, k] + z * tb[2, k] >= least
    elif ends.moves_a > 0 and ends.moves_b > 0:
        for k in range(knots):
            near[k] = ta[0, k] * tb[0, k] + ta[1, k] * tb[1, k] + ta[2, k] * tb[2, k] >= least
    else:
        near[:knots] = 1


@fused
def _next_near(near: Bytes, words: Words, knot: int) -> int:
    """Return the first marked knot from `knot` on, eight at a time; both arrays are one memory."""
    while knot % 8 != 0:
        if near[knot] != 0:
            return knot
        knot += 1
    word = knot // 8
    while word < len(words) and words[word] == 0:
        word += 1
    knot = word * 8
    while knot < len(near) and near[knot] == 0:
        knot += 1
    return knot


@fused_inlined
def _signs(kind: int, s: State, r: Numbers, width_s: float) -> tuple[bool, bool, bool, bool]:
    """Return whether a rule holds, rises, whether the two close in, and pass by within a step.

    Signs need no root and no division: most knots are only looked at, not measured.
    """
    dx, dy, dz, vx, vy, vz = s[:6]
    square = dx * dx + dy * dy + dz * dz
    closing = dx * vx + dy * vy + dz * vz
    coarse = (vx * vx + vy * vy + vz * vz) * (width_s * width_s) >= square
    if kind == ELEVATION and r.moves_a == 0.0:
        ux, uy, uz = r.up_a[0], r.up_a[1], r.up_a[2]
        rise = dx * ux + dy * uy + dz * uz
        rate = vx * ux + vy * uy + vz * uz
        over = rise * abs(rise) >= r.sine * abs(r.sine) * square
        return over, rate * square > rise * closing, closing < 0, coarse
    value, change = measure(kind, s, r)
    return value >= 0, change > 0, closing < 0, coarse


@fused_inlined
def _look_into(
    kind: int, ends: Ends, knot: int, r: Numbers, up: bool, up_after: bool, out: Floats, n: int
) -> int:
    """Write all changes within one whole step; return the rows in use."""
    from_s = ends.time_s[knot]
    width = ends.time_s[knot + 1] - from_s
    s = at_knot(ends, knot)
    before, rate_before = measure(kind, s, r)
    many = pieces(s, width)
    s = at_knot(ends, knot + 1)
    after, rate_after = measure(kind, s, r)
    # Where rounding makes value and sign differ, the sign that was seen first counts.
    before = max(before, 0.0) if up else min(before, -TINY)
    after = max(after, 0.0) if up_after else min(after, -TINY)
    load(ends, knot, r)
    span = Span(width, 0.0, 1.0, before, rate_before, after, rate_after)
    n, _ = step(kind, max(many, pieces(s, width)), from_s, span, r, up, out, n)
    return n


@fused_inlined
def _note(out: Floats, n: int, column: int, knot: int) -> int:
    """Remember the step of an open window's best moment, or that there is more to it."""
    if n < len(out):
        out[n, column] = knot if out[n, column] == NOT_SEEN else SEVERAL
    return n


@fused_inlined
def _present(ends: Ends, ta: Singles, tb: Singles, knot: int) -> bool:
    """Return whether both are there."""
    return not np.isnan(ta[0, knot * ends.moves_a] + tb[0, knot * ends.moves_b])


@fused
def sweep(kind: int, ends: Ends, marks: Marks, r: Numbers, out: Floats, n: int) -> int:
    """Write the windows of a pair's first rule over the whole block; return the rows in use."""
    time_s, near, ta, tb = ends.time_s, marks.near, marks.toward_a, marks.toward_b
    last = len(time_s) - 1
    knot, up, known = np.int64(0), False, False
    rising = nearing = coarse = False
    while knot < last:
        if not up and near[knot] == 0 and near[knot + 1] == 0:
            knot = _next_near(near, marks.words, knot + 2) - 1
            known = False
            continue
        here = _present(ends, ta, tb, knot)
        there = _present(ends, ta, tb, knot + 1)
        if not (here and there):
            # Where the data end, the window does.
            if up:
                n = toggle(out, n, True, time_s[knot], 1.0)
            up = known = False
            knot += 1 if there else 2
            continue
        width = time_s[knot + 1] - time_s[knot]
        if not known:
            s = at_knot(ends, knot)
            up, rising, nearing, coarse = _signs(kind, s, r, width)
            if up:
                n = toggle(out, n, False, time_s[knot], 1.0)
        s = at_knot(ends, knot + 1)
        up_after, rising_after, nearing_after, coarse_after = _signs(kind, s, r, width)
        turns = rising != rising_after
        # Most steps neither change nor turn the way that could hide two changes.
        if up != up_after or (turns and up != rising) or coarse or coarse_after:
            n = _look_into(kind, ends, knot, r, up, up_after, out, n)
            if up and up_after:
                # A dip: there may be a peak on either side of it.
                n = _note(out, n, BEST, np.int64(SEVERAL))
        elif up:
            if turns:
                n = _note(out, n, BEST, knot)
            if nearing != nearing_after:
                n = _note(out, n, RANGE_MIN, knot if nearing else np.int64(SEVERAL))
        up, rising, nearing, coarse = up_after, rising_after, nearing_after, coarse_after
        known = True
        knot += 1
    return toggle(out, n, True, time_s[last], 1.0) if up else n
