"""Several sets of one satellite, damaged sets, and text around sets."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.protocols.element_choice import Choice
from skyweft.protocols.elements import parse
from skyweft.protocols.tle import checksum
from skyweft.world.clock import tai_ns

START = datetime(2018, 7, 19, tzinfo=UTC)
FIRST = "1 25544U 98067A   18199.66449166  .00001587  00000-0  31361-4 0  999"
SECOND = "2 25544  51.6399 221.8154 0003967 331.5553 133.7273 15.5398940612341"
EPOCH = datetime(2018, 7, 18, 15, 56, 52, 79424, tzinfo=UTC)  # day 199.66449166


def summed(line: str) -> str:
    return line[:68] + str(checksum(line))


def tle(day: float = 199.66449166, number: str = "25544", anomaly: str = "133.7273") -> str:
    first = FIRST.replace("199.66449166", f"{day:012.8f}").replace("25544", number)
    second = SECOND.replace("25544", number).replace("133.7273", anomaly)
    return f"{summed(first)}\n{summed(second)}\n"


def choice(rule: str, days: float = 1.0, skip: bool = False) -> Choice:
    start = tai_ns(START)
    return Choice(rule, start, start + round(days * 86_400e9), skip)


def fields(**other: object) -> dict[str, object]:
    return {
        "OBJECT_NAME": "ISS",
        "NORAD_CAT_ID": 25544,
        "EPOCH": "2018-07-18T15:56:52.079424",
        "MEAN_MOTION": 15.5,
        "ECCENTRICITY": 0.0004,
        "INCLINATION": 51.64,
        "RA_OF_ASC_NODE": 221.8,
        "ARG_OF_PERICENTER": 331.5,
        "MEAN_ANOMALY": 133.7,
        "BSTAR": 3e-5,
        **other,
    }


def read(*entries: dict[str, object], rule: str = "nearest") -> tuple[tuple[str, ...], list[str]]:
    elements, warnings = parse(json.dumps(entries).encode(), "x.json", choice(rule))
    return elements.names, [each.removeprefix("x.json: ") for each in warnings]


@pytest.mark.parametrize(
    ("rule", "days", "taken"),
    [
        ("nearest", 0.01, 199.66449166),  # 8 h before the start, the other 16 h after it
        ("nearest", 2.0, 200.66449166),  # the middle of the run is a day later
        ("before", 2.0, 199.66449166),
    ],
)
def test_a_history_gives_one_set_by_the_rule(rule: str, days: float, taken: float) -> None:
    for days_of_year in ([199.66449166, 200.66449166], [200.66449166, 199.66449166]):
        data = "".join(map(tle, days_of_year)).encode()
        elements, warnings = parse(data, "x.tle", choice(rule, days))
        moment = EPOCH + timedelta(days=round(taken - 199.66449166))
        assert elements.epoch_tai_ns.tolist() == [tai_ns(moment)]
        (line,) = warnings
        assert line.startswith("x.tle: 1 element set passed over: of 1 satellite with several")
        assert f"(25544: {moment:%Y-%m-%dT%H:%M} of 2)" in line


def test_a_history_is_a_error_where_the_user_says_so() -> None:
    for skip in (False, True):  # what is damaged may be left out, what is there twice not
        with pytest.raises(ScenarioError, match=r"x.tle: line 3: 25544 is there already, line 1"):
            parse((tle() + tle(200.5)).encode(), "x.tle", choice("error", skip=skip))


def test_no_set_before_the_start_is_said() -> None:
    data = (tle(205.0) + tle(203.0)).encode()
    elements, (line,) = parse(data, "x.tle", choice("before"))
    assert elements.epoch_tai_ns[0] == tai_ns(datetime(2018, 7, 22, tzinfo=UTC))
    assert line.endswith("; 1 have none before the start, their first is taken (25544)")


def test_sets_of_one_epoch_that_differ_are_told() -> None:
    elements, (line,) = parse((tle() + tle(anomaly="134.0000")).encode(), "x", choice("nearest"))
    assert elements.mean_anomaly_deg[0] == 134.0  # the last in the file
    assert line.endswith("; 1 have sets of one epoch that differ (25544)")
    (line,) = parse((tle() + tle()).encode(), "x", choice("nearest"))[1]
    assert "differ" not in line
    names, _ = read(fields(ELEMENT_SET_NO=5, BSTAR=1e-5), fields(ELEMENT_SET_NO=4))
    assert names == ("ISS",)


def test_who_is_one_satellite() -> None:
    # One number under several names: nobody can say whether it was renamed, so both are kept.
    names, warnings = read(fields(), fields(OBJECT_NAME="STATION"))
    assert names == ("ISS", "STATION")
    assert warnings == [
        "1 catalogue number under several names, which are taken as different satellites "
        "(25544: ISS, STATION)"
    ]
    # One name, several numbers: they are different.
    names, warnings = read(fields(), fields(NORAD_CAT_ID=5), fields(NORAD_CAT_ID=799_501_621))
    assert names == ("ISS (25544)", "ISS (5)", "ISS (799501621)")
    assert warnings == ["3 satellites share 1 name (ISS): their catalogue numbers were added"]
    # Without numbers the international designator tells them apart.
    names, warnings = read(
        fields(NORAD_CAT_ID=None, OBJECT_ID="2018-001A"),
        fields(NORAD_CAT_ID=None, OBJECT_ID="2018-001B"),
    )
    assert names == ("ISS (2018-001A)", "ISS (2018-001B)")


def test_a_catalogue_of_shared_names_says_it_in_one_line() -> None:
    entries = [fields(OBJECT_NAME=f"DEB {k // 2}", NORAD_CAT_ID=90_000 + k) for k in range(800)]
    _, warnings = read(*entries)
    assert warnings == [
        "800 satellites share 400 names (DEB 0, DEB 1, DEB 2, ...): their catalogue numbers were "
        "added"
    ]


BULLETIN = """SB KEPS @ AMSAT  $ORB18199.N
2Line Orbital Elements 18199.AMSAT

