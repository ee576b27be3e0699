"""Variants on a Dask cluster.

Workers see the scenario's folder and the sweep's under the same paths, on a disk they share. Needs
the extra `skyweft[dask]`.
"""

from collections.abc import Generator, Sequence
from queue import SimpleQueue
from uuid import uuid4

from distributed import Client, Future

from skyweft.engine.cluster import connect, failed, next_of
from skyweft.sweeps.processes import Outcome
from skyweft.sweeps.worker import Task, work

__all__ = ["connect", "on_dask"]


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
    while waiting:
        future = next_of(ended, client)
        number, _ = waiting.pop(future.key)
        yield number, failed(future) or str(future.result())
