"""Bodies made by chance: whatever is sent is kept or refused, and never our error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skyweft.sensorthings.keeping.store import Store
from skyweft.sensorthings.model.entities import ENTITIES
from tests.sensorthings.conftest import OF, Api, datastream, location, observation, thing

PATHS = [
    *(each.plural for each in ENTITIES.values()),
    "Things(1)",
    "Datastreams(1)",
    "Datastreams(1)/Observations",
    "Things(1)/Locations",
    "Observations(1)",
    "Locations(1)",
    "HistoricalLocations(1)",
    "CreateObservations",
    "$batch",
]
NAMES = sorted(
    {each.name for entity in ENTITIES.values() for each in entity.properties}
    | {each.name for entity in ENTITIES.values() for each in entity.links}
    | {"@iot.id", "sequence", "components", "dataArray", "requests", "op", "path", "value"}
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([1 << 63, -(1 << 70), 1.5, 1e300, "", "x", OF + "Measurement"]),
    st.sampled_from(
        [
            "2026-07-01T00:00:00.250Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "9999-12-31T00:00:00Z/P999D",
            "P999999999D/2026-07-01T00:00:00Z",
            "2026-07-01T00:00:00Z/2026-07-02T00:00:00Z",
        ]
    ),
)
WHOLE = st.sampled_from(
    [
        thing(),
        location(),
        datastream(),
        datastream(Thing={"@iot.id": 1}),
        observation(),
        {**observation(), "Datastream": {"@iot.id": 1}},
    ]
)
BODIES: st.SearchStrategy[Any] = st.recursive(
    LEAVES | WHOLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
        st.tuples(WHOLE, st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)).map(
            lambda pair: {**pair[0], **pair[1]}
        ),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    store = Store(tmp_path_factory.mktemp("bodies"))
    api = Api(store)
    api.post("Things", thing(Datastreams=[datastream(Observations=[observation()])]))
    yield api
    store.close()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    method=st.sampled_from(["POST", "PATCH", "PUT"]),
    kind=st.sampled_from(["json", "json", "json-patch+json"]),
    body=BODIES,
)
@example("Datastreams(1)/Observations", "POST", "json", observation(FeatureOfInterest=5))
@example("Datastreams(1)/Observations", "POST", "json", observation("0001-01-01T00:00:00+01:00"))
@example("Datastreams(1)/Observations", "POST", "json", observation("9999-12-31T00:00:00Z/P999D"))
def test_what_is_sent_is_kept_or_refused(
    full: Api, path: str, method: str, kind: str, body: Any
) -> None:
    answer = full.sent(method, path, json.dumps(body).encode(), kind)
    assert answer.status in (200, 201, 400, 404, 405, 409, 415), answer.body
    if answer.status >= 400:
        assert answer.json["message"]
    for each in ("Observations?$top=2&$orderby=id%20desc", "Things?$expand=Datastreams"):
        assert full.ask(f"/v1.1/{each}").status == 200


def test_an_array_names_a_datastream_that_is_there(api: Api) -> None:
    api.post("Things", thing())
    rows = [["2026-07-01T00:00:00Z", 1]]
    block = {"components": ["phenomenonTime", "result"], "dataArray": rows}
    streams: list[Any] = [datastream(Thing={"@iot.id": 1}), 1, {"@iot.id": 1, "name": "x"}]
    for stream in streams:
        refusal = api.post("CreateObservations", [{**block, "Datastream": stream}], 400)
        assert refusal["where"] == "body[0].Datastream"
    assert api.ids("Datastreams") == [1]
    (said,) = api.post("CreateObservations", [{**block, "Datastream": {"@iot.id": 9}}])
    assert said == "error: body[0].Datastream: there is no Datastream 9"
