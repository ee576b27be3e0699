"""Waypoints, tracks and routes of a GPX file, as it writes them; what they mean is `motion`'s.

References
----------
topografix.com/GPX/1/1: `lat` and `lon` in degrees (WGS84), `ele` in metres, `time` in UTC.
"""

from dataclasses import dataclass
from typing import NamedTuple
from xml.etree import ElementTree as ET

from skyweft.errors import ScenarioError
from skyweft.protocols.markup import parsed, tag


class Point(NamedTuple):
    """A `wpt`, `trkpt` or `rtept`: texts as they stand, None where there are none."""

    place: str  # in the file, such as `wpt 3`
    latitude: str | None
    longitude: str | None
    elevation: str | None
    time: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A `trk` (its segments joined) or a `rte`."""

    place: str
    name: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Gpx:
    """What one file holds."""

    waypoints: tuple[Point, ...]
    lines: tuple[Line, ...]


def read_gpx(text: str, file_name: str, name_element: str = "name") -> Gpx:
    """Return what a GPX file holds.

    Parameters
    ----------
    text : str
        Of the file.
    file_name : str
        For messages.
    name_element : str
        Which element holds names.

    Raises
    ------
    ScenarioError
        It is no XML, or no GPX.
    """
    root = parsed(text, file_name)
    if tag(root) != "gpx":
        raise ScenarioError(f"{file_name}: a <gpx> document is needed, got <{tag(root)[:40]}>")
    waypoints = [each for each in root if tag(each) == "wpt"]
    lines = [each for each in root if tag(each) in ("trk", "rte")]
    return Gpx(
        tuple(_point(f"wpt {k}", each, name_element) for k, each in enumerate(waypoints, 1)),
        tuple(_line(f"{tag(each)} {k}", each, name_element) for k, each in enumerate(lines, 1)),
    )


def _line(place: str, element: ET.Element, name_element: str) -> Line:
    found = [each for each in element.iter() if tag(each) in ("trkpt", "rtept")]
    points = (_point(f"{place}, point {k}", each, name_element) for k, each in enumerate(found, 1))
    return Line(place, _texts(element).get(name_element), tuple(points))


def _point(place: str, element: ET.Element, name_element: str) -> Point:
    texts = _texts(element)
    said = (texts.get(each) for each in ("ele", "time", name_element))
    return Point(place, element.get("lat"), element.get("lon"), *said)


def _texts(element: ET.Element) -> dict[str, str]:
    """Return the texts within an element by tag: of several the first."""
    return {tag(each): text for each in reversed(element) if (text := (each.text or "").strip())}
