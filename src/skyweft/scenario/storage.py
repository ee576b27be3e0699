"""What platforms can keep of messages."""

from typing import Literal

from skyweft.scenario.entry import Entry
from skyweft.scenario.quantities import Bytes


class Storage(Entry):
    """What a platform can keep of messages until they go on."""

    bytes: Bytes
    """In all; a message larger than that is lost."""
    drop: Literal["oldest", "newest", "priority"] = "oldest"
    """What goes when a message does not fit: those longest on board, the newcomer, or the least
    important (of these the oldest; a newcomer less important than all is refused). What has
    expired goes first."""
