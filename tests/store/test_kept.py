"""Kept work comes back byte by byte or not at all, and the oldest goes when there is too much."""

import os
from pathlib import Path

import pytest

from skyweft.errors import ScenarioError
from skyweft.store.kept import Kept, nothing_reused


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "kept", 1e6)


def _file(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_what_was_kept_is_taken(kept: Kept, tmp_path: Path) -> None:
    files = [_file(tmp_path / "from", name, name * 9) for name in ("a.npy", "b.parquet")]
    kept.keep("0a1b", dict.fromkeys(files), {"warnings": ["well"]})
    for file in files:
        file.unlink()  # the run that made it is gone
    into = tmp_path / "into"
    into.mkdir()
    assert kept.holds("0a1b")
    assert kept.take("0a1b", into) == {"warnings": ["well"]}
    assert {each.name: each.read_text() for each in into.iterdir()} == {
        "a.npy": "a.npy" * 9,
        "b.parquet": "b.parquet" * 9,
    }


def test_nothing_is_taken_of_another_key(kept: Kept, tmp_path: Path) -> None:
    kept.keep("0a1b", {_file(tmp_path / "from", "a", "a"): None}, {})
    assert not kept.holds("0a1c")
    assert kept.take("0a1c", tmp_path) is None


@pytest.mark.parametrize("harm", ["changed", "missing", "seal"])
def test_what_is_damaged_goes(kept: Kept, tmp_path: Path, harm: str) -> None:
    files = [_file(tmp_path / "from", name, "as it was") for name in ("a", "b")]
    kept.keep("0a1b", dict.fromkeys(files), {})
    (entry,) = (tmp_path / "kept").glob("??/*")
    if harm == "changed":
        (tmp_path / "from" / "b").write_text("as it is.")  # of the same size, by the run's own file
    elif harm == "missing":
        (entry / "b").unlink()
    else:
        (entry / "seal.json").write_text("{")
    into = tmp_path / "into"
    into.mkdir()
    assert kept.take("0a1b", into) is None
    assert list(into.iterdir()) == []
    assert not kept.holds("0a1b")


def test_the_longest_unasked_goes_first(tmp_path: Path) -> None:
    kept, into = Kept(tmp_path / "kept", 2_500), tmp_path / "into"
    into.mkdir()
    for number, key in enumerate(("aa", "bb")):
        kept.keep(key, {_file(tmp_path / key, "f", "x" * 900): None}, {})
        os.utime(tmp_path / "kept" / key / key, (number, number))
    kept.take("aa", into)  # asked for again: now `bb` is the oldest
    another = Kept(tmp_path / "kept", 2_500)
    another.keep("cc", {_file(tmp_path / "cc", "f", "x" * 900): None}, {})
    another.trim()
    assert [another.holds(key) for key in ("aa", "bb", "cc")] == [True, False, True]


def test_a_run_that_is_too_large_is_not_kept(kept: Kept, tmp_path: Path) -> None:
    kept.keep("aa", {_file(tmp_path / "from", "f", "x" * 700_000): None}, {})
    kept.keep("bb", {_file(tmp_path / "from", "f", "x" * 700_000): None}, {})
    assert kept.holds("aa")
    assert not kept.holds("bb")


def test_a_disk_that_knows_no_links(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refused)
    file = _file(tmp_path / "from", "a", "some")
    kept.keep("aa", {file: None}, {})
    file.write_text("else")
    (tmp_path / "into").mkdir()
    assert kept.take("aa", tmp_path / "into") == {}
    assert (tmp_path / "into" / "a").read_text() == "some"


def test_the_bound_is_a_number_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYWEFT_REUSE_BYTES", "10 GB")
    with pytest.raises(ScenarioError, match="SKYWEFT_REUSE_BYTES=10 GB: a number of bytes"):
        Kept.of_user()
    with nothing_reused():
        assert not Kept.of_user()
    assert os.environ["SKYWEFT_REUSE_BYTES"] == "10 GB"
