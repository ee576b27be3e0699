"""`skyweft.observations.Client` against a real server, and one that fails as servers do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pyarrow as pa
import pytest

from skyweft.errors import BackendError, RangeError, SkyweftError
from skyweft.observations import Client, client
from tests.sensorthings.conftest import datastream, thing
from tests.sensorthings.served import served
from tests.sensorthings.test_server import post

START = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("data")) as (address, _):
        post(address, "Things", thing(Datastreams=[datastream()]))
        kind = "CategoryObservation"
        post(address, "Things", thing("other", Datastreams=[datastream("words", kind=kind)]))
        yield address


def _rows(count: int, **columns: Any) -> pa.Table:
    times = [START + timedelta(microseconds=1_500_000 * k + 7) for k in range(count)]
    results = [k / 8 for k in range(count)]
    return pa.table({"phenomenon_time": pa.array(times, client.TIME), "result": results, **columns})


def test_what_is_sent_comes_back_over_pages_and_once(
    api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "BATCH", 40)
    monkeypatch.setattr(client, "PAGE", 30)
    mine, rows = Client(api), _rows(100)
    assert mine.send(1, rows) == mine.send(1, rows) == 100
    found = mine.observations(1)
    assert found.select(["phenomenon_time", "result"]).equals(rows)
    assert found["sequence"].to_pylist() == [0] * 100
    part = mine.observations(1, START + timedelta(seconds=15), START + timedelta(seconds=30))
    assert part["result"].to_pylist() == [k / 8 for k in range(10, 20)]


def test_results_that_are_no_numbers_and_sequences(api: str) -> None:
    mine = Client(api)
    rows = _rows(2, sequence=[4, 5]).set_column(1, "result", [["dry", "wet"]])
    assert mine.send(2, rows) == 2
    found = mine.observations(2)
    assert [json.loads(text) for text in found["result"].to_pylist()] == ["dry", "wet"]
    assert found["sequence"].to_pylist() == [4, 5]
    assert mine.observations(2, START + timedelta(days=1)).num_rows == 0


def test_datastreams_have_names_and_units(api: str) -> None:
    found = Client(api).datastreams().to_pylist()
    assert [row["id"] for row in found] == [1, 2]
    assert [row["name"] for row in found] == [datastream()["name"], "words"]
    assert found[0]["unit"] == datastream()["unitOfMeasurement"]["symbol"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (_rows(1).drop(["result"]), "need the column result"),
        (_rows(1).append_column("unit", [["m"]]), "have no column unit"),
        (_rows(1).set_column(0, "phenomenon_time", [["today"]]), "times with a zone are needed"),
        (_rows(1).set_column(1, "result", [["deep"]]), "row 0: error"),
    ],
)
def test_what_is_refused_is_named(api: str, rows: pa.Table, words: str) -> None:
    with pytest.raises(SkyweftError, match=words):
        Client(api).send(1, rows)


def test_what_is_not_there(api: str) -> None:
    with pytest.raises(BackendError, match="404"):
        Client(api).observations(99)
    with pytest.raises(RangeError, match="has no time zone"):
        Client(api).observations(1, datetime(2026, 7, 1))
    with pytest.raises(RangeError, match="is no address"):
        Client("127.0.0.1:8000")


class _Failing(BaseHTTPRequestHandler):
    """Answers what `answers` says, one after the other; None hangs up."""

    answers: ClassVar[list[Any]] = []
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        answer = self.answers.pop(0)
        if answer is None:
            self.close_connection = True
            return
        code, body = answer
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(client, "FIRST_WAIT_S", 0.001)
    server = HTTPServer(("127.0.0.1", 0), _Failing)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1.1"
    server.shutdown()
    server.server_close()


def test_a_server_that_is_away_for_a_moment_is_asked_again(failing: str) -> None:
    _Failing.answers = [None, (503, {}), (200, {"value": []})]
    assert Client(failing).observations(1).num_rows == 0
    assert _Failing.answers == []


def test_a_server_that_stays_away_or_leads_away(failing: str) -> None:
    _Failing.answers = [(503, {})] * client.TRIES
    with pytest.raises(BackendError, match="503"):
        Client(failing).observations(1)
    _Failing.answers = [(200, {"value": [], "@iot.nextLink": "http://evil.example/v1.1"})]
    with pytest.raises(BackendError, match=r"said to be elsewhere: http://evil\.example"):
        Client(failing).observations(1)
    _Failing.answers, _Failing.asked = [(404, {"message": "no such thing"})], 0
    with pytest.raises(BackendError, match="no such thing"):
        Client(failing).observations(1)
    assert _Failing.asked == 1  # what is wrong stays so
