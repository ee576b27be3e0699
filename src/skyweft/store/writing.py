"""One thread that writes while the next stage computes, in the order things were handed to it.

A run of one thread has none to spare: there, each piece is done when it is handed over.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Semaphore

WAITING = 2  # pieces that may wait, for memory


class Writing:
    """Runs pieces of work in the background, one by one; the first failure stops the rest."""

    def __init__(self, threads: int) -> None:
        self._alone = threads == 1
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="skyweft-writing")
        self._room = Semaphore(WAITING)
        self._pieces: list[Future[None]] = []
        self._failed = False
        self._last: list[Callable[[], None]] = []

    def at_end(self, work: Callable[[], None]) -> None:
        """Remember what is due at the end whatever happens: files to close, a second time too."""
        self._last.append(work)

    def put(self, work: Callable[[], None]) -> None:
        """Hand over a piece; waits while too many wait, raises what an earlier one raised."""
        if self._alone:
            work()
            return
        self._raise_earlier()
        self._room.acquire()
        try:
            self._pieces.append(self._thread.submit(self._one, work))
        except BaseException:
            self._room.release()
            raise

    def _one(self, work: Callable[[], None]) -> None:
        try:
            if not self._failed:
                work()
        except BaseException:
            self._failed = True
            raise
        finally:
            self._room.release()

    def _raise_earlier(self) -> None:
        while self._pieces and self._pieces[0].done():
            self._pieces.pop(0).result()

    def wait(self) -> None:
        """Wait until all that was handed over so far is written; raise what failed."""
        if not self._alone:
            self._thread.submit(lambda: None).result()
            self._raise_earlier()

    def finish(self) -> None:
        """Wait until all is written; raise what failed."""
        self._thread.shutdown(wait=True)
        try:
            self._raise_earlier()
        finally:
            for work in self._last:
                with suppress(OSError):
                    work()
