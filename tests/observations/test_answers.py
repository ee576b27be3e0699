"""What the page is told of observations is what the tables hold."""

import numpy as np
import pytest

import skyweft
from skyweft.console.api import application
from skyweft.console.guard import Guard
from skyweft.console.run_registry import Shelf
from skyweft.observations import answers
from tests.asking import Ask, asking
from tests.written import LORA, fixed, head, table

LEVEL = {"source": "towns", "name": "level", "unit": "m"}
WALK = {"value": [{"kind": "random_walk", "deviation_day": 1.0}]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> skyweft.Run:
    folder = tmp_path_factory.mktemp("asked")
    path = folder / "towns.toml"
    path.write_text(
        head("Towns", 7_200)
        + fixed("ship", "up", 30.0, 114.0, 20e3, "near_space")
        + fixed("towns", "down", 30.5, 114.5)
        + LORA
        + table("[[messages]]", source="towns", target="ship", size_bytes=8, period_s=600)
        + table("[[observations]]", **LEVEL, **WALK),
        encoding="utf-8",
    )
    return skyweft.run(path, folder / "run")


@pytest.fixture(scope="module")
def ask(run: skyweft.Run) -> Ask:
    return asking(Guard(application(Shelf([run.folder]), None), None))


def test_a_series_is_what_arrived_of_a_device(ask: Ask, run: skyweft.Run) -> None:
    found = ask("/api/v1/runs/0/series?rule=0&platform=towns").json
    rows = run.observations
    for name in ("phenomenon_s", "received_s", "result", "quality"):
        assert found[name] == rows.column(name).to_pylist()
    assert found["notes"] == []
    assert ask("/api/v1/runs/0/series?rule=0&platform=nobody").json["result"] == []


def test_long_series_are_thinned_and_say_so(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "POINTS_MAX", 5)
    found = ask("/api/v1/runs/0/series?rule=0&platform=towns").json
    assert len(found["result"]) == 4
    assert found["notes"] == ["one of 3 observations is drawn"]


def test_devices_come_with_what_is_known_last(ask: Ask, run: skyweft.Run) -> None:
    found = ask("/api/v1/runs/0/devices").json
    rows = run.observations
    assert found["platform"] == ["towns"]
    assert found["latest_result"] == [rows.column("result").to_pylist()[-1]]
    assert found["latest_s"] == [np.max(rows.column("phenomenon_s").to_numpy())]
    assert found["notes"] == []


def test_a_datastream_nobody_has_is_named(ask: Ask) -> None:
    answer = ask("/api/v1/runs/0/series?rule=1&platform=towns")
    assert answer.status == 400
    assert answer.json["error"] == "rule: this run has 1 of [[observations]], not 2"
