"""Where one end of a pair stands in the other's sky: azimuth and elevation, for terminals' masks.

A mask is a line of [azimuth, elevation] points. While the azimuth stays between two of them,
elevation less mask is smooth, so that sector by sector it is a rule like the others.
"""

import numpy as np

from skyweft.contacts.geometry import MASK_A, Numbers, State, upright
from skyweft.kernels import fused

TURN = 2 * np.pi


@fused
def bearing(kind: int, s: State, r: Numbers) -> tuple[float, float]:
    """Return azimuth (0 to 2 pi, from north over east) and elevation at the end with the mask."""
    dx, dy, dz, _, _, _, ax, ay, az, _, _, _ = s
    ux, uy, uz, moves = r.up_a[0], r.up_a[1], r.up_a[2], r.moves_a
    if kind != MASK_A:
        ax, ay, az = ax + dx, ay + dy, az + dz
        dx, dy, dz = -dx, -dy, -dz
        ux, uy, uz, moves = r.up_b[0], r.up_b[1], r.up_b[2], r.moves_b
    if moves > 0:
        ux, uy, uz = ax, ay, az * upright(ax, ay, az)
        length = np.sqrt(ux * ux + uy * uy + uz * uz)
        ux, uy, uz = ux / length, uy / length, uz / length
    flat = np.sqrt(ux * ux + uy * uy)
    # At a pole north has no meaning; the meridian of Greenwich takes its place.
    ex, ey = (-uy / flat, ux / flat) if flat > 1e-12 else (0.0, 1.0)
    east = dx * ex + dy * ey
    north = dx * (-uz * ey) + dy * (uz * ex) + dz * (ux * ey - uy * ex)
    rise = dx * ux + dy * uy + dz * uz
    azimuth = np.arctan2(east, north)
    if azimuth < 0:
        azimuth += TURN
    return azimuth, np.arctan2(rise, np.sqrt(east * east + north * north))


@fused
def wrapped(angle: float) -> float:
    """Return an angle between -pi and pi."""
    return float(angle - TURN * np.rint(angle / TURN))


@fused
def over_mask(kind: int, s: State, r: Numbers) -> float:
    """Return the elevation less the mask's, by the line of the sector written into `r`."""
    azimuth, elevation = bearing(kind, s, r)
    return float(elevation - r.level_rad - r.slope * wrapped(azimuth - r.middle_rad))
