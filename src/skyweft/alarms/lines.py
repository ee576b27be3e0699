"""What the command line says of alarms at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how many alarms of each rule there were and how late they were known, a line each."""
    for row in summary["alarms"]:
        late = row["detection_p50_s"]
        known = "" if late is None else f", known after {measured(late, 's')} in the median"
        gone = f"; {row['withdrawn']:,} withdrawn" if row["withdrawn"] else ""
        yield (
            f"alarm {row['name']}: {row['raised']:,} raised, {row['standing']:,} standing"
            f"{known}{gone}"
        )
