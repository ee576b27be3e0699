"""Many calls in one request: the JSON batch of OData (OGC 18-088, clause 11).

Calls of one `atomicityGroup`, which stand beside one another, are all kept or none. `$ID` at the
beginning of an address or as an `@iot.id` is the entity that the call of that id has made.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from sqlite3 import Connection
from typing import Any

from skyweft.sensorthings.keeping.store import Store
from skyweft.sensorthings.refusing import RefusalError, under
from skyweft.sensorthings.web.calls import BATCH, JSON, VERSION, Call, Reply, body_of

CALLS_MAX, READ_MAX = 1_000, 100  # of one batch, and of these those that read
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ENTITY = re.compile(r"\((\d+)\)$")
_MADE = re.compile(r"\$([^/?]+)")

Answer = Callable[[Call, Connection | None], Reply]


def batch(store: Store, answer: Answer, call: Call) -> dict[str, Any]:
    """Return the replies to all calls of a batch.

    Parameters
    ----------
    store : Store
        Gives the transactions of groups.
    answer : callable
        Answers one call, within a transaction where it is given one.
    call : Call
        Whose body is the batch.

    Raises
    ------
    RefusalError
        It is no batch; a call that cannot be answered is told in its reply.
    """
    parts = list(_read(body_of(call)))
    made: dict[str, str] = {}
    found: list[dict[str, Any]] = []
    for group, members in groupby(parts, lambda part: part.get("atomicityGroup")):
        if group is None:
            found += [
                _replied(part, answer(_call(part, call, made), None), made) for part in members
            ]
        else:
            found += _together(store, answer, call, list(members), made)
    return {"responses": found}


def _read(body: Any) -> Iterator[dict[str, Any]]:
    parts = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(parts, list):
        raise RefusalError(400, "a batch is an object with a list of requests", "body")
    reads = sum(isinstance(part, dict) and part.get("method") == "GET" for part in parts)
    if len(parts) > CALLS_MAX or reads > READ_MAX:
        words = f"a batch has at most {CALLS_MAX:,} requests, of which {READ_MAX} are GET"
        raise RefusalError(400, words, "body.requests")
    ids: set[str] = set()
    for number, part in enumerate(parts):
        place = under("body.requests", number)
        texts = ("id", "method", "url")
        if not isinstance(part, dict) or not all(isinstance(part.get(text), str) for text in texts):
            raise RefusalError(400, "a request has id, method and url, which are text", place)
        if part["id"] in ids:
            raise RefusalError(400, f"the id {part['id'][:40]!r} is given twice", place)
        if part["method"].upper() not in METHODS:
            raise RefusalError(400, f"a method is one of {', '.join(METHODS)}", place)
        if not isinstance(part.get("atomicityGroup"), str | None):
            raise RefusalError(400, "an atomicityGroup is text", place)
        ids.add(part["id"])
        yield part


def _call(part: dict[str, Any], outer: Call, made: dict[str, str]) -> Call:
    """Return the call that a part stands for, with what was made before it in its place."""
    url = part["url"].removeprefix(outer.root).removeprefix(f"/{VERSION}").lstrip("/")
    if url.startswith(BATCH):
        url = "$"  # no batch stands in a batch
    elif reference := _MADE.match(url):
        url = made.get(reference[1], "$") + url[reference.end() :]
    path, _, query = url.partition("?")
    headers = part.get("headers")
    named = headers.items() if isinstance(headers, dict) else ()
    types = [value for key, value in named if key.lower() == "content-type"]
    kind = types[0] if types and isinstance(types[0], str) else JSON
    body = json.dumps(_resolved(part.get("body"), made)).encode() if "body" in part else b""
    return Call(part["method"].upper(), path, outer.root, query, kind, body)


def _resolved(body: Any, made: dict[str, str]) -> Any:
    """Return a body in which ids such as `$ID` are those of what was made."""
    if isinstance(body, list):
        return [_resolved(request, made) for request in body]
    if not isinstance(body, dict):
        return body
    found = {key: _resolved(value, made) for key, value in body.items()}
    number = body.get("@iot.id")
    if isinstance(number, str) and (entity := _ENTITY.search(made.get(number[1:], ""))):
        found["@iot.id"] = int(entity[1])
    return found


def _replied(part: dict[str, Any], reply: Reply, made: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"id": part["id"], "status": reply.status}
    if location := reply.headers.get("location"):
        made[part["id"]] = location.partition(f"/{VERSION}/")[2]
        found["headers"] = {"location": location}
    return found | ({} if reply.document is None else {"body": reply.document})


class _Undo(Exception):  # noqa: N818
    """Ends a transaction of which nothing is to stay."""


def _together(
    store: Store, answer: Answer, outer: Call, parts: list[dict[str, Any]], made: dict[str, str]
) -> list[dict[str, Any]]:
    """Answer the calls of a group: all are kept, or the one that failed is told and none is."""
    found: list[dict[str, Any]] = []
    inner = dict(made)
    try:
        with store.writing() as connection:
            for part in parts:
                reply = answer(_call(part, outer, inner), connection)
                found.append(_replied(part, reply, inner))
                if reply.status >= 400:
                    raise _Undo
    except _Undo:
        failed = found[-1]
        words = f"nothing of this group was kept: {failed['id']} failed"
        other = RefusalError(424, words).document
        return [
            failed
            if part["id"] == failed["id"]
            else {"id": part["id"], "status": 424, "body": other}
            for part in parts
        ]
    made.update(inner)
    return found
