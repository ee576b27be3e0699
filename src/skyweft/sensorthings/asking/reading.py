"""Answers what is asked of entities: pages, single ones, properties, references."""

import json
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Any
from urllib.parse import quote

from skyweft.sensorthings.asking.address import Address
from skyweft.sensorthings.asking.filtering import condition, ordering
from skyweft.sensorthings.asking.options import Options
from skyweft.sensorthings.asking.terms import DERIVED, Terms
from skyweft.sensorthings.model.entities import ENTITIES, Entity, Link
from skyweft.sensorthings.model.values import shown
from skyweft.sensorthings.refusing import RefusalError

ALWAYS = ("result", "resultTime", "phenomenonTime")  # of an observation, null or not
EXPANDED_ENTITIES = 100_000  # of one answer


@dataclass(frozen=True, slots=True)
class _Place:
    """Where rows of an entity are looked for: tables, which are `t` last, and a condition."""

    entity: Entity
    tables: str
    where: str
    values: dict[str, Any]
    url: str


class Reader:
    """Reads one state of the store.

    Parameters
    ----------
    connection : Connection
        Within one transaction.
    root : str
        What addresses begin with, without a slash at the end.
    """

    def __init__(self, connection: Connection, root: str) -> None:
        self._connection = connection
        self._root = root
        self._left = EXPANDED_ENTITIES

    def answer(self, asked: Address, options: Options) -> Any:
        """Return the document that an address asks for.

        Raises
        ------
        RefusalError
            Nothing is there, or an option cannot be met.
        """
        place = self._place(asked)
        if asked.many:
            return self._page(place, options, asked.refs)
        row = self.row(asked)
        if asked.refs:
            return {"@iot.selfLink": self.link(asked.entity, row["id"])}
        if asked.within:
            return _within(asked, row)
        return self._document(asked.entity, row, options)

    def entity(self, entity: Entity, number: int) -> dict[str, Any]:
        """Return the document of one entity."""
        place = _Place(entity, f"{entity.table} t", "t.id = :id", {"id": number}, "")
        return self._document(entity, self._one(place), Options())

    def link(self, entity: Entity, number: int) -> str:
        """Return the address of an entity."""
        return f"{self._root}/{entity.plural}({number})"

    def row(self, asked: Address) -> Row:
        """Return the row of the one entity that an address leads to."""
        row = self._one(self._place(asked))
        if row is None:
            last = asked.hops[-1]
            number = "" if last.id is None else f"({last.id})"
            raise RefusalError(404, f"there is no {asked.last}{number} here")
        return row

    def _place(self, asked: Address) -> _Place:
        """Return where an address looks; its parents are there."""
        tables = ""
        where: list[str] = []
        values: dict[str, Any] = {}
        before = ""
        for number, hop in enumerate(asked.hops):
            last = hop is asked.hops[-1]
            if last and hop.many and number:
                self._require(tables, where, values, asked)
            alias = "t" if last else f"h{number}"
            joined = f" ON {hop.link.joins(before, alias)}" if hop.link else ""
            tables += (" JOIN " if number else "") + f"{hop.entity.table} {alias}{joined}"
            if hop.id is not None:
                where.append(f"{alias}.id = :h{number}")
                values[f"h{number}"] = hop.id
            before = alias
        path = "/".join(
            (hop.link.name if hop.link else hop.entity.plural)
            + ("" if hop.id is None else f"({hop.id})")
            for hop in asked.hops
        )
        found = " AND ".join(where) or "1"
        return _Place(asked.entity, tables, found, values, f"{self._root}/{path}")

    def _require(
        self, tables: str, where: list[str], values: dict[str, Any], asked: Address
    ) -> None:
        found = " AND ".join(where) or "1"
        sql = f"SELECT 1 FROM {tables} WHERE {found} LIMIT 1"
        if self._connection.execute(sql, values).fetchone() is None:
            raise RefusalError(404, f"there is none whose {asked.last} these could be")

    def _one(self, place: _Place) -> Any:
        sql = f"SELECT {_columns(place.entity)} FROM {place.tables} WHERE {place.where} LIMIT 1"
        return self._connection.execute(sql, place.values).fetchone()

    def _page(self, place: _Place, options: Options, refs: bool = False) -> dict[str, Any]:
        """Return a page of a set, with the way to the next."""
        rows, count, more = self._rows(place, options)
        found: dict[str, Any] = {} if count is None else {"@iot.count": count}
        if more:
            found["@iot.nextLink"] = _next(place.url + ("/$ref" if refs else ""), options)
        if refs:
            of = [{"@iot.selfLink": self.link(place.entity, row["id"])} for row in rows]
            return {**found, "value": of}
        documents = [self._document(place.entity, row, options) for row in rows]
        return {**found, "value": self._arrays(documents, rows) if options.arrays else documents}

    def _rows(self, place: _Place, options: Options) -> tuple[list[Row], int | None, bool]:
        values = dict(place.values)
        where = place.where
        if options.filter is not None:
            where += f" AND ({condition(options.filter, Terms(place.entity, values))})"
        order = ordering(options.orderby, place.entity, values)
        source = f"FROM {place.tables} WHERE {where}"
        count = None
        if options.count:
            (count,) = self._connection.execute(f"SELECT count(*) {source}", values).fetchone()
        page = options.page
        self._left -= page
        if self._left < 0:
            words = f"the answer may hold more than {EXPANDED_ENTITIES:,} entities: ask for fewer"
            raise RefusalError(400, words, "$expand")
        sql = f"SELECT {_columns(place.entity)} {source} ORDER BY {order} LIMIT :page OFFSET :skip"
        bound = {**values, "page": page + 1, "skip": options.skip}
        rows = self._connection.execute(sql, bound).fetchall()
        self._left += max(page - len(rows), 0)
        return rows[:page], count, len(rows) > page > 0

    def _document(self, entity: Entity, row: Row, options: Options) -> dict[str, Any]:
        """Return an entity as JSON, with those that it is linked with where that was asked."""
        chosen = options.select
        link = self.link(entity, row["id"])
        found: dict[str, Any] = {}
        if chosen is None or {"id", "@iot.id"} & set(chosen):
            found["@iot.id"] = row["id"]
        if chosen is None or "@iot.selfLink" in chosen:
            found["@iot.selfLink"] = link
        for prop in entity.properties:
            if chosen is None or prop.name in chosen:
                value = shown(prop, row)
                wanted = prop.required or chosen is not None
                if value is not None or wanted or (prop.name in ALWAYS and not prop.derived):
                    found[prop.name] = value
        expanded = {link.name: (link, inner) for link, inner in options.expand}
        for hop in entity.links:
            if hop.name in expanded:
                found |= self._expanded(entity, row["id"], *expanded[hop.name])
            elif chosen is None or hop.name in chosen:
                found[f"{hop.name}@iot.navigationLink"] = f"{link}/{hop.name}"
        return found

    def _expanded(
        self, entity: Entity, number: int, link: Link, options: Options
    ) -> dict[str, Any]:
        target = ENTITIES[link.target]
        tables = f"{entity.table} h0 JOIN {target.table} t ON {link.joins('h0', 't')}"
        url = f"{self.link(entity, number)}/{link.name}"
        place = _Place(target, tables, "h0.id = :h0", {"h0": number}, url)
        if link.many:
            page = self._page(place, options)
            found = {link.name: page["value"]}
            for name in ("@iot.count", "@iot.nextLink"):
                if name in page:
                    found[link.name + name] = page[name]
            return found
        rows, _, _ = self._rows(place, options)
        return {link.name: self._document(target, rows[0], options) if rows else None}

    def _arrays(self, documents: list[dict[str, Any]], rows: list[Row]) -> list[dict[str, Any]]:
        """Return observations as one array for each datastream."""
        names = _components(documents)
        found: dict[int, dict[str, Any]] = {}
        for document, row in zip(documents, rows, strict=True):
            number = row["datastream"]
            into = found.setdefault(
                number,
                {
                    "Datastream@iot.navigationLink": self.link(ENTITIES["Datastream"], number),
                    "components": [name.removeprefix("@iot.") for name in names],
                    "dataArray@iot.count": 0,
                    "dataArray": [],
                },
            )
            into["dataArray"].append([document.get(name) for name in names])
            into["dataArray@iot.count"] += 1
        return list(found.values())


