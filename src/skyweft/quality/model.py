"""What a scenario says of the quality of a datastream, and the flags that follow."""

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator

from skyweft.quality.checks import climatology, flat_line, gross_range, rate_of_change, spike
from skyweft.quality.flags import Flags, Floats, combined
from skyweft.scenario.entry import Entry
from skyweft.scenario.quantities import PositiveTime

Number = Annotated[float, Field(ge=-1e12, le=1e12)]
Size = Annotated[float, Field(ge=0, le=1e12)]
Month = Annotated[int, Field(ge=1, le=12)]


def _rising(span: list[float]) -> list[float]:
    if span[0] > span[1]:
        raise ValueError(f"a span goes from its least to its greatest, not {span}")
    return span


Span = Annotated[list[Number], Field(min_length=2, max_length=2), AfterValidator(_rising)]


def _any_of(entry: Entry, *names: str) -> None:
    """Refuse a test without a threshold: it would pass everything."""
    if all(getattr(entry, name) is None for name in names):
        raise ValueError(f"it tests nothing without {' or '.join(names)}")


class Spans(Entry):
    """Least and greatest value, in the datastream's unit."""

    fail: Span | None = None
    """What the sensor can tell at all."""
    suspect: Span | None = None
    """What is expected of it; within `fail`."""

    @model_validator(mode="after")
    def _within(self) -> Self:
        _any_of(self, "fail", "suspect")
        if self.fail and self.suspect:
            inside = self.fail[0] <= self.suspect[0] and self.suspect[1] <= self.fail[1]
            if not inside:
                raise ValueError("suspect lies within fail")
        return self


class Season(Spans):
    """What is expected in some months."""

    months: Annotated[list[Month], Field(min_length=2, max_length=2)]
    """First and last, by UTC; `[11, 2]` is November to February."""


class Sizes(Entry):
    """Thresholds, in the datastream's unit."""

    suspect: Size | None = None
    """Beyond which a value is suspect."""
    fail: Size | None = None
    """Beyond which it is wrong; not below `suspect`."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _any_of(self, "suspect", "fail")
        if self.suspect is not None and self.fail is not None and self.fail < self.suspect:
            raise ValueError("fail is not below suspect")
        return self


class Flat(Entry):
    """For how long a value may stay the same."""

    suspect_s: PositiveTime | None = None
    """From when on it is suspect."""
    fail_s: PositiveTime | None = None
    """From when on it is wrong; not before `suspect_s`."""
    tolerance: Size = 0.0
    """How far the greatest and the least value may be apart and count as the same."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _any_of(self, "suspect_s", "fail_s")
        if self.suspect_s is not None and self.fail_s is not None and self.fail_s < self.suspect_s:
            raise ValueError("fail_s is not below suspect_s")
        return self


class Quality(Entry):
    """Tests of QARTOD that the values of a datastream are put to; the worst flag counts."""

    range: Spans | None = None
    """Values outside of spans."""
    climatology: Annotated[list[Season], Field(min_length=1, max_length=100)] | None = None
    """Values outside of the spans of their season; the last that holds a month judges it."""
    spike: Sizes | None = None
    """How far a value is from the mean of the one before and the one after it."""
    rate_of_change: Sizes | None = None
    """Change from the value before, in the unit per second."""
    flat_line: Flat | None = None
    """Values that do not change."""

    @model_validator(mode="after")
    def _tests_something(self) -> Self:
        _any_of(self, "range", "climatology", "spike", "rate_of_change", "flat_line")
        return self


def judged(asked: Quality, start: np.datetime64, time_s: Floats, value: Floats) -> Flags:
    """Return the flags of one sensor's values.

    They follow from these alone: not from when, in which order, or how often each arrived.

    Parameters
    ----------
    asked : Quality
        The tests.
    start : datetime64
        What times count from, UTC.
    time_s : float64
        When each value was true, rising. Shape (N,). [s]
    value : float64
        Not finite where it is missing. Shape (N,).

    Returns
    -------
    int32
        QARTOD's flags, the worst of all tests. Shape (N,).
    """
    found = []
    if asked.range:
        found.append(gross_range(value, asked.range.fail, asked.range.suspect))
    if asked.climatology:
        seasons = [
            (season.months[0], season.months[1], season.fail, season.suspect)
            for season in asked.climatology
        ]
        found.append(climatology(_month(start, time_s), value, seasons))
    if asked.spike:
        found.append(spike(value, asked.spike.suspect, asked.spike.fail))
    if rate := asked.rate_of_change:
        found.append(rate_of_change(time_s, value, rate.suspect, rate.fail))
    if flat := asked.flat_line:
        found.append(flat_line(time_s, value, flat.suspect_s, flat.fail_s, flat.tolerance))
    return combined(found, len(value))


def _month(start: np.datetime64, time_s: Floats) -> NDArray[np.int64]:
    at = start.astype("datetime64[us]") + np.round(time_s * 1e6).astype("timedelta64[us]")
    months: Any = at.astype("datetime64[M]").astype(np.int64)
    return months % 12 + 1
