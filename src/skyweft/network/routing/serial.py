"""An executor without threads, for work that is on one of those that share the snapshots."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Alone(Executor):
    """Does everything in the caller's thread: nothing is handed over, nobody waits."""

    def map(  # type: ignore[override]
        self, task: Callable[..., Answer], *items: Iterable[Any]
    ) -> Iterator[Answer]:
        """Yield what a task makes of each item."""
        return map(task, *items)
