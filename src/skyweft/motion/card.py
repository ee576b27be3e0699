"""What a notebook shows of platforms."""

from collections.abc import Iterator, Mapping
from typing import Any


def card(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Say how many there are."""
    yield "platforms", f"{summary['platforms']['total']:,}"
