"""What the command line says of contacts at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how many there are, and how long."""
    contacts = summary["contacts"]
    yield f"contacts: {contacts['total']:,}, median {measured(contacts['median_s'], 's')}"
