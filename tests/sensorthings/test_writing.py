"""Making, changing and deleting (OGC 18-088, clauses 10 and 13)."""

from typing import Any

import pytest

from tests.sensorthings.conftest import Api, datastream, location, observation, thing


def test_deep_insert(api: Api) -> None:
    stream = datastream(Observations=[observation()])
    made = api.post("Things", thing(Datastreams=[stream]))
    assert made["@iot.selfLink"].endswith("/v1.1/Things(1)")
    assert api.get("Things(1)/Datastreams(1)/Observations(1)")["result"] == 1.5
    assert api.get("Datastreams(1)/Sensor")["metadata"] == "none"
    # Its location was remembered, and made the feature of interest.
    (past,) = api.get("Things(1)/HistoricalLocations?$expand=Locations")["value"]
    assert past["Locations"][0]["@iot.id"] == 1
    feature = api.get("Observations(1)/FeatureOfInterest")
    assert feature["feature"] == api.get("Locations(1)/location")["location"]


def test_a_deep_insert_is_whole_or_not_at_all(api: Api) -> None:
    wrong = thing(Datastreams=[datastream(), datastream(Observations=[observation(result="x")])])
    refusal = api.post("Things", wrong, 400)
    assert refusal["where"] == "Datastreams[1].Observations[0].result"
    for name in ("Things", "Locations", "Datastreams", "Sensors", "Observations"):
        assert api.ids(name) == []


def test_location_header(api: Api) -> None:
    answer = api.sent("POST", "Things", b'{"name": "a", "description": "b"}')
    assert answer.status == 201
    assert answer.headers["location"] == "http://127.0.0.1:8000/v1.1/Things(1)"


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("Things", [], "body"),
        ("Things", {"name": "a"}, "description"),
        ("Things", {"name": 1, "description": "b"}, "name"),
        ("Things", {"name": None, "description": "b"}, "name"),
        ("Things", {"name": "a", "description": "b", "colour": "red"}, "colour"),
        ("Things", {"name": "a", "description": "b", "properties": []}, "properties"),
        ("Things", {"name": "a", "description": "b", "@iot.id": 7}, "@iot.id"),
        ("Things", {"name": "a", "description": "b", "Locations": {}}, "Locations"),
        ("Things", thing(Locations=[{"@iot.id": 9}]), "Locations[0]"),
        ("Things", thing(Locations=[{"@iot.id": True}]), "Locations[0]"),
        ("Things", thing(Locations=[{"@iot.id": 1, "colour": "x"}]), "Locations[0].colour"),
        ("Datastreams", datastream(), "Thing"),
        ("Datastreams", datastream(Thing={"@iot.id": 1 << 70}), "Thing"),
        ("Datastreams(1)/Observations", {"phenomenonTime": "2026-07-01T00:00:00Z"}, "result"),
        ("Datastreams(1)/Observations", observation("2026-07-01T00:00:00"), "phenomenonTime"),
        ("Datastreams(1)/Observations", observation("2026-02-30T00:00:00Z"), "phenomenonTime"),
        (
            "Datastreams(1)/Observations",
            observation("2026-07-02T00:00:00Z/2026-07-01T00:00:00Z"),
            "phenomenonTime",
        ),
        (
            "Datastreams(1)/Observations",
            observation("2026-07-01T00:00:00.1234567Z"),
            "phenomenonTime",
        ),
        ("Datastreams(1)/Observations", observation(result=True), "result"),
        ("Datastreams(1)/Observations", observation(result=1 << 63), "result"),
        ("Datastreams(1)/Observations", observation(validTime=3), "validTime"),
        ("Datastreams(1)/Observations", observation(Datastream={"@iot.id": 1}), "Datastream"),
        ("Observations", observation(), "Datastream"),
        (
            "HistoricalLocations",
            {"time": "2026-07-01T00:00:00Z", "Thing": {"@iot.id": 1}},
            "Locations",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(api: Api, path: str, body: Any, where: str) -> None:
    api.post("Things", thing())
    assert api.post(path, body, 400)["where"] == where
    assert api.ids("Observations") == []
    assert api.ids("Things") == [1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name": NaN}',
        b'{"name": "a", "description": "b", "properties": {"x": Infinity}}',
        b'{"name": "a", "description": "b", "properties": {"x": 1e999}}',
        b'{"name": "\\ud800", "description": "b"}',
        b'{"name": "\\u0000", "description": "b"}',
        b'{"name": "\xff"}',
        b"[" * 100_000,
        b"[" * 70 + b"]" * 70,
        b'{"name": "a", "description": "b", "properties": ' + b'{"a":' * 70 + b"1" + b"}" * 71,
        b"1" * 5_000,
    ],
)
def test_bodies_that_are_no_json(api: Api, body: bytes) -> None:
    assert api.sent("POST", "Things", body).status == 400
    assert api.ids("Things") == []


