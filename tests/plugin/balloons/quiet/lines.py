"""What the command line says of quiet hours at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    found = summary["quiet"]
    yield f"quiet: {found['platforms']} platforms, {found['quiet_s']:g} s"
