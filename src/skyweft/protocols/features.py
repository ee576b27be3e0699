"""Places, lines and areas on the map as GeoJSON and KML.

References
----------
RFC 7946, "The GeoJSON Format", 2016; OGC 12-007r2, "KML 2.3", 2015.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from xml.etree import ElementTree as ET

Coordinate = tuple[float, ...]
"""Longitude and latitude in degrees, east and north, and perhaps altitude in metres."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on the map.

    `parts` is one list of a single coordinate for a point, lists of coordinates for lines, closed
    rings (counter-clockwise) for areas: more than one where the date line cuts it.
    """

    name: str
    kind: Literal["point", "line", "area"]
    parts: Sequence[Sequence[Coordinate]]
    properties: dict[str, Any] = field(default_factory=dict)


def geojson(features: Sequence[Feature]) -> str:
    """Return features as one GeoJSON collection."""
    listed = [
        {
            "type": "Feature",
            "properties": {"name": feature.name, **feature.properties},
            "geometry": _geometry(feature),
        }
        for feature in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": listed}, allow_nan=False) + "\n"


def _geometry(feature: Feature) -> dict[str, Any]:
    parts = [list(map(list, part)) for part in feature.parts]
    if feature.kind == "point":
        return {"type": "Point", "coordinates": parts[0][0]}
    if feature.kind == "line":
        return {"type": "MultiLineString", "coordinates": parts}
    return {"type": "MultiPolygon", "coordinates": [[part] for part in parts]}


def kml(title: str, features: Sequence[Feature]) -> str:
    """Return features as one KML document, a folder a `group` among their properties."""
    root = ET.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = title
    folders: dict[str, ET.Element] = {}
    for feature in features:
        group = str(feature.properties.get("group", ""))
        if group not in folders:
            folders[group] = ET.SubElement(document, "Folder")
            ET.SubElement(folders[group], "name").text = group
        _placemark(folders[group], feature)
    return ET.tostring(root, "unicode", xml_declaration=True) + "\n"


def _placemark(folder: ET.Element, feature: Feature) -> None:
    mark = ET.SubElement(folder, "Placemark")
    ET.SubElement(mark, "name").text = feature.name
    data = ET.SubElement(mark, "ExtendedData")
    for key, value in feature.properties.items():
        ET.SubElement(ET.SubElement(data, "Data", name=key), "value").text = str(value)
    home = mark if len(feature.parts) == 1 else ET.SubElement(mark, "MultiGeometry")
    for part in feature.parts:
        text = " ".join(_written(part))
        if feature.kind == "area":
            border = ET.SubElement(ET.SubElement(home, "Polygon"), "outerBoundaryIs")
            ET.SubElement(ET.SubElement(border, "LinearRing"), "coordinates").text = text
        else:
            shape = ET.SubElement(home, "Point" if feature.kind == "point" else "LineString")
            # Clamped to the ground unless a height is there to stand at.
            if len(part[0]) > 2:
                ET.SubElement(shape, "altitudeMode").text = "absolute"
            ET.SubElement(shape, "coordinates").text = text


def _written(part: Sequence[Coordinate]) -> Iterator[str]:
    return (",".join(f"{coordinate:.9g}" for coordinate in place) for place in part)
