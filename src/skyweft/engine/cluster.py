"""How a Dask cluster is reached: `dask scheduler` on one machine, `dask worker ADDRESS` on others.

Needs the extra `skyweft[dask]`.
"""

import socket
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from distributed import Client, Future
from distributed.comm.addressing import parse_address, parse_host_port

from skyweft.errors import BackendError

REACH_S = 10.0  # for the scheduler to answer
PATIENCE_S = 60.0  # without any worker, or without the scheduler
LOOK_S = 2.0  # between looks at whether anybody is there


def connect(address: str) -> Client:
    """Return a client of the scheduler at an address such as `tcp://10.0.0.1:8786`.

    Raises
    ------
    BackendError
        Nobody answers there, or it is no address.
    """
    try:
        # A client that fails to reach its scheduler complains for half a minute when it is dropped.
        host, port = parse_host_port(parse_address(address)[1])
        socket.create_connection((host, port), REACH_S).close()
        return Client(address, timeout=REACH_S, set_as_default=False)
    except ValueError as error:
        raise BackendError(
            f"{address} is no address of a Dask scheduler; one is written as tcp://10.0.0.1:8786",
            retryable=False,
        ) from error
    except OSError as error:
        raise BackendError(
            f"no Dask scheduler at {address} answers within {REACH_S:g} s; "
            "start one by `dask scheduler`, and workers by `dask worker ADDRESS`",
            retryable=True,
        ) from error


class Patience:
    """Waits as long as anybody works there."""

    def __init__(self, client: Client) -> None:
        self._client, self._seen = client, monotonic()

    def look(self) -> None:
        """Raise `BackendError` once there has been nobody for too long."""
        if self._client.status == "running" and self._client.nthreads():
            self._seen = monotonic()
        elif monotonic() - self._seen > PATIENCE_S:
            raise BackendError(
                f"there has been no Dask worker for {PATIENCE_S:g} s", retryable=True
            )


def next_of(ended: "SimpleQueue[Future]", client: Client) -> Future:
    """Return the next future that ends; BackendError once nobody works there any more."""
    patience = Patience(client)
    while True:
        try:
            return ended.get(timeout=LOOK_S)
        except Empty:
            patience.look()


def result_of(future: Future, client: Client) -> Any:
    """Return what a future has come to; BackendError once nobody works there any more.

    What was done by a worker that is lost before its result was fetched is done once more.
    """
    patience = Patience(client)
    while True:
        try:
            return future.result(timeout=LOOK_S)
        except TimeoutError:
            if future.status == "error":
                raise
            patience.look()


def failed(future: Future) -> str:
    """Return why a future that ended has no result; nothing where it has."""
    if future.status == "finished":
        return ""
    if future.status == "error":
        return why(future.exception())
    return f"Dask: the task was {future.status}"


def why(error: BaseException) -> str:
    """Say what a task has failed of."""
    return f"Dask: {type(error).__name__}: {error}"
