"""The store under many at once, and under what would take too long."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from skyweft.sensorthings.keeping import store as module
from tests.sensorthings.conftest import Api, observation, thing


def test_what_takes_too_long_is_ended_and_nothing_of_it_stays(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        api.post("Things", thing(f"gauge {number}"))
    monkeypatch.setattr(module, "_STEPS", 1)
    monkeypatch.setattr(module, "LIMIT_S", -1.0)
    assert "ask for less at once" in api.get("Things?$orderby=name", 503)["message"]
    assert "ask for less at once" in api.post("Things", thing("late"), 503)["message"]
    monkeypatch.undo()
    assert api.ids("Things") == [1, 2, 3]
    assert api.post("Things", thing("after"))["@iot.id"] == 4


def test_many_at_once(api: Api) -> None:
    """Every observation is kept once, whoever sends it how often, while others read."""
    api.post("Things", thing())

    def work(number: int) -> list[int]:
        statuses = []
        for second in range(10):
            body = observation(f"2026-07-01T00:{number % 4:02}:{second:02}Z", second)
            sent = api.sent("POST", "Datastreams(1)/Observations", json.dumps(body).encode())
            statuses.append(sent.status)
            page = api.ask("/v1.1/Observations?$count=true&$top=1")
            assert page.status == 200
        return statuses

    with ThreadPoolExecutor(8) as threads:
        statuses = [each for found in threads.map(work, range(8)) for each in found]
    assert sorted(statuses) == [200] * 40 + [201] * 40
    assert len(api.ids("Observations?$top=1000")) == 40
