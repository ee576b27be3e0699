"""The platform as an application of the web: who may ask, and in what form answers go."""

import json

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from skyweft.sensorthings.keeping.store import Store
from skyweft.sensorthings.refusing import RefusalError
from skyweft.sensorthings.web.calls import VERSION, Call, Reply
from skyweft.sensorthings.web.index_page import index_page, look
from skyweft.sensorthings.web.monitoring import CONTENT, Counts
from skyweft.sensorthings.web.service import Service
from skyweft.serving.hosts import host_of, is_loopback, with_headers

BODY_BYTES = 32_000_000  # of one request
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_STORED_ANEW = {"cache-control": "no-store"}


def application(store: Store) -> ASGIApp:
    """Return the application on a store: the API, and a page that leads to it."""
    service, counts = Service(store), Counts()

    async def answer(request: Request) -> Response:
        try:
            body = await _body(request)
        except RefusalError as error:
            return _response(Reply(error.status, error.document))
        except ClientDisconnect:
            return Response(status_code=400)
        call = Call(
            method=request.method,
            path=_path(request).removeprefix(f"/{VERSION}"),
            root=f"http://{request.headers['host']}/{VERSION}",
            query=request.scope["query_string"].decode("latin-1"),
            content_type=request.headers.get("content-type", ""),
            body=body,
        )
        reply = await run_in_threadpool(service.answer, call)
        counts.add(request.method, reply.status)
        return _response(reply)

    def page(request: Request) -> Response:
        with store.reading() as connection:
            return HTMLResponse(index_page(connection), headers=_STORED_ANEW)

    def health(request: Request) -> Response:
        with store.reading() as connection:
            connection.execute("SELECT count(*) FROM schema_versions")
        return _response(Reply(200, {"status": "ok"}))

    def metrics(request: Request) -> Response:
        with store.reading() as connection:
            text = counts.exposition(connection)
        return Response(text, headers={**_STORED_ANEW, "content-type": CONTENT})

    found = Starlette(
        routes=[
            Route("/", page),
            Route("/health", health),
            Route("/metrics", metrics),
            Route("/page.css", lambda _: PlainTextResponse(look(), media_type="text/css")),
            Route(f"/{VERSION}", answer, methods=METHODS),
            Route(f"/{VERSION}/{{path:path}}", answer, methods=METHODS),
            Route("/{path:path}", lambda request: _response(_nothing(request)), methods=METHODS),
        ],
        exception_handlers={
            Exception: lambda *_: _response(_ours()),
        },
    )
    return Doorkeeper(found)


def _path(request: Request) -> str:
    """Return the path as it was sent: a slash that is quoted parts nothing."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.partition(b"?")[0].decode("latin-1")


def _nothing(request: Request) -> Reply:
    words = f"there is no {request.url.path}: the API is at /{VERSION}"
    return Reply(404, RefusalError(404, words).document)


def _ours() -> Reply:
    return Reply(500, RefusalError(500, "an error in skyweft: see its terminal").document)


async def _body(request: Request) -> bytes:
    """Return the body, or refuse it before it fills the memory."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > BODY_BYTES:
            words = f"a body has at most {BODY_BYTES / 1e6:.0f} MB"
            raise RefusalError(413, words, "body")
    return bytes(found)


def _response(reply: Reply) -> Response:
    headers = {**_STORED_ANEW, **reply.headers}
    if reply.document is None:
        return Response(status_code=reply.status, headers=headers)
    if isinstance(reply.document, str):
        return PlainTextResponse(reply.document, reply.status, headers)
    return _JSON(reply.document, reply.status, headers)


class _JSON(JSONResponse):
    """JSON; characters that UTF-8 has not are none of ours."""

    def render(self, content: object) -> bytes:
        """Return the text."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


class Doorkeeper:
    """Lets through who is on this machine, and pages of this server alone.

    A page elsewhere may make its own name point here, so the host must be of this machine; and it
    may send what it cannot read, so a request that says where it comes from must come from here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        assert scope["type"] == "http"
        answer: ASGIApp = _refusal(Request(scope)) or self._app
        await answer(scope, receive, with_headers(send))


def _refusal(request: Request) -> Response | None:
    host = request.headers.get("host", "")
    if not is_loopback(host_of(host)):
        words = "this server is for 127.0.0.1 only"
        return _response(Reply(421, RefusalError(421, words, "host").document))
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}".lower():
        words = "pages of other servers may not ask this one"
        return _response(Reply(403, RefusalError(403, words, "origin").document))
    return None
