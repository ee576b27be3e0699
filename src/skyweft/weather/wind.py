"""The wind for a run: one field over place, height and time that all platforms share.

Theory of operation
-------------------
A field is a grid, as a file has it or of one cell, and waves around it. The climatology has waves
alone. Two components, east and north, are Gaussian fields of zero mean and unit variance over
space, height and time. Each is a sum of waves whose directions and lengths are drawn once, so that
winds are alike over `LENGTH_M` and `DEPTH_M`, and whose two amplitudes wander as first-order
autoregressions. At a fixed place that sum is exactly Gaussian and exactly autoregressive, however
few the waves are; how alike two places are holds on average over the draw. Whoever asks for another
place draws the same waves from the same seed: two airships near each other have one weather.

A speed is then set to that percentile of its distribution which the Gaussian pair has: with Weibull
shape 2 the pair itself, scaled, and with other shapes the same direction and rank.

Who moves has the wind of a place it was within `FOLLOWED_M` of: summing waves every minute would
take longer than the flight.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.kernels import kernel
from skyweft.weather import model
from skyweft.weather.climatology import YEAR_DAYS, Winds, fastest, winds
from skyweft.weather.wind_file import read
from skyweft.world.clock import Clock
from skyweft.world.constants import DAY_S
from skyweft.world.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M

Floats = NDArray[np.float64]

WAVES = 64  # two far places are then alike by 1 / sqrt(64) at most by chance, one in three times
KNOTS = 24  # of a correlation time: linear in between, which takes 1 % of the speed's spread
LEVEL_M = 500.0
STREAM = 0x77696E64  # "wind": its random numbers are nobody else's
FOLLOWED_M = 25e3  # winds so near are alike to 1 - 3e-4: they differ by 2.5 % of their spread
TINY = 1e-300


class Field(NamedTuple):
    """The wind everywhere: on a grid, linear in between and as at its edges beyond, and waves."""

    start_s: float  # of the first knot
    step_s: float  # from knot to knot
    altitude_m: Floats  # (L,) ascending
    latitude_deg: Floats  # (Y,) ascending
    longitude_deg: Floats  # (X,) ascending
    grid_m_s: Floats  # (K or 1, L, Y, X, 2) towards east and north
    amplitude: Floats  # (K, 2, W, 2) of each wave's cosine and sine
    wave: Floats  # (2, W, 4) along three axes of space and along height [rad/m]
    power: float  # 1 / Weibull shape
    day: float  # of the year at the run's start, from 0
    most: Winds  # the 95th percentile of what waves add


class Wind(NamedTuple):
    """Winds over one place. Between knots and levels linear, beyond them as at the last ones."""

    start_s: float
    step_s: float
    altitude_m: Floats  # (L,) ascending, evenly
    speed_m_s: Floats  # (T, L, 2) towards east and north


class Followed(NamedTuple):
    """What is kept of the field around who moves."""

    place: Floats  # (2,) latitude and longitude where it was looked at [rad]; NaN before
    knot: NDArray[np.int64]  # (1,)
    altitude_m: Floats  # (L,) ascending, evenly
    phase: Floats  # (L, 2, W, 2) cosine and sine of waves there
    speed_m_s: Floats  # (2, L, 2) at the knots before and after


def everywhere(settings: model.Wind, clock: Clock, duration_s: float, seed: int) -> Field:
    """Return the wind from a run's start to its end.

    Parameters
    ----------
    settings : model.Wind
        Its source.
    clock, duration_s, seed
        Of the run; a longer run begins with the same winds.
    """
    here, day = np.zeros(1), _day_of_year(clock)
    if settings.file is not None:
        found = read(settings.file, settings.file.stat().st_mtime_ns, clock, duration_s)
        none = np.zeros((len(found.speed_m_s), 2, 0, 2)), np.zeros((2, 0, 4))
        speed_m_s = np.ascontiguousarray(found.speed_m_s)
        grid = *found.axes[1:4], speed_m_s
        return Field(found.start_s, found.step_s, *grid, *none, 1.0, day, winds())
    if settings.source != "climatology":
        steady = np.array([settings.east_m_s or 0.0, settings.north_m_s or 0.0])
        none = np.zeros((2, 2, 0, 2)), np.zeros((2, 0, 4))
        alike = np.ascontiguousarray(steady.reshape(1, 1, 1, 1, 2))
        return Field(0.0, duration_s, here, here, here, alike, *none, 1.0, day, winds())
    time = settings.correlation_time_s or model.CORRELATION_S
    step_s = time / KNOTS
    waves = _waves(int(np.ceil(duration_s / step_s)) + 1, step_s / time, seed)
    power = 1.0 / (settings.shape or model.SHAPE)
    still = np.zeros((1, 1, 1, 1, 2))
    return Field(0.0, step_s, here, here, here, still, *waves, power, day, winds())


def levels(band_m: tuple[float, float]) -> Floats:
    """Return the heights at which winds of a band are told."""
    gaps = int(np.ceil((band_m[1] - band_m[0]) / LEVEL_M))
    return np.linspace(*band_m, gaps + 1)


def over(
    field: Field, latitude_deg: float, longitude_deg: float, band_m: tuple[float, float]
) -> Wind:
    """Return the wind over a place, at heights from the least to the greatest of a band."""
    around = following(field, band_m)
    speed = np.empty((len(field.amplitude), len(around.altitude_m), 2))
    place = math.radians(latitude_deg), math.radians(longitude_deg)
    _phases(field, *place, around)
    _columns(field, around, speed)
    return Wind(field.start_s, field.step_s, around.altitude_m, speed)


def following(field: Field, band_m: tuple[float, float]) -> Followed:
    """Return the room in which `follow` keeps what it knows of the field."""
    heights, waves = levels(band_m), field.wave.shape[1]
    phase, speed = np.empty((len(heights), 2, waves, 2)), np.empty((2, len(heights), 2))
    return Followed(np.full(2, np.nan), np.full(1, -1), heights, phase, speed)


def _waves(knots: int, step: float, seed: int) -> tuple[Floats, Floats]:
    """Return amplitudes over time (T, 2, W, 2) and waves (2, W, 4); `step` in correlation times."""
    from scipy.signal import lfilter  # loading it takes a second and 60 MB

    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, STREAM])))
    wave = random.standard_normal((2, WAVES, 4)) / (*(3 * [model.LENGTH_M]), model.DEPTH_M)
    kept = np.exp(-step)
    # Row after row of one stream: a longer run goes on where a shorter one ended.
    drawn = random.standard_normal((knots, 2, WAVES, 2))
    drawn[1:] *= np.sqrt(1 - kept**2)
    return np.ascontiguousarray(lfilter([1.0], [1.0, -kept], drawn, axis=0)), wave


def _day_of_year(clock: Clock) -> float:
    """Return the day of the year at the run's start, from 0, with its fraction."""
    start = np.datetime64(clock.utc(0.0)[0].removesuffix("Z"))
    return float((start - start.astype("datetime64[Y]")) / np.timedelta64(1, "D"))


