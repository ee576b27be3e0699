"""Heavy answers that nobody reads neither fill the memory nor keep light ones waiting."""

import asyncio
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from skyweft.console import answers, api
from skyweft.console.api import application
from skyweft.console.guard import Guard
from skyweft.console.run_registry import Shelf
from skyweft.results import Run
from skyweft.serving import patience
from skyweft.serving.listening import server_of
from tests.asking import asking, finish

SCENE = b"0123456789abcdef" * (1 << 20)  # 16 MiB, more than sockets keep
LATE_S = 60.0  # by then all is lost: nothing is measured


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make every scene the same bytes; return a list that grows with each."""
    found: list[int] = []

    def scene(*_: object) -> bytes:
        found.append(1)
        return SCENE

    monkeypatch.setattr(api, "scene", scene)
    return found


@pytest.fixture
def port(small: Run, page: Path) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = server_of(Guard(application(Shelf([small.folder]), page), None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(LATE_S)
    listener.close()


def _asked(port: int, address: str) -> socket.socket:
    """Ask, and read nothing."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    found.settimeout(LATE_S)
    found.connect(("127.0.0.1", port))
    if address:
        found.sendall(f"GET {address} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode())
    return found


def _rest(found: socket.socket) -> int:
    """Read until the connection ends; return how many bytes came."""
    count = 0
    try:
        while piece := found.recv(1 << 20):
            count += len(piece)
    except ConnectionResetError:
        pass
    return count


def test_unread_scenes(port: int, made: list[int]) -> None:
    unread = [_asked(port, "/api/v1/runs/0/scene") for _ in range(20)]
    try:
        for address in ("/api/v1/runs", "/api/v1/runs/0/summary", "/"):
            with urlopen(f"http://127.0.0.1:{port}{address}", timeout=LATE_S) as answer:
                assert answer.status == 200
        assert len(made) <= answers.HEAVY
    finally:
        for each in unread:
            each.close()


def test_connections_that_take_nothing_are_closed(
    port: int, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "TAKING_S", 0.3)
    unread = [_asked(port, "/api/v1/runs/0/scene") for _ in range(2 * answers.HEAVY)]
    with urlopen(f"http://127.0.0.1:{port}/api/v1/runs/0/scene", timeout=LATE_S) as answer:
        assert answer.read() == SCENE
    assert len(made) == len(unread) + 1
    for each in unread:
        with closing(each):
            assert _rest(each) < len(SCENE)


def test_connections_that_ask_nothing_are_closed(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "ASKING_S", 0.2)
    for start in ("", "/half\r\nof-a: "):
        with closing(_asked(port, "")) as silent:
            silent.sendall(start.encode())
            assert not _rest(silent) or start


def test_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "WAITING", 1)

    async def come(room: answers.Room) -> None:
        async with room:
            pass

    async def crowd() -> None:
        room = answers.Room(1)
        async with room:
            waiting = asyncio.create_task(come(room))
            await asyncio.sleep(0)
            with pytest.raises(HTTPException, match="ask again") as refused:
                await come(room)
            assert refused.value.status_code == 503
        await waiting
        await come(room)

    finish(crowd())


def test_an_answer_too_large_is_refused(
    small: Run, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = asking(Guard(application(Shelf([small.folder]), None), None))
    monkeypatch.setattr(answers, "ANSWER_BYTES", len(SCENE))
    assert ask("/api/v1/runs/0/scene").body == SCENE
    monkeypatch.setattr(answers, "ANSWER_BYTES", len(SCENE) - 1)
    refused = ask("/api/v1/runs/0/scene")
    assert refused.status == 400
    assert "ask for a shorter time or fewer columns" in refused.json["error"]


@settings(max_examples=60)
@given(
    at_once=st.integers(1, 4),
    waiting=st.integers(1, 5),
    comers=st.integers(1, 14),
    order=st.randoms(use_true_random=False),
)
def test_limits_hold_however_slowly_answers_are_taken(
    at_once: int, waiting: int, comers: int, order: random.Random
) -> None:
    """So many within, so many who wait, all others refused at once; and another room is free."""

    async def crowd() -> None:
        heavy, light = answers.Room(at_once), answers.Room(1)
        taken = [asyncio.Event() for _ in range(comers)]
        inside: set[int] = set()
        served: set[int] = set()
        refused: list[int] = []

        async def come(number: int) -> None:
            try:
                async with heavy:
                    inside.add(number)
                    assert len(inside) <= at_once
                    await taken[number].wait()
                    inside.discard(number)
                    served.add(number)
            except HTTPException as error:
                refused.append(error.status_code)

        tasks = [asyncio.create_task(come(number)) for number in range(comers)]
        for _ in range(3):
            await asyncio.sleep(0)
        assert len(inside) == min(comers, at_once)
        assert refused == [503] * max(0, comers - at_once - waiting)
        async with light:  # while nobody takes anything
            pass
        while inside:
            taken[order.choice(sorted(inside))].set()
            for _ in range(4):
                await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert len(served) == min(comers, at_once + waiting)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "WAITING", waiting)
        finish(crowd())
