"""What the command line says of traffic at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, proportion
from skyweft.drawing.palette import SPOKEN


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how much gets through."""
    flows = summary["flows"]
    carried, wanted = (
        measured(flows[f"{name}_mean_bps"], "bit/s") for name in ("carried", "demand")
    )
    served = proportion(flows["share_served"])
    yield f"traffic: {carried} carried" + (
        f", {served} of {wanted} wanted" if flows["demand_mean_bps"] else ""
    )
    for group in flows["users"]:
        by = ", ".join(
            f"{SPOKEN[layer]} {proportion(share)}"
            for layer, share in group["share_served_by"].items()
        )
        mean, least = (proportion(group[key]) for key in ("share_served", "share_served_min"))
        yield f"  users served, {group['group']}: {mean}, least {least}" + (
            f" ({by})" if by else ""
        )
