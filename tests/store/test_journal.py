"""Every byte of a sealed folder counts, and so does what it follows."""

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.store import journal

Files = dict[str, bytes]

FILES = st.dictionaries(
    st.sampled_from(["a.npz", "b.parquet", "c.json"]), st.binary(max_size=60), min_size=1
)


def _sealed(place: Path, files: Files, after: str = "") -> Path:
    draft = place.with_suffix(".draft")
    draft.mkdir()
    for name, content in files.items():
        (draft / name).write_bytes(content)
    journal.seal(draft, place, after, meaning=3)
    return place


def test_seal(tmp_path: Path) -> None:
    one = _sealed(tmp_path / "one", {"a": b"abc"})
    # FIPS 180-2, appendix B.1.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert journal.sealed(one) == {"a": {"sha256": digest, "size_bytes": 3}}
    assert journal.note(one, "meaning") == 3
    assert not journal.damage(one)
    two = _sealed(tmp_path / "two", {"a": b"abc"}, journal.mark(one))
    assert journal.follows(two, journal.mark(one))
    assert not journal.follows(one, journal.mark(one))
    assert not journal.follows(tmp_path / "three", "")
    assert not (tmp_path / "one.draft").exists()


def test_the_same_bytes_are_followed_by_the_same(tmp_path: Path) -> None:
    one = _sealed(tmp_path / "one", {"a": b"1"})
    two = _sealed(tmp_path / "two", {"b": b"2"}, journal.mark(one))
    _sealed(tmp_path / "one", {"a": b"1"})
    assert journal.follows(two, journal.mark(one))
    _sealed(tmp_path / "one", {"a": b"3"})
    assert not journal.follows(two, journal.mark(one))


@settings(max_examples=60)
@given(data=st.data(), files=FILES)
def test_any_damage_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, files: Files
) -> None:
    place = _sealed(tmp_path_factory.mktemp("journal") / "one", files)
    mark = journal.mark(place)
    victim = place / data.draw(st.sampled_from([*sorted(files), journal.SEAL]))
    whole = victim.read_bytes()
    kind = data.draw(st.sampled_from(["flip", "cut", "longer", "gone", "another"]))
    if kind == "flip":
        assume(whole)
        at = data.draw(st.integers(0, len(whole) - 1))
        other = whole[at] ^ data.draw(st.integers(1, 255))
        victim.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
    elif kind == "cut":
        assume(whole)
        victim.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    elif kind == "longer":
        victim.write_bytes(whole + b"\x00")
    elif kind == "gone":
        victim.unlink()
    else:
        (place / "another").write_bytes(b"")
    try:
        changed = journal.mark(place) != mark
    except ScenarioError:
        changed = True
    if victim.name == journal.SEAL and kind != "another":
        # A seal says nothing by its white space; whatever else it says is another mark.
        assert changed or not journal.damage(place)
        assert journal.damage(place) or journal.sealed(place).keys() == files.keys()
    else:
        assert journal.damage(place)
        assert not changed
