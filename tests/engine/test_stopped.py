"""Runs that are killed, damaged or disturbed on the disk: the whole old run, the whole new one, or
words. Never a mixture.
"""

import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.console.run_registry import Shelf
from skyweft.contacts import stage as contacts_stage
from skyweft.errors import ScenarioError
from skyweft.results import open_run, run
from skyweft.store.lock import held
from tests.written import LORA, fixed, head, shell

Captured = pytest.CaptureFixture[str]
Killed = Callable[..., "subprocess.CompletedProcess[str]"]

SATS, PLACE = shell("sats", "up", 3, 8, 50.0), fixed("place", "down", 30.0, 114.0)
SCENARIO = head("Small", 7_200) + SATS + PLACE + LORA
COVERAGE = "\n[coverage]\nplatforms = ['sats']\ncells = 20\n"
TIMED = {"manifest.json", "SHA256SUMS"}  # whose bytes tell how long the run took


def _bytes(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder for everybody to see, but for how long it took."""
    names = (each for each in folder.iterdir() if each.name not in TIMED and each.name[0] != ".")
    return {each.name: each.read_bytes() for each in names}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two scenarios and their whole runs, `old` and `new`."""
    place = tmp_path_factory.mktemp("runs")
    (place / "old.toml").write_text(SCENARIO + COVERAGE, encoding="utf-8")
    (place / "new.toml").write_text(SCENARIO.replace("= 7200", "= 3600"), encoding="utf-8")
    for name in ("old", "new"):
        run(place / f"{name}.toml", place / name)
    return place


def _old_new_or_words(place: Path, out: Path, capsys: Captured) -> str:
    """Return which of the runs every reader finds; all find the same, or all say the same."""
    about = Shelf([out]).listed()[0]
    capsys.readouterr()
    codes = [main(["report", str(out)]), main(["export", str(out), "--format", "czml"])]
    said = capsys.readouterr().err
    for made in ("report.html", "scene.czml"):
        (out / made).unlink(missing_ok=True)
    assert codes in ([0, 0], [1, 1]), said
    assert (about["problem"] is None) == (codes == [0, 0])
    if codes == [1, 1]:
        assert "; go on with it by --resume" in said
        assert "go on with it by --resume" in about["problem"]
        return "words"
    (found,) = [name for name in ("old", "new") if _bytes(out) == _bytes(place / name)]
    return found


@pytest.mark.parametrize("share", [0.3, 0.8, 0.87, 0.92, 0.97])
def test_a_forced_run_that_is_killed(
    place: Path,
    tmp_path: Path,
    capsys: Captured,
    run_killed: Killed,
    steps: int,
    share: float,
) -> None:
    out = tmp_path / "out"
    shutil.copytree(place / "old", out)
    words = ["run", str(place / "new.toml"), "--out", str(out), "--no-report", "--threads", "1"]
    killed = run_killed(int(share * steps), out, *words, "--force")
    assert killed.returncode == -9, killed.stderr
    found = _old_new_or_words(place, out, capsys)
    forced = shutil.copytree(out, tmp_path / "forced")
    code = main([*words, "--resume"])
    said = capsys.readouterr().err
    if code:  # it was killed before it had begun
        assert "holds another run; --force replaces it" in said or "--force begins again" in said
        assert found == "old"
    else:
        assert _bytes(out) == _bytes(place / "new")
    words[3] = str(forced)
    assert main([*words, "--force"]) == 0
    assert _bytes(forced) == _bytes(place / "new")
    assert not [each for each in forced.iterdir() if each.name.startswith(".")]


@pytest.fixture(scope="module")
def steps(place: Path, run_killed: Killed, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Count the steps on the disk that the forced run takes."""
    out = shutil.copytree(place / "old", tmp_path_factory.mktemp("counted") / "out")
    words = ["run", str(place / "new.toml"), "--out", str(out), "--no-report", "--threads", "1"]
    counted = run_killed(-1, out, *words, "--force")
    assert counted.returncode == 0, counted.stderr
    return int(counted.stderr.split()[-1])


def test_what_a_forced_run_does_not_write_is_gone(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables that are always there, of other versions, and what was made of the old run."""
    out = shutil.copytree(place / "old", tmp_path / "out")
    for words in (["report"], ["export", "--format", "czml"], ["export", "--format", "oem"]):
        assert main([words[0], str(out), *words[1:]]) == 0
    (out / "of_another_version.parquet").write_bytes(b"")
    (out / "notes.txt").write_text("mine")
    monkeypatch.setattr(contacts_stage, "PAIRS_MAX", 0)
    done = run(place / "new.toml", out, force=True)
    assert "contact_statistics" in done.manifest["left_out"]
    names = {*_bytes(place / "new"), *TIMED, "notes.txt"} - {"contact_statistics.parquet"}
    assert {each.name for each in out.iterdir()} == names


class _Stop:
    """Presses Ctrl-C in the links of the block that holds `at_s`."""

    def __init__(self, at_s: float) -> None:
        self.at_s = at_s

    def __call__(self, done_s: float, total_s: float, stage: str) -> None:
        if stage == "links" and done_s > self.at_s:
            raise KeyboardInterrupt


@pytest.fixture
def cut(tiny: Path, short_blocks: None) -> Path:
    """Return a run of seven blocks of ten minutes that was stopped after five; `done` is whole."""
    text = tiny.read_text(encoding="utf-8").replace("7_200", "4_200")
    tiny.write_text(text, encoding="utf-8")
    run(tiny, tiny.parent / "done")
    with pytest.raises(KeyboardInterrupt):
        run(tiny, tiny.parent / "cut", progress=_Stop(3_100))
    return tiny.parent / "cut"


@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_damage_to_finished_blocks_is_named_and_mended(
    tiny: Path, cut: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    out = shutil.copytree(cut, tmp_path_factory.mktemp("damaged") / "out")
    files = sorted(each for each in (out / ".parts").rglob("*") if each.is_file())
    victims = data.draw(st.lists(st.sampled_from(files), min_size=1, max_size=2, unique=True))
    for victim in victims:
        content = bytearray(victim.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            del content[at:]
        else:
            content[at] ^= data.draw(st.integers(1, 255))
        victim.write_bytes(content)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        run(tiny, out, resume=True, threads=1)
    assert _bytes(out) == _bytes(tiny.parent / "done")
    reported = "\n".join(str(each.message) for each in said)
    for victim in victims:
        if victim.name not in ("plan.json", "seal.json"):
            damaged = [each.name for each in victims if each.parent == victim.parent]
            # A damaged seal may call for a file by a name that no file ever had.
            named = [""] if "seal.json" in damaged else [f"{name} is " for name in damaged]
            assert any(f"{victim.parent}: {name}" in reported for name in named), reported


def test_damage_on_the_command_line(tiny: Path, cut: Path, capsys: Captured) -> None:
    """Three bytes of numbers, and a file cut in half: only their blocks are computed again."""
    flipped, halved = (
        cut / ".parts/000001/contacts.begun.npy",
        cut / ".parts/000003/contacts.open.npy",
    )
    content = bytearray(flipped.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3] = bytes(each ^ 255 for each in content[middle : middle + 3])
    flipped.write_bytes(content)
    halved.write_bytes(halved.read_bytes()[: halved.stat().st_size // 2])
    kept = cut / ".parts/000002/contacts.begun.npy"
    shutil.rmtree(cut / ".parts/000004")
    opened: list[str] = []

    def watch(event: str, args: tuple[object, ...]) -> None:
        if event == "os.rename" and watching:
            opened.append(str(args[1]))

    watching = True
    sys.addaudithook(watch)
    words = ["run", str(tiny), "--out", str(cut), "--no-report", "--resume"]
    assert main(words) == 0
    watching = False
    said = [line for line in capsys.readouterr().err.splitlines() if "computed again" in line]
    assert said == [
        f"skyweft: {cut}/.parts/000001: contacts.begun.npy is not as it was written; "
        "600 s to 1200 s are computed again",
        f"skyweft: {cut}/.parts/000003: contacts.open.npy is not as it was written; "
        "1800 s to 2400 s are computed again",
    ]
    assert str(kept.parent) not in opened
    assert _bytes(cut) == _bytes(tiny.parent / "done")


def test_a_block_of_other_bytes_is_followed_by_nothing(tiny: Path, cut: Path) -> None:
    """Computed on another machine a block may differ in its last bits: what follows goes too."""
    shutil.copytree(cut, other := tiny.parent / "other")
    shutil.rmtree(other / ".parts")
    text = tiny.read_text(encoding="utf-8")
    tiny.write_text(text.replace("seed = 3", "seed = 4"), encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        run(tiny, other, progress=_Stop(3_100), force=True)
    tiny.write_text(text, encoding="utf-8")
    part = cut / ".parts/000002"
    shutil.rmtree(part)
    shutil.copytree(other / ".parts/000002", part)
    with pytest.warns(UserWarning, match="000002: does not follow the block before it; 1200 s to"):
        run(tiny, cut, resume=True)
    assert _bytes(cut) == _bytes(tiny.parent / "done")


def test_two_runs_in_one_folder(place: Path, tmp_path: Path) -> None:
    out = shutil.copytree(place / "old", tmp_path / "out")
    with held(out):
        for how in ({"force": True}, {"resume": True}, {}):
            with pytest.raises(ScenarioError, match=r"out is in use: process \d+ writes into it"):
                run(place / "new.toml", out, **how)
        assert _bytes(open_run(out).folder) == _bytes(place / "old")
    run(place / "new.toml", out, force=True)
    assert _bytes(out) == _bytes(place / "new")


def test_a_run_that_is_replaced_while_it_is_read(place: Path, tmp_path: Path) -> None:
    """Tables of one run are never read beside the manifest of another."""
    out = shutil.copytree(place / "old", tmp_path / "out")
    found = open_run(out)
    assert found.contacts.num_rows
    run(place / "new.toml", out, force=True)
    for read in (lambda: found.link_samples, found.summary, lambda: found.coverage):
        with pytest.raises(ScenarioError, match="holds another run since it was opened"):
            read()
    with pytest.raises(ScenarioError, match="another run"):
        found.save(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert open_run(out).link_samples.num_rows
