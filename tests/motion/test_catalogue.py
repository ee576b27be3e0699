"""The catalogue's client against a server of our own on loopback; nothing leaves the machine."""

import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from skyweft.errors import BackendError, ScenarioError
from skyweft.motion.catalogue import fetch
from skyweft.protocols.elements import parse

CSV = (
    b"OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,"
    b"ARG_OF_PERICENTER,MEAN_ANOMALY,EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,"
    b"ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT\r\n"
    b"ISS (ZARYA),1998-067A,2026-07-01T12:25:40.104192,15.72125391,.0006703,51.6416,247.4627,"
    b"130.536,325.0288,0,U,25544,900,56353,.1027E-3,.16717E-3,0\r\n"
)
LATER = datetime.now(UTC)


class CelesTrak(ThreadingHTTPServer):
    """Answers what it is told to, and remembers what it was asked."""

    status = 200
    body = CSV
    delay: threading.Event | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: CelesTrak

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        if self.server.delay:
            self.server.delay.wait(10)
            return
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def celestrak(monkeypatch: pytest.MonkeyPatch) -> Iterator[CelesTrak]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = CelesTrak()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_elements_come_into_the_cache(celestrak: CelesTrak, tmp_path: Path) -> None:
    file = fetch("stations", tmp_path / "new", celestrak.address)
    assert file == tmp_path / "new" / "stations.csv"
    elements, _ = parse(file.read_bytes(), file.name)
    assert elements.names == ("ISS (ZARYA)",)
    ((path, agent),) = celestrak.asked
    assert urlsplit(path).path == "/NORAD/elements/gp.php"
    assert parse_qs(urlsplit(path).query) == {"GROUP": ["stations"], "FORMAT": ["csv"]}
    assert agent.startswith("skyweft/")
    assert [each.name for each in file.parent.iterdir()] == ["stations.csv"]  # nothing half-written


def test_nobody_is_asked_twice_within_two_hours(celestrak: CelesTrak, tmp_path: Path) -> None:
    file = fetch("stations", tmp_path, celestrak.address)
    now = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    fetch("STATIONS", tmp_path, celestrak.address, now + timedelta(minutes=119))
    assert len(celestrak.asked) == 1
    fetch("stations", tmp_path, celestrak.address, now + timedelta(minutes=121))
    assert len(celestrak.asked) == 2


def test_offline_the_cache_is_used_and_its_age_said(tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_bytes(CSV)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.warns(UserWarning, match=r"cannot be reached.*stations.csv of 5 hours ago"):
            assert fetch("stations", tmp_path, address, LATER + timedelta(hours=5)) == file
        with pytest.warns(UserWarning, match="of 10 days ago is used"):
            fetch("stations", tmp_path, address, LATER + timedelta(days=10))
        with pytest.raises(BackendError, match="cannot be reached") as caught:
            fetch("gnss", tmp_path, address)
    assert caught.value.retryable


@pytest.mark.parametrize("body", [b'Invalid query: "GROUP=x"\r\n', b"No GP data found\r\n"])
def test_an_unknown_group_is_the_users_error(
    celestrak: CelesTrak, tmp_path: Path, body: bytes
) -> None:
    celestrak.body = body
    with pytest.raises(ScenarioError, match="group nosuch: CelesTrak knows no such group"):
        fetch("nosuch", tmp_path, celestrak.address)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "retryable"), [(404, False), (410, False), (429, True), (500, True), (503, True)]
)
def test_a_refusal_says_whether_to_try_again(
    celestrak: CelesTrak, tmp_path: Path, status: int, retryable: bool
) -> None:
    celestrak.status, celestrak.body = status, b"no"
    with pytest.raises(BackendError, match=f"HTTP {status}") as caught:
        fetch("gnss", tmp_path, celestrak.address)
    assert caught.value.retryable is retryable


def test_a_403_is_not_answered_with_more_questions(celestrak: CelesTrak, tmp_path: Path) -> None:
    celestrak.status, celestrak.body = 403, b"GP data has not updated since your last download"
    for words in ("asked too often; wait two hours", "not be asked for again for 120 minutes"):
        with pytest.raises(BackendError, match=words) as caught:
            fetch("gnss", tmp_path, celestrak.address)
        assert caught.value.retryable
    assert len(celestrak.asked) == 1
    celestrak.status, celestrak.body = 200, CSV
    assert fetch("gnss", tmp_path, celestrak.address, LATER + timedelta(hours=3)).is_file()


def test_a_broken_answer_never_reaches_the_cache(celestrak: CelesTrak, tmp_path: Path) -> None:
    file = tmp_path / "gnss.csv"
    celestrak.body = CSV.replace(b"51.6416", b"nonsense")
    with pytest.raises(BackendError, match=r"line 2 .*INCLINATION is 'nonsense'"):
        fetch("gnss", tmp_path, celestrak.address)
    file.write_bytes(CSV)
    with pytest.warns(UserWarning, match="is broken"):
        fetch("gnss", tmp_path, celestrak.address, LATER + timedelta(hours=5))
    assert file.read_bytes() == CSV


def test_a_server_that_never_answers_is_given_up(celestrak: CelesTrak, tmp_path: Path) -> None:
    celestrak.delay = threading.Event()
    with pytest.raises(BackendError, match="no answer in time") as caught:
        fetch("gnss", tmp_path, celestrak.address, timeout_s=0.2)
    celestrak.delay.set()
    assert caught.value.retryable


@pytest.mark.parametrize("group", ["", "../etc", "a b", "x" * 61, "a/b", "."])
def test_a_group_is_one_word(group: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="a name has A-Z, a-z, 0-9"):
        fetch(group, tmp_path, "http://127.0.0.1:9")


def test_where_the_cache_is(
    celestrak: CelesTrak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYWEFT_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    assert fetch("gnss", server=celestrak.address).parent == tmp_path / "own"
    monkeypatch.delenv("SKYWEFT_CACHE")
    assert fetch("gnss", server=celestrak.address).parent == tmp_path / "shared" / "skyweft"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the XDG rules: to be passed over
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert fetch("gnss", server=celestrak.address).parent == tmp_path / "home" / ".cache/skyweft"


def test_another_server_may_be_asked(
    celestrak: CelesTrak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYWEFT_CELESTRAK", celestrak.address)
    assert fetch("gnss", tmp_path).is_file()
    monkeypatch.setenv("SKYWEFT_CELESTRAK", "mirror.example")
    with pytest.raises(ScenarioError, match="begins with https"):
        fetch("stations", tmp_path)


def test_a_cache_that_cannot_be_written_says_so(celestrak: CelesTrak, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ScenarioError, match="set SKYWEFT_CACHE to another folder"):
        fetch("gnss", tmp_path / "file", celestrak.address)


def test_a_file_from_the_future_is_renewed(celestrak: CelesTrak, tmp_path: Path) -> None:
    file = tmp_path / "gnss.csv"
    file.write_bytes(b"old")
    future = (LATER + timedelta(days=30)).timestamp()
    os.utime(file, (future, future))
    assert fetch("gnss", tmp_path, celestrak.address).read_bytes() == CSV
