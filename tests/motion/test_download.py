"""Answers that are cut, too long, too slow or lead away, from a server of our own on loopback."""

import base64
import contextlib
import hashlib
import os
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.errors import BackendError, ScenarioError
from skyweft.motion import catalogue
from skyweft.motion.catalogue import fetch

HEAD = (
    "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,"
    "ARG_OF_PERICENTER,MEAN_ANOMALY,EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,"
    "ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT\r\n"
)


def catalogue_of(count: int) -> bytes:
    return (
        HEAD
        + "".join(
            f"SAT {k},1998-067A,2026-07-01T12:25:40.104192,15.72,.0006,51.6,247.4,130.5,325.0,0,U,"
            f"{k},900,56353,.1027E-3,.16717E-3,0\r\n"
            for k in range(1, count + 1)
        )
    ).encode()


BODY = catalogue_of(20)
LENGTH = f"Content-Length: {len(BODY)}\r\n".encode()


class Server:
    """Sends bytes as it is told to, then closes; no library makes them right."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked: list[bytes] = []
        self.answer: Callable[[socket.socket], None] = lambda peer: None
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer, contextlib.suppress(OSError):
                self.asked.append(peer.recv(1 << 16).split(b"\r\n")[0])
                self.answer(peer)

    def say(self, head: bytes, body: bytes = b"", status: bytes = b"200 OK") -> None:
        said = b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\n" + body
        self.answer = lambda peer: peer.sendall(said)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


def refused(server: Server, folder: Path, words: str, **limits: float) -> BackendError:
    with pytest.raises(BackendError, match=words) as caught:
        fetch("gnss", folder, server.address, **limits)
    assert list(folder.iterdir()) == []  # nothing is left of it
    return caught.value


def chunked(body: bytes, size: int = 700) -> bytes:
    parts = [body[first : first + size] for first in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_a_whole_answer_is_taken(server: Server, tmp_path: Path) -> None:
    checksum = base64.b64encode(hashlib.sha256(BODY).digest())
    server.say(LENGTH + b"Content-Digest: sha-256=:" + checksum + b":\r\n", BODY)
    assert fetch("gnss", tmp_path, server.address).read_bytes() == BODY
    server.say(b"Transfer-Encoding: chunked\r\n", chunked(BODY))
    assert fetch("geo", tmp_path, server.address).read_bytes() == BODY


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, len(BODY) - 1), parts=st.none() | st.integers(1, 5000))
def test_wherever_it_is_cut_it_is_not_taken(
    server: Server, tmp_path: Path, cut: int, parts: int | None
) -> None:
    if parts is None:
        server.say(LENGTH, BODY[:cut])
    else:
        whole = chunked(BODY, parts)
        server.say(b"Transfer-Encoding: chunked\r\n", whole[: cut * (len(whole) - 8) // len(BODY)])
    refused(server, tmp_path, "was cut short")


def test_a_cut_answer_leaves_the_file_of_before(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "gnss.csv"
    file.write_bytes(BODY)
    row_end = BODY.index(b"\r\n", len(BODY) // 2) + 2
    later = datetime.now(UTC) + timedelta(hours=5)
    server.say(LENGTH, BODY[:row_end])
    with pytest.warns(UserWarning, match="was cut short.* gnss.csv of 5 hours ago is used"):
        fetch("gnss", tmp_path, server.address, later)
    # As long as it says, but a fraction of what there was.
    few = catalogue_of(9)
    server.say(f"Content-Length: {len(few)}\r\n".encode(), few)
    with pytest.warns(UserWarning, match="9 element sets where gnss.csv has 20; remove"):
        fetch("gnss", tmp_path, server.address, later)
    assert file.read_bytes() == BODY
    assert [each.name for each in tmp_path.iterdir()] == ["gnss.csv"]


def test_an_answer_of_no_length_is_taken_with_a_warning(server: Server, tmp_path: Path) -> None:
    server.say(b"", BODY)
    with pytest.warns(UserWarning, match="does not say how long its answer is"):
        assert fetch("gnss", tmp_path / "one", server.address).read_bytes() == BODY
    (tmp_path / "two").mkdir()
    server.say(b"", BODY[:-2])
    refused(server, tmp_path / "two", "its last line has no end")
    server.say(b"", BODY[:-40])
    refused(server, tmp_path / "two", "broken")


@pytest.mark.parametrize(
    "field",
    [b"Content-Digest: sha-256=:AAAA:", b"Repr-Digest: sha-512=:AAAA:", b"Digest: md5=AAAA",
     b"Content-MD5: AAAA"],
)  # fmt: skip
def test_a_wrong_checksum_is_refused(server: Server, tmp_path: Path, field: bytes) -> None:
    server.say(LENGTH + field + b"\r\n", BODY)
    assert refused(server, tmp_path, "does not have the checksum it says").retryable


def test_a_longer_answer_than_allowed_is_not_read(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "SIZE_MAX_BYTES", 2_000_000)
    server.say(b"Content-Length: 99999999999\r\n", BODY)
    refused(server, tmp_path, "more than 2 MB")

    def endless(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(BODY)

    server.answer = endless
    refused(server, tmp_path, "more than 2 MB")


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_dripping_server_is_given_up(server: Server, tmp_path: Path, first: bytes) -> None:
    over = threading.Event()

    def drip(peer: socket.socket) -> None:
        peer.sendall(first)
        while not over.wait(0.05):
            peer.sendall(b"a")

    server.answer = drip  # for ever, with never a pause that a socket's timeout would end
    try:
        assert refused(server, tmp_path, "no answer in time", timeout_s=0.5).retryable
    finally:
        over.set()


@pytest.mark.parametrize(
    "where",
    ["http://127.0.0.1:1/x", "https://celestrak.example/x", "//127.0.0.2/x", "file:///etc/passwd",
     "http://localhost/x", "http://127.0.0.1:70000/"],
)  # fmt: skip
def test_a_redirect_to_another_server_is_not_followed(
    server: Server, tmp_path: Path, where: str
) -> None:
    server.say(f"Location: {where}\r\nContent-Length: 0\r\n".encode(), status=b"302 Found")
    refused(server, tmp_path, "sends on to .*which is not asked|HTTP 302")
    assert len(server.asked) == 1


def test_a_redirect_within_the_server_is_followed(server: Server, tmp_path: Path) -> None:
    def answer(peer: socket.socket) -> None:
        moved = b"HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n"
        first = len(server.asked) == 1
        peer.sendall(moved if first else b"HTTP/1.1 200 OK\r\n" + LENGTH + b"\r\n" + BODY)

    server.answer = answer
    assert fetch("gnss", tmp_path, server.address).read_bytes() == BODY
    assert server.asked[1].startswith(b"GET /new ")


def test_what_a_killed_process_left_is_removed(server: Server, tmp_path: Path) -> None:
    old, young = tmp_path / ".gnss.csv.abc", tmp_path / ".gnss.csv.def"
    for half in (old, young):
        half.write_bytes(b"half")
    hour_ago = time.time() - 3600
    os.utime(old, (hour_ago, hour_ago))
    server.say(LENGTH, BODY)
    fetch("gnss", tmp_path, server.address)
    assert sorted(each.name for each in tmp_path.iterdir()) == [young.name, "gnss.csv"]


def test_a_proxy_is_not_asked_for_this_machine(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    server.say(LENGTH, BODY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fetch("gnss", tmp_path, server.address).is_file()


@pytest.mark.parametrize(
    "address",
    ["file:///etc", "mirror.example", "ftp://mirror.example", "http://mirror.example",
     "http://127.0.0.1.mirror.example", "http://localhost@mirror.example", "http://10.0.0.1",
     "https://user:word@mirror.example", "https://", "https://mirror.example/?a=b", "http://[::1",
     "https://mirror.example:port", "http://0.0.0.0"],
)  # fmt: skip
def test_what_is_not_asked(address: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="server "):
        fetch("gnss", tmp_path, address)


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("https://mirror.example", "mirror.example", 443),
        ("https://mirror.example:8443/some/where/", "mirror.example", 8443),
        ("http://localhost:80", "localhost", 80),
        ("http://127.0.0.1:8000", "127.0.0.1", 8000),
        ("http://[::1]:8000", "::1", 8000),
    ],
)
def test_what_is_asked(
    address: str, host: str, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[tuple[str, int]] = []

    def nobody(host: str, port: int, *_: object) -> NoReturn:
        looked_up.append((host, port))
        raise socket.gaierror(socket.EAI_NONAME, "nobody is called so")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(BackendError, match="nobody is called so"):
        fetch("gnss", tmp_path, address)
    assert looked_up == [(host, port)]
    assert list(tmp_path.iterdir()) == []
