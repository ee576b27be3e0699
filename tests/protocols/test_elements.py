import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgp4 import omm as sgp4_omm
from sgp4.api import Satrec

from skyweft.errors import ScenarioError
from skyweft.protocols.elements import SIZE_MAX_BYTES, Elements, parse

FIRST = "1 25544U 98067A   26182.51782528  .00016717  00000-0  10270-3 0  9004"
SECOND = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"
TLE = f"{FIRST}\n{SECOND}\n".encode()

FIELDS: dict[str, object] = {
    "OBJECT_NAME": "ISS (ZARYA)",
    "OBJECT_ID": "1998-067A",
    "EPOCH": "2026-07-01T12:25:40.104192",
    "MEAN_MOTION": 15.72125391,
    "ECCENTRICITY": 0.0006703,
    "INCLINATION": 51.6416,
    "RA_OF_ASC_NODE": 247.4627,
    "ARG_OF_PERICENTER": 130.536,
    "MEAN_ANOMALY": 325.0288,
    "EPHEMERIS_TYPE": 0,
    "CLASSIFICATION_TYPE": "U",
    "NORAD_CAT_ID": 25544,
    "ELEMENT_SET_NO": 900,
    "REV_AT_EPOCH": 56353,
    "BSTAR": 0.0001027,
    "MEAN_MOTION_DOT": 0.00016717,
    "MEAN_MOTION_DDOT": 0,
}
Entry = dict[str, object]


def as_json(*entries: Entry) -> bytes:
    return json.dumps(list(entries)).encode()


def as_csv(*entries: Entry) -> bytes:
    rows = [",".join(entries[0]), *(",".join(map(str, each.values())) for each in entries)]
    return "\r\n".join(rows).encode() + b"\r\n"


def as_kvn(*entries: Entry) -> bytes:
    units = {"MEAN_MOTION": " [rev/day]", "INCLINATION": " [deg]"}
    messages = (
        "CCSDS_OMM_VERS = 2.0\nCOMMENT made by hand\nCENTER_NAME = EARTH\nREF_FRAME = TEME\n"
        "TIME_SYSTEM = UTC\nMEAN_ELEMENT_THEORY = SGP4\n"
        + "".join(f"{key:20s}= {value}{units.get(key, '')}\n" for key, value in each.items())
        for each in entries
    )
    return "\n".join(messages).encode()


def as_xml(*entries: Entry) -> bytes:
    meta = ("OBJECT_NAME", "OBJECT_ID")
    messages = []
    for each in entries:
        head, body = (
            "".join(f"<{key}>{each[key]}</{key}>" for key in each if (key in meta) == wanted)
            for wanted in (True, False)
        )
        messages.append(
            f'<omm id="CCSDS_OMM_VERS" version="2.0"><header/><body><segment><metadata>{head}'
            f"<CENTER_NAME>EARTH</CENTER_NAME><TIME_SYSTEM>UTC</TIME_SYSTEM></metadata><data>"
            f"<meanElements>{body}</meanElements></data></segment></body></omm>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ndm>{"".join(messages)}</ndm>'.encode()


NOTATIONS = {"csv": as_csv, "json": as_json, "kvn": as_kvn, "xml": as_xml}
COLUMNS = [
    "catalogue_number",
    "epoch_tai_ns",
    "mean_motion_rev_day",
    "eccentricity",
    "inclination_deg",
    "raan_deg",
    "argument_of_perigee_deg",
    "mean_anomaly_deg",
    "bstar",
]


def errors(data: bytes, name: str = "x.txt") -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse(data, name)
    lines = str(caught.value).split("\n")
    assert all(line.startswith(f"{name}: ") for line in lines)
    return [line.removeprefix(f"{name}: ") for line in lines]


def summed(line: str) -> str:
    """Give a line the checksum it needs."""
    body = line[:68]
    return body + str(sum(int(c) if c.isdigit() else c == "-" for c in body) % 10)


def assert_same(one: Elements, other: Elements) -> None:
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(one, column), getattr(other, column))


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_notation_says_the_same_as_the_tle(notation: str) -> None:
    from_tle, _ = parse(TLE, "x.tle")
    found, warnings = parse(NOTATIONS[notation](FIELDS), f"x.{notation}")
    assert found.names == ("ISS (ZARYA)",)
    assert warnings == ()
    assert_same(found, from_tle)


