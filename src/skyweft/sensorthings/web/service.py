"""Answers calls to the API, whatever brought them: a request, or a part of a batch."""

from contextlib import AbstractContextManager, nullcontext
from sqlite3 import Connection, IntegrityError
from typing import Any

from skyweft.sensorthings.asking.address import Address, address
from skyweft.sensorthings.asking.grammar import has_lark
from skyweft.sensorthings.asking.options import Options, options
from skyweft.sensorthings.asking.reading import Reader
from skyweft.sensorthings.keeping.store import Store
from skyweft.sensorthings.keeping.writing import Writer
from skyweft.sensorthings.model.entities import SETS
from skyweft.sensorthings.refusing import RefusalError
from skyweft.sensorthings.web.arrays import create_observations
from skyweft.sensorthings.web.batching import batch
from skyweft.sensorthings.web.calls import (
    ARRAYS,
    BATCH,
    JSON,
    JSON_PATCH,
    Call,
    Reply,
    allow,
    body_of,
)
from skyweft.sensorthings.web.patching import patched

CLASSES = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
_OF_EACH = ("properties", "relations")
_MET = {
    "datamodel": (
        "entity-control-information/common-control-information",
        *(f"thing/{requirement}" for requirement in _OF_EACH),
        *(f"location/{requirement}" for requirement in _OF_EACH),
        *(f"historical-location/{requirement}" for requirement in _OF_EACH),
        *(f"datastream/{requirement}" for requirement in _OF_EACH),
        *(f"sensor/{requirement}" for requirement in _OF_EACH),
        *(f"observed-property/{requirement}" for requirement in _OF_EACH),
        *(f"observation/{requirement}" for requirement in _OF_EACH),
        *(f"feature-of-interest/{requirement}" for requirement in _OF_EACH),
    ),
    "resource-path": ("resource-path-to-entities",),
    "request-data": (
        "status-code",
        "query-status-code",
        "order",
        "expand",
        "select",
        "orderby",
        "top",
        "skip",
        "count",
        "pagination",
    ),
    "create-update-delete": (
        "create-entity",
        "link-to-existing-entities",
        "deep-insert",
        "deep-insert-status-code",
        "update-entity",
        "update-entity-put",
        "update-entity-jsonpatch",
        "delete-entity",
        "historical-location-auto-creation",
        "historical-location-manual-creation",
    ),
    "batch-request": ("batch-request",),
    "data-array": ("data-array",),
}
_MET_BY_FILTERS = ("request-data/filter", "request-data/built-in-filter-operations")


def conformance(filters: bool) -> list[str]:
    """Return the requirements that are met, with or without what reads filters."""
    met = [f"{group}/{name}" for group, names in _MET.items() for name in names]
    return [CLASSES + requirement for requirement in (*met, *(_MET_BY_FILTERS if filters else ()))]


class Service:
    """The API on a store.

    Parameters
    ----------
    store : Store
        Where all is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, call: Call, within: Connection | None = None) -> Reply:
        """Answer a call; what cannot be answered is told in a reply as well.

        Parameters
        ----------
        call : Call
            What is asked.
        within : Connection, optional
            Of a transaction that this call is a part of; one of its own unless given.
        """
        try:
            return self._answer(call, within)
        except RefusalError as error:
            return Reply(error.status, error.document)
        except IntegrityError as error:
            return Reply(409, RefusalError(409, f"it contradicts what is there: {error}").document)

    def _answer(self, call: Call, within: Connection | None) -> Reply:
        path = call.path.strip("/")
        if not path:
            allow(call, "GET")
            return Reply(200, _root(call.root))
        if path == ARRAYS:
            allow(call, "POST")
            with self._writing(within) as connection:
                reader = Reader(connection, call.root)
                return Reply(201, create_observations(connection, reader, body_of(call)))
        if path == BATCH and within is None:
            allow(call, "POST")
            return Reply(200, batch(self._store, self.answer, call))
        asked = address(path)
        if call.method in ("GET", "HEAD"):
            with nullcontext(within) if within else self._store.reading() as connection:
                return _got(Reader(connection, call.root), asked, call)
        if asked.within or asked.refs:
            allow(call, "GET")
        if asked.many:
            allow(call, "GET", "POST")
            body = body_of(call)
            with self._writing(within) as connection:
                return _posted(connection, Reader(connection, call.root), asked, body)
        allow(call, "GET", "PATCH", "PUT", "DELETE")
        with self._writing(within) as connection:
            return _changed(connection, Reader(connection, call.root), asked, call)

    def _writing(self, within: Connection | None) -> AbstractContextManager[Connection]:
        return nullcontext(within) if within else self._store.writing()


def _root(root: str) -> dict[str, Any]:
    return {
        "value": [{"name": name, "url": f"{root}/{name}"} for name in SETS],
        "serverSettings": {"conformance": conformance(has_lark())},
    }


def _got(reader: Reader, asked: Address, call: Call) -> Reply:
    read = options(call.query, asked.entity)
    if asked.within and read != Options():
        raise RefusalError(400, "a property has no options", "?")
    if not asked.many and read.said.keys() - {"$expand", "$select"}:
        raise RefusalError(400, "of one entity there are $expand and $select", "?")
    document = reader.answer(asked, read)
    nothing = document is None if asked.raw else asked.within and None in document.values()
    return Reply(204) if nothing else Reply(200, document)


def _posted(connection: Connection, reader: Reader, asked: Address, body: Any) -> Reply:
    """Make an entity in a set, bound to the one whose set it is."""
    *before, last = asked.hops
    entity, writer, bound = asked.entity, Writer(connection), {}
    if last.link:
        parent = Address(tuple(before))
        number = reader.row(parent)["id"]
        back = next(link for link in entity.links if link.target == parent.entity.name)
        bound = {back.name: number}
    if entity.name == "Observation":
        made, new = writer.observe(body, "", bound)
    else:
        made, new = writer.create(entity, body, "", bound), True
    document = reader.entity(entity, made)
    return Reply(201 if new else 200, document, {"location": reader.link(entity, made)})


def _changed(connection: Connection, reader: Reader, asked: Address, call: Call) -> Reply:
    entity, row = asked.entity, reader.row(asked)
    number, writer = row["id"], Writer(connection)
    if call.method == "DELETE":
        writer.delete(entity, number)
        return Reply(200)
    body = body_of(call, JSON, JSON_PATCH) if call.method == "PATCH" else body_of(call)
    if JSON_PATCH in call.content_type.lower():
        document = reader.entity(entity, number)
        own = {
            prop.name: document[prop.name] for prop in entity.properties if prop.name in document
        }
        body, whole = patched(own, body), True
    else:
        whole = call.method == "PUT"
    writer.update(entity, row, body, whole=whole)
    return Reply(200, reader.entity(entity, number))
