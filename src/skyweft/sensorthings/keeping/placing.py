"""Where things are, and were: what moves them, and what follows for features of interest."""

from collections.abc import Mapping, Sequence
from sqlite3 import Connection, Row
from typing import Any

from skyweft.sensorthings.model.entities import Entity
from skyweft.sensorthings.model.times import now


class Placing:
    """Keeps locations, historical locations and features of interest in step.

    Parameters
    ----------
    connection : Connection
        That writes.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def after_making(
        self, entity: Entity, number: int, body: Mapping[str, Any], bound: Mapping[str, int]
    ) -> None:
        """Draw the consequences of a new entity."""
        if entity.name == "Thing" and (body.get("Locations") or "Locations" in bound):
            self._remember(number)
        elif entity.name == "Location":
            things = self._connection.execute(
                "SELECT thing FROM things_locations WHERE location = ?", (number,)
            )
            for (thing,) in things.fetchall():
                self.move(thing, [number])
        elif entity.name == "HistoricalLocation":
            self._moved_by(number)

    def after_changing(self, entity: Entity, row: Row, columns: Mapping[str, Any]) -> None:
        """Draw the consequences of a change: another place is another feature of interest."""
        if (
            entity.name == "Location"
            and columns.get("location", row["location"]) != row["location"]
        ):
            self._connection.execute(
                "UPDATE features SET made_from = NULL WHERE made_from = ?", (row["id"],)
            )
        elif entity.name == "HistoricalLocation" and columns:
            self._moved_by(row["id"])

    def move(self, thing: int, locations: Sequence[int]) -> None:
        """Have a thing be at these locations from now on."""
        self._put(thing, locations)
        if locations:
            self._remember(thing)

    def _put(self, thing: int, locations: Sequence[int]) -> None:
        self._connection.execute("DELETE FROM things_locations WHERE thing = ?", (thing,))
        self._connection.executemany(
            "INSERT OR IGNORE INTO things_locations VALUES (?, ?)",
            [(thing, location) for location in locations],
        )

    def _remember(self, thing: int) -> None:
        """Write down where a thing is now."""
        made = self._connection.execute(
            "INSERT INTO historical_locations (time, thing) VALUES (?, ?)", (now(), thing)
        )
        self._connection.execute(
            "INSERT INTO historical_locations_locations "
            "SELECT ?, location FROM things_locations WHERE thing = ?",
            (made.lastrowid, thing),
        )

    def _moved_by(self, number: int) -> None:
        """Put a thing where its latest historical location says; an older one moves nothing."""
        thing, latest = self._connection.execute(
            "SELECT h.thing, NOT EXISTS (SELECT 1 FROM historical_locations o "
            "WHERE o.thing = h.thing AND o.id <> h.id AND o.time >= h.time) "
            "FROM historical_locations h WHERE h.id = ?",
            (number,),
        ).fetchone()
        if latest:
            at = self._connection.execute(
                "SELECT location FROM historical_locations_locations WHERE historical_location = ?",
                (number,),
            )
            self._put(thing, [number for (number,) in at.fetchall()])


def feature_of(connection: Connection, datastream: int) -> int | None:
    """Return the feature of interest that is where a datastream's thing is.

    It is made of the thing's location, GeoJSON where it has that, once; None where the thing is
    nowhere.
    """
    place = connection.execute(
        "SELECT l.*, f.id AS known FROM datastreams d JOIN things_locations p ON p.thing = d.thing "
        "JOIN locations l ON l.id = p.location LEFT JOIN features f ON f.made_from = l.id "
        "WHERE d.id = ? ORDER BY l.encodingType LIKE '%geo+json' DESC, l.id LIMIT 1",
        (datastream,),
    ).fetchone()
    if place is None or place["known"] is not None:
        return place and place["known"]
    return connection.execute(
        "INSERT INTO features (name, description, encodingType, feature, made_from) "
        "VALUES (?, ?, ?, ?, ?)",
        tuple(place[name] for name in ("name", "description", "encodingType", "location", "id")),
    ).lastrowid
