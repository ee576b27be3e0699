"""Who may ask, and what a browser may do with the answer."""

from hmac import compare_digest
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "skyweft_token"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Guard:
    """Lets through whoever is on this machine, or has the token.

    Without a token only requests that name this machine are answered, since a page elsewhere may
    make its own name point here. With one the token is what counts: `?token=` once, then a cookie.
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        assert scope["type"] == "http"

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        """Return what to say instead of the answer, or None."""
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("only GET\n", 405, {"allow": "GET, HEAD"})
        if self._token is None:
            if _host(request) in LOOPBACK:
                return None
            return PlainTextResponse("this page is for 127.0.0.1 only\n", 421)
        if self._fits(request.query_params.get("token")):
            return self._welcome(request)
        if self._fits(request.cookies.get(COOKIE)):
            return None
        return PlainTextResponse("open the address with ?token=... once\n", 401)

    def _fits(self, offered: str | None) -> bool:
        assert self._token is not None
        return offered is not None and compare_digest(offered.encode(), self._token.encode())

    def _welcome(self, request: Request) -> Response:
        """Put the token into a cookie and take it out of the address."""
        assert self._token is not None
        query = parse_qsl(request.url.query, keep_blank_values=True)
        rest = urlencode([(key, value) for key, value in query if key != "token"])
        # Of the path alone: a second slash in front would lead to another host.
        place = "/" + request.url.path.lstrip("/") + (f"?{rest}" if rest else "")
        answer = RedirectResponse(place, 303)
        answer.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
        return answer


def _host(request: Request) -> str:
    """Return the host that a request names, without its port."""
    name = request.headers.get("host", "").lower()
    return name[: name.index("]") + 1] if "]" in name else name.partition(":")[0]
