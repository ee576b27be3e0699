"""What a search needs to know of every track beforehand: presence, radii, greatest rate."""

import numpy as np

from skyweft.contacts.geometry import Floats, Side
from skyweft.kernels import fused_entry


@fused_entry
def survey(side: Side, time_s: Floats) -> None:
    """Write radii, presence and the greatest rate about the Earth's centre of every track."""
    for row in range(len(side.position_m)):
        p, v, toward = side.position_m[row], side.velocity_m_s[row], side.toward[row]
        least, most, rate, before = np.inf, 0.0, 0.0, 0.0
        for k in range(len(time_s)):
            square = p[0, k] * p[0, k] + p[1, k] * p[1, k] + p[2, k] * p[2, k]
            speed = v[0, k] * v[0, k] + v[1, k] * v[1, k] + v[2, k] * v[2, k]
            for axis in range(3):
                toward[axis, k] = np.nan
            if np.isfinite(square + speed) and square > 0:
                inverse = 1 / np.sqrt(square)
                for axis in range(3):
                    toward[axis, k] = p[axis, k] * inverse
                least, most = min(least, square), max(most, square)
                rate = max(rate, speed / square)
                if before > 0:
                    # Middle point of the step's hodograph: with its ends it bounds the speed.
                    fast = 0.0
                    for axis in range(3):
                        chord = (p[axis, k] - p[axis, k - 1]) / (time_s[k] - time_s[k - 1])
                        fast += (3 * chord - v[axis, k - 1] - v[axis, k]) ** 2
                    rate = max(rate, fast / min(square, before))
                before = square
            else:
                before = 0.0
        side.radius_min_m[row] = np.sqrt(least) if most > 0 else 1.0
        side.radius_max_m[row] = np.sqrt(most) if most > 0 else 1.0
        side.rate_max_rad_s[row] = np.sqrt(rate)