def test_a_tle_holds_what_sgp4_reads() -> None:
    found, _ = parse(TLE, "x.tle")
    satellite = Satrec.twoline2rv(FIRST, SECOND)
    assert found.names == ("25544",)
    assert found.catalogue_number[0] == satellite.satnum == 25544
    assert np.radians(found.inclination_deg[0]) == satellite.inclo
    assert np.radians(found.raan_deg[0]) == satellite.nodeo
    assert np.radians(found.argument_of_perigee_deg[0]) == satellite.argpo
    assert np.radians(found.mean_anomaly_deg[0]) == satellite.mo
    assert found.eccentricity[0] == satellite.ecco
    assert found.bstar[0] == satellite.bstar
    assert found.mean_motion_rev_day[0] * 2 * np.pi / 1440 == pytest.approx(
        satellite.no_kozai, rel=1e-15
    )
    # To the nanosecond: 0.51782528 of a day is 44,740.104192 s; TAI is 37 s ahead.
    assert found.epoch_tai_ns[0] == 1_782_864_000 * 10**9 + 44_740_104_192_000 + 37 * 10**9
    jd = satellite.jdsatepoch + satellite.jdsatepochF
    assert (found.epoch_tai_ns[0] / 1e9 - 37) / 86_400 + 2_440_587.5 == pytest.approx(jd, abs=1e-8)


def test_an_omm_holds_what_sgp4_reads() -> None:
    satellite = Satrec()
    sgp4_omm.initialize(satellite, {key: str(value) for key, value in FIELDS.items()})
    found, _ = parse(as_csv(FIELDS), "x.csv")
    assert found.bstar[0] == satellite.bstar
    assert found.eccentricity[0] == satellite.ecco
    assert np.radians(found.mean_anomaly_deg[0]) == pytest.approx(satellite.mo, rel=1e-15)


@pytest.mark.parametrize("name", ["ISS", "0 ISS", "0 ISS   "])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_names_stand_above_with_or_without_a_zero(name: str, ending: str) -> None:
    lines = ["# a comment", "", name, FIRST + "  ", SECOND, "", FIRST.replace("1 25544", "1 25544")]
    lines[-1:] = [
        "OTHER",
        summed(FIRST.replace("25544", "A0001")),
        summed(SECOND.replace("25544", "A0001")),
    ]
    found, _ = parse(ending.join(lines).encode(), "x.tle")
    assert found.names == ("ISS", "OTHER")
    assert found.catalogue_number.tolist() == [25544, 100_001]


def test_numbers_of_a_tle_in_odd_places() -> None:
    first = summed(
        FIRST.replace(" 10270-3", "-12345+1").replace("26182.51782528", "57  1.00000000")
    )
    found, _ = parse(f"{first}\n{SECOND}".encode(), "x.tle")
    assert found.bstar[0] == -1.2345
    assert found.epoch_tai_ns[0] == (-410_227_200 + 10) * 10**9  # 1957-01-01: 13 years before 1970


def test_every_error_of_a_tle_is_named_by_line() -> None:
    lines = [
        "GOOD",
        FIRST,
        SECOND,
        "BAD SUM",
        FIRST[:-1] + "7",
        SECOND,
        "SHIFTED",
        summed(FIRST),
        summed("2 25544 51.64160 247.4627 0006703 130.5360 325.0288 15.72125391563537"),
        "ALONE",
        FIRST,
        SECOND.replace("25544", "25545")[:68] + "8",
        "SHORT",
        FIRST[:50],
        SECOND,
        "LOST",
        FIRST,
        "NO LINES",
        "HIGH",
        FIRST,
        summed(SECOND.replace(" 51.6416", "191.6416").replace("15.72125391", "25.72125391")),
        SECOND,
        FIRST,
    ]
    found = errors("\n".join(lines).encode())
    assert found == [
        "line 5: the checksum printed is '7', the one computed 4",
        "line 9: INCLINATION, columns 9 to 16: '51.64160': is not one",
        "line 12: catalogue number 25545, the line before has 25544",
        "line 14: 50 characters, an element line has 69",
        "line 17: line 1 of an element set without its line 2",
        "line 21: MEAN_MOTION is 25.7213, allowed is 0.01 to 20",
        "line 21: INCLINATION is 191.642, allowed is 0 to 180",
        "line 22: line 2 of an element set without its line 1",
        "line 23: line 1 of an element set without its line 2",
    ]


