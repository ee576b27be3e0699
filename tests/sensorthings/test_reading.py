"""What addresses and their options lead to (OGC 18-088, clause 9)."""

from typing import Any

import pytest

from tests.sensorthings.conftest import Api, observation, thing

SETS = (
    "Things",
    "Locations",
    "HistoricalLocations",
    "Datastreams",
    "Sensors",
    "ObservedProperties",
    "Observations",
    "FeaturesOfInterest",
)


@pytest.fixture
def full(api: Api) -> Api:
    """Return a store of two things with three observations each."""
    for name in ("gauge", "other"):
        made = api.post("Things", thing(name))["@iot.id"]
        for second in range(3):
            time = f"2026-07-01T00:00:0{second}.125Z"
            api.post(f"Datastreams({made})/Observations", observation(time, second + made))
    return api


def test_root(api: Api) -> None:
    root = api.get("")
    assert [each["name"] for each in root["value"]] == list(SETS)
    assert root["value"][0]["url"] == "http://127.0.0.1:8000/v1.1/Things"
    assert all("/req/" in each for each in root["serverSettings"]["conformance"])


@pytest.mark.parametrize("name", SETS)
def test_every_set_and_its_entities_by_their_links(full: Api, name: str) -> None:
    page = full.get(f"{name}?$count=true")
    assert page["@iot.count"] == len(page["value"]) >= 2
    for each in page["value"]:
        link = each["@iot.selfLink"].partition("/v1.1/")[2]
        assert full.get(link) == each
        for key, way in each.items():
            if key.endswith("@iot.navigationLink"):
                full.get(way.partition("/v1.1/")[2])


def test_an_entity(full: Api) -> None:
    at = "http://127.0.0.1:8000/v1.1/Things(1)"
    assert full.get("Things(1)") == {
        "@iot.id": 1,
        "@iot.selfLink": at,
        "name": "gauge",
        "description": "at a river",
        "properties": {"rank": 10, "tags": ["a", "b"]},
        "Locations@iot.navigationLink": f"{at}/Locations",
        "HistoricalLocations@iot.navigationLink": f"{at}/HistoricalLocations",
        "Datastreams@iot.navigationLink": f"{at}/Datastreams",
    }


def test_times_of_a_datastream_are_those_of_its_observations(full: Api) -> None:
    found = full.get("Datastreams(1)")
    assert found["phenomenonTime"] == "2026-07-01T00:00:00.125Z/2026-07-01T00:00:02.125Z"
    assert "resultTime" not in found


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Things(1)/Datastreams(1)/Observations(1)/FeatureOfInterest", 200),
        ("Things(1)/Datastreams(1)/Observations(1)/Datastream/Thing/Locations", 200),
        ("Things(2)/Datastreams(1)", 404),
        ("Things(1)/Datastreams(2)/Observations", 404),
        ("Things(2)/Datastreams(2)/Observations(1)/FeatureOfInterest", 404),
        ("Things(9)", 404),
        ("Things(9)/Datastreams", 404),
        ("Things(a)", 404),
        ("Things(-1)", 404),
        ("Things(1)(1)", 404),
        ("Nothings", 404),
        ("Things/Datastreams", 404),
        ("Things(1)/Observations", 404),
        ("Datastreams(1)/Thing(1)", 404),
        ("Things(1)/colour", 404),
        ("Things/name", 404),
        ("Things(1)/properties/none", 404),
        ("Things(1)/name/first", 404),
        ("Things(1)/$value", 400),
        ("Things(1)/" + "Datastreams(1)/Thing/" * 6, 400),
    ],
)
def test_paths(full: Api, path: str, status: int) -> None:
    document = full.get(path, status)
    if status != 200:
        assert document["code"] == status
        assert document["message"]


def test_properties_values_and_references(full: Api) -> None:
    assert full.get("Things(1)/name") == {"name": "gauge"}
    assert full.get("Things(1)/properties/rank") == {"rank": 10}
    assert full.get("Things(1)/properties/tags/1") == {"1": "b"}
    assert full.get("Things(1)/id") == {"id": 1}
    assert full.ask("/v1.1/Things(1)/name/$value").body == b"gauge"
    assert full.ask("/v1.1/Things(1)/properties/$value").json["rank"] == 10
    assert full.get("Observations(1)/result") == {"result": 1}
    assert full.ask("/v1.1/Observations(1)/resultTime").status == 204
    at = "http://127.0.0.1:8000/v1.1"
    assert full.get("Datastreams(1)/Thing/$ref") == {"@iot.selfLink": f"{at}/Things(1)"}
    assert full.get("Things/$ref")["value"][1] == {"@iot.selfLink": f"{at}/Things(2)"}


