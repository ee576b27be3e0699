"""What devices measure, and what of it is known at the other end of the network."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skyweft.observations.client import Client

__all__ = ["Client"]


def __getattr__(name: str) -> Any:
    """Load the client where somebody asks for it: a run needs none."""
    if name != "Client":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from skyweft.observations.client import Client

    return Client
