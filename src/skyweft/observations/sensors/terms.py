"""The quantity that a sensor measures, over time.

Random terms are drawn by counter: by scenario, datastream, term, device and sample. So what a
device measures does not depend on what of it arrives, nor on who else measures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.random import uniforms
from skyweft.errors import ScenarioError
from skyweft.motion.tables import complain, read_table
from skyweft.observations.sensors.model import (
    VALUE_MAX,
    Constant,
    Daily,
    Event,
    Noise,
    Observations,
    Offset,
    RandomWalk,
    Recorded,
    Yearly,
)

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

DAY_S, YEAR_S = 86_400.0, 365.25 * 86_400.0
PURPOSE = 1 << 24  # of random numbers: far above what messages draw theirs for
TERMS = 64  # at most, of a datastream
HALF_STEP = 2.0**-54  # keeps numbers from 0 to below 1 off both ends
TIMES = (-1e10, 1e10)


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of one datastream, of each device in order of time. Shapes (N,).

    Attributes
    ----------
    device : int64
        Rows of the fleet; equal ones together.
    number : int64
        The device's how manieth sample, from 0: equal ones never.
    time_s : float64
        From the run's start. [s]
    longitude_deg : float64
        Where the device is.
    start : datetime64
        Of the run, UTC.
    """

    device: Longs
    number: Longs
    time_s: Floats
    longitude_deg: Floats
    start: np.datetime64

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True)
class Draws:
    """Where a term's random numbers come from."""

    seed: int
    stream: int  # place among the scenario's [[observations]]
    term: int  # place in its `value`

    def normal(self, device: Longs, number: Longs) -> Floats:
        """Return standard normal numbers. (N,)."""
        from scipy.special import ndtri  # a tenth of a second at every start, else

        drawn = uniforms(self.seed, self.stream, device, number, PURPOSE + self.term)
        return np.asarray(ndtri(drawn + HALF_STEP))


def quantity(rule: Observations, stream: int, seed: int, at: Samples) -> Floats:
    """Return what a datastream's sensors measure.

    Parameters
    ----------
    rule : Observations
        Its terms are added up.
    stream : int
        Its place among the scenario's.
    seed : int
        Of the scenario.
    at : Samples
        When and by whom.

    Returns
    -------
    (N,) float64

    Raises
    ------
    ScenarioError
        A file cannot be read or does not cover the samples.
    """
    total = np.zeros(len(at))
    for place, term in enumerate(rule.value):
        total += _TERMS[type(term)](term, at, Draws(seed, stream, place))
    return total


def _constant(term: Constant, at: Samples, draws: Draws) -> Floats:
    return np.full(len(at), term.value)


def _offset(term: Offset, at: Samples, draws: Draws) -> Floats:
    return term.standard_deviation * draws.normal(at.device, np.zeros_like(at.device))


def _daily(term: Daily, at: Samples, draws: Draws) -> Floats:
    midnight = at.start.astype("datetime64[D]")
    since_s = (at.start - midnight) / np.timedelta64(1, "s") + at.time_s
    turn = since_s / DAY_S + at.longitude_deg / 360 - term.peak_h / 24
    return term.amplitude * np.cos(2 * np.pi * turn)


def _yearly(term: Yearly, at: Samples, draws: Draws) -> Floats:
    since_s = (at.start - at.start.astype("datetime64[Y]")) / np.timedelta64(1, "s")
    turn = (since_s + at.time_s - (term.peak_day - 1) * DAY_S) / YEAR_S
    return term.amplitude * np.cos(2 * np.pi * turn)


def _noise(term: Noise, at: Samples, draws: Draws) -> Floats:
    return term.standard_deviation * draws.normal(at.device, at.number)


def _walk(term: RandomWalk, at: Samples, draws: Draws) -> Floats:
    """Return sums of steps whose variance is in proportion to the time between samples."""
    first = np.concatenate([[True], at.device[1:] != at.device[:-1]]) if len(at) else at.device
    between_s = np.diff(at.time_s, prepend=at.time_s[:1])
    spread = term.deviation_day * np.sqrt(np.where(first, 0.0, between_s) / DAY_S)
    walked = np.cumsum(spread * draws.normal(at.device, at.number))
    begun = np.flatnonzero(first)
    return np.asarray(walked - np.repeat(walked[begun], np.diff(np.append(begun, len(at)))))


def _event(term: Event, at: Samples, draws: Draws) -> Floats:
    after_s = at.time_s - term.start_s
    rising = np.ones(len(at)) if term.rise_s == 0 else np.clip(after_s / term.rise_s, 0, 1)
    decayed = np.exp(-np.maximum(after_s - term.rise_s, 0) / term.decay_s)
    return np.where(after_s < 0, 0.0, term.height * rising * decayed)


def _recorded(term: Recorded, at: Samples, draws: Draws) -> Floats:
    """Return straight lines between the values of a file."""
    return np.interp(at.time_s, *recording(term.file))


def recording(file: Path) -> tuple[Floats, Floats]:
    """Return times and values of a file, in order of time.

    Raises
    ------
    ScenarioError
        It cannot be read, or its times do not increase.
    """
    ranges = {"time_s": TIMES, "value": (-VALUE_MAX, VALUE_MAX)}
    read = read_table(file, ranges, {})
    time_s, value = read.numbers["time_s"], read.numbers["value"]
    back = np.flatnonzero(np.diff(time_s) <= 0)
    complain(
        file,
        [f"{file.name}: line {read.lines[k + 1]}: time_s must increase" for k in back.tolist()],
    )
    if not len(time_s):
        raise ScenarioError(f"{file.name}: holds no values")
    return time_s, value


def uncovered(rule: Observations, duration_s: float) -> Iterator[tuple[int, str]]:
    """Yield place among a rule's terms and words of every file that does not cover a run."""
    first_s = -(rule.samples - 1) * (rule.sample_period_s or 0.0)
    for place, term in enumerate(rule.value):
        if isinstance(term, Recorded):
            time_s = recording(term.file)[0]
            if time_s[0] > first_s or time_s[-1] < duration_s:
                yield (
                    place,
                    f"{term.file.name} covers {time_s[0]:g} to {time_s[-1]:g} s, samples may be "
                    f"from {first_s:g} to {duration_s:g} s",
                )


_TERMS: dict[type[Any], Callable[[Any, Samples, Draws], Floats]] = {
    Constant: _constant,
    Offset: _offset,
    Daily: _daily,
    Yearly: _yearly,
    Noise: _noise,
    RandomWalk: _walk,
    Event: _event,
    Recorded: _recorded,
}
