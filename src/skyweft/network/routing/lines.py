"""What the command line says of routes at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, proportion


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how often there is one, how long it takes, and why there is none."""
    for row in summary["routes"]:
        ends = ", ".join(row["sources"]), ", ".join(row["targets"])
        delay = measured(row["delay_median_s"], "s")
        share = proportion(row["share_reachable"])
        yield f"routes from {ends[0]} to {ends[1]}: {share} of the time, median delay {delay}"
        for reason, share in row["reasons"].items():
            yield f"  {reason}: {share:.1%}"