def test_pages_hold_everything_once(full: Api) -> None:
    found, path = [], "Observations?$top=2&$orderby=result desc&$select=id"
    while path:
        page = full.get(path.replace(" ", "%20"))
        found += [each["@iot.id"] for each in page["value"]]
        path = page.get("@iot.nextLink", "").partition("/v1.1/")[2]
    # Results 1, 2, 3 and 2, 3, 4: what is equal comes by its id.
    assert found == [6, 3, 5, 2, 4, 1]
    assert full.get("Observations?$top=0&$count=true") == {"@iot.count": 6, "value": []}
    assert full.ids("Observations?$skip=5") == [6]


def test_select(full: Api) -> None:
    assert full.get("Things(1)?$select=name,id") == {"@iot.id": 1, "name": "gauge"}
    assert list(full.get("Things(1)?$select=Datastreams")) == ["Datastreams@iot.navigationLink"]
    assert list(full.get("Observations(1)?$select=resultTime")) == ["resultTime"]


def test_order(full: Api) -> None:
    assert full.ids("Things?$orderby=name%20desc") == [2, 1]
    assert full.ids("Things?$orderby=name%20DESC") == [2, 1]
    assert full.ids("Observations?$orderby=phenomenonTime%20desc,id") == [3, 6, 2, 5, 1, 4]
    by_thing = "Observations?$orderby=Datastream/Thing/name%20desc,result&$top=2"
    assert full.ids(by_thing) == [4, 5]
    full.send("PATCH", "Things(1)", {"properties": {"rank": 9}}, 200)
    assert full.ids("Things?$orderby=properties/rank") == [1, 2]  # 9 and 10: as text it is 10, 9


def test_expand(full: Api) -> None:
    asked = "Things?$expand=Datastreams($expand=Observations($top=1;$orderby=id%20desc;$count=true)"
    found = full.get(asked + ",Sensor;$select=name),Locations")["value"][1]
    (stream,) = found["Datastreams"]
    assert list(stream) == [
        "name",
        "Sensor",
        "Observations",
        "Observations@iot.count",
        "Observations@iot.nextLink",
    ]
    assert stream["Observations"][0]["result"] == 4
    assert stream["Observations@iot.count"] == 3
    way = stream["Observations@iot.nextLink"].partition("/v1.1/")[2]
    assert full.get(way)["value"][0]["result"] == 3
    assert found["Locations"][0]["name"] == "bank"
    slash = full.get("Observations(1)?$expand=Datastream/Thing,FeatureOfInterest")
    assert slash["Datastream"]["Thing"]["name"] == "gauge"
    assert slash["FeatureOfInterest"]["feature"]["type"] == "Point"


def test_arrays(full: Api) -> None:
    first, second = full.get("Observations?$resultFormat=dataArray")["value"]
    assert first["components"] == ["id", "phenomenonTime", "result", "resultTime"]
    assert first["dataArray@iot.count"] == 3
    assert second["dataArray"][0] == [4, "2026-07-01T00:00:00.125Z", 2, None]
    assert second["Datastream@iot.navigationLink"].endswith("/Datastreams(2)")


@pytest.mark.parametrize(
    "query",
    [
        "$top=-1",
        "$top=x",
        "$skip=1.5",
        "$count=yes",
        "$select=colour",
        "$orderby=colour",
        "$orderby=",
        "$orderby=name,",
        "$orderby=properties/%22",
        "$expand=Observations",
        "$expand=Datastreams($top=1",
        "$expand=Datastreams($nothing=1)",
        "$expand=Datastreams(",
        "$expand=Datastreams,Datastreams($top=1)",
        "$expand=" + "/".join(["Datastreams", "Thing"] * 4),
        "$nothing=1",
        "$top=1&$top=2",
        "$resultFormat=dataArray",
        "$top=%ff",
        "$orderby=name%00",
    ],
)
def test_options_that_cannot_be(full: Api, query: str) -> None:
    assert full.get(f"Things?{query}", 400)["where"].startswith(("$", "?"))


def test_what_has_no_dollar_is_no_option(full: Api) -> None:
    assert full.ids("Things?token=x") == [1, 2]


def test_one_entity_has_no_page(full: Api) -> None:
    assert full.get("Things(1)?$top=1", 400)["where"] == "?"


def test_a_page_is_bounded(full: Api) -> None:
    many: Any = ",".join(["Datastreams($top=10000)"])
    nested = f"Things?$top=10000&$expand={many[:-1]};$expand=Observations($top=10000))"
    assert full.get(nested)["value"]
