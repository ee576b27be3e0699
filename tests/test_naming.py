"""What a name may be is one decision, held against XML's own parser and the folders of a system."""

import sys
import unicodedata
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.naming import (
    Apart,
    cut,
    escaped,
    file_stem,
    look_alike,
    normal,
    told_apart,
    unseen,
    wrong_name,
)

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\n\r\t\x00\x0b\x1b\x7f\x85\u2028\u202e\ufeff\ufffe<>&\"'#,;:=[]{}/\\|?*. a"
        ),
    ),
    max_size=110,
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Wuhan", None),
        ("上海　港", None),  # an ideographic space is seen
        ("نمی\u200cخواهم", None),  # Persian needs its non-joiner
        ("👩\u200d🚀", None),
        ("", "a name is empty"),
        (" \t", "a name is empty"),
        ("é" * 100, None),
        ("é" * 101, "a name of 101 characters, allowed are 100"),
        ("Post\x0b7", "the name 'Post\\x0b7' holds a control character"),
        ("North\na contact", "the name 'North\\na contact' holds a control character"),
        ("a\x85b", "the name 'a\\x85b' holds a control character"),
        ("a\u2028b", "the name 'a\\u2028b' holds a control character"),
        ("a\u202eb", "the name 'a\\u202eb' holds a control character"),
        ("a\ud800", "the name 'a\\ud800' holds a control character"),
        ("a\uffff", "the name 'a\\uffff' holds a control character"),
    ],
)
def test_what_a_name_may_be(name: str, said: str | None) -> None:
    assert wrong_name(name) == said


def test_every_character_that_is_let_in_stands_in_xml() -> None:
    """XML 1.0, 2.2, by the parser: whatever a name may hold comes back from a document."""
    allowed = [each for each in map(chr, range(sys.maxunicode + 1)) if not unseen(each)]
    assert len(allowed) > 1_000_000
    text = "".join(each for each in allowed if each not in "<&>")
    assert ET.fromstring(f"<name>{text}</name>").text == text
    assert text.encode().decode() == text
    assert len(text.splitlines()) == 1


@given(HOSTILE)
def test_messages_are_one_line(text: str) -> None:
    shown = escaped(text)
    assert unseen(shown) is None
    assert len(f"x{shown}x".splitlines()) == 1


@given(HOSTILE)
def test_normal_forms_are_one_name(text: str) -> None:
    forms = {normal(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert forms == {normal(text)}


@given(HOSTILE, st.integers(0, 40))
def test_a_cut_text_fits_and_is_a_beginning(text: str, bytes_max: int) -> None:
    text = "".join(each for each in text if not "\ud800" <= each <= "\udfff")
    found = cut(text, bytes_max)
    assert text.startswith(found)
    assert bytes_max - 4 < len(found.encode()) <= bytes_max or found == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(names=st.lists(HOSTILE, min_size=1, max_size=8))
def test_files_of_names_exist_and_stay_apart(names: list[str], tmp_path: Path) -> None:
    apart = Apart()
    files = [apart(file_stem(name), ".oem") for name in [*names, *names]]
    assert len({unicodedata.normalize("NFC", each).casefold() for each in files}) == len(files)
    for each in files:
        assert len(each.encode()) <= 255
        assert not set(each) & set('<>:"/\\|?*')
        assert not each.startswith(".")
        (tmp_path / each).write_text("")
        (tmp_path / each).unlink()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a/b", "a_b"),
        ("..", "_"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("CONVOY", "CONVOY"),
        ("trailing. ", "trailing_"),
        ("Quay #1", "Quay #1"),
        ("", "_"),
    ],
)
def test_names_of_files(name: str, stem: str) -> None:
    """Microsoft, "Naming Files, Paths, and Namespaces": reserved characters, names and endings."""
    assert file_stem(name) == stem


def test_long_names_that_begin_alike_stay_apart() -> None:
    apart = Apart()
    names = ["港" * 100 + str(k) for k in range(12)]
    found = [apart(file_stem(each), ".oem") for each in names]
    assert len(set(found)) == 12
    assert max(len(each.encode()) for each in found) <= 255
    assert found[11].endswith("-12.oem")


PLAIN = st.text("ab c山", min_size=1, max_size=6).map(lambda each: " ".join(each.split()))
HIDDEN = st.sampled_from(["\u200c", "\u200d", "\ufe0f", "\u034f", "\u3164"])


@given(names=st.lists(PLAIN.filter(bool), min_size=1, max_size=5, unique=True), data=st.data())
def test_what_differs_in_what_is_not_seen_looks_alike(
    names: list[str], data: st.DataObject
) -> None:
    assert look_alike(names) == []
    name = data.draw(st.sampled_from(names))
    at = data.draw(st.integers(0, len(name)))
    other = name[:at] + data.draw(HIDDEN) + name[at:]
    assert look_alike([*names, other]) == [(other, name)]
    assert told_apart(other) != told_apart(name) == name
    assert told_apart(other).isprintable()
    assert look_alike([other]) == []  # nobody is there to be taken for
    twice = [each.replace(" ", "\u00a0") for each in names if " " in each]
    assert [one for one, _ in look_alike([*names, *twice])] == twice
    assert [told_apart(each) for each in twice] == [
        each.replace("\u00a0", "\\xa0") for each in twice
    ]


def test_two_blanks_look_like_one() -> None:
    assert look_alike(["a b", "a  b", "a\u3000b"]) == [("a  b", "a b"), ("a\u3000b", "a b")]
    assert told_apart("a  b") == "a \\x20b"
