"""The wind over a place for a run: by height and time, as one field that all platforms share.

Theory of operation
-------------------
Two components, east and north, are Gaussian fields of zero mean and unit variance over space,
height and time. Each is a sum of waves whose directions and lengths are drawn once, so that winds
are alike over `LENGTH_M` and `DEPTH_M`, and whose two amplitudes wander as first-order
autoregressions. At a fixed place that sum is exactly Gaussian and exactly autoregressive, however
few the waves are; how alike two places are holds on average over the draw. Whoever asks for another
place draws the same waves from the same seed: two airships near each other have one weather.

A speed is then set to that percentile of its distribution which the Gaussian pair has: with Weibull
shape 2 the pair itself, scaled, and with other shapes the same direction and rank.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.kernels import kernel
from skyweft.weather import model
from skyweft.weather.climatology import YEAR_DAYS, percentile_95
from skyweft.world.clock import Clock
from skyweft.world.constants import DAY_S
from skyweft.world.ellipsoid import to_ecef

Floats = NDArray[np.float64]

WAVES = 64  # two far places are then alike by 1 / sqrt(64) at most by chance, one in three times
KNOTS = 24  # of a correlation time: linear in between, which takes 1 % of the speed's spread
LEVEL_M = 500.0
STREAM = 0x77696E64  # "wind": its random numbers are nobody else's


class Wind(NamedTuple):
    """Winds over one place. Between knots and levels linear, beyond them as at the last ones."""

    step_s: float
    altitude_m: Floats  # (L,) ascending
    speed_m_s: Floats  # (T, L, 2) towards east and north


def over(
    settings: model.Wind,
    latitude_deg: float,
    longitude_deg: float,
    band_m: tuple[float, float],
    clock: Clock,
    duration_s: float,
    seed: int,
) -> Wind:
    """Return the wind over a place from a run's start to its end.

    Parameters
    ----------
    settings : model.Wind
        Its source.
    latitude_deg, longitude_deg : float
        The place.
    band_m : tuple of float
        Least and greatest height that is asked for.
    clock, duration_s, seed
        Of the run; a longer run begins with the same winds.
    """
    if settings.source != "climatology":
        steady = np.array([settings.east_m_s or 0.0, settings.north_m_s or 0.0])
        return Wind(duration_s, np.array([band_m[0]]), np.tile(steady, (2, 1, 1)))
    time = settings.correlation_time_s or model.CORRELATION_S
    step_s = time / KNOTS
    gaps = int(np.ceil((band_m[1] - band_m[0]) / LEVEL_M))
    levels = np.linspace(*band_m, gaps + 1)
    knots = int(np.ceil(duration_s / step_s)) + 1
    place = to_ecef(*(np.array(each) for each in (latitude_deg, longitude_deg, 0.0)))
    unit = _unit(place, levels, knots, step_s / time, seed)
    day = _day_of_year(clock) + step_s / DAY_S * np.arange(knots)[:, None]
    most = percentile_95(latitude_deg, levels[None, :], day % YEAR_DAYS)
    rank = np.sum(unit**2, axis=-1) / 2  # exponentially distributed, with mean 1
    shape = settings.shape or model.SHAPE
    speed = most * (rank / np.log(20.0)) ** (1.0 / shape)
    towards = unit / np.sqrt(2 * np.maximum(rank, np.finfo(float).tiny))[..., None]
    return Wind(step_s, levels, np.ascontiguousarray(speed[..., None] * towards))


def _unit(place_m: Floats, altitude_m: Floats, knots: int, step: float, seed: int) -> Floats:
    """Return Gaussian components over time (T, L, 2); `step` is in correlation times."""
    from scipy.signal import lfilter  # loading it takes a second and 60 MB

    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, STREAM])))
    wave = random.standard_normal((2, WAVES, 4)) / (*(3 * [model.LENGTH_M]), model.DEPTH_M)
    phase = wave[..., :3] @ place_m + wave[..., 3] * altitude_m[:, None, None]
    kept = np.exp(-step)
    # Row after row of one stream: a longer run goes on where a shorter one ended.
    drawn = random.standard_normal((knots, 2, WAVES, 2))
    drawn[1:] *= np.sqrt(1 - kept**2)
    amplitude = lfilter([1.0], [1.0, -kept], drawn, axis=0)
    out = np.empty((knots, len(altitude_m), 2))
    _summed(amplitude, np.stack([np.cos(phase), np.sin(phase)], axis=-1), out)
    return out


@kernel
def _summed(amplitude: Floats, phase: Floats, out: Floats) -> None:
    """Add up the waves, always in one order: a library's order depends on the size of the sum."""
    waves = phase.shape[2]
    for t in range(out.shape[0]):
        for level in range(out.shape[1]):
            for c in range(2):
                summed = 0.0
                for w in range(waves):
                    summed += amplitude[t, c, w, 0] * phase[level, c, w, 0]
                    summed += amplitude[t, c, w, 1] * phase[level, c, w, 1]
                out[t, level, c] = summed / np.sqrt(waves)


def _day_of_year(clock: Clock) -> float:
    """Return the day of the year at the run's start, from 0, with its fraction."""
    start = np.datetime64(clock.utc(0.0)[0].removesuffix("Z"))
    return float((start - start.astype("datetime64[Y]")) / np.timedelta64(1, "D"))


@kernel
def blowing(wind: Wind, altitude_m: float, time_s: float) -> tuple[float, float]:
    """Return the wind at a height and moment, towards east and north. [m/s]."""
    step, level, speed = wind
    last = speed.shape[0] - 2
    t = min(max(int(time_s / step), 0), last)
    late = min(max(time_s / step - t, 0.0), 1.0)
    if len(level) == 1:
        high, a, above = 0.0, 0, 0
    else:
        up = (altitude_m - level[0]) / (level[1] - level[0])
        a = min(max(int(up), 0), len(level) - 2)
        high, above = min(max(up - a, 0.0), 1.0), a + 1
    east = north = 0.0
    for axis in range(2):
        low = speed[t, a, axis] + late * (speed[t + 1, a, axis] - speed[t, a, axis])
        top = speed[t, above, axis] + late * (speed[t + 1, above, axis] - speed[t, above, axis])
        if axis == 0:
            east = low + high * (top - low)
        else:
            north = low + high * (top - low)
    return east, north


@kernel
def _fill(wind: Wind, altitude_m: Floats, time_s: Floats, east: Floats, north: Floats) -> None:
    for k in range(len(time_s)):
        east[k], north[k] = blowing(wind, altitude_m[k], time_s[k])


def at(wind: Wind, altitude_m: ArrayLike, time_s: ArrayLike) -> tuple[Floats, Floats]:
    """Return winds at heights [m] and moments [s], which broadcast: east and north. [m/s]."""
    some = np.broadcast_arrays(np.asarray(altitude_m, float), np.asarray(time_s, float))
    height, moment = (np.ascontiguousarray(each).ravel() for each in some)
    east, north = np.empty((2, len(moment)))
    _fill(wind, height, moment, east, north)
    return east.reshape(some[0].shape), north.reshape(some[0].shape)
