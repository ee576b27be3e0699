"""Serves the console until it is interrupted."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from skyweft.console.api import application
from skyweft.console.guard import Guard, with_token
from skyweft.console.run_registry import Shelf
from skyweft.errors import ScenarioError
from skyweft.scene.built import ui
from skyweft.serving.hosts import is_loopback
from skyweft.serving.listening import at, listener, until_interrupted

_TOKEN = range(1, 1_001)  # characters


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: a free port unless one is given; beyond this machine only with a token."""

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None

    def __post_init__(self) -> None:
        if self.token is not None and not _TOKEN.start <= len(self.token) < _TOKEN.stop:
            raise ScenarioError(f"--token: 1 to {_TOKEN.stop - 1:,} characters are allowed")
        if self.token is not None and not self.token.isprintable():
            raise ScenarioError("--token: only characters that can be printed are allowed")
        if not (self.token or is_loopback(self.host)):
            raise ScenarioError(
                f"--host {self.host} lets other machines in: give a --token that they must know, "
                f"such as {secrets.token_urlsafe(16)}"
            )

    @property
    def at(self) -> str:
        """Return the host as an address spells it."""
        return at(self.host)

    def page(self, port: int) -> str:
        """Return the page's address, with the token that it asks for once."""
        return with_token(f"http://{self.at}:{port}/", self.token)


def serve(folders: Sequence[Path], address: Address, ready: Callable[[str], None]) -> None:
    """Show runs until the process is interrupted.

    Parameters
    ----------
    folders : sequence of Path
        Of runs; one that cannot be shown is listed with what is wrong with it.
    address : Address
        Where to listen.
    ready : callable
        Is given the page's address once it can be opened.

    Raises
    ------
    ScenarioError
        No folder holds a run, or the port is taken.
    """
    shelf = Shelf(folders)
    shelf.require_one()
    with listener(address.host, address.port) as listening:
        app = Guard(application(shelf, ui()), address.token)
        until_interrupted(app, listening, lambda port: ready(address.page(port)))