@kernel
def _phases(field: Field, latitude: float, longitude: float, out: Followed) -> None:
    """Write where waves are at a place, on the ellipsoid and at all heights over it."""
    wave = field.wave
    out.place[0], out.place[1] = latitude, longitude
    across = SEMI_MAJOR_M / math.sqrt(1.0 - ECCENTRICITY_SQUARED * math.sin(latitude) ** 2)
    x = across * math.cos(latitude) * math.cos(longitude)
    y = across * math.cos(latitude) * math.sin(longitude)
    z = across * (1.0 - ECCENTRICITY_SQUARED) * math.sin(latitude)
    for level in range(len(out.altitude_m)):
        for c in range(2):
            for w in range(wave.shape[1]):
                along = wave[c, w, 0] * x + wave[c, w, 1] * y + wave[c, w, 2] * z
                along += wave[c, w, 3] * out.altitude_m[level]
                out.phase[level, c, w, 0] = math.cos(along)
                out.phase[level, c, w, 1] = math.sin(along)


@kernel
def _between(axis: Floats, value: float) -> tuple[int, int, float]:
    """Return the places on an axis that a value is between, and how far from one to the other."""
    last = len(axis) - 1
    if last == 0 or value <= axis[0]:
        return 0, 0, 0.0
    if value >= axis[last]:
        return last, last, 0.0
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if axis[middle] <= value:
            low = middle
        else:
            high = middle
    return low, high, (value - axis[low]) / (axis[high] - axis[low])


