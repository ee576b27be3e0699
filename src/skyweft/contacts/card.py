"""What a notebook shows of contacts."""

from collections.abc import Iterator, Mapping
from typing import Any


def card(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Say how many there are."""
    yield "contacts", f"{summary['contacts']['total']:,}"
