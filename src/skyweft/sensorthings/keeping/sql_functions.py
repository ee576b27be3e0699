"""What SQLite cannot compute as OData says; null where there is no answer."""

import math
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, wraps
from sqlite3 import Connection
from typing import Any

from skyweft.sensorthings.model.times import EPOCH, instant

RELATIONS = (
    "equals",
    "disjoint",
    "touches",
    "within",
    "overlaps",
    "crosses",
    "intersects",
    "contains",
)


def register(connection: Connection) -> None:
    """Give a connection the functions."""
    for name, (count, function) in _FUNCTIONS.items():
        connection.create_function(name, count, _total(function), deterministic=True)


def _total(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that answers null to what it cannot take."""

    @wraps(function)
    def answer(*values: Any) -> Any:
        if None in values:
            return None
        try:
            return function(*values)
        except (TypeError, ValueError, OverflowError, AttributeError):
            return None

    return answer


def _rounded(value: float) -> float:
    """Return the nearest whole number; halves go away from zero."""
    if isinstance(value, int):
        return value
    whole = math.trunc(value)
    return whole + int(math.copysign(1, value)) * (abs(value - whole) >= 0.5)


def _remainder(one: float, other: float) -> float:
    """Return what a division leaves, with the sign of what was divided."""
    if isinstance(one, int) and isinstance(other, int):
        return int(math.copysign(1, one)) * (abs(one) % abs(other)) if other else None  # type: ignore[return-value]
    return math.fmod(one, other)


def _substring(text: str, first: int, length: int) -> str | None:
    if first < 0:
        return None
    return text[first:] if length < 0 else text[first : first + length]


def _part(name: str, moment_us: int) -> Any:
    moment = EPOCH + timedelta(microseconds=moment_us)
    if name == "date":
        return moment.date().isoformat()
    if name == "time":
        return moment.time().isoformat("microseconds")
    if name == "fractionalseconds":
        return moment.microsecond / 1e6
    return getattr(moment, name)


@lru_cache(4_096)
def _shape(text: str) -> Any:
    """Return a geometry of GeoJSON or well-known text."""
    import shapely

    try:
        geometric = text.lstrip().startswith("{")
        return shapely.from_geojson(text) if geometric else shapely.from_wkt(text)
    except shapely.errors.GEOSException:
        return None


def _related(name: str, one: str, other: str) -> int | None:
    shapes = _shape(one), _shape(other)
    return None if None in shapes else int(getattr(shapes[0], name)(shapes[1]))


_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "sta_round": (1, _rounded),
    "sta_floor": (1, math.floor),
    "sta_ceiling": (1, math.ceil),
    "sta_remainder": (2, _remainder),
    "sta_lower": (1, str.lower),
    "sta_upper": (1, str.upper),
    "sta_trim": (1, str.strip),
    "sta_substring": (3, _substring),
    "sta_startswith": (2, lambda text, part: int(text.startswith(part))),
    "sta_endswith": (2, lambda text, part: int(text.endswith(part))),
    "sta_indexof": (2, lambda text, part: text.find(part)),
    "sta_length": (1, len),
    "sta_part": (2, _part),
    "sta_instant": (1, instant),
    "sta_related": (3, _related),
}
