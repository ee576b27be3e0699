"""Orbit Mean-Elements Messages written in the notations that `omm` reads.

References
----------
CCSDS 502.0-B-3, "Orbit Data Messages", 2023, section 4 and annex; JSON and CSV as
celestrak.org writes them.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

Fields = Mapping[str, Any]

_METADATA = ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM")
_MEAN = (
    "EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
)  # fmt: skip
_SGP4 = (
    "EPHEMERIS_TYPE", "CLASSIFICATION_TYPE", "NORAD_CAT_ID", "ELEMENT_SET_NO", "REV_AT_EPOCH",
    "BSTAR", "MEAN_MOTION_DOT", "MEAN_MOTION_DDOT",
)  # fmt: skip
_FIXED = {
    "CENTER_NAME": "EARTH", "REF_FRAME": "TEME", "TIME_SYSTEM": "UTC", "EPHEMERIS_TYPE": 0,
    "CLASSIFICATION_TYPE": "U", "ELEMENT_SET_NO": 999, "REV_AT_EPOCH": 0, "MEAN_MOTION_DOT": 0,
    "MEAN_MOTION_DDOT": 0,
}  # fmt: skip
"""What every set has; SGP4 does not use the rates, and the run never knew them."""
_THEORY = "MEAN_ELEMENT_THEORY"


def write(notation: str, sets: Sequence[Fields], created_utc: str) -> str:
    """Return element sets as text.

    Parameters
    ----------
    notation : {"csv", "json", "kvn", "xml"}
        A key of `NOTATIONS`.
    sets : sequence of mappings
        OBJECT_NAME, OBJECT_ID, NORAD_CAT_ID, BSTAR and the mean elements, by their CCSDS names.
    created_utc : str
        CREATION_DATE, ISO 8601 without a Z.
    """
    return NOTATIONS[notation]([{**_FIXED, **each} for each in sets], created_utc)


def _csv(sets: Sequence[Fields], created_utc: str) -> str:
    text = io.StringIO()
    # The columns and the order of the catalogues: they leave out what is the same in all rows.
    names = ["OBJECT_NAME", "OBJECT_ID", *_MEAN, *_SGP4]
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(sets)
    return text.getvalue()


def _json(sets: Sequence[Fields], created_utc: str) -> str:
    names = ("OBJECT_NAME", "OBJECT_ID", *_MEAN, *_SGP4)
    return json.dumps([{name: each[name] for name in names} for each in sets], indent=0) + "\n"


def _kvn(sets: Sequence[Fields], created_utc: str) -> str:
    lines = []
    for each in sets:
        lines += ["CCSDS_OMM_VERS = 2.0", f"CREATION_DATE = {created_utc}", "ORIGINATOR = SKYWEFT"]
        lines += [f"{name} = {each[name]}" for name in _METADATA]
        lines += [f"{_THEORY} = SGP4"]
        lines += [f"{name} = {each[name]}" for name in (*_MEAN, *_SGP4)]
        lines += [""]
    return "\n".join(lines)


def _xml(sets: Sequence[Fields], created_utc: str) -> str:
    root = ET.Element("ndm")
    for each in sets:
        message = ET.SubElement(root, "omm", id="CCSDS_OMM_VERS", version="2.0")
        header = ET.SubElement(message, "header")
        ET.SubElement(header, "CREATION_DATE").text = created_utc
        ET.SubElement(header, "ORIGINATOR").text = "SKYWEFT"
        segment = ET.SubElement(ET.SubElement(message, "body"), "segment")
        metadata = _put(ET.SubElement(segment, "metadata"), _METADATA, each)
        ET.SubElement(metadata, _THEORY).text = "SGP4"
        data = ET.SubElement(segment, "data")
        _put(ET.SubElement(data, "meanElements"), _MEAN, each)
        _put(ET.SubElement(data, "tleParameters"), _SGP4, each)
    ET.indent(root, "")
    return ET.tostring(root, "unicode", xml_declaration=True) + "\n"


def _put(parent: ET.Element, names: Sequence[str], fields: Fields) -> ET.Element:
    for name in names:
        ET.SubElement(parent, name).text = str(fields[name])
    return parent


NOTATIONS: Mapping[str, Callable[[Sequence[Fields], str], str]] = {
    "json": _json,
    "csv": _csv,
    "kvn": _kvn,
    "xml": _xml,
}
