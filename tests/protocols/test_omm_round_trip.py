"""What is written is what was read: every field of a set through every notation and back."""

import io
import json
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgp4 import omm as sgp4_omm
from sgp4.api import WGS72, Satrec
from sgp4.exporter import export_tle

from skyweft.errors import ScenarioError
from skyweft.protocols import omm_writing
from skyweft.protocols.elements import Elements, parse
from skyweft.protocols.records import MADE, CatalogueEntry
from skyweft.world.clock import leap_seconds, tai_ns_from_text

KVN = """CCSDS_OMM_VERS = 2.0
CREATION_DATE = 2026-07-01T00:00:00
ORIGINATOR = TEST
OBJECT_NAME = {name}
OBJECT_ID = 2026-001A
CENTER_NAME = EARTH
REF_FRAME = TEME
TIME_SYSTEM = UTC
MEAN_ELEMENT_THEORY = SGP4
EPOCH = {epoch}
MEAN_MOTION = 14.342 [{unit}]
ECCENTRICITY = 0.0002
INCLINATION = 86.4 [deg]
RA_OF_ASC_NODE = 10.0 [deg]
ARG_OF_PERICENTER = 90.0 [deg]
MEAN_ANOMALY = 20.0[deg]
NORAD_CAT_ID = {number}
EPHEMERIS_TYPE = +0
BSTAR = 0.0 [1/ER]
"""


def kvn(
    name: str = "A", number: str = "60000", unit: str = "rev/day", epoch: str = "2026-182T00:00:00"
) -> bytes:
    return KVN.format(name=name, number=number, unit=unit, epoch=epoch).encode()


# The space station's set of 2026, as a table of values that were typed in.
STATION = Elements(
    names=("ISS (ZARYA)",),
    catalogue_number=np.array([25_544]),
    epoch_tai_ns=np.array([tai_ns_from_text("2026-07-01T12:25:40.104192")]),
    mean_motion_rev_day=np.array([15.72125391]),
    eccentricity=np.array([0.0006703]),
    inclination_deg=np.array([51.6416]),
    raan_deg=np.array([247.4627]),
    argument_of_perigee_deg=np.array([130.536]),
    mean_anomaly_deg=np.array([325.0288]),
    bstar=np.array([0.0001027]),
    entries=(CatalogueEntry("1998-067A", 0, "U", 900, 56_353, 0.00016717, 0.0),),
)


def written(elements: Elements, notation: str) -> bytes:
    sets = list(omm_writing.element_sets(elements))
    return omm_writing.write(notation, sets, "2026-07-01T00:00:00").encode()


def same(one: Elements, other: Elements) -> bool:
    return all(
        np.array_equal(np.asarray(getattr(one, name)), np.asarray(getattr(other, name)))
        for name in Elements.__slots__
    )


def test_names_keep_their_brackets() -> None:
    elements, warnings = parse(kvn("RELAY 106 [+]") + kvn("[P]", "60001"), "x.kvn")
    assert elements.names == ("RELAY 106 [+]", "[P]")
    assert elements.mean_anomaly_deg.tolist() == [20.0, 20.0]
    assert warnings == ()


def test_a_unit_is_the_one_of_the_standard() -> None:
    with pytest.raises(ScenarioError, match=r"'14.342 \[rad/s\]', needed is a number in rev/day"):
        parse(kvn(unit="rad/s"), "x.kvn")
    xml = written(STATION, "xml").replace(b"<INCLINATION>", b'<INCLINATION units="rad">')
    with pytest.raises(ScenarioError, match=r"'51.6416 \[rad\]', needed is a number in deg"):
        parse(xml, "x.xml")
    right = written(STATION, "xml").replace(b"<INCLINATION>", b'<INCLINATION units="deg">')
    assert same(parse(right, "x.xml")[0], STATION)


@pytest.mark.parametrize(
    ("text", "number"),
    [("25544", 25_544), ("00964", 964), ("+25544", 25_544), ("100000", 100_000),
     ("799501621", 799_501_621), ("0000000799501621", 799_501_621), ("999999999", 999_999_999)],
)  # fmt: skip
def test_catalogue_numbers_have_up_to_nine_digits(text: str, number: int) -> None:
    elements, _ = parse(kvn(number=text), "x.kvn")
    assert elements.catalogue_number.tolist() == [number]
    for notation in omm_writing.NOTATIONS:
        again, _ = parse(written(elements, notation), "x")
        assert again.catalogue_number.tolist() == [number]


