"""What is asked of the network: ways between groups of platforms."""

from typing import Annotated, Literal

from pydantic import Field

from skyweft.scenario.entry import Entry, NotNegative, Positive


class Routes(Entry):
    """The best way from every source to every target, at a step."""

    sources: Annotated[list[str], Field(min_length=1)]
    """Groups the ways start from."""
    targets: Annotated[list[str], Field(min_length=1)]
    """Groups they lead to."""
    step_s: Positive = 60.0
    """Between snapshots, from the run's start."""
    metric: Literal["delay", "hops"] = "delay"
    """`delay`: the least propagation and processing delay; `hops`: the fewest links."""
    processing_s: NotNegative = 0.0
    """Added at every platform that passes traffic on."""
    paths: bool = False
    """Write the platforms of every way (large)."""
