"""Orbit Mean-Elements Messages written in the notations that `omm` reads.

References
----------
CCSDS 502.0-B-3, "Orbit Data Messages", 2023, section 4 and annex; JSON and CSV as
celestrak.org writes them.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree as ET

from skyweft.protocols.elements import Elements
from skyweft.world.clock import utc_text

Fields = Mapping[str, Any]

_METADATA = ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM")
_MEAN = (
    "EPOCH",
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
)
_SGP4 = (
    "EPHEMERIS_TYPE",
    "CLASSIFICATION_TYPE",
    "NORAD_CAT_ID",
    "ELEMENT_SET_NO",
    "REV_AT_EPOCH",
    "BSTAR",
    "MEAN_MOTION_DOT",
    "MEAN_MOTION_DDOT",
)
_FIXED = {"CENTER_NAME": "EARTH", "REF_FRAME": "TEME", "TIME_SYSTEM": "UTC"}
_THEORY = "MEAN_ELEMENT_THEORY"


def element_sets(elements: Elements) -> Iterator[Fields]:
    """Yield every set by its CCSDS names; numbers keep every digit."""
    for row, name in enumerate(elements.names):
        entry = asdict(elements.entries[row])
        yield {
            "OBJECT_NAME": name,
            "EPOCH": _epoch(int(elements.epoch_tai_ns[row])),
            "MEAN_MOTION": float(elements.mean_motion_rev_day[row]),
            "ECCENTRICITY": float(elements.eccentricity[row]),
            "INCLINATION": float(elements.inclination_deg[row]),
            "RA_OF_ASC_NODE": float(elements.raan_deg[row]),
            "ARG_OF_PERICENTER": float(elements.argument_of_perigee_deg[row]),
            "MEAN_ANOMALY": float(elements.mean_anomaly_deg[row]),
            "NORAD_CAT_ID": int(elements.catalogue_number[row]),
            "BSTAR": float(elements.bstar[row]),
            **{key.upper(): value for key, value in entry.items() if value is not None},
        }


def _epoch(tai_ns: int) -> str:
    """Write an epoch in UTC to the microsecond, as catalogues do, or further where it goes on."""
    (text,) = utc_text(tai_ns, 9)
    return text.removesuffix("Z").removesuffix("000")


def write(notation: str, sets: Sequence[Fields], created_utc: str) -> str:
    """Return element sets as text.

    Parameters
    ----------
    notation : {"csv", "json", "kvn", "xml"}
        A key of `NOTATIONS`.
    sets : sequence of mappings
        From `element_sets`.
    created_utc : str
        CREATION_DATE, ISO 8601 without a Z.
    """
    return NOTATIONS[notation]([{**_FIXED, **elements} for elements in sets], created_utc)


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
    return (
        json.dumps(
            [{name: elements[name] for name in names if name in elements} for elements in sets],
            indent=0,
        )
        + "\n"
    )


def _kvn(sets: Sequence[Fields], created_utc: str) -> str:
    lines = []
    for elements in sets:
        lines += ["CCSDS_OMM_VERS = 2.0", f"CREATION_DATE = {created_utc}", "ORIGINATOR = SKYWEFT"]
        lines += [f"{name} = {_shown(elements[name])}" for name in _METADATA]
        lines += [f"{_THEORY} = SGP4"]
        lines += [
            f"{name} = {_shown(elements[name])}" for name in (*_MEAN, *_SGP4) if name in elements
        ]
        lines += [""]
    return "\n".join(lines)


def _xml(sets: Sequence[Fields], created_utc: str) -> str:
    root = ET.Element("ndm")
    for elements in sets:
        message = ET.SubElement(root, "omm", id="CCSDS_OMM_VERS", version="2.0")
        header = ET.SubElement(message, "header")
        ET.SubElement(header, "CREATION_DATE").text = created_utc
        ET.SubElement(header, "ORIGINATOR").text = "SKYWEFT"
        segment = ET.SubElement(ET.SubElement(message, "body"), "segment")
        metadata = _put(ET.SubElement(segment, "metadata"), _METADATA, elements)
        ET.SubElement(metadata, _THEORY).text = "SGP4"
        data = ET.SubElement(segment, "data")
        _put(ET.SubElement(data, "meanElements"), _MEAN, elements)
        _put(ET.SubElement(data, "tleParameters"), _SGP4, elements)
    ET.indent(root, "")
    return ET.tostring(root, "unicode", xml_declaration=True) + "\n"


def _put(parent: ET.Element, names: Sequence[str], fields: Fields) -> ET.Element:
    for name in filter(fields.__contains__, names):
        ET.SubElement(parent, name).text = _shown(fields[name])
    return parent


def _shown(value: object) -> str:
    """Write a value as 7.5.8 has it: a number with an exponent has a point too."""
    text = str(value)
    if isinstance(value, float) and "e" in text and "." not in text:
        return text.replace("e", ".0e")
    return text


NOTATIONS: Mapping[str, Callable[[Sequence[Fields], str], str]] = {
    "json": _json,
    "csv": _csv,
    "kvn": _kvn,
    "xml": _xml,
}
