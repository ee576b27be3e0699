"""The eight entities of the Sensing part (OGC 18-088, clause 8): properties and links."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "object", "any", "instant", "span", "result"]


@dataclass(frozen=True, slots=True)
class Property:
    """A property: what values it takes, and whether it must be there."""

    name: str
    kind: Kind = "text"
    required: bool = False
    derived: bool = False  # from the observations: who writes it is not heard

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that hold it."""
        if self.kind == "span":
            return f"{self.name}_start", f"{self.name}_end"
        return ("result", "result_kind") if self.kind == "result" else (self.name,)


@dataclass(frozen=True, slots=True)
class Link:
    """A way to other entities: by a column of mine, by one of theirs, or by a table of pairs."""

    name: str
    target: str
    many: bool = False
    required: bool = False
    mine: str = ""
    theirs: str = ""
    pairs: tuple[str, str, str] | None = None  # table, column of mine, column of theirs

    def joins(self, mine: str, theirs: str) -> str:
        """Return in SQL when a row of one alias is linked with a row of the other."""
        if self.mine:
            return f"{theirs}.id = {mine}.{self.mine}"
        if self.theirs:
            return f"{theirs}.{self.theirs} = {mine}.id"
        assert self.pairs
        table, own, other = self.pairs
        return f"{theirs}.id IN (SELECT {other} FROM {table} WHERE {own} = {mine}.id)"


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of entity: its set in addresses, its table, what it has."""

    name: str
    plural: str
    table: str
    properties: tuple[Property, ...]
    links: tuple[Link, ...]

    def link(self, name: str) -> Link | None:
        """Return the link of a name."""
        return next((link for link in self.links if link.name == name), None)

    def property(self, name: str) -> Property | None:
        """Return the property of a name."""
        return next((prop for prop in self.properties if prop.name == name), None)


_NAME = Property("name", required=True)
_DESCRIPTION = Property("description", required=True)
_PROPERTIES = Property("properties", "object")
_ENCODING = Property("encodingType", required=True)

_STANDS = ("things_locations", "thing", "location")
_STOOD = ("historical_locations_locations", "historical_location", "location")


def _turned(pairs: tuple[str, str, str]) -> tuple[str, str, str]:
    table, own, other = pairs
    return table, other, own


_THING = Entity(
    "Thing",
    "Things",
    "things",
    (_NAME, _DESCRIPTION, _PROPERTIES),
    (
        Link("Locations", "Location", many=True, pairs=_STANDS),
        Link("HistoricalLocations", "HistoricalLocation", many=True, theirs="thing"),
        Link("Datastreams", "Datastream", many=True, theirs="thing"),
    ),
)
_LOCATION = Entity(
    "Location",
    "Locations",
    "locations",
    (_NAME, _DESCRIPTION, _ENCODING, Property("location", "any", required=True), _PROPERTIES),
    (
        Link("Things", "Thing", many=True, pairs=_turned(_STANDS)),
        Link("HistoricalLocations", "HistoricalLocation", many=True, pairs=_turned(_STOOD)),
    ),
)
_HISTORICAL_LOCATION = Entity(
    "HistoricalLocation",
    "HistoricalLocations",
    "historical_locations",
    (Property("time", "instant", required=True),),
    (
        Link("Thing", "Thing", required=True, mine="thing"),
        Link("Locations", "Location", many=True, required=True, pairs=_STOOD),
    ),
)
_DATASTREAM = Entity(
    "Datastream",
    "Datastreams",
    "datastreams",
    (
        _NAME,
        _DESCRIPTION,
        Property("observationType", required=True),
        Property("unitOfMeasurement", "object", required=True),
        Property("observedArea", "object"),
        Property("phenomenonTime", "span", derived=True),
        Property("resultTime", "span", derived=True),
        _PROPERTIES,
    ),
    (
        Link("Thing", "Thing", required=True, mine="thing"),
        Link("Sensor", "Sensor", required=True, mine="sensor"),
        Link("ObservedProperty", "ObservedProperty", required=True, mine="observed_property"),
        Link("Observations", "Observation", many=True, theirs="datastream"),
    ),
)
_SENSOR = Entity(
    "Sensor",
    "Sensors",
    "sensors",
    (_NAME, _DESCRIPTION, _ENCODING, Property("metadata", "any", required=True), _PROPERTIES),
    (Link("Datastreams", "Datastream", many=True, theirs="sensor"),),
)
_OBSERVED_PROPERTY = Entity(
    "ObservedProperty",
    "ObservedProperties",
    "observed_properties",
    (_NAME, Property("definition", required=True), _DESCRIPTION, _PROPERTIES),
    (Link("Datastreams", "Datastream", many=True, theirs="observed_property"),),
)
_OBSERVATION = Entity(
    "Observation",
    "Observations",
    "observations",
    (
        Property("phenomenonTime", "span"),
        Property("result", "result", required=True),
        Property("resultTime", "instant"),
        Property("resultQuality", "any"),
        Property("validTime", "span"),
        Property("parameters", "object"),
    ),
    (
        Link("Datastream", "Datastream", required=True, mine="datastream"),
        Link("FeatureOfInterest", "FeatureOfInterest", mine="feature"),
    ),
)
_FEATURE = Entity(
    "FeatureOfInterest",
    "FeaturesOfInterest",
    "features",
    (_NAME, _DESCRIPTION, _ENCODING, Property("feature", "any", required=True), _PROPERTIES),
    (Link("Observations", "Observation", many=True, theirs="feature"),),
)

ENTITIES: Mapping[str, Entity] = {
    entity.name: entity
    for entity in (
        _THING,
        _LOCATION,
        _HISTORICAL_LOCATION,
        _DATASTREAM,
        _SENSOR,
        _OBSERVED_PROPERTY,
        _OBSERVATION,
        _FEATURE,
    )
}
SETS: Mapping[str, Entity] = {entity.plural: entity for entity in ENTITIES.values()}
