"""What the command line says of routes at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, proportion


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how often there is one, how long it takes, and why there is none."""
    for each in summary["routes"]:
        ends = ", ".join(each["sources"]), ", ".join(each["targets"])
        delay = measured(each["delay_median_s"], "s")
        share = proportion(each["share_reachable"])
        yield f"routes from {ends[0]} to {ends[1]}: {share} of the time, median delay {delay}"
        for reason, share in each["reasons"].items():
            yield f"  {reason}: {share:.1%}"
