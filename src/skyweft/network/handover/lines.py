"""What the command line says of handovers at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import proportion


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how often servers change, and how far that is from the best."""
    for row in summary["handover"]:
        who, rule = ", ".join(row["platforms"]), row["rule"].replace("_", " ")
        yield (
            f"handover of {who}, {rule}: {row['handovers']:,}, {row['ping_pongs']:,} of them "
            f"ping-pong; served {proportion(row['served_share'])} of the time, "
            f"{proportion(row['gap_share'])} below the optimum"
        )
