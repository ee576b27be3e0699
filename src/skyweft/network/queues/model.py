"""Streams of single packets."""

from typing import Annotated, Literal

from pydantic import Field

from skyweft.network.flows.model import Flows
from skyweft.scenario.entry import Called
from skyweft.scenario.parts import Rule
from skyweft.scenario.quantities import PositiveBytes, PositiveRate, PositiveTime, Time
from skyweft.scenario.raw import Found, Plain, is_number, rows
from skyweft.scenario.words import shown

# Keys that speak of the links, and what they are unless given.
SHARED = (("step_s", 1.0), ("processing_s", 0.0), ("buffer_bytes", 1e6), ("background", False))


class Packets(Rule):
    """Single packets of chosen pairs, along routes that change: waiting, loss and overtaking.

    All `[[packets]]` queue up on the same links, so `step_s`, `processing_s`, `buffer_bytes` and
    `background` are the same in each.
    """

    key = "packets"
    words = "Packets to follow along their routes: one `[[packets]]` a stream."

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

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of packets beyond the run's end, or of unlike keys of the links.

        Whether a platform is there, the fleet knows.
        """
        whole_s = data.get("duration_s")
        asked = rows(data, cls.key)
        for row, rule in asked:
            start_s, lasts_s = rule.get("start_s", 0.0), rule.get("duration_s", 60.0)
            sound = all(is_number(value_s) for value_s in (start_s, lasts_s, whole_s))
            if sound and start_s + lasts_s > whole_s:
                words = f"start_s and duration_s end at {start_s + lasts_s:g} s, after the run's "
                yield (cls.key, row), words + f"{whole_s:g} s"
            if rule.get("background") is True and not rows(data, Flows.key):
                words = "there are no [[flows]] to take off the rates"
                yield (cls.key, row, "background"), words
            for key, usual in SHARED:
                here, first = (name.get(key, usual) for name in (rule, asked[0][1]))
                if here != first:
                    words = f"is {shown(here)} but packets[{asked[0][0]}] has {shown(first)}: "
                    yield (cls.key, row, key), words + "packets share links, so all have the same"
