"""What the command line says of packets at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

_COUNTED = ("sent", "received")


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how many were received."""
    sent, received = (sum(row[name] for row in summary["packets"]) for name in _COUNTED)
    yield f"packets: {received:,} of {sent:,} received"
