"""Which candidate gateways there are, and what they must take down."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from skyweft.network.flows.model import Flows
from skyweft.scenario.entry import Count
from skyweft.scenario.parts import Settings
from skyweft.scenario.quantities import PositiveRate, PositiveShare, Step
from skyweft.scenario.raw import Found, Plain, restless, strangers


class Gateways(Settings):
    """Which candidate sites to build: the fewest that take down what must leave the network."""

    key = "gateways"
    words = "Candidate gateways to choose from; nothing is planned unless this table is there."

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

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of candidates that are not there or move, or of no need."""
        gateways = data.get(cls.key)
        if not isinstance(gateways, Mapping):
            return
        yield from strangers(data, gateways, (cls.key,), "sites")
        yield from restless(data, gateways, (cls.key,), "sites", "gateways must stand still")
        if gateways.get("demand_bps") is None and not data.get(Flows.key):
            yield (cls.key,), "give demand_bps, or [[flows]] whose demand they are to carry"