@kernel
def _gridded(field: Field, place: Floats, altitude_m: float, knot: int) -> tuple[float, float]:
    """Return what the grid has at a place and height."""
    grid, west = field.grid_m_s, field.longitude_deg[0]
    k = min(knot, len(grid) - 1)
    turned = west + (math.degrees(place[1]) - west) % 360.0
    a, b, high = _between(field.altitude_m, altitude_m)
    c, d, north = _between(field.latitude_deg, math.degrees(place[0]))
    e, f, east = _between(field.longitude_deg, turned)
    found_east = found_north = 0.0
    for corner in range(8):
        up, side, along = corner & 1, corner >> 1 & 1, corner >> 2
        part = (high if up else 1.0 - high) * (north if side else 1.0 - north)
        part *= east if along else 1.0 - east
        level, y, x = (b if up else a), (d if side else c), (f if along else e)
        found_east += part * grid[k, level, y, x, 0]
        found_north += part * grid[k, level, y, x, 1]
    return found_east, found_north


@kernel
def _column(field: Field, around: Followed, knot: int, out: Floats) -> None:
    """Write the wind at a knot of time at all heights over the place that was looked at."""
    waves = field.wave.shape[1]
    year = (field.day + (field.start_s + knot * field.step_s) / DAY_S) % YEAR_DAYS / YEAR_DAYS
    for level in range(len(around.altitude_m)):
        height = around.altitude_m[level]
        out[level, 0], out[level, 1] = _gridded(field, around.place, height, knot)
        if waves == 0:
            continue
        # One after the other, in one order: a library's order depends on the size of the sum.
        east = north = 0.0
        for w in range(waves):
            east += field.amplitude[knot, 0, w, 0] * around.phase[level, 0, w, 0]
            east += field.amplitude[knot, 0, w, 1] * around.phase[level, 0, w, 1]
            north += field.amplitude[knot, 1, w, 0] * around.phase[level, 1, w, 0]
            north += field.amplitude[knot, 1, w, 1] * around.phase[level, 1, w, 1]
        rank = (east * east + north * north) / (2.0 * waves)  # exponentially distributed, mean 1
        most = fastest(field.most, math.degrees(around.place[0]), height, year)
        speed = most * (rank / math.log(20.0)) ** field.power
        scale = speed / math.sqrt(2.0 * max(rank, TINY) * waves)
        out[level, 0] += scale * east
        out[level, 1] += scale * north


@kernel
def _columns(field: Field, around: Followed, out: Floats) -> None:
    for knot in range(len(out)):
        _column(field, around, knot, out[knot])


@kernel
def follow(field: Field, around: Followed, latitude: float, longitude: float, now_s: float) -> Wind:
    """Return the wind around who moves, from the knot before a moment to the one after."""
    start, step = field.start_s, field.step_s
    knot = min(max(int((now_s - start) / step), 0), len(field.amplitude) - 2)
    north = latitude - around.place[0]
    turn = (longitude - around.place[1] + math.pi) % (2 * math.pi) - math.pi
    moved = SEMI_MAJOR_M * math.sqrt(north**2 + (turn * math.cos(latitude)) ** 2)
    far = not moved <= FOLLOWED_M
    if far:
        _phases(field, latitude, longitude, around)
    if far or knot != around.knot[0]:
        _column(field, around, knot, around.speed_m_s[0])
        _column(field, around, knot + 1, around.speed_m_s[1])
        around.knot[0] = knot
    return Wind(start + knot * step, step, around.altitude_m, around.speed_m_s)


@kernel
def blowing(wind: Wind, altitude_m: float, time_s: float) -> tuple[float, float]:
    """Return the wind at a height and moment, towards east and north. [m/s]."""
    start, step, level, speed = wind
    last = speed.shape[0] - 2
    gone = (time_s - start) / step
    t = min(max(int(gone), 0), last)
    late = min(max(gone - t, 0.0), 1.0)
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
    height, moment = (np.ascontiguousarray(part).ravel() for part in some)
    east, north = np.empty((2, len(moment)))
    _fill(wind, height, moment, east, north)
    return east.reshape(some[0].shape), north.reshape(some[0].shape)
