"""Loads what the devices of a finished run have observed, as it arrived."""

from collections.abc import Mapping
from itertools import groupby
from sqlite3 import Connection
from typing import Any

from skyweft.errors import ScenarioError
from skyweft.observations.sensors.model import Observations
from skyweft.results import Run
from skyweft.sensorthings.keeping.store import Store
from skyweft.sensorthings.keeping.writing import Writer
from skyweft.sensorthings.model.entities import ENTITIES
from skyweft.sensorthings.model.times import EPOCH, written
from skyweft.sensorthings.model.values import MEASUREMENT

_MICROSECONDS = 1_000_000
_GEOJSON = "application/geo+json"


def load(store: Store, run: Run) -> int:
    """Load a run; return how many observations were new.

    Every device becomes a Thing at its Location, every one of its datastreams a Datastream. What
    was loaded before is neither made again nor doubled.

    Raises
    ------
    ScenarioError
        The run has no observations.
    """
    if not run.holds("observations"):
        raise ScenarioError(f"{run.folder}: the scenario of this run has no [[observations]]")
    who = {platform["name"]: platform for platform in run.table("platforms").to_pylist()}
    with store.writing() as connection:
        loading = _Loading(connection, run)
        streams = groupby(run.observations.to_pylist(), lambda row: (row["rule"], row["platform"]))
        return sum(loading.stream(list(rows), who) for _, rows in streams)


class _Loading:
    """One run on its way into the store."""

    def __init__(self, connection: Connection, run: Run) -> None:
        self._connection = connection
        self._writer = Writer(connection)
        self._name = str(run.manifest["name"])
        self._rules = run.scenario.rules(Observations)
        self._start_us = (run.scenario.start - EPOCH).total_seconds() * _MICROSECONDS

    def stream(self, rows: list[dict[str, Any]], who: Mapping[str, Mapping[str, Any]]) -> int:
        """Load what a device measured of one kind; return how many observations were new."""
        rule = self._rules[rows[0]["rule"]]
        device = who[rows[0]["platform"]]
        thing = self._found("things", device["name"]) or self._thing(device)
        datastream = self._found("datastreams", rule.name, thing)
        datastream = datastream or self._datastream(rule, thing)
        return sum(self._observe(row, device, datastream) for row in rows)

    def _found(self, table: str, called: str, thing: int | None = None) -> int | None:
        """Return who was made of this run before."""
        column = "AND thing = :thing" if thing is not None else ""
        row = self._connection.execute(
            f"SELECT id FROM {table} WHERE name = :name {column} "
            "AND json_extract(properties, '$.run') = :run",
            {"name": called, "run": self._name, "thing": thing},
        ).fetchone()
        return row["id"] if row else None

    def _thing(self, device: Mapping[str, Any]) -> int:
        body: dict[str, Any] = {
            "name": device["name"],
            "description": f"one of {device['group']} in the simulated run {self._name}",
            "properties": {"run": self._name, "group": device["group"], "layer": device["layer"]},
        }
        if device["latitude_deg"] is not None:
            axes = ("longitude_deg", "latitude_deg", "altitude_m")
            body["Locations"] = [
                {
                    "name": device["name"],
                    "description": f"where {device['name']} stands",
                    "encodingType": _GEOJSON,
                    "location": {"type": "Point", "coordinates": [device[axis] for axis in axes]},
                }
            ]
        return self._writer.create(ENTITIES["Thing"], body)

    def _datastream(self, rule: Observations, thing: int) -> int:
        mine = {"properties": {"run": self._name}}
        body = {
            "name": rule.name,
            "description": f"{rule.measured} of {rule.source}, simulated",
            "observationType": MEASUREMENT,
            "unitOfMeasurement": {
                "name": rule.unit,
                "symbol": rule.unit,
                "definition": "https://ucum.org",
            },
            **mine,
        }
        sensor: dict[str, Any] = {
            "name": f"{rule.source}: {rule.name}",
            "description": "a model of the scenario",
            "encodingType": "application/json",
            "metadata": rule.model_dump(mode="json", include={"value", "encoding"}),
        }
        measured = {
            "name": rule.measured,
            "definition": f"urn:skyweft:{'-'.join(rule.measured.split())}",
            "description": "as the scenario calls it",
        }
        for name, table, other in (
            ("Sensor", "sensors", sensor),
            ("ObservedProperty", "observed_properties", measured),
        ):
            known = self._found(table, other["name"])
            number = known or self._writer.create(ENTITIES[name], {**other, **mine})
            body[name] = {"@iot.id": number}
        return self._writer.create(ENTITIES["Datastream"], body, "", {"Thing": thing})

    def _observe(self, row: Mapping[str, Any], device: Mapping[str, Any], datastream: int) -> bool:
        body = {
            "phenomenonTime": self._moment(row["phenomenon_s"]),
            "resultTime": self._moment(row["result_s"]),
            "result": row["result"],
            "resultQuality": row["quality"],
            "parameters": {
                "sequence": row["sequence_number"],
                "receivedTime": self._moment(row["received_s"]),
            },
        }
        if device["latitude_deg"] is None:
            body["FeatureOfInterest"] = {"@iot.id": self._around(device)}
        _, new = self._writer.observe(body, "", {"Datastream": datastream})
        return new

    def _around(self, device: Mapping[str, Any]) -> int:
        """Return what a device that moves observes: wherever it is at that moment."""
        known = self._found("features", device["name"])
        body = {
            "name": device["name"],
            "description": "where the device is at that moment: see the run's tracks",
            "encodingType": "text/plain",
            "feature": device["name"],
            "properties": {"run": self._name},
        }
        return known or self._writer.create(ENTITIES["FeatureOfInterest"], body)

    def _moment(self, time_s: float) -> str:
        """Return a moment of the run, to the microsecond, which is finer than any of its clocks."""
        return written(round(self._start_us + time_s * _MICROSECONDS))
