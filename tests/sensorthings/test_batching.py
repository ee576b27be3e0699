"""Many calls in one request (OGC 18-088, clause 11)."""

from typing import Any

import pytest

from tests.sensorthings.conftest import Api, observation, thing


def part(number: str, method: str, url: str, body: Any = None, **more: Any) -> dict[str, Any]:
    return {"id": number, "method": method, "url": url, **more} | (
        {} if body is None else {"body": body}
    )


def send(api: Api, *parts: Any, status: int = 200) -> Any:
    return api.send("POST", "$batch", {"requests": list(parts)}, status)


def test_each_is_answered_by_itself(api: Api) -> None:
    replies = send(
        api,
        part("a", "POST", "Things", thing()),
        part("b", "POST", "Things", {"name": "no description"}),
        part("c", "GET", "/v1.1/Things?$select=name"),
        part("d", "DELETE", "Things(9)"),
    )["responses"]
    assert [(each["id"], each["status"]) for each in replies] == [
        ("a", 201),
        ("b", 400),
        ("c", 200),
        ("d", 404),
    ]
    assert replies[0]["headers"]["location"].endswith("/v1.1/Things(1)")
    assert replies[1]["body"]["where"] == "description"
    assert replies[2]["body"]["value"] == [{"name": "gauge"}]


def test_a_group_is_whole_or_not_at_all(api: Api) -> None:
    group = {"atomicityGroup": "g"}
    parts = [
        part("a", "POST", "Things", thing(), **group),
        part("b", "POST", "$a/Datastreams", {"name": "x"}, **group),
        part("c", "POST", "Things", thing(), **group),
        part("d", "POST", "Things", thing("after")),
        part("e", "GET", "$a"),
    ]
    replies = send(api, *parts)["responses"]
    assert [each["status"] for each in replies] == [424, 400, 424, 201, 404]
    assert [each["name"] for each in api.get("Things")["value"]] == ["after"]


def test_what_was_made_before_is_named_by_its_id(api: Api) -> None:
    group = {"atomicityGroup": "g"}
    replies = send(
        api,
        part("t", "POST", "Things", thing(), **group),
        part("s", "GET", "$t/Datastreams?$select=id", **group),
        part("o", "POST", "Observations", observation(Datastream={"@iot.id": 1}), **group),
        part("l", "POST", "$t/Locations", thing()["Locations"][0]),
        part("h", "PATCH", "$t", {"Locations": [{"@iot.id": "$l"}]}),
    )["responses"]
    assert [each["status"] for each in replies] == [201, 200, 201, 201, 200]
    assert replies[1]["body"]["value"] == [{"@iot.id": 1}]
    assert api.ids("Things(1)/Locations") == [2]


def test_a_reference_to_nothing_is_named(api: Api) -> None:
    (reply,) = send(api, part("a", "POST", "$x/Datastreams", {}))["responses"]
    assert reply["status"] == 404
    (reply,) = send(api, part("a", "POST", "Things", thing(Locations=[{"@iot.id": "$x"}])))[
        "responses"
    ]
    assert (reply["status"], reply["body"]["where"]) == (400, "Locations[0]")
    (reply,) = send(api, part("a", "POST", "$batch", {"requests": []}))["responses"]
    assert reply["status"] == 404


@pytest.mark.parametrize(
    "parts",
    [
        [3],
        [{}],
        [part("a", "FLY", "Things")],
        [part("a", "GET", "Things"), part("a", "GET", "Things")],
        [part("a", "GET", "Things", atomicityGroup=1)],
        [part(str(number), "GET", "Things") for number in range(101)],
        [part(str(number), "DELETE", "Things(1)") for number in range(1_001)],
    ],
)
def test_what_is_no_batch(api: Api, parts: list[Any]) -> None:
    assert send(api, *parts, status=400)["where"].startswith("body")


def test_other_shapes(api: Api) -> None:
    bodies: list[Any] = [[], {}, {"requests": 3}]
    for body in bodies:
        api.send("POST", "$batch", body, 400)
    api.get("$batch", 405)
