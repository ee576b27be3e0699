"""Every byte of a finished run is held to its checksum, by us and by `sha256sum`."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.console.tables import Query, page
from skyweft.errors import ScenarioError
from skyweft.results import open_run, run
from skyweft.store import checksums
from skyweft.store.checksums import intact
from skyweft.sweeps import open_sweep, sweep
from tests.written import LORA, fixed, head, shell

SATS, OFFICE = shell("sats", "up", 1, 2, 60.0), fixed("office", "down", 30.0, 100.0)
SCENARIO = head("Two", 1_800) + SATS + OFFICE + LORA


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("whole")
    (place / "two.toml").write_text(SCENARIO, encoding="utf-8")
    return run(place / "two.toml", place / "run").folder


def _flip(path: Path, place: float, bit: int) -> Callable[[], None]:
    """Flip one bit; return what flips it back."""
    before = path.read_bytes()
    content = bytearray(before)
    content[int(place * len(content))] ^= 1 << bit

    def put(what: bytes) -> None:
        path.write_bytes(what)
        checksums._digest.cache_clear()  # clocks of files tick slower than tests write

    put(bytes(content))
    return lambda: put(before)


def _read_all(folder: Path) -> None:
    found = open_run(folder)
    found.summary()
    for path in folder.glob("*.parquet"):
        found.table(path.stem)


@settings(max_examples=60)
@given(data=st.data(), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_named_by_every_reader(
    whole: Path, data: st.DataObject, place: float, bit: int
) -> None:
    folder = whole
    read = [*sorted(folder.glob("*.parquet")), folder / "manifest.json", folder / "summary.json"]
    path = data.draw(st.sampled_from(read))
    _read_all(folder)
    mend = _flip(path, place, bit)
    try:
        with pytest.raises(ScenarioError, match=path.name):
            _read_all(folder)
        if path.suffix == ".parquet":
            with pytest.raises(ScenarioError, match="not as it was written"):
                page(path, Query())
    finally:
        mend()
    _read_all(folder)


@pytest.mark.parametrize("name", ["contacts.parquet", "manifest.json", "scenario.toml"])
def test_commands_end_with_a_message(
    whole: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(whole, tmp_path / "copy")
    _flip(folder / name, 0.5, 0)
    before = sorted(each.name for each in folder.iterdir())
    assert main(["report", str(folder)]) == 1
    assert name in capsys.readouterr().err
    if name != "scenario.toml":  # which no export reads
        assert main(["export", str(folder), "--format", "czml"]) == 1
        assert name in capsys.readouterr().err
    assert sorted(each.name for each in folder.iterdir()) == before


def test_the_list_is_one_of_sha256sum(whole: Path, tmp_path: Path) -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("there is no sha256sum on this machine")
    words = [program, "--check", "--strict", "--quiet", "SHA256SUMS"]
    folder = shutil.copytree(whole, tmp_path / "copy")
    assert subprocess.run(words, cwd=folder, check=False).returncode == 0
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert listed == {each.name for each in folder.iterdir()} - {"SHA256SUMS"}
    _flip(folder / "link_samples.parquet", 0.5, 3)
    found = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)
    assert "link_samples.parquet: FAILED" in found.stdout


@settings(max_examples=30)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_damaged_list_vouches_for_nothing_else(whole: Path, place: float, bit: int) -> None:
    """Readers refuse, or read what was written: never something else."""
    mend = _flip(whole / "SHA256SUMS", place, bit)
    try:
        found = open_run(whole).contacts
    except ScenarioError as error:
        found, said = None, str(error)
    else:
        said = "SHA256SUMS"
    finally:
        mend()
    assert found is None or found.equals(open_run(whole).contacts)
    assert "SHA256SUMS" in said


def test_without_a_list_and_beside_it(whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole, tmp_path / "copy")
    shutil.copy(folder / "contacts.parquet", folder / "mine.parquet")
    with pytest.raises(ScenarioError, match="does not list it"):
        intact(folder / "mine.parquet")
    (folder / "SHA256SUMS").unlink()
    assert intact(folder / "mine.parquet").is_file()
    _read_all(folder)


def test_a_sweeps_table(whole: Path, tmp_path: Path) -> None:
    found = sweep(
        whole.parent / "two.toml", {"duration_s": [600, 900]}, tmp_path / "sweep", workers=1
    )
    assert open_sweep(found.folder).table.num_rows == 2
    _flip(found.folder / "sweep.parquet", 0.2, 1)
    with pytest.raises(ScenarioError, match=r"sweep\.parquet cannot be read: it is not as"):
        _ = open_sweep(found.folder).table
