"""Messages read many at once are those read one by one, to the last bit and word."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.protocols import alike, elements, json_stream, omm, omm_columns, runs
from skyweft.protocols.omm_columns import Block
from skyweft.protocols.records import Errors

SOUND: dict[str, object] = {
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
    "CENTER_NAME": "EARTH",
    "MEAN_ELEMENT_THEORY": "SGP4",
}
ODD: list[object] = [
    *("", " ", " 7 ", "x", "1_0", "nan", "inf", "1e999", "-1", "+5", "007", "\u0663", "1e0", "0.0"),
    *("-0.0", "1234567890", "EARTH", "earth ", "MARS", "2026-07-01", "2026-02-30T00:00:00"),
    *("2016-12-31T23:59:60", "1900-01-01T00:00:00", "e\u0301", "\u00e9", "a\u2028b", "n" * 101),
    *("a & b", "a<b", "a,b", 'a"b', "[deg]", "5 [deg]", "5 [rad]", "a=b", "# a", "a\\b"),
    *(None, True, -0.0, 1.5, 4, 900.0, -3, 10**400, 2**70, [1], {"a": 1}),
]


def _json(entries: Sequence[dict[str, object]], pretty: bool) -> str:
    return json.dumps(entries, indent=1 if pretty else None)


def _csv(entries: Sequence[dict[str, object]], pretty: bool) -> str:
    between, quoted = (";", '"{}"') if pretty else (",", "{}")
    rows: list[list[object]] = [[*entries[0]], *([*each.values()] for each in entries)]
    return "".join(f"{between.join(quoted.format(each) for each in row)}\n" for row in rows)


def _kvn(entries: Sequence[dict[str, object]], pretty: bool) -> str:
    units = {"INCLINATION": " [deg]", "BSTAR": " [1/er] "} if pretty else {}
    lines = []
    for each in entries:
        lines += [*["\n", "COMMENT it is one\n"][: 2 * pretty], "CCSDS_OMM_VERS = 2.0\n"]
        lines += [f"{key} ={value}{units.get(key, '')}\n" for key, value in each.items()]
    return "".join(lines)


def _xml(entries: Sequence[dict[str, object]], pretty: bool) -> str:
    unit, end = (' units="DEG"', "\n  ") if pretty else ("", "")
    messages = []
    for each in entries:
        said = "".join(
            f"<{key}{unit * (key == 'INCLINATION')}>{value}</{key}>{end}"
            if value not in ("", None)
            else f"<{key}/>"
            for key, value in each.items()
        )
        messages.append(
            f'<omm id="CCSDS_OMM_VERS">{end}<header/><body><segment><data>{said}</data></segment>'
            f"</body></omm>{end}"
        )
    return f'<?xml version="1.0"?>{end}<ndm>{"".join(messages)}</ndm>'


NOTATIONS: list[Callable[[Sequence[dict[str, object]], bool], str]] = [_json, _csv, _kvn, _xml]


@st.composite
def _entries(draw: st.DrawFn) -> list[dict[str, object]]:
    """Draw entries that are mostly sound and of one form."""
    entries: list[dict[str, object]] = []
    for k in range(draw(st.integers(1, 12))):
        entry = {
            **SOUND,
            "OBJECT_NAME": f"A {k}",
            "NORAD_CAT_ID": draw(st.sampled_from([k, str(k)])),
        }
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
            entry[draw(st.sampled_from([*entry]))] = draw(st.sampled_from(ODD))
        entries.append(entry)
    what = draw(
        st.sampled_from(["nothing", "nothing", "a field less", "one more", "texts", "twice"])
    )
    for each in entries[draw(st.integers(0, 3)) :]:
        if what == "a field less":
            del each[draw(st.sampled_from([*each]))]
        elif what == "one more":
            each[draw(st.sampled_from(["HUE", "USER_DEFINED_X", "SEGMENT", "epoch"]))] = "x"
        elif what == "texts":
            each.update({key: str(value) for key, value in each.items()})
    return entries


def _read(text: str, *, skip: bool) -> object:
    errors = Errors("x", skip=skip)
    try:
        found: object = elements._records(text, errors)
    except ScenarioError as error:
        found = str(error)
    return repr(found), errors.lines, errors.count, errors.damaged, sorted(errors.unused)


@contextmanager
def _one_by_one() -> Iterator[None]:
    def none(block: Block) -> object:
        return np.zeros(len(block.places), bool), [()] * 18

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(omm_columns, "sound_rows", none)
        for module in (omm, runs):
            patch.setattr(module, "FORMS_MAX", 0)
        patch.setattr(json_stream, "SEVERAL", 0)
        yield


@contextmanager
def _few_at_once(count: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(omm, "AT_ONCE", count)
        patch.setattr(alike, "AT_ONCE", count)
        patch.setattr(json_stream, "SEVERAL", 450 * count)
        yield


@settings(deadline=None, max_examples=400)
@given(
    entries=_entries(),
    notation=st.sampled_from(NOTATIONS),
    pretty=st.booleans(),
    skip=st.booleans(),
    few=st.integers(1, 20),
    damage=st.none() | st.tuples(st.integers(0, 9_999), st.integers(0, 9), st.text(max_size=9)),
)
@example([SOUND] * 5, _xml, True, False, 3, None)
@example([SOUND] * 5, _xml, False, False, 3, (3_000, 0, "<!--"))
@example([SOUND] * 5, _kvn, True, True, 3, None)
def test_at_once_is_one_by_one(
    entries: list[dict[str, object]],
    notation: Callable[[Sequence[dict[str, object]], bool], str],
    pretty: bool,
    skip: bool,
    few: int,
    damage: tuple[int, int, str] | None,
) -> None:
    text = notation(entries, pretty)
    if damage:
        place, gone, put = damage
        place %= len(text)
        text = text[:place] + put + text[place + gone :]
    with _few_at_once(few):
        at_once = _read(text, skip=skip)
    with _one_by_one():
        assert at_once == _read(text, skip=skip)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("pretty", [False, True])
def test_a_catalogue_is_read_at_once(
    notation: Callable[[Sequence[dict[str, object]], bool], str],
    pretty: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(omm_columns, "record", lambda *given: calls.append(given))
    named = [{**SOUND, "OBJECT_NAME": f"A {k}", "NORAD_CAT_ID": k + 1} for k in range(9)]
    _read(notation(named, pretty), skip=False)
    assert len(calls) <= 2  # the first by a parser, the last where no line of another is below


def test_what_a_segment_may_hide_is_seen() -> None:
    one = _xml([SOUND], pretty=False).partition("<ndm>")[2].removesuffix("</ndm>")
    hidden = f"<ndm>{one}<!--{one}-->{one}{one}<a>{one}</a></ndm>"
    errors = Errors("x")
    records, _ = elements._records(hidden, errors)
    assert [each.where for each in records] == [f"segment {k}" for k in range(1, 5)]


def test_an_error_of_xml_is_told_by_its_line() -> None:
    text = _xml([SOUND] * 4, pretty=True)
    line = text[: text.index("</ndm>")].count("\n") + 1
    assert f"x: line {line}: not XML" in str(_read(text.replace("</ndm>", "</nmd>"), skip=False))
