"""What a scenario asks to be warned of."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skyweft.observations.sensors.model import Observations
from skyweft.scenario.entry import Entry, Line
from skyweft.scenario.parts import Rule
from skyweft.scenario.quantities import PositiveTime, Time
from skyweft.scenario.raw import Found, Plain, rows
from skyweft.scenario.words import unknown

Number = Annotated[float, Field(ge=-1e12, le=1e12)]


class Threshold(Entry):
    """A value beyond a threshold."""

    kind: Literal["above", "below"]
    threshold: Number
    """Beyond which a value raises the alarm, in the datastream's unit."""
    clear: Number | None = None
    """The value that clears it, as does everything further back; the threshold unless given."""
    for_s: Time = 0.0
    """How long values must have been beyond, from the first to the one that raises the alarm."""

    @model_validator(mode="after")
    def _behind(self) -> Self:
        if self.clear is not None and self.sign * (self.threshold - self.clear) < 0:
            raise ValueError(f'an alarm "{self.kind}" clears on the other side of its threshold')
        return self

    @property
    def sign(self) -> int:
        """Return 1 if greater values are worse, else -1."""
        return 1 if self.kind == "above" else -1


class NoData(Entry):
    """No value, once the network can no longer bring one."""

    kind: Literal["no_data"]
    after_s: PositiveTime
    """The longest time between two phenomenon times that is no alarm."""


class Alarms(Rule):
    """One alarm of each device of a datastream."""

    key = "alarms"
    words = "What of observations raises an alarm: one `[[alarms]]` a condition on a datastream."

    name: Annotated[Line, Field(min_length=1, max_length=100)]
    """Of the alarm."""
    observations: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Which of the scenario's `[[observations]]` it watches, from 0."""
    condition: Annotated[Threshold | NoData, Field(discriminator="kind")]
    """What raises and clears it; values that failed their tests of quality count for nothing."""

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of observations that are not there."""
        watched = [str(place) for place, _ in rows(data, Observations.key)]
        for row, rule in rows(data, cls.key):
            given = rule.get("observations", 0)
            if isinstance(given, int) and str(given) not in watched:
                yield (cls.key, row, "observations"), _none(given, watched)


def _none(given: int, watched: list[str]) -> str:
    if not watched:
        return "there are no [[observations]] to watch"
    return unknown(str(given), watched, "place among [[observations]]")
