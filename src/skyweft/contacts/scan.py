"""Windows of a pair's first rule: a numba kernel that walks the knots and skips the dark."""

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.geometry import Floats, Numbers, Segment, State, at_knot, load, measure
from skyweft.contacts.kernel import kernel
from skyweft.contacts.roots import changes, evaluate

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

# Columns of a window's row.
START, END, CUT_START, CUT_END, BEST, ELEVATION_MAX, RANGE_MIN, COLUMNS = 0, 1, 2, 3, 4, 5, 6, 7
PIECES = 32  # of a step in which two platforms pass close by each other


@kernel
def pieces(s: State, width_s: float) -> int:
    """Return in how many pieces to look at a step: more where the two pass close by."""
    dx, dy, dz, vx, vy, vz = s[:6]
    square = dx * dx + dy * dy + dz * dz
    way = (vx * vx + vy * vy + vz * vz) * width_s * width_s
    if way < square:
        return 1
    turn = np.sqrt(way / square)
    return int(turn) + 1 if turn < PIECES else PIECES


@kernel
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
    return n


@kernel
def step(
    kind: int, many: int, c: Segment, from_s: float, width_s: float, r: Numbers,
    low: float, high: float, before: float, rate_before: float, after: float, rate_after: float,
    is_open: bool, out: Floats, n: int,
) -> tuple[int, bool]:  # fmt: skip
    """Write all changes between two fractions of a loaded step, looked at in `many` pieces."""
    left = low
    for each in range(1, many + 1):
        right, value, rate = high, after, rate_after
        if each < many:
            right = low + (high - low) * each / many
            value, rate = evaluate(kind, c, width_s, right, r)
        count, first, second = changes(
            kind, c, width_s, r, left, right, before, rate_before, value, rate
        )
        if count > 0:
            n = toggle(out, n, is_open, from_s + first * width_s, 0.0)
            is_open = not is_open
        if count > 1:
            n = toggle(out, n, is_open, from_s + second * width_s, 0.0)
            is_open = not is_open
        left, before, rate_before = right, value, rate
    return n, is_open


@kernel
def mark(
    pa: Floats, na: Floats, moves_a: int, pb: Floats, nb: Floats, moves_b: int, cosine: float,
    knots: int, near: Bytes,
) -> None:  # fmt: skip
    """Write at which knots the central angle is small; plain loops, so that they vectorise."""
    if moves_a == 0 and moves_b > 0:
        x, y, z = pa[0, 0] * na[0], pa[1, 0] * na[0], pa[2, 0] * na[0]
        for k in range(knots):
            dot = x * pb[0, k] + y * pb[1, k] + z * pb[2, k]
            near[k] = dot * nb[k] >= cosine
    elif moves_a > 0 and moves_b > 0:
        for k in range(knots):
            dot = pa[0, k] * pb[0, k] + pa[1, k] * pb[1, k] + pa[2, k] * pb[2, k]
            near[k] = dot * (na[k] * nb[k]) >= cosine
    else:
        near[:knots] = 1


@kernel
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


@kernel
def sweep(
    kind: int, pa: Floats, va: Floats, na: Floats, moves_a: int, pb: Floats, vb: Floats,
    nb: Floats, moves_b: int, time_s: Floats, near: Bytes, words: Words, r: Numbers, out: Floats,
    n: int,
) -> int:  # fmt: skip
    """Write the windows of a pair's first rule over the whole block; return the rows in use."""
    last = len(time_s) - 1
    knot, is_open, known, many = 0, False, False, 1
    before = rate_before = 0.0
    while knot < last:
        if not is_open and near[knot] == 0 and near[knot + 1] == 0:
            knot = _next_near(near, words, knot + 2) - 1
            known = False
            continue
        ka, kb = knot * moves_a, knot * moves_b
        if na[ka] * nb[kb] == 0:
            knot += 1
            known = False
            continue
        la, lb = (knot + 1) * moves_a, (knot + 1) * moves_b
        if na[la] * nb[lb] == 0:
            # The data end here, and with them the window.
            if is_open:
                n = toggle(out, n, True, time_s[knot], 1.0)
            is_open = known = False
            knot += 2
            continue
        width = time_s[knot + 1] - time_s[knot]
        if not known:
            s = at_knot(pa, va, ka, pb, vb, kb)
            before, rate_before = measure(kind, s, r)
            many = pieces(s, width)
            if before >= 0:
                n = toggle(out, n, False, time_s[knot], 1.0)
                is_open = True
        s = at_knot(pa, va, la, pb, vb, lb)
        after, rate_after = measure(kind, s, r)
        many_after = pieces(s, width)
        # Most steps neither change nor turn, and nothing is loaded for them.
        turns = (rate_before < 0 < rate_after) if is_open else (rate_before > 0 > rate_after)
        if is_open != (after >= 0) or turns or many + many_after > 2:
            c = load(pa, va, moves_a, pb, vb, moves_b, time_s, knot)
            n, is_open = step(
                kind, max(many, many_after), c, time_s[knot], width, r, 0.0, 1.0,
                before, rate_before, after, rate_after, is_open, out, n,
            )  # fmt: skip
        before, rate_before, many, known = after, rate_after, many_after, True
        knot += 1
    return toggle(out, n, True, time_s[last], 1.0) if is_open else n
