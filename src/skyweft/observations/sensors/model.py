"""What devices measure and how it is written into their messages."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skyweft.quality.model import Quality
from skyweft.scenario.entry import Entry, File, Line
from skyweft.scenario.parts import Rule
from skyweft.scenario.quantities import PositiveTime, Time
from skyweft.scenario.raw import Found, Plain, rows, table, there
from skyweft.scenario.words import unknown

VALUE_MAX = 1e12  # far beyond every unit anybody measures in
Value = Annotated[float, Field(ge=-VALUE_MAX, le=VALUE_MAX)]
Spread = Annotated[float, Field(ge=0, le=VALUE_MAX)]
SAMPLES_MAX = 1_000


class Constant(Entry):
    """The same at all times and devices."""

    kind: Literal["constant"]
    value: Value
    """In the datastream's unit, as all values below."""


class Offset(Entry):
    """A constant of each device, drawn once: stations differ."""

    kind: Literal["offset"]
    standard_deviation: Spread
    """Of the devices; Gaussian."""


class Daily(Entry):
    """A wave of one day, by the mean solar time where the device is."""

    kind: Literal["daily"]
    amplitude: Spread
    """From the mean to the peak."""
    peak_h: Annotated[float, Field(ge=0, lt=24)] = 14.0
    """Hour of the greatest value."""


class Yearly(Entry):
    """A wave of 365.25 days."""

    kind: Literal["yearly"]
    amplitude: Spread
    """From the mean to the peak."""
    peak_day: Annotated[float, Field(ge=1, lt=367)] = 200.0
    """Day of the year, 1 being 1 January, of the greatest value."""


class Noise(Entry):
    """Gaussian, new at every sample."""

    kind: Literal["noise"]
    standard_deviation: Spread
    """Of the samples."""


class RandomWalk(Entry):
    """Gaussian steps that add up, from 0 at a device's first sample."""

    kind: Literal["random_walk"]
    deviation_day: Spread
    """Standard deviation after one day; it grows with the square root of time."""


class Event(Entry):
    """One event at all devices: a straight rise, then an exponential decay."""

    kind: Literal["event"]
    start_s: Time
    """From the run's start."""
    height: Value
    """Of the peak."""
    rise_s: Time = 0.0
    """From the start to the peak."""
    decay_s: PositiveTime = 86_400.0
    """After the peak, until 1/e of it is left."""


class Recorded(Entry):
    """Values of a CSV file with the columns `time_s` and `value`, straight lines between them."""

    kind: Literal["file"]
    file: File
    """Times from the run's start, increasing; they must cover every sample."""


Term = Annotated[
    Constant | Offset | Daily | Yearly | Noise | RandomWalk | Event | Recorded,
    Field(discriminator="kind"),
]


class Encoding(Entry):
    """How a value stands in a message: a number of a fixed type, big-endian.

    The number is `(value - offset) / scale`, rounded to even for whole types. What does not fit
    is sent as the nearest that does and marked.
    """

    type: Literal[
        "int8", "uint8", "int16", "uint16", "int32", "uint32", "float16", "float32", "float64"
    ] = "float32"
    """Of the number."""
    scale: Annotated[float, Field(gt=0, le=VALUE_MAX)] = 1.0
    """What one unit of the number stands for."""
    offset: Value = 0.0
    """What a number of 0 stands for."""


class Observations(Rule):
    """One datastream of each device of a group, carried by the messages of that group."""

    key = "observations"
    words = "What devices measure: one `[[observations]]` a datastream of each."

    source: Annotated[str, Field(min_length=1)]
    """A group of platforms: the devices."""
    messages: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """Which of the scenario's `[[messages]]` carries it, from 0; needed where several have this
    source."""
    name: Annotated[Line, Field(min_length=1, max_length=100)]
    """Of the datastream."""
    observed_property: Annotated[Line, Field(min_length=1, max_length=100)] | None = None
    """What is measured, such as `water level`; the name unless given."""
    unit: Annotated[Line, Field(max_length=40)]
    """Symbol by UCUM: `m`, `Cel`, `mm/h`; `1` for a mere number."""
    value: Annotated[list[Term], Field(min_length=1, max_length=50)]
    """The quantity: the sum of these."""
    encoding: Encoding = Encoding(type="float32")
    """How a sample stands in the message; a `float32` of four bytes unless given."""
    samples: Annotated[int, Field(ge=1, le=SAMPLES_MAX)] = 1
    """In a message: the last when it is generated, the others before."""
    sample_period_s: PositiveTime | None = None
    """Between the samples of a message."""
    quality: Quality | None = None
    """Tests that give its values their flags; without any they are not evaluated."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if (self.samples > 1) != (self.sample_period_s is not None):
            raise ValueError("samples beyond 1 and sample_period_s go together")
        return self

    @property
    def measured(self) -> str:
        """Return what is measured."""
        return self.observed_property or self.name

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of devices nobody has and of messages that are not there."""
        sources = [row.get("source") for _, row in rows(data, "messages")]
        for row, rule in rows(data, cls.key):
            source = rule.get("source")
            if not isinstance(source, str):
                continue
            if not there(data, "platforms", source):
                words = unknown(source, table(data, "platforms"), "group of platforms")
                yield (cls.key, row, "source"), words
            else:
                for key, words in _carried(rule, source, sources):
                    yield (cls.key, row, key), words


def _carried(rule: Plain, source: str, sources: list[object]) -> Iterator[tuple[str, str]]:
    """Yield key and words of why no messages carry a rule's values."""
    mine = [place for place, row in enumerate(sources) if row == source]
    given = rule.get("messages")
    if not mine:
        yield "source", f'"{source}" sends no [[messages]] that could carry it'
    elif given is None and len(mine) > 1:
        which = " or ".join(map(str, mine))
        yield "source", f'"{source}" sends several [[messages]]: say which by messages = {which}'
    elif isinstance(given, int) and given not in mine:
        which = " or ".join(map(str, mine))
        yield "messages", f'messages[{given}] is not of "{source}", which sends {which}'
