"""What the command line says of failures at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import proportion


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how many are out of order, a line a cause."""
    for row in summary["failures"]:
        share = proportion(row["share_out"])
        yield f"failures[{row['failure']}]: {row['out']:,} of {row['members']:,} out ({share})"
