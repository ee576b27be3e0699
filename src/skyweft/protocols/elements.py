"""Mean orbital elements and the formats they travel in."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.protocols import omm, tle
from skyweft.protocols.records import Mistakes, Record
from skyweft.world.clock import tai_ns_from_utc_ns

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Elements:
    """SGP4 mean elements (TEME of epoch). Columns have shape (N,)."""

    names: tuple[str, ...]
    catalogue_number: NDArray[np.int64]
    epoch_tai_ns: NDArray[np.int64]  # TAI, nanoseconds since 1970-01-01 00:00:00 TAI
    mean_motion_rev_day: Floats  # Kozai, as printed in element sets
    eccentricity: Floats
    inclination_deg: Floats
    raan_deg: Floats
    argument_of_perigee_deg: Floats
    mean_anomaly_deg: Floats
    bstar: Floats  # per earth radius

    def __post_init__(self) -> None:
        columns = [getattr(self, name) for name in self.__slots__]
        assert len({len(column) for column in columns}) == 1

    def __len__(self) -> int:
        return len(self.names)


SIZE_MAX_BYTES = 100_000_000
"""Ten times the whole public catalogue in its longest notation; check it before reading a file."""
_KVN = re.compile(r"[A-Za-z0-9_]+\s*=")
_OMM_COLUMNS = ("EPOCH", "MEAN_MOTION", "OBJECT_NAME", "NORAD_CAT_ID")


def parse(data: bytes, file_name: str) -> tuple[Elements, tuple[str, ...]]:
    """Read element sets; the format is recognised from the content.

    Parameters
    ----------
    data : bytes
        TLE with or without names (plain or after "0 "), or OMM as CSV, JSON, XML or KVN: UTF-8,
        at most 100 MB.
    file_name : str
        For messages.

    Returns
    -------
    elements : Elements
        In the order of the file. A satellite is called by its name, else by its catalogue number.
    warnings : tuple of str
        Names that several satellites share and that therefore got their catalogue number added.

    Raises
    ------
    ScenarioError
        What is wrong, one line a mistake, by line number (in JSON and XML by entry): at most 20.
    """
    text = _text(data, file_name)
    mistakes = Mistakes(file_name)
    records = _records(text, mistakes)
    names, warnings = _unique(records, mistakes)
    mistakes.complain()
    if not records:
        raise ScenarioError(f"{file_name}: holds no element sets")
    columns = np.array([each.numbers for each in records], np.float64).T
    mean_motion, eccentricity, inclination, raan, argument, anomaly, bstar = columns
    elements = Elements(
        names=names,
        catalogue_number=np.array([each.catalogue_number for each in records], np.int64),
        epoch_tai_ns=tai_ns_from_utc_ns([each.epoch_utc_ns for each in records]),
        mean_motion_rev_day=mean_motion,
        eccentricity=eccentricity,
        inclination_deg=inclination,
        raan_deg=raan,
        argument_of_perigee_deg=argument,
        mean_anomaly_deg=anomaly,
        bstar=bstar,
    )
    return elements, warnings


def _text(data: bytes, file_name: str) -> str:
    if len(data) > SIZE_MAX_BYTES:
        raise ScenarioError(
            f"{file_name}: {len(data) / 1e6:,.0f} MB, at most {SIZE_MAX_BYTES / 1e6:.0f} MB is read"
        )
    if b"\0" in data:
        raise ScenarioError(f"{file_name}: holds binary data, element sets are text in UTF-8")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{file_name}: line {row}: not UTF-8, save the file in that") from error


def _records(text: str, mistakes: Mistakes) -> list[Record]:
    """Recognise the notation by its first characters and read it."""
    start = text.lstrip()[:2000]
    head = start.partition("\n")[0]
    if start.startswith("<"):
        entries = omm.read_xml(text, mistakes)
    elif start.startswith(("[", "{")):
        entries = omm.read_json(text, mistakes)
    elif _KVN.match(head) or head.startswith("COMMENT"):
        entries = omm.read_kvn(_lines(text), mistakes)
    elif "," in head and any(name in head.upper() for name in _OMM_COLUMNS):
        entries = omm.read_csv(_lines(text), mistakes)
    else:
        return _tle_records(text, mistakes)
    found = (omm.record(where, fields, mistakes) for where, fields in entries)
    return [each for each in found if each]


def _lines(text: str) -> Iterator[str]:
    """Yield lines one by one: a hundred megabytes of garbage are never split as a whole."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _tle_records(text: str, mistakes: Mistakes) -> list[Record]:
    if tle.ANY_ELEMENT_LINE.search(text):
        return tle.read(_lines(text), mistakes)
    raise ScenarioError(
        f"{mistakes.file_name}: "
        + (
            "is empty"
            if not text or text.isspace()
            else "is not TLE, 3LE nor OMM as CSV, JSON, XML or KVN"
        )
    )


def _unique(
    records: Sequence[Record], mistakes: Mistakes
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names that are all different; a satellite given twice is a mistake."""
    count = Counter(each.name for each in records)
    numbers = {str(each.catalogue_number) for each in records}
    doubtful = {name for name in count if count[name] > 1 and name not in numbers}
    names = [
        f"{each.name} ({each.catalogue_number})" if each.name in doubtful else each.name
        for each in records
    ]
    first: dict[str, str] = {}
    for name, each in zip(names, records, strict=True):
        if name in first:
            mistakes.add(each.where, f"{name} is there already, {first[name]}: keep one of them")
        first.setdefault(name, each.where)
    warnings = tuple(
        f"{mistakes.file_name}: {count[name]} satellites are called {name}: their catalogue "
        f"numbers were added"
        for name in sorted(doubtful)
    )
    return tuple(names), warnings