@pytest.mark.parametrize("text", ["A0000", "1000000000", "25544.0", "-5", "2 5", "1e3"])
def test_what_is_no_catalogue_number(text: str) -> None:
    with pytest.raises(ScenarioError, match="needed is a number up to 999999999"):
        parse(kvn(number=text), "x.kvn")


def test_an_epoch_may_be_a_leap_second() -> None:
    elements, _ = parse(kvn(epoch="2016-12-31T23:59:60.5"), "x.kvn")
    later = leap_seconds()
    midnight = int(later.since_utc_ns[-1] + later.offset_s[-1] * 10**9)
    assert elements.epoch_tai_ns[0] == midnight - 500_000_000
    for notation in omm_writing.NOTATIONS:
        assert b"2016-12-31T23:59:60.500000" in written(elements, notation)
        assert same(parse(written(elements, notation), "x")[0], elements)
    with pytest.raises(ScenarioError, match="has a second 60 where UTC has no leap second"):
        parse(kvn(epoch="2026-06-30T23:59:60"), "x.kvn")
    with pytest.raises(ScenarioError, match="2026 has no day 366"):
        parse(kvn(epoch="2026-366T00:00:00"), "x.kvn")


@pytest.mark.parametrize("between", [";", "\t", ","])
def test_columns_may_be_parted_by_semicolons(between: str) -> None:
    text = written(replace(STATION, names=("ISS. ZARYA",)), "csv").decode()
    data = text.replace(",", between)
    if between == ";":
        head, _, rest = data.partition("\n")
        data = head + "\n" + rest.replace(".", ",").replace("ISS,", "ISS.")
    elements, warnings = parse(data.encode(), "x.csv")
    assert same(elements, replace(STATION, names=("ISS. ZARYA",)))
    assert warnings == ()


def test_a_column_that_is_there_twice_is_refused() -> None:
    data = written(STATION, "csv").replace(b"OBJECT_ID", b"INCLINATION")
    with pytest.raises(ScenarioError, match="columns that are there twice: INCLINATION"):
        parse(data, "x.csv")


@pytest.mark.parametrize("notation", sorted(omm_writing.NOTATIONS))
def test_a_field_that_nobody_knows_is_told(notation: str) -> None:
    data = written(STATION, notation).replace(b"NORAD_CAT_ID", b"NORAD_ID")
    elements, warnings = parse(data, "x")
    assert elements.catalogue_number.tolist() == [0]
    assert warnings == ("x: 1 field not known and not used: 'NORAD_ID'",)
    mass = data.replace(b"NORAD_ID", b"MASS")  # of the standard, and of no use for SGP4
    assert parse(mass, "x")[1] == ()


def test_what_a_file_does_not_say_is_not_made_up() -> None:
    elements, _ = parse(kvn(), "x.kvn")
    assert elements.entries == (CatalogueEntry("2026-001A", 0),)
    for notation in omm_writing.NOTATIONS:
        assert same(parse(written(elements, notation), "x")[0], elements)
    made = replace(STATION, entries=())
    assert made.entries == (MADE,)
    (fields,) = json.loads(written(made, "json"))
    assert (fields["ELEMENT_SET_NO"], fields["CLASSIFICATION_TYPE"]) == (999, "U")


@pytest.mark.parametrize("notation", ["csv", "xml"])
def test_sgp4_reads_what_is_written(notation: str) -> None:
    text = io.StringIO(written(STATION, notation).decode())
    (fields,) = sgp4_omm.parse_csv(text) if notation == "csv" else sgp4_omm.parse_xml(text)
    theirs = Satrec()
    sgp4_omm.initialize(theirs, fields)
    turn = 1440 / (2 * np.pi)
    assert (theirs.satnum, theirs.revnum, theirs.elnum) == (25_544, 56_353, 900)
    assert (theirs.classification, theirs.intldesg) == ("U", "98067A")
    assert theirs.ndot * turn * 1440 == pytest.approx(0.00016717, rel=1e-14)
    assert theirs.bstar == 0.0001027


