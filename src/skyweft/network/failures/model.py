"""What is out of order, and when."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from skyweft.scenario.entry import COUNT_MAX, Called, Count, Share
from skyweft.scenario.parts import Rule
from skyweft.scenario.quantities import PositiveTime, Time
from skyweft.scenario.raw import Found, Plain, rows, strangers


class Failures(Rule):
    """Platforms or links that are out of order and carry no traffic: by chance, or at a time."""

    key = "failures"
    words = "What is out of order when traffic is routed: one `[[failures]]` a cause."

    platforms: list[str] = Field(default=[])
    """Groups that may fail."""
    links: list[Annotated[int, Field(ge=0, le=COUNT_MAX)]] = Field(default=[])
    """Or rules whose links may, each pair by itself: places among `[[links]]`, from 0."""
    names: list[Called] = Field(default=[])
    """Only these of their members, at a stated time."""
    share: Share | None = None
    """The chance of each to be out at a stated time, drawn one by one: how many are is random too.
    `count` takes just so many."""
    count: Count | None = None
    """So many of the platforms, drawn at random, at a stated time."""
    mtbf_s: PositiveTime | None = None
    """They fail at random: mean time from a repair to the next failure."""
    mttr_s: PositiveTime | None = None
    """Mean time to repair; never unless given."""
    start_s: Time = 0.0
    """The stated time, from the run's start."""
    end_s: PositiveTime | None = None
    """Its end; the run's unless given."""

    @property
    def for_good(self) -> bool:
        """Return whether nothing is ever repaired."""
        return (self.end_s if self.mtbf_s is None else self.mttr_s) is None

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of groups and links that are not there."""
        count = len(rows(data, "links"))
        for row, cause in rows(data, cls.key):
            yield from strangers(data, cause, (cls.key, row), "platforms")
            below = cause.get("links")
            for at, number in enumerate(below if isinstance(below, list | tuple) else []):
                if isinstance(number, int) and number >= count:
                    words = f"there is no links[{number}]; there are {count}, counted from 0"
                    yield (cls.key, row, "links", at), words

    @model_validator(mode="after")
    def _one_way_to_fail(self) -> Self:
        if bool(self.platforms) == bool(self.links):
            raise ValueError("give either platforms or links, and not an empty list")
        if self.links and self.names:
            raise ValueError("names are of platforms, so they do not go with links")
        if self.mttr_s is not None and self.mtbf_s is None:
            raise ValueError("mttr_s goes with mtbf_s")
        if self.links and self.count is not None:
            raise ValueError("count is of platforms; which links there are, only the run finds out")
        drawn = (self.share, self.count, self.mtbf_s)
        if bool(self.names) + sum(outage is not None for outage in drawn) > 1:
            raise ValueError("give only one of names, share, count and mtbf_s")
        if self.end_s is not None and self.end_s <= self.start_s:
            raise ValueError("end_s must be after start_s")
        return self
