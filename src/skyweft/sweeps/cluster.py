"""Variants on a Dask cluster: `dask scheduler` on one machine, `dask worker ADDRESS` on others.

Workers see the scenario's folder and the sweep's under the same paths, on a disk they share. Needs
the extra `skyweft[dask]`.
"""

import socket
from collections.abc import Generator, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from uuid import uuid4

from distributed import Client, Future
from distributed.comm.addressing import parse_address, parse_host_port

from skyweft.errors import BackendError
from skyweft.sweeps.processes import Outcome
from skyweft.sweeps.worker import Task, work

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


def on_dask(tasks: Sequence[Task], client: Client) -> Generator[Outcome]:
    """Run tasks on a cluster; yield what became of each as it ends.

    Parameters
    ----------
    tasks : sequence of Task
        A worker that is lost costs nothing but time: Dask gives its task to another one.
    client : Client
        From `connect`.

    Raises
    ------
    BackendError
        Nobody works there any more.
    """
    ended: SimpleQueue[Future] = SimpleQueue()
    waiting = {}  # holds the futures too: Dask gives up what nobody holds
    for task in tasks:
        # Keys of our own: an earlier sweep's result is never taken for this one's.
        future = client.submit(work, task, key=f"skyweft-{task.number}-{uuid4().hex}")
        waiting[future.key] = task.number, future
        future.add_done_callback(ended.put)
    seen = monotonic()
    while waiting:
        try:
            future = ended.get(timeout=LOOK_S)
        except Empty:
            seen = monotonic() if _anybody(client) else seen
            if monotonic() - seen > PATIENCE_S:
                raise BackendError(
                    f"there has been no Dask worker for {PATIENCE_S:g} s", retryable=True
                ) from None
            continue
        seen = monotonic()
        number, _ = waiting.pop(future.key)
        yield number, _outcome(future)


def _anybody(client: Client) -> bool:
    return client.status == "running" and bool(client.nthreads())


def _outcome(future: Future) -> str:
    if future.status == "finished":
        return str(future.result())
    if future.status == "error":
        error = future.exception()
        return f"Dask: {type(error).__name__}: {error}"
    return f"Dask: the task was {future.status}"
