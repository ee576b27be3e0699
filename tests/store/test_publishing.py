"""Sets of files get into a folder whole or not at all, whenever the process is killed."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from skyweft.store import journal
from skyweft.store.names import SUMS
from skyweft.store.publishing import Publishing

Files = dict[str, bytes]

NAMES = st.sampled_from(["a", "b", "c.parquet", "d.json", "e"])
SETS = st.dictionaries(NAMES, st.binary(max_size=40), max_size=4)


def _written(folder: Path, files: Files) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def _there(folder: Path) -> Files:
    names = (each for each in folder.iterdir() if not each.name.startswith(".beside"))
    found = {each.name: each.read_bytes() for each in names}
    sums = found.pop(SUMS, b"").decode().splitlines()
    if "key" in found:  # the list of checksums came with the set that has the key
        for line in sums:
            checksum, name = line.split("  ")
            assert hashlib.sha256(found[name]).hexdigest() == checksum
    return found


def _into(folder: Path) -> Publishing:
    return Publishing(folder, folder / ".beside", "key", lambda name: name != "mine")


def test_a_set_takes_the_place_of_another(tmp_path: Path) -> None:
    folder = _written(tmp_path / "out", {"key": b"1", "a": b"1", "stale": b"1", "mine": b"0"})
    draft = _written(folder / ".beside" / "new.draft", {"key": b"2", "a": b"2", "b": b"2"})
    (folder / "made of it").mkdir()
    (folder / "made of it" / "file").write_bytes(b"1")
    _into(folder).put(draft, last=True)
    assert _there(folder) == {"key": b"2", "a": b"2", "b": b"2", "mine": b"0"}
    assert not (folder / ".beside").exists()


@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
@given(old=st.none() | SETS, new=SETS, last=st.booleans())
@example(old={"a": b"1", "b": b"1"}, new={"b": b"2", "e": b"2"}, last=True)
def test_killed_at_every_step(
    publish_killed: Callable[..., bool],
    tmp_path_factory: pytest.TempPathFactory,
    old: Files | None,
    new: Files,
    last: bool,
) -> None:
    """With the key there is one set and no file of another; whoever comes next finishes."""
    before = {"mine": b"0"} | ({} if old is None else {**old, "key": b"old"})
    after = {"mine": b"0", **new, "key": b"new"}
    kept = tmp_path_factory.mktemp("killed")
    for step in range(200):
        folder = _written(kept / str(step), before)
        draft = _written(folder / ".beside" / "new.draft", {**new, "key": b"new"})
        killed = publish_killed(step, folder, draft, last=last)
        found = _there(folder)
        if "key" in found:
            assert found == (before if found["key"] == b"old" else after)
        counts = _into(folder).in_flight() or found == after
        _into(folder).settle()
        assert _there(folder) == (after if counts else before)
        assert not _into(folder).in_flight()
        if not killed:
            break
    assert not killed
    assert step >= 4 + len(new)
    assert (folder / ".beside").exists() != last


@settings(max_examples=15)
@given(data=st.data(), new=SETS, moved=st.integers(0, 5))
def test_a_damaged_set_never_counts(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, new: Files, moved: int
) -> None:
    """After a power cut a sealed set may be damaged: the old one stays, or none is there."""
    files = {**new, "key": b"new"}
    before = {"a": b"old", "key": b"old"}
    folder = _written(tmp_path_factory.mktemp("damaged") / "out", before)
    into = _into(folder)
    journal.seal(_written(folder / ".beside" / "x.draft", files), into.beside / "set", last=True)
    names = sorted(files, key=lambda name: name == "key")[:moved]
    if names:
        (folder / "key").unlink()
    for name in names:
        (into.beside / "set" / name).replace(folder / name)
    victim = data.draw(st.sampled_from(sorted(files)))
    path = into.beside / "set" / victim
    path = path if path.exists() else folder / victim
    path.write_bytes(path.read_bytes() + b"more")
    into.settle()
    assert not into.in_flight()
    assert ("key" in _there(folder)) == (not names)
    if not names:
        assert _there(folder) == before


def test_what_is_deleted_goes_in_one_step(tmp_path: Path) -> None:
    folder = _written(tmp_path / "out", {"key": b"1"})
    _written(folder / ".beside.draft", {"half": b"deleted"})
    _into(folder).settle()
    assert not (folder / ".beside.draft").exists()
    shutil.rmtree(folder)
