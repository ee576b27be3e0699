"""One answer of a web server, whole or not at all.

Whole is what has the length the server said and the checksum, where it said one. Asked is the
server alone: over https, or http on this machine, and a redirect may not lead to another.
"""

import base64
import hashlib
import ipaddress
import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse, IncompleteRead
from typing import IO

from skyweft.errors import BackendError, ScenarioError

IDLE_MAX_S = 60.0  # without a single byte
_CHUNK = 1 << 16
_HASHES = {"sha-256": "sha256", "sha-512": "sha512", "md5": "md5"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent; `measured` tells whether it said how long it is."""

    data: bytes
    measured: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """The most an answer may hold, and take from the first word to the last byte."""

    size_bytes: int
    time_s: float


def check_address(url: str) -> None:
    """Refuse what is neither https nor http on this machine.

    Raises
    ------
    ScenarioError
        What an address must be.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ScenarioError(f"server {url!r}: is no address: {error}") from None
    if not host or parts.scheme not in ("http", "https"):
        raise ScenarioError(f"server {url!r}: an address begins with https:// and names a host")
    if parts.scheme == "http" and not _on_loopback(host):
        raise ScenarioError(f"server {url!r}: only https is asked, http on this machine alone")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ScenarioError(f"server {url!r}: no user name, question or fragment belongs there")


def _on_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def download(request: urllib.request.Request, limits: Limits) -> Answer:
    """Return the answer to a request.

    It runs in a thread of its own, which is left behind when the time is over: a server may drip
    so slowly, or a name be looked up so long, that no timeout of a socket ends it.

    Raises
    ------
    BackendError
        No answer, one that was cut, that breaks the limits, or that leads to another server. Its
        cause is the `HTTPError` where the server refused.
    """
    box: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            box.put(_ask(request, limits, time.monotonic() + limits.time_s))
        except Exception as error:
            box.put(error)

    threading.Thread(target=work, name="download", daemon=True).start()
    try:
        found = box.get(timeout=limits.time_s)
    except queue.Empty:
        raise _late(request, limits) from None
    if isinstance(found, Exception):
        raise found
    return found


def _late(request: urllib.request.Request, limits: Limits) -> BackendError:
    words = f"{request.host} cannot be reached: no answer in time ({limits.time_s:g} s)"
    return BackendError(words, retryable=True)


def _ask(request: urllib.request.Request, limits: Limits, deadline: float) -> Answer:
    here = _on_loopback(urllib.parse.urlsplit(request.full_url).hostname or "")
    # A proxy is another machine: what is asked of this one does not go through it.
    direct = [urllib.request.ProxyHandler({})] if here else []
    opener = urllib.request.build_opener(_SameServer(), *direct)
    try:
        with opener.open(request, timeout=min(IDLE_MAX_S, limits.time_s)) as answer:
            return _whole(request, answer, limits, deadline)
    except urllib.error.HTTPError as error:
        error.close()
        raise BackendError(f"HTTP {error.code}", retryable=False) from error
    except IncompleteRead as error:
        raise _cut(request, "") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, TimeoutError):
            raise _late(request, limits) from error
        words = f"{request.host} cannot be reached: {reason}"
        raise BackendError(words, retryable=True) from error


def _whole(
    request: urllib.request.Request, answer: HTTPResponse, limits: Limits, deadline: float
) -> Answer:
    length = answer.length
    data = bytearray()
    if length is None or length <= limits.size_bytes:
        while chunk := answer.read1(_CHUNK):
            data += chunk
            if time.monotonic() > deadline:
                raise _late(request, limits)
            if len(data) > limits.size_bytes:
                break
    if max(length or 0, len(data)) > limits.size_bytes:
        words = f"the answer of {request.host} has more than {limits.size_bytes / 1e6:.0f} MB"
        raise BackendError(words, retryable=False)
    if length is not None and len(data) != length:
        raise _cut(request, f": {len(data):,} of {length:,} bytes came")
    for name, wanted in _digests(answer.headers):
        found = hashlib.new(name, data, usedforsecurity=False).digest()
        if base64.b64encode(found).decode() != wanted:
            words = f"the answer of {request.host} does not have the checksum it says ({name})"
            raise BackendError(words, retryable=True)
    return Answer(bytes(data), length is not None or bool(answer.chunked))


def _cut(request: urllib.request.Request, words: str) -> BackendError:
    return BackendError(f"the answer of {request.host} was cut short{words}", retryable=True)


def _digests(headers: HTTPMessage) -> Iterator[tuple[str, str]]:
    """Yield hash and value of every checksum a server gives (RFC 9530, RFC 3230, RFC 1864)."""
    for field in ("Content-Digest", "Repr-Digest", "Digest"):
        for part in headers.get(field, "").split(","):
            name, _, value = part.strip().partition("=")
            if name.lower() in _HASHES:
                yield _HASHES[name.lower()], value.strip(": ")
    if "Content-MD5" in headers:
        yield "md5", headers["Content-MD5"].strip()


class _SameServer(urllib.request.HTTPRedirectHandler):
    """Follows a redirect within the server that was asked."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request; refuse another scheme, host or port."""
        if _server(newurl) != _server(req.full_url):
            fp.close()
            other = urllib.parse.urlsplit(newurl)
            raise BackendError(
                f"{req.host} sends on to {other.scheme}://{other.netloc[:100]}, which is not asked",
                retryable=False,
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _server(url: str) -> tuple[str, str | None, int | None]:
    parts = urllib.parse.urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)
