"""What the command line says of tunnels at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, percent


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how long trains were hidden, a line a group."""
    for row in summary["blockage"]:
        yield (
            f"{row['group']}: {percent(row['blocked_share'])} of the time in tunnels or behind "
            f"terrain, at most {measured(row['longest_s'], 's')} at once"
        )
