"""Windows of a pair's first rule: a numba kernel that walks the knots and skips the dark."""

import numpy as np
from numba import njit

from skyweft.contacts.geometry import Floats, Numbers, Segment, State, at_knot, load, measure
from skyweft.contacts.roots import changes, evaluate

# Columns of a window's row.
START, END, CUT_START, CUT_END, BEST, ELEVATION_MAX, RANGE_MIN, COLUMNS = 0, 1, 2, 3, 4, 5, 6, 7
PIECES = 32  # of a step in which two platforms pass close by each other
CELLS = 1024
# Least central angle of every cell of its cosine, in steps of 2 / CELLS from -1.
ARC_RAD = np.append(np.arccos(np.minimum(1.0, np.arange(1, CELLS + 1) * (2 / CELLS) - 1)), 0.0)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def pieces(s: State, width_s: float) -> int:
    """Return in how many pieces to look at a step: more where the two pass close by."""
    dx, dy, dz, vx, vy, vz = s[:6]
    square = dx * dx + dy * dy + dz * dz
    way = (vx * vx + vy * vy + vz * vz) * width_s * width_s
    if way < square:
        return 1
    turn = np.sqrt(way / square)
    return int(turn) + 1 if turn < PIECES else PIECES


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
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


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
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


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract", "nsz"})
def sweep(
    kind: int, pa: Floats, va: Floats, na: Floats, moves_a: int, pb: Floats, vb: Floats,
    nb: Floats, moves_b: int, time_s: Floats, limit: float, steps: float, arc: Floats,
    r: Numbers, out: Floats, n: int,
) -> int:  # fmt: skip
    """Write the windows of a pair's first rule over the whole block; return the rows in use.

    `steps` is the number of knots per radian that the pair can turn, `limit` the angle beyond which
    the rule surely fails.
    """
    last = len(time_s) - 1
    knot, is_open, known, many = 0, False, False, 1
    before = rate_before = 0.0
    while knot < last:
        ka, kb = knot * moves_a, knot * moves_b
        inverse = na[ka] * nb[kb]
        if inverse == 0:
            knot += 1
            continue
        if not is_open:
            dot = pa[0, ka] * pb[0, kb] + pa[1, ka] * pb[1, kb] + pa[2, ka] * pb[2, kb]
            cell = max(0, min(CELLS, int((dot * inverse + 1.0) * (0.5 * CELLS))))
            wait = (arc[cell] - limit) * steps
            if wait >= 1:
                knot += int(min(wait, 1e9))
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
