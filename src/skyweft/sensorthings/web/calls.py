"""A call to the API and the reply to it, apart from what carries them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skyweft.sensorthings.model.values import read_json
from skyweft.sensorthings.refusing import RefusalError

VERSION = "v1.1"
ARRAYS, BATCH = "CreateObservations", "$batch"
JSON, JSON_PATCH = "application/json", "application/json-patch+json"


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked: a method, a path below the root, the query, the type of a body, the body."""

    method: str
    path: str
    root: str
    query: str = ""
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: text as it is, all else but None as JSON."""

    status: int
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def allow(call: Call, *methods: str) -> None:
    """Refuse a call by any other method."""
    allowed = (*methods, "HEAD") if "GET" in methods else methods
    if call.method not in allowed:
        words = f"{call.method} is not for this address: {', '.join(allowed)} are"
        raise RefusalError(405, words, call.path)


def body_of(call: Call, *types: str) -> Any:
    """Return the body, which says that it is JSON: no form of a page elsewhere can say so."""
    types = types or (JSON,)
    if call.content_type.partition(";")[0].strip().lower() not in types:
        raise RefusalError(415, f"the content-type is {' or '.join(types)}", "content-type")
    return read_json(call.body)