def test_elements_of_another_theory_are_refused() -> None:
    first = summed(FIRST[:62] + "4" + FIRST[63:])
    assert "SGP4-XP" in errors(f"{first}\n{SECOND}".encode())[0]
    assert "EPHEMERIS_TYPE is 4" in errors(as_json({**FIELDS, "EPHEMERIS_TYPE": 4}))[0]
    assert "TIME_SYSTEM is 'UT1'" in errors(as_json({**FIELDS, "TIME_SYSTEM": "UT1"}))[0]


def test_at_most_twenty_errors_are_shown() -> None:
    found = errors(f"{FIRST[:-1]}0\n{SECOND}\n".encode() * 50)
    assert len(found) == 21
    assert found[-1] == "and 30 more"
    assert (
        errors((FIRST + "\n").encode() * 3000)[-1] == "and at least 980 more; reading stopped there"
    )


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("ECCENTRICITY", 1.5, "ECCENTRICITY is 1.5, allowed is 0 to"),
        ("ECCENTRICITY", "nan", "ECCENTRICITY is 'nan', needed is a number"),
        ("MEAN_MOTION", "1_5", "MEAN_MOTION is '1_5', needed is a number"),
        ("INCLINATION", "", "INCLINATION is '', needed is a number"),
        ("EPOCH", "2026-02-30T00:00:00", "EPOCH: '2026-02-30T00:00:00' is no day of the calendar"),
        ("NORAD_CAT_ID", "T0001", "NORAD_CAT_ID is 'T0001', needed is a number"),
    ],
)
def test_errors_of_an_omm(notation: str, field: str, value: object, words: str) -> None:
    found = errors(NOTATIONS[notation](FIELDS, {**FIELDS, "OBJECT_NAME": "B", field: value}))
    assert len(found) == 1
    assert words in found[0]
    place = {"csv": "line 3", "json": "entry 2", "xml": "segment 2", "kvn": "message from line 25"}
    assert found[0].startswith(place[notation])


def test_names_fit_into_tables() -> None:
    assert "name of 101 characters" in errors(b"x" * 101 + b"\n" + TLE)[0]
    assert "control character" in errors(b"a\x07b\n" + TLE)[0]
    assert "control character" in errors(as_json({**FIELDS, "OBJECT_NAME": "a\nb"}))[0]


def test_a_missing_field_is_named() -> None:
    less = {key: value for key, value in FIELDS.items() if key != "BSTAR"}
    assert errors(as_csv(less)) == ["line 1: columns missing: BSTAR"]
    assert errors(as_json(less)) == ["entry 1 (ISS (ZARYA)): BSTAR is missing"]
    timeless = {key: value for key, value in FIELDS.items() if key != "EPOCH"}
    assert "EPOCH is missing, needed is UTC" in errors(as_json(timeless))[0]
    nameless = {
        key: val for key, val in FIELDS.items() if key not in ("OBJECT_NAME", "NORAD_CAT_ID")
    }
    assert errors(as_json(nameless)) == ["entry 1: neither OBJECT_NAME nor NORAD_CAT_ID is there"]


def test_numbers_may_be_texts_and_epochs_days_of_the_year() -> None:
    plain, _ = parse(as_json(FIELDS), "x.json")
    texts = {key: str(value) for key, value in FIELDS.items()}
    texts["EPOCH"] = "2026-182T12:25:40.104192Z"
    found, _ = parse(as_json(texts), "x.json")
    assert_same(found, plain)
    one, _ = parse(json.dumps(FIELDS).encode(), "x.json")
    assert_same(one, plain)


