"""What a user's file holds, told from its beginning, whatever it is called.

References
----------
ESRI, "Shapefile Technical Description", 1998: file code 9994. PKWARE, "APPNOTE.TXT", 4.3.7;
sqlite.org/fileformat.html, 1.3; RFC 1952, 2.3.1: their signatures.
"""

import codecs
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from skyweft.errors import ScenarioError

Notation = Literal["table", "json", "gpx"]
BEGINNING = 4_096  # bytes that are looked at

_SIGNATURES = {
    b"\x00\x00\x27\x0a": "an ESRI shapefile",
    b"PK\x03\x04": "a ZIP archive, as workbooks (.xlsx, .ods), KMZ and packed shapefiles are",
    b"\xd0\xcf\x11\xe0": "an old workbook (.xls)",
    b"SQLite format 3": "an SQLite database, as a GeoPackage is",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a file packed by gzip",
    b"%PDF": "a PDF",
    b"fgb": "a FlatGeobuf file",
    b"$GP": "NMEA sentences",
    b"$GN": "NMEA sentences",
}
_ROOTS = {
    "kml": "KML",
    "osm": "OpenStreetMap's XML",
    "TrainingCenterDatabase": "TCX",
    "html": "a page of the web",
    "ndm": "orbit data (CCSDS)",
}
# A column may be called `[name]` or `<name>`.
_JSON = re.compile(rb'\{\s*["}]|\[\s*([\[{"\]\d-]|null|true|false)', re.ASCII)
_XML = re.compile(rb"<([?!]|[\w.:-]+[\s/>](?!,))", re.ASCII)
_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(Feature|Point|Multi|LineString|Polygon|GeometryCollection)', re.ASCII
)
_NO_ROOT = re.compile(rb"<\?.*?\?>|<!--.*?-->|\s+", re.DOTALL)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)", re.ASCII)
_READ: dict[Notation, tuple[str, str]] = {
    "table": ("CSV", ".csv"),
    "json": ("GeoJSON", ".geojson"),
    "gpx": ("GPX", ".gpx"),
}


class Held(NamedTuple):
    """The notation a file is in, none of those that are read, and its name."""

    notation: Notation | None
    words: str


def held(data: bytes) -> Held:
    """Return what begins like that; what nothing else is known of is taken for a table."""
    data = data[:BEGINNING]
    for signature, words in _SIGNATURES.items():
        if data.startswith(signature):
            return Held(None, words)
    text = data.removeprefix(codecs.BOM_UTF8).lstrip()
    if _JSON.match(text):
        return Held("json", "GeoJSON" if _GEOJSON.search(text) else "JSON")
    return _xml(text) if _XML.match(text) else Held("table", _READ["table"][0])


def _xml(text: bytes) -> Held:
    at = 0
    while passed := _NO_ROOT.match(text, at):
        at = passed.end()
    root = _ROOT.match(text, at)
    tag = root[1].decode() if root else "gpx"  # it has a DOCTYPE, or is none: its reader says so
    if tag == "gpx":
        return Held("gpx", "GPX")
    return Held(None, _ROOTS.get(tag, f"XML of <{tag[:40]}>"))


def refuse_other(file_name: str, data: bytes, needed: Sequence[Notation], things: str) -> Notation:
    """Return the notation of what begins like that; refuse what is none of those that are read.

    Parameters
    ----------
    file_name : str
        For messages.
    data : bytes
        Its beginning.
    needed : sequence
        What is read.
    things : str
        What for, in a word.

    Raises
    ------
    ScenarioError
        What it is, and what is read.
    """
    found = held(data)
    if found.notation in needed and found.notation is not None:
        return found.notation
    *others, last = (_READ[power_w][0] for power_w in needed)
    read = f"{', '.join(others)} or {last}" if others else last
    raise ScenarioError(f"{file_name}: is {found.words}; {things} are read from {read}")


def refuse_misnamed(file_name: str, said: Notation, found: Notation) -> None:
    """Refuse a file that is in one notation and called like another.

    Raises
    ------
    ScenarioError
        It is.
    """
    # What begins like a table may be anything: the reader it is called for says what is wrong.
    if found in (said, "table"):
        return
    words, ending = _READ[found]
    raise ScenarioError(
        f"{file_name}: is {words} by what it holds and {_READ[said][0]} by its name: "
        f"call it {file_name.rpartition('.')[0]}{ending}"
    )
