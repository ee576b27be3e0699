"""Properties as terms of SQL: what is compared and ordered by."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from skyweft.sensorthings.model.entities import ENTITIES, Entity, Property
from skyweft.sensorthings.refusing import RefusalError

Kind = Literal["number", "text", "truth", "time", "duration", "geometry", "any", "null"]
_NAME = re.compile(r"[\w@.:\-]+")

DERIVED = {
    "phenomenonTime": (
        "(SELECT min(phenomenonTime_start) FROM observations WHERE datastream = {0}.id)",
        "(SELECT max(ifnull(phenomenonTime_end, phenomenonTime_start)) FROM observations "
        "WHERE datastream = {0}.id)",
    ),
    "resultTime": (
        "(SELECT min(resultTime) FROM observations WHERE datastream = {0}.id)",
        "(SELECT max(resultTime) FROM observations WHERE datastream = {0}.id)",
    ),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A value in SQL.

    A time has two: its first microsecond and the one after its last. What may be of any kind has
    three, the value as a number, text and truth, at most one of which is not null.
    """

    kind: Kind
    sql: tuple[str, ...]

    @property
    def only(self) -> str:
        """Return the value of what has one."""
        (found,) = self.sql
        return found


@dataclass
class Terms:
    """Writes terms on the rows of one entity, whose alias is `t`; values are bound, never written.

    Parameters
    ----------
    entity : Entity
        Whose rows.
    values : dict
        Gets what is bound, by name.
    """

    entity: Entity
    values: dict[str, Any]
    _joined: dict[tuple[str, ...], str] = field(default_factory=dict)
    _joins: list[str] = field(default_factory=list)

    def bind(self, value: Any) -> str:
        """Return how a value is called in SQL."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def exists(self, condition: str) -> str:
        """Return a condition that holds where it does for any of the rows it is linked with."""
        return f"EXISTS (SELECT 1 {self._linked} WHERE {condition})" if self._joins else condition

    def first(self, sql: str) -> str:
        """Return a value of the first of the rows it is linked with."""
        return f"(SELECT {sql} {self._linked} LIMIT 1)" if self._joins else sql

    @property
    def _linked(self) -> str:
        return f"FROM (SELECT 1) {' '.join(self._joins)}"

    def property(self, path: str, key: str) -> Term:
        """Return the term of a property, by a path over links and into objects.

        Raises
        ------
        RefusalError
            There is none.
        """
        names = path.split("/")
        entity, alias = self.entity, "t"
        over: tuple[str, ...] = ()
        while len(names) > 1 and (link := entity.link(names[0])):
            over = (*over, names.pop(0))
            entity = ENTITIES[link.target]
            if over not in self._joined:
                self._joined[over] = f"j{len(self._joins)}"
                joins = link.joins(alias, self._joined[over])
                self._joins.append(f"LEFT JOIN {entity.table} {self._joined[over]} ON {joins}")
            alias = self._joined[over]
        first, *within = names
        if first in ("id", "@iot.id") and not within:
            return Term("number", (f"{alias}.id",))
        prop = entity.property(first)
        if prop is None or not all(map(_NAME.fullmatch, within)):
            raise RefusalError(400, f"a {entity.name} has no {'/'.join(names)!r}", key)
        return self._of(prop, alias, within, key)

    def _of(self, prop: Property, alias: str, within: list[str], key: str) -> Term:
        if within and prop.kind not in ("object", "any", "result"):
            raise RefusalError(400, f"{prop.name} has no {'/'.join(within)!r} in it", key)
        if prop.derived:
            start, end = (column.format(alias) for column in DERIVED[prop.name])
            return Term("time", (start, f"max({end}, {start} + 1)"))
        columns = [f"{alias}.{column}" for column in prop.columns]
        if prop.kind == "text":
            return Term("text", (columns[0],))
        if prop.kind == "instant":
            return Term("time", (columns[0], f"({columns[0]} + 1)"))
        if prop.kind == "span":
            start, end = columns
            return Term("time", (start, f"ifnull(nullif({end}, {start}), {start} + 1)"))
        if prop.kind == "result" and not within:
            return _by_kind(columns[1], columns[0], ("'n'", "'s'", "'b'"))
        if prop.name in ("location", "feature", "observedArea") and not within:
            return Term("geometry", (columns[0],))
        return self._member(columns, within)

    def _member(self, columns: list[str], within: list[str]) -> Term:
        """Return what stands at a place of JSON, by its type there."""
        source = columns[0]
        if len(columns) > 1:  # a result, which is JSON where its kind says so
            source = f"(CASE WHEN {columns[1]} = 'j' THEN {columns[0]} END)"
        steps = (f"[{step}]" if step.isdecimal() else f'."{step}"' for step in within)
        place = self.bind("$" + "".join(steps))
        kind, value = f"json_type({source}, {place})", f"json_extract({source}, {place})"
        return _by_kind(kind, value, ("'integer','real'", "'text'", "'true','false'"))


def _by_kind(kind: str, value: str, kinds: tuple[str, str, str]) -> Term:
    number, text, truth = (
        f"(CASE WHEN {kind} IN ({kinds_in}) THEN {value} END)" for kinds_in in kinds
    )
    return Term("any", (number, text, truth))
