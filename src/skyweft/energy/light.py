"""What light reaches the arrays of platforms: in space, in the air and on the ground.

In space the Earth's shadow is a cone (`energy.eclipse`). In the air the Sun is up until it is below
the horizontal by the horizon's dip; on the ground until its centre is below the horizon. Clouds,
air, terrain and masks take nothing.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.energy.eclipse import eclipses
from skyweft.fleet import Floats, Tracks
from skyweft.world.ellipsoid import SEMI_MAJOR_M, to_geodetic, up

Ints = NDArray[np.int64]


class Path(NamedTuple):
    """Where some platforms are at the knots of a block."""

    time_s: Floats  # (T,)
    position_m: Floats  # (M, 3, T), or (M, 3, 1) of those that stand
    velocity_m_s: Floats


class Light(NamedTuple):
    """What reaches them: in the steps between knots, (M, T - 1)."""

    received: Floats  # part of what an array takes that faces the Sun throughout
    unlit_s: Floats  # the dark part


def in_space(path: Path, sun_m: Floats, level: bool) -> tuple[Light, tuple[Ints, Floats, Floats]]:
    """Return the light on satellites, and their eclipses as `eclipse.eclipses` has them."""
    spans = eclipses(Tracks(*path), sun_m)
    dark = np.zeros((len(path.position_m), len(path.time_s)))
    for who, start_s, end_s in zip(*spans, strict=True):
        dark[who] += np.clip(path.time_s, start_s, end_s) - start_s
    facing = np.ones_like(dark)
    if level:
        away = path.position_m / np.linalg.norm(path.position_m, axis=1, keepdims=True)
        toward = sun_m[None] - path.position_m
        toward /= np.linalg.norm(toward, axis=1, keepdims=True)
        facing = np.maximum(np.einsum("pit,pit->pt", away, toward), 0.0)
    unlit_s = np.diff(dark, axis=1)
    return Light(_mean(facing) * (1.0 - unlit_s / np.diff(path.time_s)), unlit_s), spans


def below(path: Path, sun: Floats, dips: bool, level: bool) -> Light:
    """Return the light on what flies or stands; `sun` are unit vectors, (3, T)."""
    latitude, longitude, height = to_geodetic(np.moveaxis(path.position_m, 1, -1))
    sine = np.einsum("pti,it->pt", up(latitude, longitude), sun)
    dip = np.zeros_like(height)
    if dips:
        dip = np.arccos(SEMI_MAJOR_M / (SEMI_MAJOR_M + np.maximum(height, 0.0)))
    above = sine + np.sin(dip)
    lit = _positive(above)
    received = _mean(np.maximum(sine, 0.0)) if level else lit
    return Light(received, np.diff(path.time_s) * (1.0 - lit))


def _mean(value: Floats) -> Floats:
    return (value[:, 1:] + value[:, :-1]) / 2


def _positive(value: Floats) -> Floats:
    """Return for what part of each step a value is positive that goes straight between knots."""
    high = np.maximum(value[:, 1:], value[:, :-1])
    low = np.minimum(value[:, 1:], value[:, :-1])
    part = np.where(low > 0, 1.0, np.maximum(high, 0.0) / np.maximum(high - low, 1e-300))
    return np.where(high > 0, np.where(low > 0, 1.0, part), 0.0)
