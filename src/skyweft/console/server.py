"""Serves the console until it is interrupted."""

import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from skyweft.console.api import application
from skyweft.console.guard import Guard
from skyweft.console.shelf import Shelf
from skyweft.errors import ScenarioError
from skyweft.run.scene.built import ui


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: a free port unless one is given; beyond this machine only with a token."""

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None

    def __post_init__(self) -> None:
        if not (self.token or _loopback(self.host)):
            raise ScenarioError(
                f"--host {self.host} lets other machines in: give a --token that they must know, "
                f"such as {secrets.token_urlsafe(16)}"
            )

    @property
    def at(self) -> str:
        """Return the host as an address spells it."""
        return f"[{self.host}]" if ":" in self.host else self.host


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False


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
    with _listener(address) as listener:
        app = Guard(application(shelf, ui()), address.token)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=1,
            )
        )
        ready(f"http://{address.at}:{listener.getsockname()[1]}/")
        # After an interruption the server closes in order and hands the interruption on.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _listener(address: Address) -> socket.socket:
    """Return a socket that already takes connections."""
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        why = error.strerror or error
        raise ScenarioError(f"cannot listen at {address.at}:{address.port}: {why}") from error
    return listener
