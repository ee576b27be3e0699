"""Who may ask, and what a browser may do with the answer."""

from hashlib import sha256
from hmac import compare_digest
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from skyweft.serving.hosts import host_of, is_loopback, with_headers

COOKIE = "skyweft_token"


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

        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, with_headers(send))

    def _refusal(self, request: Request) -> Response | None:
        """Return what to say instead of the answer, or None."""
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("only GET\n", 405, {"allow": "GET, HEAD"})
        if self._token is None:
            if is_loopback(host_of(request.headers.get("host", ""))):
                return None
            return PlainTextResponse("this page is for 127.0.0.1 only\n", 421)
        if _same(request.query_params.get("token"), self._token):
            return self._welcome(request)
        if _same(request.cookies.get(COOKIE), self._in_cookie):
            return None
        return PlainTextResponse("open the address with ?token=... once\n", 401)

    @property
    def _in_cookie(self) -> str:
        """Return what a cookie holds: of characters that cookies may have, whatever the token."""
        assert self._token is not None
        return sha256(self._token.encode()).hexdigest()

    def _welcome(self, request: Request) -> Response:
        """Put the token into a cookie and take it out of the address."""
        query = parse_qsl(request.url.query, keep_blank_values=True)
        rest = urlencode([(key, value) for key, value in query if key != "token"])
        # Of the path alone: a second slash in front would lead to another host.
        place = "/" + request.url.path.lstrip("/") + (f"?{rest}" if rest else "")
        answer = RedirectResponse(place, 303)
        answer.set_cookie(COOKIE, self._in_cookie, httponly=True, samesite="strict")
        return answer


def _same(offered: str | None, wanted: str) -> bool:
    return offered is not None and compare_digest(offered.encode(), wanted.encode())


def with_token(address: str, token: str | None) -> str:
    """Return an address that lets whoever opens it in."""
    return f"{address}?{urlencode({'token': token})}" if token else address