@pytest.mark.parametrize(
    ("key", "value"),
    [("ELEMENT_SET_NO", "1.5"), ("REV_AT_EPOCH", "-1"), ("MEAN_MOTION_DOT", "fast"),
     ("MEAN_MOTION_DDOT", "1e99"), ("EPHEMERIS_TYPE", "O"), ("OBJECT_ID", "a" * 101)],
)  # fmt: skip
def test_what_sgp4_does_not_use_is_checked_too(key: str, value: str) -> None:
    (fields,) = json.loads(written(STATION, "json"))
    with pytest.raises(ScenarioError, match=f"{key} is .*, needed is a"):
        parse(json.dumps(fields | {key: value}).encode(), "x.json")


ANGLES = st.floats(-360, 360)
PRINTED = st.characters(exclude_categories=("C", "Zl", "Zp"))
TEXTS = st.text(PRINTED | st.sampled_from("[]=;,\"'<>&#-:{}"), min_size=1, max_size=60).map(
    lambda text: unicodedata.normalize("NFC", text).strip() or "x"  # as names are compared
)
ENTRIES = st.builds(
    CatalogueEntry,
    TEXTS.filter(lambda text: text != "UNKNOWN"),
    st.none() | st.integers(0, 3),
    st.none() | st.sampled_from("UCS"),
    st.none() | st.integers(0, 999_999_999),
    st.none() | st.integers(0, 999_999_999),
    st.none() | st.floats(-1e9, 1e9),
    st.none() | st.floats(-1e9, 1e9),
)
SETS = st.tuples(
    st.integers(1, 999_999_999),
    st.integers(-410_000_000 * 10**9, 7_000_000_000 * 10**9),
    st.floats(0.01, 20),
    st.floats(0, 0.9999),
    st.floats(0, 180),
    ANGLES,
    ANGLES,
    ANGLES,
    st.floats(-1e9, 1e9),
    ENTRIES,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(TEXTS, min_size=1, max_size=4, unique=True).flatmap(
        lambda names: st.tuples(
            st.just(names),
            st.lists(
                SETS, min_size=len(names), max_size=len(names), unique_by=lambda set_: set_[0]
            ),
        )
    ),
    st.sampled_from(sorted(omm_writing.NOTATIONS)),
)
def test_any_set_comes_back_as_it_was(
    drawn: tuple[list[str], list[tuple[object, ...]]], notation: str
) -> None:
    names, rows = drawn
    number, epoch, *elements, entries = zip(*rows, strict=True)
    given_ = Elements(  # type: ignore[misc]
        tuple(names),
        np.array(number),
        np.array(epoch),
        *(np.array(column, np.float64) for column in elements),
        entries=entries,
    )
    found, warnings = parse(written(given_, notation), f"x.{notation}")
    assert warnings == ()
    assert same(found, given_)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 99_999),  # beyond, it writes I and O, which Alpha-5 leaves out
    st.floats(0.5, 16),
    st.floats(0, 0.9),
    st.floats(0, 179.9),
    st.floats(-0.9, 0.9).map(lambda value: round(value, 7)),  # it writes one digit of the power
    st.integers(0, 99_999),
)
def test_two_lines_that_sgp4_writes_are_read_as_it_reads_them(
    number: int, motion: float, eccentricity: float, angle: float, bstar: float, revolution: int
) -> None:
    satellite = Satrec()
    rate = motion * 2 * np.pi / 1440
    satellite.sgp4init(
        WGS72, "i", number, 27_941.5, bstar, rate * 1e-7, rate * 1e-9, eccentricity,
        *np.radians([angle, angle, angle]), rate, np.radians(angle),
    )  # fmt: skip
    satellite.classification, satellite.intldesg = "U", "98067A"
    satellite.elnum, satellite.revnum, satellite.ephtype = 999, revolution, 0
    lines = export_tle(satellite)
    theirs = Satrec.twoline2rv(*lines)
    found, _ = parse("\n".join(lines).encode(), "x.tle")
    entry = found.entries[0]
    assert found.catalogue_number[0] == theirs.satnum == number
    assert entry.object_id == "1998-067A"
    assert (entry.rev_at_epoch, entry.element_set_no) == (theirs.revnum, theirs.elnum)
    assert found.bstar[0] == pytest.approx(theirs.bstar, rel=1e-14)
    # They keep radians and minutes: a rounding or two.
    turn = 1440 / (2 * np.pi)
    assert entry.mean_motion_dot == pytest.approx(theirs.ndot * turn * 1440, rel=1e-13)
    assert entry.mean_motion_ddot == pytest.approx(theirs.nddot * turn * 1440**2, rel=1e-13)
    for notation in omm_writing.NOTATIONS:
        assert same(parse(written(found, notation), "x")[0], found)
