"""`skyweft serve`: who is let in, what is loaded, what survives, what is refused."""

import json
import signal
import sqlite3
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

import skyweft
from skyweft.cli import main
from skyweft.sensorthings.asking import grammar
from skyweft.sensorthings.asking.grammar import NEEDS
from skyweft.sensorthings.from_run import load
from skyweft.sensorthings.keeping import schema
from skyweft.sensorthings.keeping.store import FILE, Store
from skyweft.sensorthings.web import application
from tests.sensorthings.conftest import Api, observation, thing
from tests.sensorthings.served import served
from tests.written import TOWNS, table

LEVELS = TOWNS + table(
    "[[observations]]",
    source="towns",
    name="level",
    unit="m",
    value=[{"kind": "constant", "value": 2.0}],
    encoding={"type": "uint16", "scale": 0.001},
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> skyweft.Run:
    folder = tmp_path_factory.mktemp("towns")
    (folder / "towns.toml").write_text(LEVELS, encoding="utf-8")
    return skyweft.run(folder / "towns.toml", folder / "run")


def test_a_simulated_message_is_an_observation(api: Api, run: skyweft.Run) -> None:
    rows = run.observations.to_pylist()
    assert load(api.store, run) == len(rows) == 12
    assert load(api.store, run) == 0
    assert api.get("Things(1)")["name"] == "towns"
    assert api.get("Locations(1)/location")["location"]["coordinates"][:2] == [114.5, 30.5]
    assert api.get("Datastreams(1)")["unitOfMeasurement"]["symbol"] == "m"
    found = api.get("Datastreams(1)/Observations?$count=true&$orderby=phenomenonTime")
    assert found["@iot.count"] == 12
    first, row = found["value"][0], rows[0]
    assert first["result"] == row["result"]
    seconds = {name: first[name][17:-1] for name in ("phenomenonTime", "resultTime")}
    assert float(seconds["phenomenonTime"]) == pytest.approx(row["phenomenon_s"] % 60, abs=1e-6)
    received = float(first["parameters"]["receivedTime"][17:-1])
    assert received == pytest.approx(row["received_s"] % 60, abs=1e-6)
    assert first["parameters"]["sequence"] == row["sequence_number"]
    page = api.ask("/").body.decode()
    assert ">towns</a>" in page
    assert "<td>2.0 m</td>" in page


def test_the_page_shows_names_as_text(api: Api) -> None:
    api.post("Things", thing("<script>"))
    answer = api.ask("/")
    assert b"<script>" not in answer.body
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert api.ask("/page.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1"])
def test_other_hosts(api: Api, host: str) -> None:
    for path in ("/", "/v1.1/Things"):
        assert api.ask(path, host=host).status == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
def test_pages_of_others(api: Api, origin: str) -> None:
    body = json.dumps({"name": "a", "description": "b"}).encode()
    kind = "application/json"
    send = {"method": "POST", "body": body, "content_type": kind}
    assert api.ask("/v1.1/Things", **send, origin=origin).status == 403
    assert api.ask("/v1.1/Things", **send, origin="http://127.0.0.1:8000").status == 201
    assert "access-control-allow-origin" not in api.ask("/v1.1/Things").headers


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "json"])
def test_writes_say_that_they_are_json(api: Api, kind: str) -> None:
    body = b'{"name": "a", "description": "b"}'
    assert api.ask("/v1.1/Things", "POST", body=body, content_type=kind).status == 415
    assert api.ids("Things") == []


def test_large_bodies(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "BODY_BYTES", 100)
    assert api.sent("POST", "Things", b" " * 101).status == 413


def test_health_and_metrics(api: Api) -> None:
    api.post("Things", thing())
    api.get("Things(9)", 404)
    api.ask("/v1.1/Things", "FLY")
    assert api.ask("/health").json == {"status": "ok"}
    answer = api.ask("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    assert 'skyweft_requests_total{method="POST",status="201"} 1' in lines
    assert 'skyweft_requests_total{method="GET",status="404"} 1' in lines
    assert 'skyweft_entities{set="Things"} 1' in lines
    assert 'skyweft_entities{set="Observations"} 0' in lines
    assert all(line.startswith("# ") or line.rpartition(" ")[2].isdecimal() for line in lines)


def test_nothing_beside_the_api(api: Api) -> None:
    for path in ("/v1.0", "/v1.1x", "/skyweft.sqlite", "/../etc/passwd", "/v1.1/../page.css"):
        assert api.ask(path).status == 404
        assert api.ask(path).json["code"] == 404


def test_steps_of_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = schema.STEPS
    monkeypatch.setattr(schema, "STEPS", steps[:1])
    Store(tmp_path).close()
    monkeypatch.setattr(schema, "STEPS", steps)
    store = Store(tmp_path)
    Api(store).post("Things", thing())
    store.close()
    monkeypatch.setattr(schema, "STEPS", steps[:1])
    with pytest.raises(skyweft.ScenarioError, match="a newer one made it"):
        Store(tmp_path)


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"nonsense" * 1_000)
    with pytest.raises(skyweft.ScenarioError, match="not a database"):
        Store(tmp_path)


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (["--host", "0.0.0.0"], 1, "--host 0.0.0.0: other machines are let in by accounts"),
        (["--host", "192.168.1.4"], 1, "127.0.0.1, ::1 and localhost are allowed"),
        (["--run", "nowhere"], 1, "nowhere is not there"),
        (["--load-only"], 2, "--load-only loads the runs that --run names"),
    ],
)
def test_errors(
    words: list[str],
    code: int,
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["serve", "--no-open", *words]) == code
    assert complaint in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_the_reader_of_expressions(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "has_lark", lambda: False)
    assert api.get("Things?$filter=id%20eq%201", 501)["message"] == NEEDS
    assert api.ids("Things?$orderby=id") == []


def test_load_only(run: skyweft.Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["serve", "--data", str(tmp_path), "--run", str(run.folder), "--load-only", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["observations_new"] == 12


def post(api: str, path: str, body: Any) -> None:
    data, kind = json.dumps(body).encode(), {"content-type": "application/json"}
    with urlopen(Request(f"{api}/{path}", data, kind)) as answer:
        assert answer.status in (200, 201)


def test_killed_while_it_keeps_observations(tmp_path: Path) -> None:
    """Nothing that was acknowledged is lost, and what is sent again is there once."""
    acknowledged: list[int] = []
    with served(tmp_path) as (api, process):
        post(api, "Things", thing())
        try:
            for number in range(10_000):
                if number == 30:
                    process.send_signal(signal.SIGKILL)
                body = observation(f"2026-07-01T00:{number // 60:02}:{number % 60:02}Z", number)
                post(api, "Datastreams(1)/Observations", body)
                acknowledged.append(number)
        except (URLError, ConnectionError):
            pass
    assert 30 <= len(acknowledged) < 10_000
    with served(tmp_path) as (api, process):
        with urlopen(f"{api}/Observations?$top=10000&$select=result") as answer:
            kept = sorted(each["result"] for each in json.load(answer)["value"])
        assert kept in (acknowledged, [*acknowledged, len(acknowledged)])
        for number in range(len(acknowledged) + 1):
            body = observation(f"2026-07-01T00:{number // 60:02}:{number % 60:02}Z", number)
            post(api, "Datastreams(1)/Observations", body)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert [each for each in process.stderr if NEEDS not in each] == []
    with sqlite3.connect(tmp_path / FILE) as connection:
        (count,) = connection.execute("SELECT count(*) FROM observations").fetchone()
    connection.close()
    assert count == len(acknowledged) + 1
