"""What the command line says of platforms at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how many there are, and how far the run came."""
    total = summary["platforms"]["total"]
    yield f"{summary['name']}: {total:,} platforms, {measured(summary['simulated_s'], 's')}"