def _components(documents: list[dict[str, Any]]) -> list[str]:
    """Return the names of all that any of the observations has, in the order they have it."""
    names = dict.fromkeys(name for document in documents for name in document)
    return [name for name in names if "@iot." not in name or name == "@iot.id"]


def _columns(entity: Entity) -> str:
    """Return the columns of an entity's rows in SQL, with those that follow from observations."""
    derived = [prop for prop in entity.properties if prop.derived]
    pairs = (
        f", {sql.format('t')} AS {column}"
        for prop in derived
        for sql, column in zip(DERIVED[prop.name], prop.columns, strict=True)
    )
    return "t.*" + "".join(pairs)


def _within(asked: Address, row: Row) -> Any:
    """Return a property of an entity, or what stands within it."""
    first, *rest = asked.within
    if first in ("id", "@iot.id"):
        value: Any = row["id"]
    else:
        prop = asked.entity.property(first)
        assert prop
        value = shown(prop, row)
    for name in rest:
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            raise RefusalError(404, f"{first} has no {'/'.join(rest)}")
    if asked.raw:
        return value if isinstance(value, str | None) else json.dumps(value, ensure_ascii=False)
    return {asked.within[-1]: value}


def _next(url: str, options: Options) -> str:
    said = {**options.said, "$skip": str(options.skip + options.page), "$top": str(options.page)}
    query = "&".join(f"{key}={quote(value, safe='$(),;/:@!*')}" for key, value in said.items())
    return f"{url}?{query}"
