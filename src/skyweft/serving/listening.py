"""Listens at an address and serves an application there until it is interrupted."""

import socket
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

import uvicorn
from starlette.types import ASGIApp

from skyweft.errors import ScenarioError
from skyweft.serving.patience import Patient

CONNECTIONS = 256


def at(host: str) -> str:
    """Return a host as an address spells it."""
    spelled = quote(host, safe=":")  # the zone of an IPv6 address has a % before it
    return f"[{spelled}]" if ":" in spelled else spelled


def until_interrupted(app: ASGIApp, listening: socket.socket, ready: Callable[[int], None]) -> None:
    """Serve an application; `ready` is given the port once it can be asked."""
    server = server_of(app)
    ready(listening.getsockname()[1])
    # After an interruption the server closes in order and hands the interruption on.
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


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


def listener(host: str, port: int) -> socket.socket:
    """Return a socket that already takes connections."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = error.strerror or error
        raise ScenarioError(f"cannot listen at {at(host)}:{port}: {why}") from error
