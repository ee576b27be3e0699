"""Sets read all at once by columns are those read one by one, to the last bit and word."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sgp4.api import Satrec

from skyweft.errors import ScenarioError
from skyweft.protocols import tle
from skyweft.protocols.records import Errors
from skyweft.protocols.tle_columns import SoundSets, sound_sets

ONE = "1 25544U 98067A   18199.66449166  .00001587  00000-0  31361-4 0  999"
TWO = "2 25544  51.6399 221.8154 0003967 331.5553 133.7273 15.5398940612341"


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def _padded(width: int) -> st.SearchStrategy[str]:
    return st.integers(0, 10**width - 1).map(lambda each: f"{each:{width}d}") | st.just(" " * width)


SIGN, POWER = st.sampled_from(" -+"), st.sampled_from("+-")
ANGLE = st.builds("{:3d}.{}".format, st.integers(0, 399), _digits(4))
FLOATING = st.builds("{}{}{}{}".format, SIGN, _digits(5), POWER, _digits(1))
NUMBER = _digits(5) | st.builds("{}{}".format, st.sampled_from("AHJNPZ"), _digits(4))
FIRST = st.builds(
    "U {:8} {}{:03d}.{} {}.{} {} {} {} {}".format,
    st.sampled_from(["98067A", "56001ABC", "57001A", "", "x y", "98067"]),
    _digits(2),
    st.integers(0, 370),
    _digits(8),
    SIGN,
    _digits(8),
    FLOATING,
    FLOATING,
    st.sampled_from(" 0124"),
    _padded(4),
)
SECOND = st.builds(
    " {} {} {} {} {} {:2d}.{}{}".format,
    *(ANGLE, ANGLE, _digits(7), ANGLE, ANGLE, st.integers(0, 21), _digits(8), _padded(5)),
)


@st.composite
def _lines(draw: st.DrawFn) -> str:
    """Draw the lines of one set, mostly sound, perhaps with a name and a letter that is wrong."""
    number = draw(NUMBER)
    pair = [f"1 {number}{draw(FIRST)}", f"2 {number}{draw(SECOND)}"]
    if draw(st.integers(0, 3)) == 0:
        row, column = draw(st.integers(0, 1)), draw(st.integers(0, 67))
        wrong = draw(st.sampled_from("0 9-+.xA\u0661"))
        pair[row] = pair[row][:column] + wrong + pair[row][column + 1 :]
    pair = [line + str(tle.checksum(line)) for line in pair]
    ends = draw(st.lists(st.sampled_from(["", "", "", " ", " extra", "\n", "\n#"]), max_size=2))
    pair = [line + end for line, end in zip(pair, [*ends, "", ""], strict=False)]
    above = draw(
        st.sampled_from(["", "", "ISS\n", "0 NAME\n", "a\n\n", "\x07\n", "# x\n", "e\u0301\n"])
    )
    return above + "\n".join(pair[: draw(st.sampled_from([2, 2, 2, 1]))])


def _read(text: str, *, skip: bool) -> object:
    errors = Errors("x", skip=skip)
    reader = tle.TleReader(errors)
    try:
        reader.read(text)
    except ScenarioError as error:
        return str(error)
    return reader.records, reader.passed, reader.passed_first, errors.lines, errors.damaged


def _none(*_: object) -> SoundSets:
    return SoundSets(np.empty(0, np.int64), *np.empty((2, 0, 69), np.uint8))


@settings(deadline=None, max_examples=300)
@given(sets=st.lists(_lines(), max_size=8), skip=st.booleans())
@example([f"{ONE}{tle.checksum(ONE)}\n{TWO}{tle.checksum(TWO)}"], False)
@example([""], False)
def test_at_once_is_one_by_one(sets: list[str], skip: bool) -> None:
    text = "\n".join(sets)
    at_once = _read(text, skip=skip)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tle, "sound_sets", _none)
        assert repr(at_once) == repr(_read(text, skip=skip))  # which tells -0.0 from 0.0


@settings(deadline=None, max_examples=300)
@given(number=NUMBER, first=FIRST, second=SECOND)
def test_sound_sets_are_those_of_sgp4(number: str, first: str, second: str) -> None:
    pair = [f"1 {number}{first}", f"2 {number}{second}"]
    pair = [line + str(tle.checksum(line)) for line in pair]
    data = ("\n".join(pair) + "\n").encode()
    sound = sound_sets(data, np.array([0, 70]), np.array([69, 139]))
    if not len(sound.row):
        return
    found = sound.records([""])
    want = Satrec.twoline2rv(*pair)
    assert found[0].catalogue_number == want.satnum
    # sgp4 turns degrees into radians and revolutions a day into radians a minute.
    radians = np.radians(found[0].numbers[2:6])
    np.testing.assert_allclose(radians, [want.inclo, want.nodeo, want.argpo, want.mo], rtol=1e-15)
    np.testing.assert_allclose(found[0].numbers[0], want.no_kozai * 720 / np.pi, rtol=1e-15)
    assert found[0].numbers[1] == want.ecco
    np.testing.assert_allclose(found[0].numbers[6], want.bstar, rtol=1e-15)


def test_a_catalogue_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tle.TleReader, "_take_first", lambda *_: pytest.fail("one by one"))
    lines = [ONE + str(tle.checksum(ONE)), TWO + str(tle.checksum(TWO))]
    assert len(_read("\n".join(["0 ISS", *lines, *lines, ""]), skip=False)[0]) == 2  # type: ignore[index]
