"""What tests of the platform share: a server without a socket, on a store of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skyweft.sensorthings.keeping.store import Store
from skyweft.sensorthings.web.application import application
from tests.asking import Answer, asking

POINT = {"type": "Point", "coordinates": [114.0, 30.0]}
OF = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_"


class Api:
    """Asks the API in one line."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ask = asking(application(store))

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.ask(f"/v1.1/{path}")
        assert answer.status == status, answer.body
        return answer.json if answer.body else None

    def send(self, method: str, path: str, body: Any, status: int, kind: str = "json") -> Any:
        answer = self.sent(method, path, json.dumps(body).encode(), kind)
        assert answer.status == status, answer.body
        return answer.json if answer.body else None

    def sent(self, method: str, path: str, body: bytes, kind: str = "json") -> Answer:
        return self.ask(f"/v1.1/{path}", method, body=body, content_type=f"application/{kind}")

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        return self.send("POST", path, body, status)

    def ids(self, path: str) -> list[int]:
        return [each["@iot.id"] for each in self.get(path)["value"]]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    store = Store(tmp_path / "data")
    yield Api(store)
    store.close()


def location(name: str = "bank", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "description": "by the river",
        "encodingType": "application/geo+json",
        "location": POINT,
        **more,
    }


def datastream(name: str = "level", kind: str = "Measurement", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "description": "of the water",
        "observationType": OF + kind,
        "unitOfMeasurement": {"name": "metre", "symbol": "m", "definition": "ucum:m"},
        "Sensor": {
            "name": "radar",
            "description": "looks down",
            "encodingType": "text/plain",
            "metadata": "none",
        },
        "ObservedProperty": {"name": "level", "definition": "urn:level", "description": "height"},
        **more,
    }


def thing(name: str = "gauge", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "description": "at a river",
        "properties": {"rank": 10, "tags": ["a", "b"]},
        "Locations": [location()],
        "Datastreams": [datastream()],
        **more,
    }


def observation(time: str = "2026-07-01T00:00:00.250Z", result: Any = 1.5, **more: Any) -> Any:
    return {"phenomenonTime": time, "result": result, **more}
