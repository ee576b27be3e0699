"""Keeps observations: a second arrival changes nothing, a correction is a new version.

The key of an observation is its datastream, its phenomenon time, and the whole number `sequence` in
its parameters, 0 where there is none.
"""

import json
from collections.abc import Callable, Mapping
from sqlite3 import Connection, IntegrityError, Row
from typing import Any

from skyweft.sensorthings.keeping.judging import Judging
from skyweft.sensorthings.keeping.placing import feature_of
from skyweft.sensorthings.model.entities import ENTITIES, Entity
from skyweft.sensorthings.model.times import now
from skyweft.sensorthings.model.values import kept, refuse_unfit, result_shown
from skyweft.sensorthings.refusing import RefusalError, under

SEQUENCE = "sequence"
_OBSERVATION = ENTITIES["Observation"]
_SAID = (
    "result",
    "result_kind",
    "resultTime",
    "resultQuality",
    "validTime_start",
    "validTime_end",
    "parameters",
)
_KEY = ("phenomenonTime_start", "phenomenonTime_end", "sequence")
_JSON = ("resultQuality", "parameters")

MadeOrBound = Callable[[Entity, Any, str, Mapping[str, int]], int]


class Observing:
    """Keeps observations within one transaction.

    Parameters
    ----------
    connection : Connection
        That writes.
    made_or_bound : callable
        Returns the id of what a link leads to, making it where it is not there.
    judging : Judging
        Gives them their flags.
    """

    def __init__(
        self, connection: Connection, made_or_bound: MadeOrBound, judging: Judging
    ) -> None:
        self._connection = connection
        self._made_or_bound = made_or_bound
        self._judging = judging
        self._types: dict[int, str] = {}
        self._features: dict[int, int | None] = {}

    def observe(
        self, body: Mapping[str, Any], where: str, bound: Mapping[str, int]
    ) -> tuple[int, bool]:
        """Keep an observation; return its id, and whether it says anything new."""
        said: dict[str, Any] = dict.fromkeys((*_SAID, "phenomenonTime_start", "phenomenonTime_end"))
        for prop in _OBSERVATION.properties:
            if prop.name in body:
                values = kept(prop, body[prop.name], under(where, prop.name))
                said |= zip(prop.columns, values, strict=True)
            elif prop.required:
                raise RefusalError(
                    400, f"an Observation needs a {prop.name}", under(where, prop.name)
                )
        datastream = self._linked("Datastream", body, where, bound)
        if datastream is None:
            words = "an Observation needs a Datastream"
            raise RefusalError(400, words, under(where, "Datastream"))
        refuse_unfit(self._type(datastream), body["result"], under(where, "result"))
        said["sequence"] = _sequence(body.get("parameters"))
        if said["phenomenonTime_start"] is None:
            said["phenomenonTime_start"] = self._free_moment(datastream, said["sequence"])
        before = self._before(datastream, said)
        said = self._judging.left_to_us(datastream, said, before)
        if before is None:
            feature = self._feature(datastream, body, where, bound)
            number = self._append({**said, "datastream": datastream, "feature": feature})
            self._judging.around(datastream, said["phenomenonTime_start"])
            return number, True
        if body.get("FeatureOfInterest") or "FeatureOfInterest" in bound:
            given = body.get("FeatureOfInterest")
            if (
                not (given and isinstance(given, dict))
                or "@iot.id" in given
                or not _same(before, said)
            ):
                said["feature"] = self._feature(datastream, body, where, bound)
        return before["id"], self.correct(before, said)

    def correct(self, before: Row, changes: Mapping[str, Any]) -> bool:
        """Have an observation say something else from now on; return whether that is new."""
        changes = self._judging.left_to_us(before["datastream"], changes, before)
        if _same(before, changes):
            return False
        if "parameters" in changes:
            changes["sequence"] = _sequence(json.loads(changes["parameters"] or "null"))
        after = {**dict(before), **changes}
        kind = self._type(after["datastream"])
        refuse_unfit(kind, result_shown(after["result"], after["result_kind"]), "result")
        if after["phenomenonTime_start"] is None:
            raise RefusalError(400, "an Observation needs a phenomenonTime", "phenomenonTime")
        document = json.dumps({name: before[name] for name in before.keys()})  # noqa: SIM118
        self._connection.execute(
            "INSERT INTO corrected VALUES (?, ?, ?, ?)",
            (before["id"], before["version"], document, before["received"]),
        )
        changes |= {"version": before["version"] + 1, "received": now()}
        names = ", ".join(f"{name} = ?" for name in changes)
        try:
            sql = f"UPDATE observations SET {names} WHERE id = ?"
            self._connection.execute(sql, (*changes.values(), before["id"]))
        except IntegrityError:
            words = "there is another Observation of this Datastream, phenomenonTime and sequence"
            raise RefusalError(409, words, "phenomenonTime") from None
        for row in (before, after):
            self._judging.around(row["datastream"], row["phenomenonTime_start"])
        return True

    def _append(self, columns: dict[str, Any]) -> int:
        columns["received"] = now()
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO observations ({', '.join(columns)}) VALUES ({marks})"
        number = self._connection.execute(sql, tuple(columns.values())).lastrowid
        assert number is not None
        return number

    def _before(self, datastream: int, said: Mapping[str, Any]) -> Any:
        return self._connection.execute(
            "SELECT * FROM observations WHERE datastream = ? AND phenomenonTime_start = ? "
            "AND ifnull(phenomenonTime_end, -9223372036854775807) "
            "= ifnull(?, -9223372036854775807) AND sequence = ?",
            (datastream, *(said[name] for name in _KEY)),
        ).fetchone()

    def _free_moment(self, datastream: int, sequence: int) -> int:
        """Return now, or the first microsecond after it that no other observation has."""
        moment_us = now()
        while self._before(datastream, dict(zip(_KEY, (moment_us, None, sequence), strict=True))):
            moment_us += 1
        return moment_us

    def _linked(
        self, name: str, body: Mapping[str, Any], where: str, bound: Mapping[str, int]
    ) -> int | None:
        if name in bound:
            return bound[name]
        if body.get(name) is None:
            return None
        return self._made_or_bound(ENTITIES[name], body[name], under(where, name), {})

    def _feature(
        self, datastream: int, body: Mapping[str, Any], where: str, bound: Mapping[str, int]
    ) -> int:
        found = self._linked("FeatureOfInterest", body, where, bound)
        if found is None:
            if datastream not in self._features:
                self._features[datastream] = feature_of(self._connection, datastream)
            found = self._features[datastream]
        if found is None:
            words = "the Thing is at no Location: an Observation needs a FeatureOfInterest"
            raise RefusalError(400, words, under(where, "FeatureOfInterest"))
        return found

    def _type(self, datastream: int) -> str:
        if datastream not in self._types:
            (self._types[datastream],) = self._connection.execute(
                "SELECT observationType FROM datastreams WHERE id = ?", (datastream,)
            ).fetchone()
        return self._types[datastream]


def _sequence(parameters: Any) -> int:
    given = parameters.get(SEQUENCE) if isinstance(parameters, dict) else None
    whole = isinstance(given, int) and not isinstance(given, bool) and abs(given) < 1 << 62
    return given if whole else 0  # type: ignore[return-value]


def _same(before: Row, changes: Mapping[str, Any]) -> bool:
    """Whether changes change nothing; objects are alike whatever the order of their names."""
    return all(
        value == before[name]
        or (
            name in _JSON
            and value
            and before[name]
            and json.loads(value) == json.loads(before[name])
        )
        for name, value in changes.items()
    )
