"""What the command line says of messages at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, proportion


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say what became of messages, and which of them shares and delays are of."""
    found = summary["deliveries"]
    yield f"messages: {found['delivered']:,} of {found['generated']:,} delivered"
    if found["observed"]:
        delays = ("delay_p50_s", "delay_at_device_mean_s", "delay_on_board_mean_s")
        median, at_device, on_board = (measured(found[name], "s") for name in delays)
        yield (
            f"  {proportion(found['share_delivered'])} of the {found['observed']:,} observed to "
            f"their lifetime's end, median delay {median} (mean at the device {at_device}, on "
            f"board {on_board})"
        )
    for name, count in found.items():
        if count and name.startswith(("lost_", "stored_")):
            words = name.removeprefix("lost_").removeprefix("stored_").replace("_", " ")
            yield f"  {words}: {count:,}"