def test_characters_that_look_like_none(api: Api) -> None:
    body = b'{"name": "\\\\u0000", "description": "\\ud83d\\ude00"}'
    assert api.sent("POST", "Things", body).status == 201
    assert api.get("Things(1)")["name"] == "\\u0000"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "", 405),
        ("POST", "Things(1)", 405),
        ("POST", "Datastreams(1)/Thing", 405),
        ("POST", "Things(1)/name", 405),
        ("PATCH", "Things", 405),
        ("DELETE", "Things", 405),
        ("PUT", "Things(1)/name", 405),
        ("OPTIONS", "Things", 405),
        ("GET", "CreateObservations", 405),
        ("POST", "Nothings", 404),
        ("PATCH", "Things(9)", 404),
        ("DELETE", "Things(9)", 404),
        ("POST", "Things(9)/Datastreams", 404),
        ("DELETE", "Things(1)/Datastreams(9)", 404),
    ],
)
def test_methods(api: Api, method: str, path: str, status: int) -> None:
    api.post("Things", thing())
    api.send(method, path, {}, status)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("Measurement", [1, 1.5, None], ["1", True, {}]),
        ("CountObservation", [1, -3, 2.0], [1.5, "1", False]),
        ("TruthObservation", [True, False], [1, "true"]),
        ("CategoryObservation", ["urn:a"], [1, True]),
        ("Observation", [1, "a", True, {"a": [1]}, [1, 2], None], []),
    ],
)
def test_results_by_type(api: Api, kind: str, good: list[Any], bad: list[Any]) -> None:
    api.post("Things", thing(Datastreams=[datastream(kind=kind)]))
    for number, each in enumerate(good):
        time = f"2026-07-01T00:00:{number:02}Z"
        made = api.post("Datastreams(1)/Observations", observation(time, each))
        assert made["result"] == each
        assert type(made["result"]) is type(each)
    for each in bad:
        refusal = api.post("Datastreams(1)/Observations", observation(result=each), 400)
        assert refusal["where"] == "result"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2026-07-01T00:00:00.250Z", "2026-07-01T00:00:00.250Z"),
        ("2026-07-01T08:00:00.25+08:00", "2026-07-01T00:00:00.250Z"),
        ("2026-07-01T00:00:00.123456Z", "2026-07-01T00:00:00.123456Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        (
            "2026-07-01T00:00:00Z/2026-07-01T01:00:00.001Z",
            "2026-07-01T00:00:00.000Z/2026-07-01T01:00:00.001Z",
        ),
        ("2026-07-01T00:00:00Z/PT1H", "2026-07-01T00:00:00.000Z/2026-07-01T01:00:00.000Z"),
    ],
)
def test_times_keep_what_they_say(api: Api, said: str, kept: str) -> None:
    api.post("Things", thing())
    body = observation(said, resultTime="2026-07-01T00:00:00.001Z", validTime=said)
    made = api.post("Datastreams(1)/Observations", body)
    assert (made["phenomenonTime"], made["validTime"]) == (kept, kept)
    assert made["resultTime"] == "2026-07-01T00:00:00.001Z"


def test_times_that_nobody_gave_are_now_and_apart(api: Api) -> None:
    api.post("Things", thing())
    for number in range(3):
        assert api.post("Datastreams(1)/Observations", {"result": number})["resultTime"] is None
    assert len({each["phenomenonTime"] for each in api.get("Observations")["value"]}) == 3


