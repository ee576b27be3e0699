"""Mean orbital elements and the formats they travel in."""

import re
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.protocols import omm, tle
from skyweft.protocols.element_choice import Choice, chosen
from skyweft.protocols.omm_columns import Block, Satellites
from skyweft.protocols.records import MADE, CatalogueEntry, Errors, Record, counted, shown

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
    entries: tuple[CatalogueEntry, ...] = ()  # none: made, in no catalogue

    def __post_init__(self) -> None:
        if not self.entries:
            object.__setattr__(self, "entries", (MADE,) * len(self.names))
        columns = [getattr(self, name) for name in self.__slots__]
        assert len({len(column) for column in columns}) == 1

    def __len__(self) -> int:
        return len(self.names)

    def part(self, rows: slice) -> Self:
        """Return the elements of some satellites."""
        return type(self)(*(getattr(self, name)[rows] for name in self.__slots__))


SIZE_MAX_BYTES = 80_000_000
"""More than the whole public catalogue in its longest notation; check it before reading a file."""
SETS_MAX = 100_000
"""Three times the whole public catalogue."""
_MARKS = {"[": '"EPOCH"', "{": '"EPOCH"', "<": "<EPOCH>"}  # one a set, by how a file begins
_REPORTED = 3  # errors that a warning tells
_TEXT_LINES_MAX = 1_000_000  # of two-line sets with text around them
_START = 4_000  # characters that tell a notation
_KVN = re.compile(r"[A-Za-z0-9_]+\s*=")


def parse(
    data: bytes, file_name: str, choice: Choice | None = None
) -> tuple[Elements, tuple[str, ...]]:
    """Read element sets; the format is recognised from the content.

    Parameters
    ----------
    data : bytes
        TLE with or without names (plain or after "0 "), or OMM as CSV, JSON, XML or KVN: UTF-8,
        at most 80 MB.
    file_name : str
        For messages.
    choice : Choice, optional
        Which of several sets of a satellite is taken, and whether damaged ones are left out; both
        are errors unless given.

    Returns
    -------
    elements : Elements
        In the order of the file. A satellite is called by its name, else by its catalogue number.
    warnings : tuple of str
        A line each, with a count: text passed over, sets left out or passed over, names that
        several satellites share.

    Raises
    ------
    ScenarioError
        What is wrong, one line an error, by line number (in JSON and XML by entry): at most 20.
    """
    choice = choice or Choice()
    text = _text(data, file_name)
    if (many := _sets_at_least(text)) > SETS_MAX:
        raise ScenarioError(f"{file_name}: {many:,} element sets, at most {SETS_MAX:,} are read")
    errors = Errors(file_name, skip=choice.skip_damaged)
    records, passed = _records(text, errors)
    count = len(records) + errors.damaged
    names, records, said = chosen(records, choice, errors)
    errors.skip = errors.skip and bool(records)
    errors.complain()
    if not records:
        raise ScenarioError(f"{file_name}: holds no element sets")
    return _table(names, records), (*passed, *_left_out(errors, count), *said)


def _table(names: tuple[str, ...], records: list[Record]) -> Elements:
    columns = np.array([record.numbers for record in records], np.float64).T
    mean_motion, eccentricity, inclination, raan, argument, anomaly, bstar = columns
    return Elements(
        names=names,
        catalogue_number=np.array([record.catalogue_number for record in records], np.int64),
        epoch_tai_ns=np.array([record.epoch_tai_ns for record in records], np.int64),
        mean_motion_rev_day=mean_motion,
        eccentricity=eccentricity,
        inclination_deg=inclination,
        raan_deg=raan,
        argument_of_perigee_deg=argument,
        mean_anomaly_deg=anomaly,
        bstar=bstar,
        entries=tuple(record.entry for record in records),
    )


def _left_out(errors: Errors, count: int) -> tuple[str, ...]:
    """Tell how many sets were damaged, and what is wrong with the first of them."""
    if not errors.damaged:
        return ()
    reported = [line.removeprefix(f"{errors.file_name}: ") for line in errors.lines[:_REPORTED]]
    more = errors.count - len(reported)
    rest = f"; and {counted(more, 'more error')}" if more else ""
    return (
        f"{errors.file_name}: {errors.damaged:,} of {counted(count, 'element set')} damaged "
        f"and left out: {'; '.join(reported)}{rest}",
    )


def _text(data: bytes, file_name: str) -> str:
    if len(data) > SIZE_MAX_BYTES:
        raise ScenarioError(
            f"{file_name}: {len(data) / 1e6:,.0f} MB, at most {SIZE_MAX_BYTES / 1e6:.0f} MB is read"
        )
    if b"\0" in data:
        raise ScenarioError(f"{file_name}: holds binary data, element sets are text in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{file_name}: line {row}: not UTF-8, save the file in that") from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _sets_at_least(text: str) -> int:
    """Count the sets of a file before any is read."""
    head = _start(text).partition("\n")[0]
    if head[:1] not in _MARKS and omm.separator(head):
        return text.strip().count("\n")
    return max(text.count("\n2 "), text.count(_MARKS.get(head[:1], "\nEPOCH")))


def _start(text: str) -> str:
    """Return the beginning of a text behind the blanks above it."""
    return text[:_START].lstrip() or text.lstrip()[:_START]


def _records(text: str, errors: Errors) -> tuple[list[Record], tuple[str, ...]]:
    """Recognise the notation and read it; return the sets and what was passed over.

    Two element lines one below the other are a TLE, whatever the text around them looks like.
    """
    start = _start(text)
    head = start.partition("\n")[0]
    between = omm.separator(head)
    if tle.holds_a_set(text):
        return _tle_records(text, errors)
    if start.startswith("<"):
        entries = omm.read_xml(text, errors)
    elif start.startswith(("[", "{")):
        entries = omm.read_json(text, errors)
    elif _KVN.match(head) or head.startswith("COMMENT"):
        entries = omm.read_kvn(text, errors)
    elif between:
        entries = omm.read_csv(omm.lines_of(text), between, errors)
    else:
        return _tle_records(text, errors)
    satellites = Satellites(errors)
    for entry in entries:
        if isinstance(entry, Block):
            satellites.take_block(entry)
        else:
            satellites.take(*entry)
    records = satellites.records()
    if not errors.unused:
        return records, ()
    listed = ", ".join(shown(key) for key in sorted(errors.unused)[:_REPORTED])
    more = ", ..." if len(errors.unused) > _REPORTED else ""
    keys = counted(len(errors.unused), "field")
    return records, (f"{errors.file_name}: {keys} not known and not used: {listed}{more}",)


def _tle_records(text: str, errors: Errors) -> tuple[list[Record], tuple[str, ...]]:
    if (many := text.count("\n")) > _TEXT_LINES_MAX:
        raise ScenarioError(
            f"{errors.file_name}: {many:,} lines, at most {_TEXT_LINES_MAX:,} of two-line sets "
            "and text around them are read"
        )
    if not tle.ANY_ELEMENT_LINE.search(text):
        words = "is not TLE, 3LE nor OMM as CSV, JSON, XML or KVN"
        empty = not text or text.isspace()
        raise ScenarioError(f"{errors.file_name}: {'is empty' if empty else words}")
    reader = tle.TleReader(errors)
    reader.read(text)
    if not reader.passed:
        return reader.records, ()
    return reader.records, (
        f"{errors.file_name}: {counted(reader.passed, 'line')} of text without element lines "
        f"passed over, the first is {reader.passed_first}",
    )
