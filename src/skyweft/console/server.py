"""Serves the console until it is interrupted."""

import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import uvicorn
from starlette.types import ASGIApp

from skyweft.console.api import application
from skyweft.console.guard import Guard, is_loopback, with_token
from skyweft.console.patience import Patient
from skyweft.console.run_registry import Shelf
from skyweft.errors import ScenarioError
from skyweft.scene.built import ui

CONNECTIONS = 256
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
        host = quote(self.host, safe=":")  # the zone of an IPv6 address has a % before it
        return f"[{host}]" if ":" in host else host

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
    with _listener(address) as listener:
        server = server_of(Guard(application(shelf, ui()), address.token))
        ready(address.page(listener.getsockname()[1]))
        # After an interruption the server closes in order and hands the interruption on.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Return what serves an application and keeps no connection that stands still."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Patient,
            ws="none",
            lifespan="off",
            limit_concurrency=CONNECTIONS,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
    )


def _listener(address: Address) -> socket.socket:
    """Return a socket that already takes connections."""
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        why = error.strerror or error
        raise ScenarioError(f"cannot listen at {address.at}:{address.port}: {why}") from error
    return listener
