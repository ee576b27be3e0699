"""Windows of a pair's first rule: a numba kernel that walks the knots and skips the dark."""

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.geometry import (
    ELEVATION,
    MOVES_A,
    SINE,
    UP_A,
    UP_A_Y,
    UP_A_Z,
    Floats,
    Singles,
    State,
    at_knot,
    load,
    measure,
)
from skyweft.contacts.roots import changes, evaluate
from skyweft.kernels import fused, fused_inlined

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

# Columns of a window's row.
START, END, CUT_START, CUT_END, BEST, ELEVATION_MAX, RANGE_MIN, COLUMNS = 0, 1, 2, 3, 4, 5, 6, 7
# Until a window is complete, these two columns hold the steps of its best moments.
NOT_SEEN, SEVERAL = -1, -2
TINY = 1e-300
PIECES = 32  # of a step in which two platforms pass close by each other


@fused
def pieces(s: State, width_s: float) -> int:
    """Return in how many pieces to look at a step: more where the two pass close by."""
    dx, dy, dz, vx, vy, vz = s[:6]
    square = dx * dx + dy * dy + dz * dz
    way = (vx * vx + vy * vy + vz * vz) * width_s * width_s
    if way < square:
        return 1
    turn = np.sqrt(way / square)
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
    kind: int, many: int, from_s: float, width_s: float, r: Floats,
    low: float, high: float, before: float, rate_before: float, after: float, rate_after: float,
    is_open: bool, out: Floats, n: int,
) -> tuple[int, bool]:  # fmt: skip
    """Write all changes between two fractions of a loaded step, looked at in `many` pieces."""
    left = low
    for each in range(1, many + 1):
        right, value, rate = high, after, rate_after
        if each < many:
            right = low + (high - low) * each / many
            value, rate = evaluate(kind, r, width_s, right)
        count, first, second = changes(
            kind, r, width_s, left, right, before, rate_before, value, rate
        )
        if count > 0:
            n = toggle(out, n, is_open, from_s + first * width_s, 0.0)
            is_open = not is_open
        if count > 1:
            n = toggle(out, n, is_open, from_s + second * width_s, 0.0)
            is_open = not is_open
        left, before, rate_before = right, value, rate
    return n, is_open


@fused
def mark(
    ta: Singles, moves_a: int, tb: Singles, moves_b: int, cosine: float, knots: int, near: Bytes
) -> None:
    """Write at which knots the central angle is small; plain loops, so that they vectorise."""
    # Single precision would miss by 3e-7.
    least = np.float32(cosine - 1e-6)
    if moves_a == 0 and moves_b > 0:
        x, y, z = ta[0, 0], ta[1, 0], ta[2, 0]
        for k in range(knots):
            near[k] = x * tb[0, k] + y * tb[1, k] + z * tb[2, k] >= least
    elif moves_a > 0 and moves_b > 0:
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
def _signs(kind: int, s: State, r: Floats, width_s: float) -> tuple[bool, bool, bool, bool]:
    """Return whether a rule holds, rises, whether the two close in, and pass by within a step.

    Signs need no root and no division: most knots are only looked at, not measured.
    """
    dx, dy, dz, vx, vy, vz = s[:6]
    square = dx * dx + dy * dy + dz * dz
    closing = dx * vx + dy * vy + dz * vz
    coarse = (vx * vx + vy * vy + vz * vz) * (width_s * width_s) >= square
    if kind == ELEVATION and r[MOVES_A] == 0.0:
        ux, uy, uz = r[UP_A], r[UP_A_Y], r[UP_A_Z]
        rise = dx * ux + dy * uy + dz * uz
        rate = vx * ux + vy * uy + vz * uz
        over = rise * abs(rise) >= r[SINE] * abs(r[SINE]) * square
        return over, rate * square > rise * closing, closing < 0, coarse
    value, change = measure(kind, s, r)
    return value >= 0, change > 0, closing < 0, coarse


@fused_inlined
def _look_into(
    kind: int, pa: Floats, va: Floats, moves_a: int, pb: Floats, vb: Floats, moves_b: int,
    time_s: Floats, knot: int, r: Floats, up: bool, up_after: bool, out: Floats, n: int,
) -> int:  # fmt: skip
    """Write all changes within one whole step; return the rows in use."""
    width = time_s[knot + 1] - time_s[knot]
    s = at_knot(pa, va, knot * moves_a, pb, vb, knot * moves_b)
    before, rate_before = measure(kind, s, r)
    many = pieces(s, width)
    s = at_knot(pa, va, (knot + 1) * moves_a, pb, vb, (knot + 1) * moves_b)
    after, rate_after = measure(kind, s, r)
    # Where rounding makes value and sign differ, the sign that was seen first counts.
    before = max(before, 0.0) if up else min(before, -TINY)
    after = max(after, 0.0) if up_after else min(after, -TINY)
    load(pa, va, moves_a, pb, vb, moves_b, time_s, knot, r)
    n, _ = step(
        kind, max(many, pieces(s, width)), time_s[knot], width, r, 0.0, 1.0,
        before, rate_before, after, rate_after, up, out, n,
    )  # fmt: skip
    return n


@fused_inlined
def _note(out: Floats, n: int, column: int, knot: int) -> int:
    """Remember the step of an open window's best moment, or that there is more to it."""
    if n < len(out):
        out[n, column] = knot if out[n, column] == NOT_SEEN else SEVERAL
    return n


@fused
def sweep(
    kind: int, pa: Floats, va: Floats, ta: Singles, moves_a: int, pb: Floats, vb: Floats,
    tb: Singles, moves_b: int, time_s: Floats, near: Bytes, words: Words, r: Floats, out: Floats,
    n: int,
) -> int:  # fmt: skip
    """Write the windows of a pair's first rule over the whole block; return the rows in use."""
    last = len(time_s) - 1
    knot, up, known = np.int64(0), False, False
    rising = nearing = coarse = False
    while knot < last:
        if not up and near[knot] == 0 and near[knot + 1] == 0:
            knot = _next_near(near, words, knot + 2) - 1
            known = False
            continue
        ka, kb = knot * moves_a, knot * moves_b
        la, lb = (knot + 1) * moves_a, (knot + 1) * moves_b
        here = not np.isnan(ta[0, ka] + tb[0, kb])
        there = not np.isnan(ta[0, la] + tb[0, lb])
        if not (here and there):
            # Where the data end, the window does.
            if up:
                n = toggle(out, n, True, time_s[knot], 1.0)
            up = known = False
            knot += 1 if there else 2
            continue
        width = time_s[knot + 1] - time_s[knot]
        if not known:
            s = at_knot(pa, va, ka, pb, vb, kb)
            up, rising, nearing, coarse = _signs(kind, s, r, width)
            if up:
                n = toggle(out, n, False, time_s[knot], 1.0)
        s = at_knot(pa, va, la, pb, vb, lb)
        up_after, rising_after, nearing_after, coarse_after = _signs(kind, s, r, width)
        turns = rising != rising_after
        # Most steps neither change nor turn the way that could hide two changes.
        if up != up_after or (turns and up != rising) or coarse or coarse_after:
            n = _look_into(
                kind, pa, va, moves_a, pb, vb, moves_b, time_s, knot, r, up, up_after, out, n
            )
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
