"""What becomes of messages on board, and how much of it a run writes down."""

from typing import Annotated, Literal

from pydantic import Field

from skyweft.scenario.entry import Entry
from skyweft.scenario.quantities import (
    Bytes,
)


class Storage(Entry):
    """What a platform can keep of messages until they go on."""

    bytes: Bytes
    """In all; a message larger than that is lost."""
    drop: Literal["oldest", "newest", "priority"] = "oldest"
    """What goes when a message does not fit: those longest on board, the newcomer, or the least
    important (of these the oldest; a newcomer less important than all is refused). What has
    expired goes first."""


class Deliveries(Entry):
    """How messages travel from whoever received them to their target, and what is written of it."""

    forwarding: Literal["direct", "immediate", "store_and_forward"] = "store_and_forward"
    """Whether platforms hand messages to each other: `immediate`, to one that has a pass of the
    target; `store_and_forward`, also to one that will have one more than a second sooner."""
    rows: bool | None = None
    """Write a row a message into `deliveries.parquet`; up to two million messages unless given."""
    cells: Annotated[int, Field(ge=12, le=100_000)] = 1_000
    """Cells of equal area over the Earth that the devices are counted by."""
    step_s: Annotated[float, Field(ge=1, le=86_400)] = 600.0
    """Between the rows on stores and on what targets took."""
