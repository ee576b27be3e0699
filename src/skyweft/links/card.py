"""What a notebook shows of links."""

from collections.abc import Iterator, Mapping
from typing import Any


def card(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Say the median rate of each rule, either way."""
    for name, link in summary["links"].items():
        for way in ("forward", "reverse"):
            if link[way]:
                yield f"{name}, {way}, median", f"{link[way]['median_bps']:,.0f} bit/s"
