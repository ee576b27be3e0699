"""Traffic between groups of platforms."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skyweft.scenario.entry import Count, Entry, File
from skyweft.scenario.parts import Rule
from skyweft.scenario.policies import AnyMetric
from skyweft.scenario.quantities import Factor, PositiveRate, Rate, Step, Time
from skyweft.scenario.raw import Found, Plain, restless, rows, strangers
from skyweft.scenario.words import shown


class Gravity(Entry):
    """Demand of every pair by its populations over a power of its distance."""

    total_bps: PositiveRate
    """What the demands of all pairs add up to."""
    exponent: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Of the great-circle distance; 0 leaves it out."""
    population: File | None = None
    """CSV with `name, population`; unless given, the sites' own files have that column."""
    pairs: Count | None = None
    """Keep only so many pairs, those of the greatest demand; the total stays."""


class Flows(Rule):
    """Sustained traffic from sources to targets, sharing the links max-min fairly at a step.

    Give one of `demand_bps`, `elastic`, `matrix` and `gravity`. Without a matrix there is a flow
    from every source to every target that is another platform.
    """

    key = "flows"
    words = "Traffic between groups of platforms: one `[[flows]]` a kind."

    sources: Annotated[list[str], Field(min_length=1)]
    """Groups the flows start from."""
    targets: Annotated[list[str], Field(min_length=1)]
    """Groups they lead to."""
    demand_bps: Rate | None = None
    """What every pair would send."""
    elastic: bool = False
    """Every pair takes what it can get."""
    matrix: File | None = None
    """CSV with `source, target, demand_bps`, or a square of names; `inf` is elastic."""
    gravity: Gravity | None = None
    """A demand by population and distance; sources and targets stand still."""
    profile: Annotated[list[Factor], Field(min_length=24, max_length=24)] | None = None
    """Factors of the demand at 0, 1, ... 23 o'clock, mean solar time of the source."""
    weight: Annotated[float, Field(ge=1e-3, le=1e3)] = 1.0
    """A flow of twice the weight gets twice the share."""
    priority: Annotated[int, Field(ge=0, le=99)] = 0
    """0 is served first; 1 gets what is left, and so on."""
    step_s: Step = 60.0
    """Between snapshots, from the run's start; the same in every `[[flows]]`."""
    metric: AnyMetric = "delay"
    """Which route is best: `delay`, of least delay; `hops`, over the fewest links; or a
    policy of an installed package."""
    processing_s: Time = 0.0
    """Delay added at every platform that passes traffic on."""
    alternatives: Annotated[int, Field(ge=1, le=20)] = 1
    """Over how many loop-free paths a flow may be split, the best first."""
    disjoint: Literal["links", "nodes"] | None = None
    """Split it over two paths that share no link, or no platform in between, where there are."""
    split: Literal["overflow", "equal", "delay"] = "overflow"
    """`overflow`: the next route takes what the routes before it have no room for; `equal` parts,
    or parts by the inverse of the routes' delays, whatever is full."""

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of groups that are not there or move, and of steps that differ."""
        asked = rows(data, cls.key)
        for row, rule in asked:
            for side in ("sources", "targets"):
                yield from strangers(data, rule, (cls.key, row), side)
                if rule.get("gravity") is not None:
                    words = "gravity needs places that stand still"
                    yield from restless(data, rule, (cls.key, row), side, words)
        # Flows share links, so they are looked at together.
        steps = [(row, rule.get("step_s", 60.0)) for row, rule in asked]
        for row, step_s in steps[1:]:
            if step_s != steps[0][1]:
                words = f"is {shown(step_s)} but flows[{steps[0][0]}] has {shown(steps[0][1])}: "
                words += "flows share links, so all have the same step"
                yield (cls.key, row, "step_s"), words

    @model_validator(mode="after")
    def _routes(self) -> Self:
        if self.disjoint is not None and self.alternatives > 1:
            raise ValueError("give only one of alternatives and disjoint")
        if "split" in self.model_fields_set and self.alternatives == 1 and self.disjoint is None:
            raise ValueError("split goes with alternatives or disjoint: one route cannot be split")
        return self

    @model_validator(mode="after")
    def _one_demand(self) -> Self:
        routes = ("demand_bps", "matrix", "gravity")
        given = [name for name in routes if getattr(self, name) is not None]
        given += ["elastic"] if self.elastic else []
        if len(given) != 1:
            said = " and ".join(given) or "none"
            raise ValueError(f"give one of demand_bps, elastic, matrix and gravity, not {said}")
        if self.elastic and self.profile is not None:
            raise ValueError("elastic flows take what they can get: a profile changes nothing")
        return self
