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

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.geometry import ELEVATION, MASK_A, MASK_B, MAST_M, Ends, Floats, Numbers, Side
from skyweft.contacts.inside import complete, within
from skyweft.contacts.masks import within_mask
from skyweft.contacts.scan import CUT_END, Bytes, Marks, Words, mark, sweep
from skyweft.kernels import fused, fused_entry

Ints = NDArray[np.int32]
Kinds = NDArray[np.int64]

# How much of a window is asked for: its edges only, or also its best moment.
EDGES, WHOLE = 0, 1
VERTICAL_RAD = np.radians(0.2)  # geodetic and geocentric verticals differ by 0.193 degrees at most


@fused
def _reach(
    kind: int,
    floor_rad: float,
    least_a_m: float,
    most_a_m: float,
    least_b_m: float,
    most_b_m: float,
    r: Numbers,
) -> float:
    """Return the central angle beyond which a pair's rules surely fail."""
    limit = np.pi
    if kind == ELEVATION:
        floor = floor_rad - VERTICAL_RAD
        ratio = least_a_m / most_b_m
        if floor > -0.5 * np.pi and ratio < 0.999999:
            limit = np.arccos(ratio * np.cos(floor)) - floor
    else:
        # A sphere inside everything that blocks the line, ends with their masts included.
        clear = min(r.clear_m, min(least_a_m, least_b_m) - MAST_M) / r.scale
        limit = np.arccos(min(1.0, clear / most_a_m)) + np.arccos(min(1.0, clear / most_b_m))
    chord = r.range_max_m / (2 * np.sqrt(least_a_m * least_b_m))
    if chord < 1:
        limit = min(limit, 2 * np.arcsin(chord))
    return limit + 1e-6


@fused
def _refine(
    kind: int, ends: Ends, table: Floats, r: Numbers, out: Floats, first: int, n: int
) -> int:
    """Replace rows `first` to `n` by the parts in which one more rule holds."""
    upto = n
    for row in range(first, n):
        if kind >= MASK_A:
            upto = within_mask(kind, ends, table, r, out, row, upto)
        else:
            upto = within(kind, ends, r, out, row, upto)
        if upto >= len(out):
            return upto
    for row in range(n, upto):
        for column in range(CUT_END + 1):
            out[first + row - n, column] = out[row, column]
    return first + upto - n


class Listed(NamedTuple):
    """Pairs of a list, (N,) rows of two sides, and the knots of all their tracks."""

    a: Side
    rows_a: Ints
    b: Side
    rows_b: Ints
    time_s: Floats  # (T,)


class Applied(NamedTuple):
    """What must hold of every pair."""

    kinds: Kinds  # (R,) in the order in which they are applied
    mask_a: Floats  # (M, 2) sectors
    mask_b: Floats


class Room(NamedTuple):
    """What the search writes into."""

    numbers: NDArray[np.void]  # (1,) with the limits in them
    near: Bytes
    words: Words  # the same memory
    out: Floats  # (W, COLUMNS)
    who: Ints  # (W,) place of the pair in the list


@fused_entry
def search(ask: int, listed: Listed, rules: Applied, first: int, room: Room) -> tuple[int, int]:
    """Write the windows of pairs `first` on; return rows in use and the first pair not done.

    The table being full before all pairs are done is no failure: the caller goes on from there.
    """
    # A plain 0 would be a type of its own, and half of all kernels be compiled twice.
    n = np.int64(0)
    a, b, time_s, out, r = listed.a, listed.b, listed.time_s, room.out, room.numbers[0]
    kind = rules.kinds[0]
    spacing = max(time_s[1] - time_s[0], time_s[-1] - time_s[-2])
    r.moves_a, r.moves_b = a.moves, b.moves
    for pair in range(first, len(listed.rows_a)):
        ia, ib = np.int64(listed.rows_a[pair]), np.int64(listed.rows_b[pair])
        limit = _take(a, ia, b, ib, kind, r)
        # A moment lies within half a step of a knot; then it is in reach only if the knot is near.
        limit += 0.5 * spacing * (a.rate_max_rad_s[ia] + b.rate_max_rad_s[ib])
        cosine = np.cos(limit) if limit < np.pi else -2.0
        ends = Ends(
            a.position_m[ia],
            a.velocity_m_s[ia],
            a.moves,
            b.position_m[ib],
            b.velocity_m_s[ib],
            b.moves,
            time_s,
        )
        marks = Marks(a.toward[ia], b.toward[ib], room.near, room.words)
        mark(ends, marks, cosine)
        upto = sweep(kind, ends, marks, r, out, n)
        for k in range(1, len(rules.kinds)):
            if upto == n or upto >= len(out):
                break
            table = rules.mask_b if rules.kinds[k] == MASK_B else rules.mask_a
            upto = _refine(rules.kinds[k], ends, table, r, out, n, upto)
        if upto >= len(out):
            return int(n), pair
        for row in range(n, upto):
            room.who[row] = pair
            if ask == WHOLE:
                complete(kind, ends, r, out, row)
        n = upto
    return int(n), len(listed.rows_a)


@fused
def _take(a: Side, ia: int, b: Side, ib: int, kind: int, r: Numbers) -> float:
    """Write a pair's least elevation and verticals; return the angle out of its rules' reach."""
    r.sine = np.sin(a.floor_rad[ia])
    for axis in range(3):
        r.up_a[axis], r.up_b[axis] = a.up[ia, axis], b.up[ib, axis]
    return _reach(
        kind,
        a.floor_rad[ia],
        a.radius_min_m[ia],
        a.radius_max_m[ia],
        b.radius_min_m[ib],
        b.radius_max_m[ib],
        r,
    )
