"""What a notebook shows of coverage."""

from collections.abc import Iterator, Mapping
from typing import Any


def card(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Say how much is covered, mean."""
    for places in ("cells", "sites"):
        if seen := summary["coverage"].get(places):
            yield f"coverage of {places}, mean", f"{seen['coverage_fraction_mean']:.1%}"
