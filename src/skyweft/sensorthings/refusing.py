"""What the server says instead of an answer."""

from http import HTTPStatus
from typing import Any

from skyweft.errors import SkyweftError


class RefusalError(SkyweftError):
    """A request that cannot be answered.

    Parameters
    ----------
    status : int
        Of HTTP.
    words : str
        What is wrong and what is allowed.
    where : str
        The place in the address or the body.
    """

    def __init__(self, status: int, words: str, where: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.where = where

    @property
    def document(self) -> dict[str, Any]:
        """Return the body that says so."""
        found = {"code": self.status, "type": HTTPStatus(self.status).phrase, "message": self.words}
        return found | ({"where": self.where} if self.where else {})


def under(place: str, name: str | int) -> str:
    """Return the place of a member of what stands at a place."""
    if isinstance(name, int):
        return f"{place}[{name}]"
    return f"{place}.{name}" if place else name