def test_a_second_arrival_changes_nothing_and_a_correction_is_a_new_version(api: Api) -> None:
    api.post("Things", thing())
    body = observation(parameters={"a": 1, "b": 2})
    first = api.post("Datastreams(1)/Observations", body)
    turned = observation("2026-07-01T08:00:00.25+08:00", parameters={"b": 2, "a": 1})
    assert api.post("Datastreams(1)/Observations", turned, 200) == first
    assert _versions(api) == []
    corrected = api.post("Datastreams(1)/Observations", {**body, "result": 2.5}, 201)
    assert corrected == {**first, "result": 2.5}
    assert _versions(api) == [(1, 1, 1.5)]
    api.send("PATCH", "Observations(1)", {"result": 3.5}, 200)
    api.send("PATCH", "Observations(1)", {"result": 3.5}, 200)
    assert _versions(api) == [(1, 1, 1.5), (1, 2, 2.5)]
    other = api.post("Datastreams(1)/Observations", {**body, "parameters": {"sequence": 1}})
    assert other["@iot.id"] == 2
    assert api.ids("Observations") == [1, 2]


def _versions(api: Api) -> list[tuple[int, int, float]]:
    with api.store.reading() as connection:
        sql = "SELECT observation, version, json_extract(document, '$.result') FROM corrected"
        return [tuple(each) for each in connection.execute(sql + " ORDER BY 1, 2")]


def test_two_observations_do_not_become_one(api: Api) -> None:
    api.post("Things", thing())
    for second in (1, 2):
        api.post("Datastreams(1)/Observations", observation(f"2026-07-01T00:00:0{second}Z"))
    change = {"phenomenonTime": "2026-07-01T00:00:02Z"}
    assert api.send("PATCH", "Observations(1)", change, 409)["where"] == "phenomenonTime"
    assert _versions(api) == []


def test_features_are_made_once_and_again_when_the_thing_moved(api: Api) -> None:
    api.post("Things", thing())
    for hour in (1, 2):
        api.post("Datastreams(1)/Observations", observation(f"2026-07-01T0{hour}:00:00Z"))
    assert api.ids("FeaturesOfInterest") == [1]
    moved = {"location": {"type": "Point", "coordinates": [115.0, 30.0]}}
    api.send("PATCH", "Locations(1)", moved, 200)
    api.post("Datastreams(1)/Observations", observation("2026-07-01T03:00:00Z"))
    assert api.get("Observations(3)/FeatureOfInterest")["feature"] == moved["location"]
    assert api.get("Observations(1)/FeatureOfInterest")["@iot.id"] == 1


def test_a_thing_that_is_nowhere_needs_a_feature(api: Api) -> None:
    api.post("Things", thing(Locations=[]))
    refusal = api.post("Datastreams(1)/Observations", observation(), 400)
    assert refusal["where"] == "FeatureOfInterest"
    feature = {**location(), "feature": "here"}
    del feature["location"]
    api.post("Datastreams(1)/Observations", observation(FeatureOfInterest=feature))
    assert api.get("FeaturesOfInterest(1)/Observations")["value"]


def test_a_new_location_moves_the_thing_and_is_remembered(api: Api) -> None:
    api.post("Things", thing())
    api.post("Things(1)/Locations", location("hill"))
    assert api.ids("Things(1)/Locations") == [2]
    assert len(api.ids("Things(1)/HistoricalLocations")) == 2
    api.send("PATCH", "Things(1)", {"Locations": [{"@iot.id": 1}]}, 200)
    assert api.ids("Things(1)/Locations") == [1]
    assert len(api.ids("Things(1)/HistoricalLocations")) == 3


def test_only_the_latest_historical_location_moves_a_thing(api: Api) -> None:
    api.post("Things", thing())
    api.post("Locations", location("hill"))
    past = {"Thing": {"@iot.id": 1}, "Locations": [{"@iot.id": 2}]}
    api.post("HistoricalLocations", {"time": "2001-01-01T00:00:00Z", **past})
    assert api.ids("Things(1)/Locations") == [1]
    api.post("HistoricalLocations", {"time": "2999-01-01T00:00:00Z", **past})
    assert api.ids("Things(1)/Locations") == [2]


