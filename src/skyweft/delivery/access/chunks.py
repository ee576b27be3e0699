"""Rows shared among threads, some at a time."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TypeVar

Answer = TypeVar("Answer")

PIECE = 16_384  # rows that one thread takes on; their columns stay in the second-level cache


def begun(
    executor: Executor, work: Callable[[slice], Answer], count: int, piece: int = PIECE
) -> list[Future[Answer]]:
    """Begin some work on every piece of so many rows."""
    return [executor.submit(work, slice(k, min(k + piece, count))) for k in range(0, count, piece)]


def over(
    executor: Executor, work: Callable[[slice], Answer], count: int, piece: int = PIECE
) -> list[Answer]:
    """Do some work on every piece of so many rows; return what comes of it, in order."""
    if count <= piece:
        return [work(slice(0, count))] if count else []
    return [future.result() for future in begun(executor, work, count, piece)]
