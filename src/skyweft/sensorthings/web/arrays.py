"""Observations by the array: `CreateObservations` (OGC 18-088, clause 13)."""

from sqlite3 import Connection
from typing import Any

from skyweft.sensorthings.asking.reading import Reader
from skyweft.sensorthings.keeping.writing import Writer
from skyweft.sensorthings.model.entities import ENTITIES
from skyweft.sensorthings.refusing import RefusalError, under

COMPONENTS = (
    "phenomenonTime",
    "result",
    "resultTime",
    "resultQuality",
    "validTime",
    "parameters",
    "FeatureOfInterest/id",
)
_OBSERVATION = ENTITIES["Observation"]


def create_observations(connection: Connection, reader: Reader, body: Any) -> list[str]:
    """Keep observations; return the address of each, or the word `error` with why.

    Raises
    ------
    RefusalError
        The body is no list of arrays; a row that is wrong does not hinder the others.
    """
    if not isinstance(body, list):
        raise RefusalError(400, "the body is a list, an array of observations a datastream", "body")
    writer, found = Writer(connection), []
    for number, block in enumerate(body):
        place = under("body", number)
        names, rows = _read(block, place)
        datastream = block["Datastream"]["@iot.id"]
        try:
            writer.require(ENTITIES["Datastream"], datastream, under(place, "Datastream"))
        except RefusalError as error:
            found += [_error(error)] * len(rows)
            continue
        for row, values in enumerate(rows):
            spot = under(under(place, "dataArray"), row)
            try:  # what is refused has written nothing
                made, _ = writer.observe(
                    _observation(names, values, spot), spot, {"Datastream": datastream}
                )
                found.append(reader.link(_OBSERVATION, made))
            except RefusalError as error:
                found.append(_error(error))
    return found


def _error(error: RefusalError) -> str:
    return f"error: {error.where}: {error.words}"


def _read(block: Any, where: str) -> tuple[list[str], list[Any]]:
    if not isinstance(block, dict):
        raise RefusalError(400, "an array of observations is an object", where)
    needed = ("Datastream", "components", "dataArray")
    for name in needed:
        if name not in block:
            raise RefusalError(400, f"an array of observations needs {name}", under(where, name))
    for name in block:
        if name not in needed and "@iot." not in name:
            raise RefusalError(400, f"an array of observations has no {name[:100]!r}", where)
    if not (isinstance(block["Datastream"], dict) and list(block["Datastream"]) == ["@iot.id"]):
        words = 'the Datastream is one that is there: {"@iot.id": ...}'
        raise RefusalError(400, words, under(where, "Datastream"))
    names, rows = block["components"], block["dataArray"]
    if not isinstance(names, list) or not all(
        isinstance(name, str) and name in COMPONENTS for name in names
    ):
        words = f"components are names of {', '.join(COMPONENTS)}"
        raise RefusalError(400, words, under(where, "components"))
    if len(set(names)) < len(names):
        raise RefusalError(400, "a component is named twice", under(where, "components"))
    if not isinstance(rows, list):
        raise RefusalError(400, "dataArray is a list of rows", under(where, "dataArray"))
    count = block.get("dataArray@iot.count", len(rows))
    if count != len(rows):
        words = f"{count!r} rows were promised, and there are {len(rows)}"
        raise RefusalError(400, words, under(where, "dataArray@iot.count"))
    return names, rows


def _observation(names: list[str], values: Any, where: str) -> dict[str, Any]:
    if not isinstance(values, list) or len(values) != len(names):
        raise RefusalError(400, f"a row has a value for each of {len(names)} components", where)
    found = dict(zip(names, values, strict=True))
    feature = found.pop("FeatureOfInterest/id", None)
    if feature is not None:
        found["FeatureOfInterest"] = {"@iot.id": feature}
    return found
