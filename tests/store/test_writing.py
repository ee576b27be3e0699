"""The thread that writes: order, room, and what happens when a piece fails."""

from threading import Event, get_ident

import pytest

from skyweft.store.writing import WAITING, Writing


def test_pieces_run_in_order() -> None:
    done: list[int] = []
    writing = Writing(2)
    for number in range(20):
        writing.put(lambda number=number: done.append(number))  # type: ignore[misc]
    writing.finish()
    assert done == list(range(20))


def test_only_a_few_pieces_wait() -> None:
    go, done = Event(), []
    writing = Writing(2)
    for _ in range(WAITING):
        writing.put(lambda: done.append(go.wait(10)))
    assert not writing._room.acquire(blocking=False)
    go.set()
    writing.finish()
    assert done == [True] * WAITING


def test_a_failure_stops_the_rest_and_is_raised() -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError(28, "No space left on device")

    writing = Writing(2)
    writing.at_end(lambda: done.append("closed"))
    writing.put(fail)
    with pytest.raises(OSError, match="No space"):
        _many(writing, done)
    writing.finish()
    assert done == ["closed"]


def test_a_failure_of_the_last_piece_is_raised_at_the_end() -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device")

    writing = Writing(2)
    writing.put(fail)
    with pytest.raises(OSError, match="No space"):
        writing.finish()


def _many(writing: Writing, done: list[str]) -> None:
    """Hand over pieces until one of the earlier ones is known to have failed."""
    while True:
        writing.put(lambda: done.append("after"))


def test_one_thread_does_each_piece_at_once() -> None:
    writing, threads = Writing(1), list[int]()
    for _ in range(3):
        writing.put(lambda: threads.append(get_ident()))
        assert threads[-1] == get_ident()
    assert len(threads) == 3
    writing.finish()
