"""Waypoints, tracks and routes of a GPX file, as it writes them; what they mean is `motion`'s.

References
----------
topografix.com/GPX/1/1: `lat` and `lon` in degrees (WGS84), `ele` in metres, `time` in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from skyweft.errors import ScenarioError
from skyweft.protocols.alike import Tag
from skyweft.protocols.markup import XML_BYTES, refuse_crowded, refuse_entities, tag
from skyweft.protocols.runs import Passed, Runs

Texts = list[str | None]
_Places = Mapping[str, int]
"""Which of the values of points written alike is which text of them."""

_POINTS = ("wpt", "trkpt", "rtept")
_ATTRIBUTES = ("lat", "lon")


@dataclass(frozen=True, slots=True)
class Points:
    """`wpt`, `trkpt` or `rtept` in order: texts as they stand, (P,); None where there are none."""

    before: str  # the number of one, in the words for its place in the file
    latitude: Texts = field(default_factory=list)
    longitude: Texts = field(default_factory=list)
    elevation: Texts = field(default_factory=list)
    time: Texts = field(default_factory=list)
    name: Texts = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.latitude)

    def place(self, row: int) -> str:
        """Return where in the file a point is, such as `wpt 3`."""
        return f"{self.before}{row + 1}"


@dataclass(frozen=True, slots=True)
class Line:
    """A `trk` (its segments joined) or a `rte`."""

    place: str
    name: str | None
    points: Points


@dataclass(frozen=True, slots=True)
class Gpx:
    """What one file holds."""

    waypoints: Points
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
    refuse_entities(text, file_name)
    refuse_crowded(text, file_name, XML_BYTES)
    reader = _Reader(name_element)
    root = reader.root(text, file_name)
    if tag(root) != "gpx":
        raise ScenarioError(f"{file_name}: a <gpx> document is needed, got <{tag(root)[:40]}>")
    lines = [element for element in root if tag(element) in ("trk", "rte")]
    return Gpx(
        reader.points("wpt ", (element for element in root if tag(element) == "wpt")),
        tuple(reader.line(f"{tag(line)} {k}", line) for k, line in enumerate(lines, 1)),
    )


class _Reader:
    """The tree of a file, and the points that are not in it: they follow one that is."""

    def __init__(self, name_element: str) -> None:
        self._said = ("@lat", "@lon", "ele", "time", name_element)
        self._passed: dict[ET.Element, list[Passed[_Places]]] = {}

    def root(self, text: str, file_name: str) -> ET.Element:
        runs = Runs(text, _POINTS, self._places, _ATTRIBUTES)
        last = ET.Element("")
        try:
            for run in runs:
                if isinstance(run, Passed):
                    self._passed.setdefault(last, []).append(run)
                else:
                    last = run
        except ET.ParseError as error:
            line, words = error.position[0] + runs.lines_passed, str(error).partition(":")[0]
            raise ScenarioError(f"{file_name}: line {line}: not XML: {words}") from error
        except ValueError as error:  # an encoding of many bytes is declared
            raise ScenarioError(f"{file_name}: not XML: {error}") from error
        return last

    def line(self, place: str, element: ET.Element) -> Line:
        found = (inner for inner in element.iter() if tag(inner) in ("trkpt", "rtept"))
        name = _texts(element).get(self._said[-1])
        return Line(place, name, self.points(f"{place}, point ", found))

    def points(self, before: str, elements: Iterable[ET.Element]) -> Points:
        points = Points(before)
        columns = (points.latitude, points.longitude, points.elevation, points.time, points.name)
        for element in elements:
            texts = {**_texts(element), "@lat": element.get("lat"), "@lon": element.get("lon")}
            for column, key in zip(columns, self._said, strict=True):
                column.append(texts.get(key))
            for run in self._passed.get(element, ()):
                for column, key in zip(columns, self._said, strict=True):
                    column.extend(_column(run, key))
        return points

    def _places(self, found: Sequence[Tag]) -> _Places | None:
        """Return where texts stand in a point; None where it says one twice."""
        keys: list[str] = []
        depth = 0
        for element in found:
            varying = [f"@{key}" for key in element.attributes if key in _ATTRIBUTES]
            keys += varying if element is found[0] else [""] * len(varying)
            if element.leaf:
                keys.append(element.name if depth == 1 else "")
            depth += element.opens - element.closes
        said = [key for key in keys if key in self._said]
        if len({*said}) < len(said):
            return None
        return {key: place for place, key in enumerate(keys) if key in said}


def _column(run: Passed[_Places], key: str) -> Texts:
    if key not in run.meaning:
        return [None] * run.rows
    column = run.columns[run.meaning[key]]
    return [*column] if key[0] == "@" else [text.strip() or None for text in column]


def _texts(element: ET.Element) -> dict[str, str | None]:
    """Return the texts within an element by tag: of several the first."""
    return {tag(inner): text for inner in reversed(element) if (text := (inner.text or "").strip())}