def test_put_and_patch(api: Api) -> None:
    api.post("Things", thing())
    changed = api.send("PATCH", "Things(1)", {"description": "c"}, 200)
    assert (changed["name"], changed["description"]) == ("gauge", "c")
    assert api.send("PUT", "Things(1)", {"name": "a"}, 400)["where"] == "description"
    put = api.send("PUT", "Things(1)", {"name": "a", "description": "d"}, 200)
    assert "properties" not in put
    assert api.ids("Things(1)/Datastreams") == [1]
    api.send("PATCH", "Things(1)", {"@iot.id": 2}, 400)
    assert api.send("PATCH", "Things(1)", {"Datastreams": []}, 400)["where"] == "Datastreams"
    assert api.send("PATCH", "Datastreams(1)", {"Sensor": {"name": "x"}}, 400)["where"] == "Sensor"
    api.send("PATCH", "Datastreams(1)", {"Sensor": {"@iot.id": 9}}, 400)


def test_json_patch(api: Api) -> None:
    api.post("Things", thing())
    patch = [
        {"op": "test", "path": "/properties/rank", "value": 10},
        {"op": "add", "path": "/properties/tags/-", "value": "c"},
        {"op": "move", "from": "/properties/rank", "path": "/properties/level"},
        {"op": "replace", "path": "/name", "value": "new"},
    ]
    changed = api.send("PATCH", "Things(1)", patch, 200, "json-patch+json")
    assert changed["properties"] == {"tags": ["a", "b", "c"], "level": 10}
    assert changed["name"] == "new"
    for wrong, status in (
        ([{"op": "test", "path": "/name", "value": "old"}], 409),
        ([{"op": "remove", "path": "/none"}], 400),
        ([{"op": "remove", "path": "/name"}], 400),
        ([{"op": "fly", "path": "/name"}], 400),
        ([{"op": "add", "path": "/properties/tags/9", "value": 1}], 400),
        ([{"op": "remove", "path": ""}], 400),
        ({"op": "remove"}, 400),
    ):
        api.send("PATCH", "Things(1)", wrong, status, "json-patch+json")
    assert api.get("Things(1)") == changed


@pytest.mark.parametrize(
    ("path", "left"),
    [
        (
            "Things(1)",
            {"Locations": 1, "Sensors": 1, "ObservedProperties": 1, "FeaturesOfInterest": 1},
        ),
        (
            "Locations(1)",
            {
                "Things": 1,
                "Datastreams": 1,
                "Observations": 1,
                "Sensors": 1,
                "ObservedProperties": 1,
                "FeaturesOfInterest": 1,
            },
        ),
        (
            "Sensors(1)",
            {
                "Things": 1,
                "Locations": 1,
                "HistoricalLocations": 1,
                "ObservedProperties": 1,
                "FeaturesOfInterest": 1,
            },
        ),
        (
            "FeaturesOfInterest(1)",
            {
                "Things": 1,
                "Locations": 1,
                "HistoricalLocations": 1,
                "Datastreams": 1,
                "Sensors": 1,
                "ObservedProperties": 1,
            },
        ),
    ],
)
def test_what_cannot_be_without_goes_too(api: Api, path: str, left: dict[str, int]) -> None:
    api.post("Things", thing(Datastreams=[datastream(Observations=[observation()])]))
    assert api.send("DELETE", path, {}, 200) is None
    names = [each["name"] for each in api.get("")["value"]]
    assert {name: len(ids) for name in names if (ids := api.ids(name))} == left


def test_arrays(api: Api) -> None:
    api.post("Things", thing())
    rows: list[Any] = [["2026-07-01T00:00:00Z", 1], ["2026-07-01T00:00:01Z", "x"], ["x"]]
    block = {
        "Datastream": {"@iot.id": 1},
        "components": ["phenomenonTime", "result"],
        "dataArray@iot.count": 3,
        "dataArray": rows,
    }
    found = api.post("CreateObservations", [block])
    assert found[0] == "http://127.0.0.1:8000/v1.1/Observations(1)"
    assert found[1].startswith("error: body[0].dataArray[1].result: ")
    assert found[2].startswith("error: body[0].dataArray[2]: ")
    assert api.post(
        "CreateObservations", [{**block, "dataArray": rows[:1], "dataArray@iot.count": 1}]
    )
    assert api.ids("Observations") == [1]
    unknown, miscounted = {**block, "components": ["colour"]}, {**block, "dataArray": []}
    wrongs: list[Any] = [{}, [3], [{}], [unknown], [miscounted]]
    for wrong in wrongs:
        api.post("CreateObservations", wrong, 400)
