"""Every rule on every pair of a list: the kernel that one thread runs.

Theory of operation
-------------------
1. A *rule* (least elevation, longest range, line of sight, mask) is a number that is >= 0 while it
   holds, with a rate (`geometry`). A *window* is a time in which every rule of the pair holds.
2. *Reach*: from both ends' radii follows the angle at the Earth's centre beyond which the rules
   surely fail. One pass over the knots marks those within it; the walk jumps over the rest.
3. *Walk* (`scan`): at marked knots only signs are taken: does the first rule hold, does it rise, do
   the two close in. A step is looked into where the sign changes, where it turns the way that
   could hide two changes, or where the two pass by each other within it.
4. *Roots* (`roots`): within a step the ends follow polynomials. A change of sign is found by
   Newton's steps inside a bracket, to a tolerance in time; a peak or dip between two knots by the
   sign of the rate.
5. *Refine* (`inside`, `masks`): each further rule replaces the windows found so far by their parts
   in which it holds too. A mask has kinks, so windows are cut where the azimuth crosses them.
6. *Complete* (`inside`): where asked, the highest and the nearest moment of each window.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.geometry import (
    CLEAR,
    ELEVATION,
    MASK_A,
    MASK_B,
    MAST_M,
    MOVES_A,
    MOVES_B,
    RANGE_MAX,
    SCALE,
    SINE,
    UP_A,
    UP_B,
    Floats,
    Side,
)
from skyweft.contacts.inside import complete, within
from skyweft.contacts.masks import within_mask
from skyweft.contacts.scan import CUT_END, Bytes, Words, mark, sweep
from skyweft.kernels import fused, fused_entry

Ints = NDArray[np.int32]
Kinds = NDArray[np.int64]

# How much of a window is asked for: its edges only, or also its best moment.
EDGES, WHOLE = 0, 1
VERTICAL_RAD = np.radians(0.2)  # geodetic and geocentric verticals differ by 0.193 degrees at most


@fused
def _reach(
    kind: int, floor_rad: float, least_a_m: float, most_a_m: float, least_b_m: float,
    most_b_m: float, r: Floats,
) -> float:  # fmt: skip
    """Return the central angle beyond which a pair's rules surely fail."""
    limit = np.pi
    if kind == ELEVATION:
        floor = floor_rad - VERTICAL_RAD
        ratio = least_a_m / most_b_m
        if floor > -0.5 * np.pi and ratio < 0.999999:
            limit = np.arccos(ratio * np.cos(floor)) - floor
    else:
        # A sphere inside everything that blocks the line, ends with their masts included.
        clear = min(r[CLEAR], min(least_a_m, least_b_m) - MAST_M) / r[SCALE]
        limit = np.arccos(min(1.0, clear / most_a_m)) + np.arccos(min(1.0, clear / most_b_m))
    chord = r[RANGE_MAX] / (2 * np.sqrt(least_a_m * least_b_m))
    if chord < 1:
        limit = min(limit, 2 * np.arcsin(chord))
    return limit + 1e-6


@fused
def _refine(
    kind: int, pa: Floats, va: Floats, moves_a: int, pb: Floats, vb: Floats, moves_b: int,
    time_s: Floats, table: Floats, r: Floats, out: Floats, first: int, n: int,
) -> int:  # fmt: skip
    """Replace rows `first` to `n` by the parts in which one more rule holds."""
    upto = n
    for row in range(first, n):
        if kind >= MASK_A:
            upto = within_mask(
                kind, pa, va, moves_a, pb, vb, moves_b, time_s, table, r, out, row, upto
            )
        else:
            upto = within(kind, pa, va, moves_a, pb, vb, moves_b, time_s, r, out, row, upto)
        if upto >= len(out):
            return upto
    for row in range(n, upto):
        for column in range(CUT_END + 1):
            out[first + row - n, column] = out[row, column]
    return first + upto - n


@fused_entry
def search(
    ask: int, a: Side, rows_a: Ints, b: Side, rows_b: Ints, first: int, time_s: Floats,
    near: Bytes, words: Words, kinds: Kinds, r: Floats, mask_a: Floats, mask_b: Floats,
    out: Floats, who: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Write the windows of pairs `first` on; return rows in use and the first pair not done.

    The table being full before all pairs are done is no failure: the caller goes on from there.
    """
    # A plain 0 would be a type of its own, and half of all kernels be compiled twice.
    n = np.int64(0)
    spacing = max(time_s[1] - time_s[0], time_s[-1] - time_s[-2])
    moves_a, moves_b = a.moves, b.moves
    r[MOVES_A], r[MOVES_B] = moves_a, moves_b
    for pair in range(first, len(rows_a)):
        ia, ib = np.int64(rows_a[pair]), np.int64(rows_b[pair])
        r[SINE] = np.sin(a.floor_rad[ia])
        for axis in range(3):
            r[UP_A + axis], r[UP_B + axis] = a.up[ia, axis], b.up[ib, axis]
        limit = _reach(
            kinds[0], a.floor_rad[ia], a.radius_min_m[ia], a.radius_max_m[ia],
            b.radius_min_m[ib], b.radius_max_m[ib], r,
        )  # fmt: skip
        # A moment lies within half a step of a knot; then it is in reach only if the knot is near.
        limit += 0.5 * spacing * (a.rate_max_rad_s[ia] + b.rate_max_rad_s[ib])
        cosine = np.cos(limit) if limit < np.pi else -2.0
        pa, va, pb, vb = a.position_m[ia], a.velocity_m_s[ia], b.position_m[ib], b.velocity_m_s[ib]
        ta, tb = a.toward[ia], b.toward[ib]
        mark(ta, moves_a, tb, moves_b, cosine, len(time_s), near)
        upto = sweep(
            kinds[0], pa, va, ta, moves_a, pb, vb, tb, moves_b, time_s, near, words, r, out, n
        )
        for each in range(1, len(kinds)):
            if upto == n or upto >= len(out):
                break
            table = mask_b if kinds[each] == MASK_B else mask_a
            upto = _refine(
                kinds[each], pa, va, moves_a, pb, vb, moves_b, time_s, table, r, out, n, upto
            )
        if upto >= len(out):
            return int(n), pair
        for row in range(n, upto):
            who[row] = pair
            if ask == WHOLE:
                complete(kinds[0], pa, va, moves_a, pb, vb, moves_b, time_s, r, out, row)
        n = upto
    return int(n), len(rows_a)
