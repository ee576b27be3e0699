"""Flags on the server follow from what is kept: not from when, in which order or how often."""

import json
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.quality.model import Quality, judged
from skyweft.sensorthings.keeping.store import Store
from skyweft.sensorthings.keeping.writing import Writer
from skyweft.sensorthings.model.entities import ENTITIES
from tests.sensorthings.conftest import Api, datastream, observation, thing

TESTS = {
    "range": {"suspect": [0, 3]},
    "spike": {"suspect": 2},
    "rate_of_change": {"suspect": 2},
    "flat_line": {"suspect_s": 5, "fail_s": 12},
}
ROWS = st.dictionaries(
    st.integers(0, 40), st.sampled_from([0, 0, 1, 3, None]), min_size=8, max_size=25
)


def at(second: int) -> str:
    return f"2026-07-01T00:00:{second:02}Z"


def judged_thing(**quality: Any) -> dict[str, Any]:
    return thing(Datastreams=[datastream(properties={"quality_tests": quality or TESTS})])


@settings(max_examples=60)
@given(ROWS, ROWS, st.sets(st.integers(0, 50), max_size=5), st.randoms())
def test_flags_of_a_network_that_disorders_doubles_and_corrects(
    rows: dict[int, Any], first: dict[int, Any], deleted: set[int], chance: Random
) -> None:
    """Old versions come in any order and again, some are deleted; the newest is what counts."""
    arrivals = [*first.items()] * 2
    chance.shuffle(arrivals)
    newest = [*rows.items()]
    chance.shuffle(newest)
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        with store.writing() as connection:
            writer = Writer(connection)
            writer.create(ENTITIES["Thing"], judged_thing())
            for second, value in arrivals + newest:
                writer.observe(observation(at(second), value), "", {"Datastream": 1})
            found = dict(connection.execute("SELECT phenomenonTime_start, id FROM observations"))
            start_us = min(found) - min([*rows, *first]) * 1_000_000
            for second in deleted & {*rows, *first}:
                number = found[start_us + second * 1_000_000]
                writer.delete(ENTITIES["Observation"], number)
            kept = connection.execute(
                "SELECT * FROM observations ORDER BY phenomenonTime_start"
            ).fetchall()
        store.close()
    left = {second: x for second, x in {**first, **rows}.items() if second not in deleted}
    seconds = np.array(sorted(left), np.float64)
    values = np.array([left[second] for second in sorted(left)], np.float64)
    start = np.datetime64("2026-07-01T00:00:00", "us")
    expected = judged(Quality.model_validate(TESTS), start, seconds, values)
    assert [json.loads(row["resultQuality"]) for row in kept] == expected.tolist()


def test_a_late_value_judges_its_neighbours_anew(api: Api) -> None:
    api.post("Things", judged_thing(rate_of_change={"suspect": 1}))
    for second, value in ((0, 0), (10, 12)):
        api.post("Datastreams(1)/Observations", observation(at(second), value))
    assert _flags(api) == [2, 3]
    api.post("Datastreams(1)/Observations", observation(at(5), 5))
    assert _flags(api) == [2, 1, 3]
    # What arrives again changes nothing: it is no correction that it says no flag, or ours.
    again = api.get("Observations(1)")
    api.post("Datastreams(1)/Observations", observation(at(0), 0), 200)
    api.post("Datastreams(1)/Observations", observation(at(0), 0, resultQuality=2), 200)
    assert api.get("Observations(1)") == again
    with api.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM corrected").fetchone()[0] == 0
    api.send("PATCH", "Observations(2)", {"result": 9}, 200)
    assert _flags(api) == [2, 1, 1]


def test_other_tests_judge_everything_anew(api: Api) -> None:
    api.post("Things", thing())
    for second in range(3):
        body = observation(at(second), second, resultQuality="as the device says")
        api.post("Datastreams(1)/Observations", body)
    assert _flags(api) == ["as the device says"] * 3
    quality = {"quality_tests": {"range": {"fail": [0, 1]}}}
    api.send("PATCH", "Datastreams(1)", {"properties": quality}, 200)
    assert _flags(api) == [1, 1, 4]


def test_what_is_refused(api: Api) -> None:
    api.post("Things", judged_thing())
    body = observation(at(0), 1, resultQuality=1)
    refused = api.post("Datastreams(1)/Observations", body, 400)
    assert "it follows from the quality" in refused["message"]
    wrong = judged_thing(range={"fail": [2, 1]})
    refused = api.post("Things", wrong, 400)
    assert refused["message"] == "a span goes from its least to its greatest, not [2.0, 1.0]"
    assert refused["where"] == "properties.quality_tests.range.fail"
    patch: Any = {"properties": {"quality_tests": {"spikes": {}}}}
    assert (
        api.send("PATCH", "Datastreams(1)", patch, 400)["where"]
        == "properties.quality_tests.spikes"
    )
    text = datastream(kind="CategoryObservation", properties={"quality_tests": TESTS})
    refused = api.post("Things", thing(Datastreams=[text]), 400)
    assert "only numbers are put to tests" in refused["message"]
    assert api.ids("Things") == [1]
    assert api.ids("Observations") == []


@pytest.mark.parametrize("gone", ["Observations(2)", "FeaturesOfInterest(2)"])
def test_what_goes_judges_its_neighbours_anew(api: Api, gone: str) -> None:
    api.post("Things", judged_thing(rate_of_change={"suspect": 1}))
    place = {
        "name": "elsewhere",
        "description": "downstream",
        "encodingType": "text/plain",
        "feature": "bend",
    }
    api.post("Datastreams(1)/Observations", observation(at(0), 0))
    api.post("Datastreams(1)/Observations", observation(at(1), 9, FeatureOfInterest=place))
    api.post("Datastreams(1)/Observations", observation(at(10), 9))
    assert _flags(api) == [2, 3, 1]
    api.send("DELETE", gone, {}, 200)
    assert _flags(api) == [2, 1]


def _flags(api: Api) -> list[Any]:
    rows = api.get("Observations?$orderby=phenomenonTime")["value"]
    return [row["resultQuality"] for row in rows]
