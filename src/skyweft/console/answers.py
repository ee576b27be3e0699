"""Works answers out and sends them, so that light ones never wait for heavy ones.

Each kind of answer has a room: so many at once, from the first byte read to the last byte sent,
so many more that wait, and then a refusal. Memory is bounded by the rooms, however slowly whoever
asked reads.
"""

from asyncio import Semaphore
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from skyweft.errors import ScenarioError

HEAVY, LIGHT = 3, 8  # answers at once
WAITING = 32  # answers of a kind that may wait for their turn
ANSWER_BYTES = 256_000_000  # of one answer
PIECE_BYTES = 1 << 18  # handed over at a time; the next follows when this one has been taken

Work = Callable[[Request], Any]


class Room:
    """Room for so many answers of a kind at once."""

    def __init__(self, at_once: int) -> None:
        self._turns = Semaphore(at_once)
        self._waiting = 0

    def answering(self, work: Work) -> ASGIApp:
        """Return what answers by the result of `work`: bytes as they are, all else as JSON."""
        return _Answering(self, work)

    async def __aenter__(self) -> None:
        if self._waiting >= WAITING:
            raise HTTPException(503, "too much was asked at once; ask again")
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        self._turns.release()


class _Answering:
    def __init__(self, room: Room, work: Work) -> None:
        self._room = room
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a turn, work in a thread, and keep the turn until all is sent."""
        request = Request(scope, receive)
        async with self._room:
            if not await request.is_disconnected():
                answer = await run_in_threadpool(self._worked_out, request)
                await answer(scope, receive, send)

    def _worked_out(self, request: Request) -> Response:
        found = self._work(request)
        headers = {"cache-control": "no-store"}
        if isinstance(found, bytes):
            answer: Response = _InPieces(found, 200, headers, "application/octet-stream")
        else:
            answer = _JSONInPieces(found, 200, headers)
        if len(answer.body) > ANSWER_BYTES:
            raise ScenarioError(
                f"the answer would be {len(answer.body) / 1e6:,.0f} MB, of at most "
                f"{ANSWER_BYTES / 1e6:,.0f} MB; ask for a shorter time or fewer columns"
            )
        return answer


class _InPieces(Response):
    """Waits until each piece is taken: what is not read stays here, once, and nowhere else."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        for first in range(0, max(len(self.body), 1), PIECE_BYTES):
            piece = bytes(self.body[first : first + PIECE_BYTES])
            more = first + PIECE_BYTES < len(self.body)
            await send({"type": "http.response.body", "body": piece, "more_body": more})


class _JSONInPieces(_InPieces, JSONResponse):
    pass
