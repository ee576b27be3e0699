"""Workers of a Dask scheduler that do pieces of one run; this process does the rest.

Needs the extra `skyweft[dask]`, and workers that see the scenario's files under the same paths.
"""

from collections.abc import Callable
from uuid import uuid4

import dask

from skyweft.engine.cluster import connect, result_of, why
from skyweft.engine.pieces import Made, Piece, work
from skyweft.errors import BackendError

AHEAD = 2  # blocks beyond those at work, so that no worker waits
# What earlier stages gave goes along with a piece: kept on a worker, it would be lost with it.
LARGE = {"distributed.admin.large-graph-warning-threshold": "10GB"}


class Crew:
    """Workers that are there, or come.

    Parameters
    ----------
    address : str
        Of the scheduler, such as `tcp://10.0.0.1:8786`.

    Raises
    ------
    BackendError
        Nobody answers there, or it is no address.
    """

    def __init__(self, address: str) -> None:
        self._client = connect(address)

    @property
    def blocks(self) -> int:
        """Return how many blocks of time may be under way at once."""
        return sum(self._client.nthreads().values()) + AHEAD

    def hand(self, piece: Piece) -> Callable[[], Made]:
        """Hand a piece to whoever is free; return what waits for it.

        A worker that is lost costs nothing but time: Dask gives its piece to another one.
        """
        key = f"skyweft-{piece.stage}-{piece.number}-{uuid4().hex}"
        with dask.config.set(LARGE):
            future = self._client.submit(work, piece, key=key)

        def made() -> Made:
            try:
                found: Made = result_of(future, self._client)
            except BackendError:
                raise
            except Exception as error:  # whatever another process could not do
                found = Made(why(error))
            if found.reason:
                words = f"{piece.stage} of block {piece.number} failed on Dask: {found.reason}"
                raise BackendError(words, retryable=False)
            return found

        return made

    def close(self) -> None:
        """Leave the scheduler; what is under way there is given up."""
        self._client.close()