def test_shared_names_get_their_number_and_a_satellite_given_twice_is_refused() -> None:
    found, warnings = parse(as_json(FIELDS, {**FIELDS, "NORAD_CAT_ID": 7}), "x.json")
    assert found.names == ("ISS (ZARYA) (25544)", "ISS (ZARYA) (7)")
    assert len(warnings) == 1
    assert "2 satellites share 1 name (ISS (ZARYA))" in warnings[0]
    assert errors(TLE + TLE) == ["line 3: 25544 is there already, line 1: keep one of them"]
    assert "entry 2: ISS (ZARYA) is there already, entry 1" in errors(as_json(FIELDS, FIELDS))[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"hello world\nhow are you\n", "is not TLE, 3LE nor OMM"),
        (b"\x00\x01\x02", "binary data"),
        (b"ISS \xff", "line 1: not UTF-8"),
        (b"[]", "holds no element sets"),
        (b"[1,\n 2", "line 2: not JSON: a comma or the end of a list is missing"),
        (b"[1, ]", "line 1: not JSON: a comma before"),
        (b"[{} {}]", "line 1: not JSON: a comma or the end"),
        (b"[1] 2", "line 1: not JSON: something stands behind"),
        (b"{", "line 1: not JSON"),
        (b"[1]", "entry 1: 1 is no object"),
        (b"[" * 100_000, "JSON: cannot be read"),
        (b"[" + b"9" * 5000 + b"]", "JSON: cannot be read"),
        (b"<ndm><segment>", "line 1: not XML"),
        (b"<ndm/>", "holds no element sets"),
        (b"<!DOCTYPE ndm><ndm/>", "DOCTYPE is refused"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><ndm>&b;</ndm>', "DOCTYPE is refused"),
        (b"OBJECT_NAME,EPOCH\nISS,2026", "columns missing: MEAN_MOTION"),
        (b"EPOCH = 2026-07-01T00:00:00\nwords", "line 2: 'words' is not KEY = value"),
    ],
)
def test_what_is_no_element_file_says_so(data: bytes, words: str) -> None:
    assert any(words in line for line in errors(data))


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    assert errors(bytes(SIZE_MAX_BYTES + 1)) == ["80 MB, at most 80 MB is read"]


SEEDS = [TLE, b"ISS\n" + TLE, *(write(FIELDS, FIELDS) for write in NOTATIONS.values())]


@pytest.mark.parametrize("filler", ["\n", " \n", " ", "\n1 "], ids=repr)
def test_blank_megabytes_are_passed_over_at_once(filler: str) -> None:
    """A search that begins anew at every blank line would take a minute for a million."""
    assert len(errors(("a" + filler * 1_000_000 + "b").encode())) == 1


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_files_raise_nothing_but_scenario_errors(seed: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(cut, min(len(seed), cut + 40)))
    damaged = seed[:cut] + data.draw(st.binary(max_size=12)) + seed[end:]
    try:
        elements, _ = parse(damaged, "x")
    except ScenarioError:
        return
    assert len(set(elements.names)) == len(elements) > 0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["", "[", "<a>", "EPOCH =", "EPOCH,", FIRST + "\n"]))
def test_garbage_raises_nothing_but_scenario_errors(text: str, head: str) -> None:
    with pytest.raises(ScenarioError):
        parse((head + text).encode("utf-8", "surrogatepass"), "x")


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(list(FIELDS)),
        st.none()
        | st.booleans()
        | st.floats()
        | st.integers()
        | st.text(max_size=20)
        | st.lists(st.integers(), max_size=2),
        min_size=1,
    )
)
def test_odd_values_raise_nothing_but_scenario_errors(odd: Entry) -> None:
    try:
        elements, _ = parse(as_json({**FIELDS, **odd}), "x.json")
    except ScenarioError:
        return
    assert np.isfinite(elements.mean_motion_rev_day).all()


REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "tle"


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference element sets are not here")
@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("beidou.tle", 50),
        ("galileo.tle", 28),
        ("glonass.tle", 26),
        ("gps.tle", 31),
        ("imaging_fleet.tle", 207),
        ("spacebee_2023-08.tle", 103),
    ],
)
def test_real_files_hold_what_sgp4_reads(file: str, count: int) -> None:
    data = (REFERENCE / file).read_bytes()
    found, warnings = parse(data, file)
    assert len(found) == count
    assert warnings == ()
    lines = data.decode().splitlines()
    for k in range(count):
        name, one, two = lines[3 * k : 3 * k + 3]
        satellite = Satrec.twoline2rv(one, two)
        assert found.names[k] == name.strip()
        assert found.catalogue_number[k] == satellite.satnum
        assert np.radians(found.mean_anomaly_deg[k]) == satellite.mo
        assert found.eccentricity[k] == satellite.ecco
        assert found.bstar[k] == pytest.approx(satellite.bstar, rel=1e-15)
