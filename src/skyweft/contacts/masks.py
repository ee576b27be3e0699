"""Masks that change with azimuth: their sectors, and the part of a window they leave.

A mask has kinks, and a root finder needs smooth functions. So a window is cut where the azimuth
crosses a point of the mask or turns back, and between two cuts the mask is one straight line.
"""

from collections.abc import Sequence

import numpy as np

from skyweft.contacts.bearing import TURN, bearing, wrapped
from skyweft.contacts.geometry import Ends, Floats, Numbers, at_moment, load_apart
from skyweft.contacts.inside import inherit_cuts, step_at
from skyweft.contacts.roots import TOLERANCE_S, Span, evaluate
from skyweft.contacts.scan import END, START, step, toggle
from skyweft.kernels import fused

SWING_RAD = 0.5  # of azimuth, between two looks
STILL_RAD = 1e-9
SHORT_S = 1e-3  # right through the zenith the azimuth jumps; no look is closer than this


def sectors(mask: Sequence[tuple[float, float]] | None) -> Floats:
    """Return a mask's straight lines as rows of a table.

    Parameters
    ----------
    mask : sequence of (azimuth, elevation) or None
        Points joined by straight lines all around the horizon. [deg]

    Returns
    -------
    sectors : (M + 1, 2)
        Azimuth and elevation at the borders, azimuths rising over a whole turn [rad]; (0, 2)
        without a mask. Two rows of one azimuth are a wall.
    """
    if not mask:
        return np.empty((0, 2))
    points = sorted(([float(azimuth), float(level)] for azimuth, level in mask), key=lambda p: p[0])
    points.append([points[0][0] + 360.0, points[0][1]])
    return np.radians(points)


@fused
def _sector(table: Floats, azimuth: float) -> int:
    """Return the sector that holds an azimuth."""
    turned = azimuth - table[0, 0]
    turned = table[0, 0] + turned - TURN * np.floor(turned / TURN)
    sector = 0
    for row in range(len(table) - 1):
        if table[row, 0] <= turned:
            sector = row
    return sector


@fused
def _take_line(table: Floats, sector: int, r: Numbers) -> None:
    """Write a sector's straight line into the numbers."""
    wide = table[sector + 1, 0] - table[sector, 0]
    rise = table[sector + 1, 1] - table[sector, 1]
    # Counted from the middle, an azimuth in the sector is within half a turn.
    r.middle_rad = table[sector, 0] + 0.5 * wide
    r.level_rad = table[sector, 1] + 0.5 * rise
    r.slope = rise / wide if wide > 0 else 0.0


@fused
def _azimuth(kind: int, r: Numbers, width_s: float, tau: float) -> float:
    return bearing(kind, at_moment(r, width_s, tau), r)[0]


@fused
def _next_look(kind: int, r: Numbers, width_s: float, low: float, high: float) -> float:
    """Return a fraction up to which the azimuth goes one way and swings little."""
    start = _azimuth(kind, r, width_s, low)
    short = SHORT_S / width_s
    while high - low > short:
        middle = wrapped(_azimuth(kind, r, width_s, 0.5 * (low + high)) - start)
        swing = wrapped(_azimuth(kind, r, width_s, high) - start)
        one_way = middle * swing >= 0 and abs(middle) <= abs(swing)
        # A swing too small to matter is no reason to go on halving.
        if (one_way and abs(swing) < SWING_RAD) or abs(middle) + abs(swing) < STILL_RAD:
            break
        high = 0.5 * (low + high)
    return high


@fused
def _border(
    kind: int, r: Numbers, width_s: float, low: float, high: float, table: Floats
) -> tuple[float, int]:
    """Return the first fraction past `low` in another sector, or `high`, and the sector before."""
    tolerance = 0.1 * TOLERANCE_S / width_s
    inside = min(low + tolerance, 0.5 * (low + high))
    sector = _sector(table, _azimuth(kind, r, width_s, inside))
    if _sector(table, _azimuth(kind, r, width_s, high)) == sector:
        return high, sector
    near = inside
    while high - near > tolerance:
        middle = 0.5 * (near + high)
        if _sector(table, _azimuth(kind, r, width_s, middle)) == sector:
            near = middle
        else:
            high = middle
    return high, sector


@fused
def within_mask(
    kind: int, ends: Ends, table: Floats, r: Numbers, out: Floats, source: int, n: int
) -> int:
    """Append the parts of window `source` that are above a mask; return the rows in use."""
    time_s = ends.time_s
    start, end = out[source, START], out[source, END]
    first, is_open = n, False
    for knot in range(step_at(time_s, start), len(time_s) - 1):
        if time_s[knot] >= end:
            break
        width = time_s[knot + 1] - time_s[knot]
        load_apart(ends, knot, r)
        low = max(0.0, (start - time_s[knot]) / width)
        high = min(1.0, (end - time_s[knot]) / width)
        while low < high:
            look = _next_look(kind, r, width, low, high)
            look, sector = _border(kind, r, width, low, look, table)
            _take_line(table, sector, r)
            before, rate_before = evaluate(kind, r, width, low)
            after, rate_after = evaluate(kind, r, width, look)
            # At a wall the mask jumps between two looks.
            if is_open != (before >= 0):
                n = toggle(out, n, is_open, max(start, time_s[knot] + low * width), 0.0)
                is_open = not is_open
            span = Span(width, low, look, before, rate_before, after, rate_after)
            n, is_open = step(kind, np.int64(1), time_s[knot], span, r, is_open, out, n)
            low = look
    if is_open:
        n = toggle(out, n, True, end, 0.0)
    inherit_cuts(out, source, first, n)
    return n
