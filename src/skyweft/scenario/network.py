"""What is asked of the network: routes between groups of platforms, and traffic over them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skyweft.scenario.entry import COUNT_MAX, Called, Count, Entry, File, Share
from skyweft.scenario.quantities import (
    Factor,
    PositiveBytes,
    PositiveRate,
    PositiveShare,
    PositiveTime,
    Rate,
    Step,
    Time,
)


class Routes(Entry):
    """The best route from every source to every target, at a step."""

    sources: Annotated[list[str], Field(min_length=1)]
    """Groups the routes start from."""
    targets: Annotated[list[str], Field(min_length=1)]
    """Groups they lead to."""
    step_s: Step = 60.0
    """Between snapshots, from the run's start."""
    metric: Literal["delay", "hops"] = "delay"
    """`delay`: the least propagation and processing delay; `hops`: the fewest links."""
    processing_s: Time = 0.0
    """Added at every platform that passes traffic on."""
    paths: bool = False
    """Write the platforms of every route (large)."""
    alternatives: Annotated[int, Field(ge=1, le=100)] = 1
    """How many loop-free paths to find for every pair, the best first."""
    disjoint: Literal["links", "nodes"] | None = None
    """Find besides the best route two that share no link, or pass no platform in common."""

    @model_validator(mode="after")
    def _one_kind_of_alternative(self) -> Self:
        if self.disjoint is not None and self.alternatives > 1:
            raise ValueError("give only one of alternatives and disjoint")
        return self


class Failures(Entry):
    """Platforms or links that are out of order and carry no traffic: by chance, or at a time."""

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
        if bool(self.names) + sum(each is not None for each in drawn) > 1:
            raise ValueError("give only one of names, share, count and mtbf_s")
        if self.end_s is not None and self.end_s <= self.start_s:
            raise ValueError("end_s must be after start_s")
        return self


class Gateways(Entry):
    """Which candidate sites to build: the fewest that take down what must leave the network."""

    sites: Annotated[list[str], Field(min_length=1)]
    """Groups of standing platforms: the candidates."""
    demand_bps: PositiveRate | None = None
    """What all sites together must take down; the demand of all `[[flows]]` unless given."""
    target_share: PositiveShare = 1.0
    """Which part of the need must be downlinked, at every snapshot."""
    step_s: Step = 60.0
    """Between snapshots, from the run's start."""
    antennas_max: Count | None = None
    """A site uses only so many links at a time, those of the greatest rates."""
    site_rate_max_bps: PositiveRate | None = None
    """A site takes down no more than this."""


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


class Flows(Entry):
    """Sustained traffic from sources to targets, sharing the links max-min fairly at a step.

    Give one of `demand_bps`, `elastic`, `matrix` and `gravity`. Without a matrix there is a flow
    from every source to every target that is another platform.
    """

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
    metric: Literal["delay", "hops"] = "delay"
    """Which route is best: `delay`, of least delay; `hops`, over the fewest links."""
    processing_s: Time = 0.0
    """Delay added at every platform that passes traffic on."""
    alternatives: Annotated[int, Field(ge=1, le=20)] = 1
    """Over how many loop-free paths a flow may be split, the best first."""
    disjoint: Literal["links", "nodes"] | None = None
    """Split it over two paths that share no link, or no platform in between, where there are."""
    split: Literal["overflow", "equal", "delay"] = "overflow"
    """`overflow`: the next route takes what the routes before it have no room for; `equal` parts,
    or parts by the inverse of the routes' delays, whatever is full."""

    @model_validator(mode="after")
    def _ways(self) -> Self:
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


class Packets(Entry):
    """Single packets of chosen pairs, along routes that change: waiting, loss and overtaking.

    All `[[packets]]` queue up on the same links, so `step_s`, `processing_s`, `buffer_bytes` and
    `background` are the same in each.
    """

    source: Annotated[Called, Field(min_length=1)]
    """A group, whose every platform sends, or a single platform."""
    target: Annotated[Called, Field(min_length=1)]
    """A group or a platform that every source sends to."""
    rate_bps: PositiveRate
    """What every pair sends on average."""
    size_bytes: Annotated[float, Field(ge=1, le=1e9)] = 1_500.0
    """Of every packet."""
    arrivals: Literal["constant", "poisson"] = "poisson"
    """Packets at even distances, or at random times."""
    start_s: Time = 0.0
    """First moment of sending, from the run's start."""
    duration_s: PositiveTime = 60.0
    """How long packets are sent; ends within the run."""
    step_s: Annotated[float, Field(ge=1e-3, le=3_600)] = 1.0
    """Between snapshots of routes, delays and rates, and the rows of the table."""
    processing_s: Time = 0.0
    """Delay added at every platform that passes packets on."""
    buffer_bytes: PositiveBytes = 1e6
    """What may wait at the head of each link."""
    background: bool = False
    """Take what `[[flows]]` send off the links' rates."""
