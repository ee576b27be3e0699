"""Asks an application of the web directly, as a server would, and reads what it answers."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

Ask = Callable[..., "Answer"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def finish(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end, on a thread of its own: a test of the browser in the same process
    leaves an event loop running on this one.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def asking(app: Any, host: str = "127.0.0.1:8000") -> Ask:
    """Return a function that asks an application for an address."""

    def ask(address: str, method: str = "GET", *, body: bytes = b"", **headers: str) -> Answer:
        path, _, query = address.partition("?")
        sent = {"host": host} | {key.replace("_", "-"): each for key, each in headers.items()}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(key.encode(), value.encode()) for key, value in sent.items()],
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50_000),
        }
        reported: list[dict[str, Any]] = []

        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not waiting:
                await asyncio.Event().wait()  # who asks stays until the answer is there
            return waiting.pop()

        async def send(message: dict[str, Any]) -> None:
            reported.append(message)

        finish(app(scope, receive, send))
        head = reported[0]
        return Answer(
            head["status"],
            {key.decode(): value.decode() for key, value in head["headers"]},
            b"".join(each.get("body", b"") for each in reported[1:]),
        )

    return ask
