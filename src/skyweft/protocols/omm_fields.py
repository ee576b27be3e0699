"""The fields of an Orbit Mean-Elements Message (OMM), and one satellite of them.

Keys that are of no element set are passed over; those that neither the standard nor a catalogue has
are told.

References
----------
CCSDS 502.0-B-3, "Orbit Data Messages", 2023.
"""

import re
from collections.abc import Iterable, Mapping

from skyweft.naming import NAME_MAX, normal, wrong_name
from skyweft.protocols.records import (
    RANGES,
    YEAR_MAX,
    YEAR_MIN,
    Errors,
    Record,
    catalogue_entry,
    in_range,
    number,
    shown,
    whole,
)
from skyweft.world.clock import tai_ns_from_text

Fields = Mapping[str, object]

THEORY = {
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4", "SGP"),
    "TIME_SYSTEM": ("UTC",),
    "REF_FRAME": ("TEME",),
    "CENTER_NAME": ("EARTH",),
}
"""What the elements must be where a message says it; other elements are not SGP4's."""
EPHEMERIS_TYPES = (None, 0, 1, 2, 3)  # 4 is SGP4-XP
UNITS = {
    "MEAN_MOTION": "rev/day",
    "ECCENTRICITY": "n/a",
    "INCLINATION": "deg",
    "RA_OF_ASC_NODE": "deg",
    "ARG_OF_PERICENTER": "deg",
    "MEAN_ANOMALY": "deg",
    "BSTAR": "1/ER",
    "MEAN_MOTION_DOT": "rev/day**2",
    "MEAN_MOTION_DDOT": "rev/day**3",
}
"""The numbers behind which a unit may stand, and the only unit that it may be."""
_OTHER = """
    OBJECT_NAME OBJECT_ID CLASSIFICATION_TYPE NORAD_CAT_ID ELEMENT_SET_NO REV_AT_EPOCH EPOCH
    EPHEMERIS_TYPE CCSDS_OMM_VERS COMMENT CLASSIFICATION CREATION_DATE ORIGINATOR MESSAGE_ID
    REF_FRAME_EPOCH SEMI_MAJOR_AXIS GM MASS SOLAR_RAD_AREA SOLAR_RAD_COEFF DRAG_AREA DRAG_COEFF
    SEGMENT METADATA DATA MEANELEMENTS TLEPARAMETERS SPACECRAFTPARAMETERS COVARIANCEMATRIX
    USERDEFINEDPARAMETERS COV_REF_FRAME SEMIMAJOR_AXIS PERIOD APOAPSIS PERIAPSIS OBJECT_TYPE
    RCS_SIZE COUNTRY_CODE LAUNCH_DATE SITE DECAY_DATE FILE GP_ID TLE_LINE0 TLE_LINE1 TLE_LINE2
    RMS DATA_SOURCE
"""
_KNOWN = frozenset(_OTHER.split()) | THEORY.keys() | UNITS.keys()
"""What is read, and what the standard and catalogues write that elements do not need."""
_KNOWN_BEGINNINGS = ("USER_DEFINED", "CX_", "CY_", "CZ_")


def without_unit(key: str, text: str) -> str:
    """Take the unit off a number. Brackets in other texts, as in names, belong to them."""
    unit = UNITS.get(key)
    match = re.fullmatch(r"(.*?)\s*\[([^\[\]]*)\]", text) if unit else None
    if unit is None or match is None:
        return text
    return match[1] if match[2].strip().casefold() == unit.casefold() else text


def record(where: str, fields: Fields | str, errors: Errors) -> Record | None:
    """Return one satellite from its fields, or None with what is wrong in `errors`."""
    if isinstance(fields, str):
        errors.add(where, fields)
        return None
    before = errors.count
    note_unused(fields, errors)
    name, catalogue_number = _name(where, fields, errors)
    place = f"{where} ({name})" if name else where
    _check_theory(place, fields, errors)
    values = [_value(place, key, fields, errors) for key in RANGES]
    epoch_ns = _epoch_ns(place, fields, errors)
    entry = catalogue_entry(place, fields, errors)
    if entry.ephemeris_type not in EPHEMERIS_TYPES:
        words = f"EPHEMERIS_TYPE is {entry.ephemeris_type}, SGP4 has 0; 4 is SGP4-XP"
        errors.add(place, words)
    if errors.count > before:
        return None
    return Record(name, catalogue_number, where, epoch_ns, tuple(values), entry)


def note_unused(keys: Iterable[str], errors: Errors) -> None:
    """Note which keys nobody knows."""
    errors.unused |= {
        key: None for key in {*keys} - _KNOWN if key and not key.startswith(_KNOWN_BEGINNINGS)
    }


def _check_theory(place: str, fields: Fields, errors: Errors) -> None:
    for key, allowed in THEORY.items():
        value = str(fields.get(key) or allowed[0]).strip().upper()
        if value not in allowed:
            errors.add(place, f"{key} is {shown(value)}, SGP4 elements have {allowed[0]}")


def _name(where: str, fields: Fields, errors: Errors) -> tuple[str, int]:
    """Return a satellite's name, else its catalogue number as one, and that number."""
    given = fields.get("NORAD_CAT_ID")
    value = 0 if given in (None, "") else whole(given)
    if value is None:
        words = f"NORAD_CAT_ID is {shown(given)}, needed is a number up to 999999999"
        errors.add(where, words)
    name = normal(str(fields.get("OBJECT_NAME") or "").strip())
    if not name and value == 0:
        errors.add(where, "neither OBJECT_NAME nor NORAD_CAT_ID is there")
    if name and (wrong := wrong_name(name)):
        errors.add(where, wrong)
    return (name or str(value))[:NAME_MAX], value or 0


def _value(where: str, key: str, fields: Fields, errors: Errors) -> float:
    given = fields.get(key)
    value = number(given)
    if given is None:
        errors.add(where, f"{key} is missing")
    elif value is None:
        unit = "" if UNITS[key] == "n/a" else f" in {UNITS[key]}"
        errors.add(where, f"{key} is {shown(given)}, needed is a number{unit}")
    else:
        wrong = in_range(key, value)
        if wrong:
            errors.add(where, wrong)
    return value or 0.0


def _epoch_ns(where: str, fields: Fields, errors: Errors) -> int:
    """Return the epoch in TAI nanoseconds, 0 where there is none."""
    given = fields.get("EPOCH")
    if given is None:
        errors.add(where, "EPOCH is missing, needed is UTC like 2026-07-01T00:00:00.000000")
        return 0
    text = str(given).strip()
    try:
        epoch_ns = tai_ns_from_text(text)
    except ValueError as error:
        errors.add(where, f"EPOCH: {shown(given)} {error}")
        return 0
    if not YEAR_MIN <= int(text[:4]) <= YEAR_MAX:
        errors.add(where, f"EPOCH: {shown(given)} is not in {YEAR_MIN} to {YEAR_MAX}")
    return epoch_ns
