"""What a body may say of a property, as columns keep it; and columns as a body says them."""

import json
import re
from math import isfinite
from sqlite3 import Row
from typing import Any

from skyweft.sensorthings.model.entities import Property
from skyweft.sensorthings.model.times import instant, span, written, written_span
from skyweft.sensorthings.refusing import RefusalError

DEEPEST = 64  # objects and lists in one another
_OF = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_"
MEASUREMENT, COUNT, TRUTH, CATEGORY = (
    _OF + name
    for name in (
        "Measurement",
        "CountObservation",
        "TruthObservation",
        "CategoryObservation",
    )
)
_WHOLE_MAX = 1 << 63
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_WORDS = {"text": "text", "object": "an object"}


def read_json(body: bytes) -> Any:
    """Return what a body says.

    Raises
    ------
    RefusalError
        It is no JSON, is nested too deeply, or holds numbers or characters that JSON has not.
    """
    try:
        found = json.loads(body.decode(), parse_constant=_no_number)
        _refuse_depth(found)
        if b"\\u" in body:
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise RefusalError(400, f"the body is nested more than {DEEPEST} deep", "body") from None
    except ValueError as error:  # of decoding and encoding as well
        raise RefusalError(400, f"the body is no JSON: {error}", "body") from None
    if _NUL.search(body):
        raise RefusalError(400, "the body holds the character U+0000", "body")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _refuse_depth(found: Any) -> None:
    layer = [found]
    for _ in range(DEEPEST + 1):
        containers = [entry for entry in layer if isinstance(entry, dict | list)]
        if not containers:
            return
        layer = [
            below
            for container in containers
            for below in (container.values() if isinstance(container, dict) else container)
            if isinstance(below, dict | list)
        ]
    raise RecursionError


def kept(prop: Property, value: Any, where: str) -> tuple[Any, ...]:
    """Return a property's value as its columns keep it.

    Raises
    ------
    RefusalError
        It is none that the property can take.
    """
    if value is None and prop.kind != "result":
        if prop.required:
            raise RefusalError(400, f"{prop.name} must not be null", where)
        return (None,) * len(prop.columns)
    if prop.kind == "text" and isinstance(value, str):
        return (value,)
    if prop.kind == "any" or (prop.kind == "object" and isinstance(value, dict)):
        return (dumped(value, where),)
    if prop.kind == "result":
        return result_kept(value, where)
    if prop.kind in ("instant", "span") and isinstance(value, str):
        try:
            return (instant(value),) if prop.kind == "instant" else tuple(span(value))
        except (ValueError, OverflowError) as error:
            raise RefusalError(400, str(error), where) from None
    allowed = _WORDS.get(prop.kind, "a time of ISO 8601 as text")
    raise RefusalError(400, f"{prop.name} is {allowed}, not {_kind(value)}", where)


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return "null" if value is None else kinds.get(type(value), "a number")


def dumped(value: Any, where: str) -> str:
    """Return a value as JSON of one form."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise RefusalError(400, "a number beyond those of 64 bits", where) from None


def result_kept(value: Any, where: str) -> tuple[Any, str]:
    """Return a result and its kind: number, text, boolean or else JSON."""
    if isinstance(value, bool):
        return int(value), "b"
    if isinstance(value, str):
        return value, "s"
    if isinstance(value, int | float):
        if not (isfinite(value) if isinstance(value, float) else abs(value) < _WHOLE_MAX):
            raise RefusalError(400, "a number beyond those of 64 bits", where)
        return value, "n"
    return dumped(value, where), "j"


def refuse_unfit(observation_type: str, value: Any, where: str) -> None:
    """Refuse a result that is not of its datastream's type; null says that there is none."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits, allowed = {
        MEASUREMENT: (number, "a number"),
        COUNT: (number and value == int(value) if _whole(value) else False, "a whole number"),
        TRUTH: (isinstance(value, bool), "true or false"),
        CATEGORY: (isinstance(value, str), "text"),
    }.get(observation_type, (True, ""))
    if value is not None and not fits:
        kind = observation_type.rpartition("_")[2]
        raise RefusalError(400, f"the result of a {kind} is {allowed}, not {_kind(value)}", where)


def _whole(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value)


def shown(prop: Property, row: Row) -> Any:
    """Return a property of a row as a body says it; None where it has none."""
    first, *rest = (row[column] for column in prop.columns)
    if prop.kind == "result":
        return result_shown(first, rest[0])
    if first is None or prop.kind == "text":
        return first
    if prop.kind == "instant":
        return written(first)
    return written_span(first, rest[0]) if prop.kind == "span" else json.loads(first)


def result_shown(result: Any, kind: str) -> Any:
    """Return a result as a body says it."""
    if kind == "b":
        return bool(result)
    return json.loads(result) if kind == "j" else result
