"""What the command line says of gateways at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import proportion


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how many to build, and what they come to."""
    plan = summary["gateways"]
    proven = "" if plan["optimal"] else f", at least {plan['at_least']} are needed"
    yield f"gateways: {len(plan['selected'])} of {plan['candidates']} selected{proven}; " + (
        f"{proportion(plan['share_carried'])} of the need carried"
    )
