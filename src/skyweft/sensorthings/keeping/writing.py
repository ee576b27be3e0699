"""Makes, changes and deletes entities (OGC 18-088, clause 10)."""

import json
from collections.abc import Mapping
from sqlite3 import Connection, Row
from typing import Any

from skyweft.sensorthings.keeping.judging import Judging, refuse_unfit_tests
from skyweft.sensorthings.keeping.observing import Observing
from skyweft.sensorthings.keeping.placing import Placing
from skyweft.sensorthings.model.entities import ENTITIES, Entity, Link, Property
from skyweft.sensorthings.model.values import kept
from skyweft.sensorthings.refusing import RefusalError, under

Bound = Mapping[str, int]  # ids by the link's name


class Writer:
    """Changes the store within one transaction.

    Parameters
    ----------
    connection : Connection
        That writes.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._placing = Placing(connection)
        self._judging = Judging(connection)
        self._observing = Observing(connection, self._made_or_bound, self._judging)

    def create(self, entity: Entity, body: Any, where: str = "", bound: Bound | None = None) -> int:
        """Make an entity with all that stands within it; return its id.

        Parameters
        ----------
        entity : Entity
            Of what kind.
        body : Any
            Its properties; its links as `{"@iot.id": ...}` or as entities to make with it.
        where : str
            The body's place, for complaints.
        bound : mapping of str to int
            Links that are known beforehand.

        Raises
        ------
        RefusalError
            Something is missing, unknown, or not of its kind.
        """
        bound = bound or {}
        if entity.name == "Observation":
            return self.observe(body, where, bound)[0]
        _refuse_not_new(entity, body, where, bound)
        columns = _columns(entity, body, where)
        if entity.name == "Datastream":
            refuse_unfit_tests(columns)
        for link in entity.links:
            if link.mine:
                columns[link.mine] = self._one(entity, link, body, where, bound)
            elif link.required and not (link.name in bound or body.get(link.name)):
                raise RefusalError(
                    400, f"a {entity.name} needs {link.name}", under(where, link.name)
                )
        number = self._insert(entity, columns)
        for link in entity.links:
            if link.many:
                self._link_many(entity, number, link, body, where, bound)
        self._placing.after_making(entity, number, body, bound)
        return number

    def observe(self, body: Any, where: str, bound: Bound) -> tuple[int, bool]:
        """Keep an observation; return its id, and whether anything is new."""
        _refuse_not_new(ENTITIES["Observation"], body, where, bound)
        return self._observing.observe(body, where, bound)

    def update(self, entity: Entity, row: Row, body: Any, *, whole: bool = False) -> None:
        """Change an entity: what the body names, or all of it.

        Parameters
        ----------
        entity : Entity
            Of what kind.
        row : Row
            As it is.
        body : Any
            Properties, and links as `{"@iot.id": ...}`.
        whole : bool
            Whether what the body does not name goes.

        Raises
        ------
        RefusalError
            As in making one; or the body holds entities.
        """
        _refuse_unknown(entity, body, "")
        if body.get("@iot.id", row["id"]) != row["id"]:
            raise RefusalError(400, "an entity keeps its id", "@iot.id")
        columns = _columns(entity, body, "", whole=whole, partly=not whole)
        for link in entity.links:
            if link.name not in body:
                continue
            if link.many and (entity.name, link.name) != ("Thing", "Locations"):
                raise RefusalError(400, f"{link.name} are linked from their side", link.name)
            ids = _ids(body[link.name], link)
            for number in ids:
                self.require(ENTITIES[link.target], number, link.name)
            if link.mine:
                columns[link.mine] = ids[0]
            else:
                self._placing.move(row["id"], ids)
        if entity.name == "Observation":
            self._observing.correct(row, columns)
        elif columns:
            names = ", ".join(f"{name} = ?" for name in columns)
            sql = f"UPDATE {entity.table} SET {names} WHERE id = ?"
            self._connection.execute(sql, (*columns.values(), row["id"]))
        if entity.name == "Datastream" and columns:
            refuse_unfit_tests({**dict(row), **columns})
            if columns.get("properties", row["properties"]) != row["properties"]:
                self._judging.all_of(row["id"])
        self._placing.after_changing(entity, row, columns)

    def delete(self, entity: Entity, number: int) -> None:
        """Delete an entity with all that cannot be without it."""
        if entity.name == "Location":
            self._connection.execute(
                "DELETE FROM historical_locations WHERE id IN (SELECT historical_location "
                "FROM historical_locations_locations WHERE location = ?)",
                (number,),
            )
        gone = self._moments(entity, number)
        self._connection.execute(f"DELETE FROM {entity.table} WHERE id = ?", (number,))
        for datastream, time_us in gone:
            self._judging.around(datastream, time_us)

    def _moments(self, entity: Entity, number: int) -> list[Row]:
        """Return datastream and moment of the observations that go with an entity of theirs."""
        column = {"Observation": "id", "FeatureOfInterest": "feature"}.get(entity.name)
        if column is None:
            return []
        sql = f"SELECT datastream, phenomenonTime_start FROM observations WHERE {column} = ?"
        return self._connection.execute(sql, (number,)).fetchall()

    def require(self, target: Entity, number: Any, where: str) -> None:
        """Refuse the id of an entity that is not there."""
        whole = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 1 << 63
        sql = f"SELECT 1 FROM {target.table} WHERE id = ?"
        if not (whole and self._connection.execute(sql, (number,)).fetchone()):
            raise RefusalError(400, f"there is no {target.name} {json.dumps(number)[:40]}", where)

    def _insert(self, entity: Entity, columns: Mapping[str, Any]) -> int:
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {entity.table} ({', '.join(columns)}) VALUES ({marks})"
        number = self._connection.execute(sql, tuple(columns.values())).lastrowid
        assert number is not None
        return number

    def _one(
        self, entity: Entity, link: Link, body: Mapping[str, Any], where: str, bound: Bound
    ) -> int:
        """Return the id of the one that an entity is linked with, which may be made for it."""
        if link.name in bound:
            return bound[link.name]
        place = under(where, link.name)
        if body.get(link.name) is None:
            raise RefusalError(400, f"a {entity.name} needs a {link.name}", place)
        return self._made_or_bound(ENTITIES[link.target], body[link.name], place, {})

    def _made_or_bound(self, target: Entity, given: Any, where: str, bound: Bound) -> int:
        if isinstance(given, dict) and "@iot.id" in given:
            # Clients send the whole entity that they have: its id says which it is.
            _refuse_unknown(target, given, where)
            self.require(target, given["@iot.id"], where)
            return int(given["@iot.id"])
        return self.create(target, given, where, bound)

    def _link_many(
        self,
        entity: Entity,
        number: int,
        link: Link,
        body: Mapping[str, Any],
        where: str,
        bound: Bound,
    ) -> None:
        """Link a new entity with those that its body has for it, and the one it is bound to."""
        target = ENTITIES[link.target]
        place = under(where, link.name)
        given = body.get(link.name, [])
        if not isinstance(given, list):
            raise RefusalError(400, f"{link.name} is a list", place)
        ids = [bound[link.name]] if link.name in bound else []
        for row, item in enumerate(given):
            spot = under(place, row)
            if link.theirs:
                self._take_or_make(entity, number, link, item, spot)
                continue
            # Who is made with this one on both sides would wait for it for ever.
            ids.append(self._made_or_bound(target, item, spot, _back(entity, target, number)))
        if link.pairs:
            table, mine, theirs = link.pairs
            sql = f"INSERT OR IGNORE INTO {table} ({mine}, {theirs}) VALUES (?, ?)"
            self._connection.executemany(sql, [(number, theirs) for theirs in ids])

    def _take_or_make(
        self, entity: Entity, number: int, link: Link, given: Any, where: str
    ) -> None:
        """Make one that leads back to a new entity, or have one that is there lead to it."""
        target = ENTITIES[link.target]
        back = next(back_link for back_link in target.links if back_link.mine == link.theirs)
        if isinstance(given, dict) and "@iot.id" in given:
            taken = self._made_or_bound(target, given, where, {})
            sql = f"UPDATE {target.table} SET {back.mine} = ? WHERE id = ?"
            self._connection.execute(sql, (number, taken))
        else:
            self.create(target, given, where, {back.name: number})


def _back(entity: Entity, target: Entity, number: int) -> Bound:
    """Return how a new target is bound to a new entity, where it must be."""
    return {
        link.name: number for link in target.links if link.required and link.target == entity.name
    }


def _refuse_not_new(entity: Entity, body: Any, where: str, bound: Bound) -> None:
    _refuse_unknown(entity, body, where)
    if "@iot.id" in body:
        raise RefusalError(400, "ids are given by the server", under(where, "@iot.id"))
    for name in bound.keys() & body.keys():
        raise RefusalError(400, f"{name} follows from where this stands", under(where, name))


def _refuse_unknown(entity: Entity, body: Any, where: str) -> None:
    if not isinstance(body, dict):
        raise RefusalError(400, f"a {entity.name} is an object", where or "body")
    for name in body:
        if not (entity.property(name) or entity.link(name) or "@iot." in name):
            raise RefusalError(
                400, f"a {entity.name} has no {name[:100]!r}", under(where, name[:100])
            )


def _columns(
    entity: Entity,
    body: Mapping[str, Any],
    where: str,
    *,
    whole: bool = False,
    partly: bool = False,
) -> dict[str, Any]:
    """Return the columns that a body fills; all of them where it stands for the whole."""
    found: dict[str, Any] = {}
    for prop in entity.properties:
        if prop.derived:
            continue
        if prop.name in body:
            values = kept(prop, body[prop.name], under(where, prop.name))
        elif prop.required and not partly:
            raise RefusalError(400, f"a {entity.name} needs a {prop.name}", under(where, prop.name))
        elif whole:
            values = _nothing(prop)
        else:
            continue
        found |= zip(prop.columns, values, strict=True)
    return found


def _nothing(prop: Property) -> tuple[None, ...]:
    return (None,) * len(prop.columns)


def _ids(given: Any, link: Link) -> list[int]:
    """Return the ids that a change links with."""
    several = given if link.many else [given]
    if not isinstance(several, list) or not all(
        isinstance(body, dict) and list(body) == ["@iot.id"] for body in several
    ):
        words = 'a change links with those that are there: {"@iot.id": ...}'
        raise RefusalError(400, words, link.name)
    return [body["@iot.id"] for body in several]
