"""Smooth paths through places of the Earth, by a parameter that rises along them.

Between its places a path is a spherical cubic (Bezier by de Casteljau's construction on great
circles), so that long gaps follow the great circle and nobody dives under the ground. Altitude
goes apart, by a monotone cubic.
"""

import numpy as np

from skyweft.fleet import Floats
from skyweft.world.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M


class Curve:
    """A path through places: the parameter is a time, or a distance.

    Parameters
    ----------
    at : (T,)
        Rising.
    normal : (T, 3)
        Geodetic verticals of the places; no two neighbours on opposite sides of the Earth.
    altitude_m : (T,)
        Above the ellipsoid.
    """

    def __init__(self, at: Floats, normal: Floats, altitude_m: Floats) -> None:
        self.at, self._normal, self._altitude_m = at, normal, altitude_m
        self.gap = np.diff(at)
        self.turn = _logarithm(normal[:-1], normal[1:])
        self._back = -_logarithm(normal[1:], normal[:-1])
        gap = self.gap[:, None]
        # Unit sphere: tangents [rad] at every place; the end places take their only segment's.
        self.rate = _monotone(self.turn / gap, self._back / gap, self.gap)
        climb = (np.diff(altitude_m) / self.gap)[:, None]
        self._climb = _monotone(climb, climb, self.gap)[:, 0]
        # A lowest or highest place is one: the altitude never leaves what was said.
        self._climb[1:-1][climb[:-1, 0] * climb[1:, 0] <= 0] = 0

    def jumps(self) -> Floats:
        """Return by how much the second derivative jumps at all places but the ends. [rad]."""
        gap = self.gap[:, None]
        leave = (6 * self.turn / gap - 4 * self.rate[:-1] - 2 * self.rate[1:]) / gap
        arrive = (4 * self.rate[1:] + 2 * self.rate[:-1] - 6 * self._back / gap) / gap
        size: Floats = np.linalg.norm(leave[1:] - arrive[:-1], axis=1)
        return size

    def places(self, at: Floats) -> Floats:
        """Return ITRS positions (K, 3); before the first place and after the last extrapolated."""
        i = np.clip(np.searchsorted(self.at, at, side="right") - 1, 0, len(self.gap) - 1)
        gap = self.gap[i]
        u = (at - self.at[i]) / gap
        third = gap[:, None] / 3
        start, stop = self._normal[i], self._normal[i + 1]
        first = _exponential(start, self.rate[i] * third)
        second = _exponential(stop, -self.rate[i + 1] * third)
        a, b, c = (_slerp(p, q, u) for p, q in ((start, first), (first, second), (second, stop)))
        normal = _slerp(_slerp(a, b, u), _slerp(b, c, u), u)
        rise = self._altitude_m[i + 1] - self._altitude_m[i]
        out, into = self._climb[i] * gap, self._climb[i + 1] * gap
        altitude = self._altitude_m[i] + u * (
            out + u * (3 * rise - 2 * out - into + u * (out + into - 2 * rise))
        )
        return _on_ellipsoid(normal, altitude)


def _monotone(leave: Floats, arrive: Floats, gap: Floats) -> Floats:
    """Return rates at points from mean rates of their segments, as seen from both ends.

    The mean weighted by the other segment's length (exact for parabolas), at most three times
    the slower one's rate: a mover that stands does not swing.
    """
    rate = np.empty((len(gap) + 1, leave.shape[1]))
    rate[0], rate[-1] = leave[0], arrive[-1]
    near, far = arrive[:-1], leave[1:]
    before, after = gap[:-1, None], gap[1:, None]
    mean = (near * after + far * before) / (before + after)
    limit = 3 * np.minimum(np.linalg.norm(near, axis=1), np.linalg.norm(far, axis=1))
    size = np.linalg.norm(mean, axis=1)
    rate[1:-1] = mean * np.minimum(1, limit / np.maximum(size, 1e-300))[:, None]
    return rate


def _angle(a: Floats, b: Floats) -> Floats:
    across: Floats = np.linalg.norm(np.cross(a, b), axis=-1)
    angle: Floats = np.arctan2(across, np.sum(a * b, axis=-1))
    return angle


def _logarithm(a: Floats, b: Floats) -> Floats:
    """Return the vectors along great circles, touching the unit sphere at a, that lead to b."""
    level = b - np.sum(a * b, axis=-1, keepdims=True) * a
    size = np.maximum(np.linalg.norm(level, axis=-1), 1e-300)
    vector: Floats = level * (_angle(a, b) / size)[..., None]
    return vector


def _exponential(a: Floats, vector: Floats) -> Floats:
    """Return where great circles along touching vectors lead."""
    size = np.linalg.norm(vector, axis=-1, keepdims=True)
    point: Floats = np.cos(size) * a + np.sinc(size / np.pi) * vector
    return point


def _slerp(a: Floats, b: Floats, u: Floats) -> Floats:
    """Return points at shares u of the great circles from a to b."""
    return _exponential(a, _logarithm(a, b) * u[:, None])


def _on_ellipsoid(normal: Floats, altitude_m: Floats) -> Floats:
    """Return ITRS positions (T, 3) above the points of the ellipsoid with these verticals."""
    curve = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_SQUARED * normal[:, 2] ** 2)
    position = normal * (curve + altitude_m)[:, None]
    position[:, 2] -= ECCENTRICITY_SQUARED * curve * normal[:, 2]
    return position
