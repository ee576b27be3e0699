"""What is asked of routes."""

from typing import Annotated, Literal, Protocol, Self

from pydantic import Field, model_validator

from skyweft.scenario.parts import Rule
from skyweft.scenario.policies import AnyMetric
from skyweft.scenario.quantities import Step, Time
from skyweft.scenario.raw import Found, Plain, rows, strangers


class Choice(Protocol):
    """By which routes a pair's traffic may go: what routes and flows are asked alike."""

    @property
    def metric(self) -> str:
        """What is least on the best route."""

    @property
    def processing_s(self) -> float:
        """Added at every platform that passes traffic on. [s]."""

    @property
    def alternatives(self) -> int:
        """How many loop-free paths."""

    @property
    def disjoint(self) -> Literal["links", "nodes"] | None:
        """Whether two of them share no link, or pass no platform in common."""


class Routes(Rule):
    """The best route from every source to every target, at a step."""

    key = "routes"
    words = "Routes to find between groups of platforms: one `[[routes]]` a question."

    sources: Annotated[list[str], Field(min_length=1)]
    """Groups the routes start from."""
    targets: Annotated[list[str], Field(min_length=1)]
    """Groups they lead to."""
    step_s: Step = 60.0
    """Between snapshots, from the run's start."""
    metric: AnyMetric = "delay"
    """`delay`: the least propagation and processing delay; `hops`: the fewest links; or a policy of
    an installed package."""
    processing_s: Time = 0.0
    """Added at every platform that passes traffic on."""
    paths: bool = False
    """Write the platforms of every route (large)."""
    alternatives: Annotated[int, Field(ge=1, le=100)] = 1
    """How many loop-free paths to find for every pair, the best first."""
    disjoint: Literal["links", "nodes"] | None = None
    """Find besides the best route two that share no link, or pass no platform in common."""

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of groups that are not there."""
        for row, rule in rows(data, cls.key):
            for side in ("sources", "targets"):
                yield from strangers(data, rule, (cls.key, row), side)

    @model_validator(mode="after")
    def _one_kind_of_alternative(self) -> Self:
        if self.disjoint is not None and self.alternatives > 1:
            raise ValueError("give only one of alternatives and disjoint")
        return self