FROM WA5QGD FORT WORTH,TX July 18, 2018
TO ALL RADIO AMATEURS BT

ISS
{set}/EX
"""


def test_a_bulletin_is_read() -> None:
    elements, warnings = parse(BULLETIN.format(set=tle()).encode(), "x.txt")
    assert elements.names == ("ISS",)
    assert warnings == (
        "x.txt: 5 lines of text without element lines passed over, the first is line 1, "
        "'SB KEPS @ AMSAT  $ORB18199.N'",
    )


@pytest.mark.parametrize("head", ["[AMSAT-BB] Keps", "Subject = Keps", "EPOCH, OBJECT_NAME", "{"])
def test_a_bulletin_may_begin_like_another_format(head: str) -> None:
    elements, warnings = parse(f"{head}\n\nISS\n{tle()}".encode(), "x")
    assert elements.names == ("ISS",)
    assert "1 line of text" in warnings[0]


def test_the_end_of_a_paragraph_names_no_satellite() -> None:
    elements, _ = parse(f"73 de the editors\n\n{tle()}".encode(), "x")
    assert elements.names == ("25544",)
    spaced = "\n\n".join(f"ISS\n{tle()}".splitlines())
    assert parse(spaced.encode(), "x")[0].names == ("ISS",)
    indented = "\n".join(f"   {line}" for line in f"ISS\n{tle()}".splitlines())
    assert parse(indented.encode(), "x")[0].names == ("ISS",)


@pytest.mark.parametrize(
    "torn", [lambda line: "l" + line[1:], lambda line: line[2:], lambda line: "> " + line]
)
@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_line_is_no_text(torn: Any, which: int) -> None:
    lines = tle().splitlines()
    lines[which] = torn(lines[which])
    data = "\n".join(["A", *lines, "B", *tle(number="00005").splitlines()]).encode()
    with pytest.raises(ScenarioError, match=f"line {which + 2}: .* looks like an element line"):
        parse(data, "x")
    elements, warnings = parse(data, "x", choice("nearest", skip=True))
    assert elements.names == ("B",)
    assert "x: 1 of 2 element sets damaged and left out: line " in warnings[-1]


def test_damaged_sets_are_left_out_only_where_the_user_says_so() -> None:
    sets = [tle(number=f"{k:05d}") for k in range(1, 3001)]
    sets[1499] = sets[1499].replace("51.6399", "51.6398")
    data = "".join(sets).encode()
    with pytest.raises(ScenarioError, match="line 3000: the checksum printed is"):
        parse(data, "x.tle")
    elements, warnings = parse(data, "x.tle", choice("nearest", skip=True))
    assert len(elements) == 2999
    assert len(warnings) == 1
    assert warnings[0].startswith(
        "x.tle: 1 of 3,000 element sets damaged and left out: line 3000: the checksum printed is"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[" + json.dumps(fields()).encode(), "not JSON"),
        (b"<ndm><segment>", "not XML"),
        (b'EPOCH,OBJECT_NAME\n"2026', "columns missing"),
        ((tle()[:-3]).encode(), "characters, an element line has 69"),
    ],
)
def test_a_file_that_is_cut_is_refused_even_so(data: bytes, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        parse(data, "x", choice("nearest", skip=True))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 365), st.integers(1, 4)), min_size=1, max_size=12),
    st.integers(0, 364),
    st.integers(1, 60),
    st.lists(st.text("abcxyz /$@.,:", max_size=30), max_size=5),
)
def test_whatever_the_history_the_nearest_is_taken(
    sets: list[tuple[int, int]], start: int, length: int, text: list[str]
) -> None:
    # Relatives: any number of sets and satellites in any order, between lines of a bulletin.
    lines = [tle(float(day), f"{number:05d}") for day, number in sets]
    data = "\n".join([*text, "", *(each for line in lines for each in (line, *text, ""))])
    begin = tai_ns(datetime(2018, 1, 1, tzinfo=UTC) + timedelta(days=start))
    end = begin + length * 86_400 * 10**9
    elements, warnings = parse(data.encode(), "x", Choice("nearest", begin, end))
    middle = start + length / 2 + 1
    wanted = {number for _, number in sets}
    assert set(elements.catalogue_number.tolist()) == wanted
    for number, epoch in zip(elements.catalogue_number, elements.epoch_tai_ns, strict=True):
        day = 1 + (int(epoch) - tai_ns(datetime(2018, 1, 1, tzinfo=UTC))) / 86_400e9
        best = min(abs(each - middle) for each, owner in sets if owner == number)
        assert abs(abs(day - middle) - best) < 1e-6
    passed = len(sets) - len(wanted)
    assert any(f"{passed} element set" in each for each in warnings) == (passed > 0)


@given(named=st.lists(st.booleans(), min_size=1, max_size=5), others=st.integers(0, 2))
def test_sets_without_a_name_are_of_the_satellite_of_their_number(
    named: list[bool], others: int
) -> None:
    """A history in which the name is missing from some sets is one of one satellite."""
    days = [199.0 + k for k in range(len(named))]
    text = "".join(
        ("ISS\n" if reported else "\n") + tle(day)
        for reported, day in zip(named, days, strict=True)
    )
    text += "".join(f"S{k}\n{tle(199.0, str(30_000 + k))}" for k in range(others))
    elements, _ = parse(text.encode(), "x", choice("nearest"))
    assert elements.names == ("ISS" if any(named) else "25544", "S0", "S1")[: others + 1]


@pytest.mark.parametrize("around", ["<html><pre>\n{}</pre></html>", "<!-- 1 -->\n{}"])
def test_sets_on_a_page_of_the_web(around: str) -> None:
    elements, warnings = parse(around.format(f"ISS\n{tle()}").encode(), "x")
    assert elements.names == ("ISS",)
    assert len(warnings) == 1
    assert "of text without element lines passed over" in warnings[0]
