"""What the command line says of links at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how often each rule met, and its rates."""
    for name, link in summary["links"].items():
        both = [
            f"{direction} {measured(link[direction]['median_bps'], 'bit/s')}"
            for direction in ("forward", "reverse")
            if link[direction]
        ]
        # A link that never closes must not look like one whose rate does not fit on the line.
        rates = f"median rate {', '.join(both)}" if both else "no rate either way"
        yield f"  {name}: {link['contacts']:,}" + (f"; {rates}" if link["contacts"] else "")
