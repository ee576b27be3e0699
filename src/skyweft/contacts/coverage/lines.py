"""What the command line says of coverage at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how well cells and sites are covered."""
    for places in ("cells", "sites"):
        if seen := summary["coverage"].get(places):
            gap = measured(seen["longest_gap_s"], "s")
            yield f"coverage of {places}: {seen['coverage_fraction_mean']:.1%}, longest gap {gap}"
