"""Sweeps of a small network: the table, whoever runs it; what is kept; what goes wrong."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow.csv
import pytest

from skyweft.errors import ScenarioError
from skyweft.results import run
from skyweft.store.lock import held
from skyweft.sweeps import open_sweep, product, sweep
from skyweft.sweeps.metrics import flat

PLANES = "platforms.sats.motion.planes"
NAMES = {"name": ["A", "B", "C", "D"]}


def test_same_bytes_whoever_runs_it_and_when(small: Path, tmp_path: Path) -> None:
    grid = {PLANES: [1, 2], "seed": [3]}
    two = sweep(small, grid, tmp_path / "two", workers=2)
    assert (two.keys, two.failed) == ((PLANES, "seed"), {})
    single = run(small, tmp_path / "single", overrides=[f"{PLANES}=2"])
    summary = flat(single.summary())
    row = two.table.to_pylist()[1]
    assert {name: row[name] for name in summary} == summary
    assert two.run(2).contacts.equals(single.contacts)

    first = two.folder / "00001"
    before = {name: (two.folder / name).read_bytes() for name in ("sweep.parquet", "sweep.csv")}
    before["00001/link_samples.parquet"] = (first / "link_samples.parquet").read_bytes()
    shutil.rmtree(first)
    kept = (two.folder / "00002" / "manifest.json").stat().st_mtime_ns
    reported: list[tuple[float, float, str]] = []
    again = sweep(small, grid, two.folder, workers=1, resume=True, progress=_into(reported))
    assert reported == [(1, 2, "variants"), (2, 2, "variants")]
    assert (again.folder / "00002" / "manifest.json").stat().st_mtime_ns == kept
    assert {name: (again.folder / name).read_bytes() for name in before} == before

    # Half of a sweep is not mixed with one of another scenario.
    text = small.read_text(encoding="utf-8")
    small.write_text(text.replace('"Tiny"', '"Other"'), encoding="utf-8")
    with pytest.raises(ScenarioError, match="name: Tiny then, Other now"):
        sweep(small, grid, two.folder, resume=True)
    (first / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ScenarioError, match="damaged"):
        sweep(small, grid, two.folder, resume=True)


def _into(reported: list[tuple[float, float, str]]) -> Any:
    return lambda *each: reported.append(each)


@pytest.mark.usefixtures("quick")
def test_variants_that_fail_are_rows(tiny: Path, tmp_path: Path) -> None:
    grid = {"name": ["one", "fail", "die", "four"]}
    found = sweep(tiny, grid, tmp_path / "out", workers=2)
    assert found.failed == {
        2: "it had to fail",
        3: "its process ended by itself with exit code 7",
    }
    assert found.table["number"].to_pylist() == [1, None, None, 4]
    assert found.table["name"].to_pylist() == grid["name"]
    assert pyarrow.csv.read_csv(found.folder / "sweep.csv").num_rows == 4
    with pytest.raises(ScenarioError, match="variant 2 has no run: it had to fail"):
        found.run(2)


@pytest.mark.usefixtures("quick")
def test_ctrl_c_keeps_what_is_finished(tiny: Path, tmp_path: Path) -> None:
    def stop(done: float, total: float, stage: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="stopped after 2 of 4 variants"):
        sweep(tiny, NAMES, tmp_path / "out", workers=1, progress=stop)
    found = open_sweep(tmp_path / "out")
    assert list(found.failed) == [3, 4]
    assert found.table["number"].to_pylist() == [1, 2, None, None]


def test_nothing_starts_where_a_variant_is_not_sound(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="variant 2"):
        sweep(tiny, {"duration_s": [7_200, 0]}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("quick")
def test_folders_that_are_taken(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="not empty"):
        sweep(tiny, NAMES, tmp_path)
    done = sweep(tiny, NAMES, tmp_path / "out").folder
    with pytest.raises(ScenarioError, match="already holds a sweep"):
        sweep(tiny, NAMES, done)
    with pytest.raises(ScenarioError, match="of other variants"):
        sweep(tiny, {"name": ["A", "B"]}, done, resume=True)


def test_damaged_sweeps(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"sweep\.json is missing"):
        open_sweep(tmp_path)
    (tmp_path / "sweep.json").write_text("{}", encoding="utf-8")
    (tmp_path / "sweep.parquet").write_bytes(b"")
    with pytest.raises(ScenarioError, match=r"sweep\.parquet cannot be read"):
        open_sweep(tmp_path).table  # noqa: B018


@pytest.mark.parametrize("words", [{"workers": 0}, {"threads": 0}])
def test_numbers_that_make_no_sense(tiny: Path, tmp_path: Path, words: dict[str, int]) -> None:
    with pytest.raises(ScenarioError, match="at least 1"):
        sweep(tiny, NAMES, tmp_path / "out", **words)


@pytest.mark.usefixtures("quick")
def test_two_sweeps_in_one_folder(tiny: Path, tmp_path: Path) -> None:
    """A second one would take the drafts of the first for left-overs."""
    grid = {"name": ["one", "two"]}
    sweep(tiny, grid, tmp_path / "out", workers=1)
    with held(tmp_path / "out"), pytest.raises(ScenarioError, match="is in use: process"):
        sweep(tiny, grid, tmp_path / "out", resume=True)


@pytest.mark.usefixtures("quick")
def test_a_sweep_that_is_killed_between_its_two_tables(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid, out = {"name": ["one", "two"]}, tmp_path / "out"
    sweep(tiny, grid, out, workers=1)
    before = {name: (out / name).read_bytes() for name in ("sweep.parquet", "sweep.csv")}
    (out / "sweep.html").write_text("of the table of before")
    replace = Path.replace

    def killed(path: Path, target: Path) -> Path:
        if path.name == "sweep.parquet":
            raise SystemExit(9)
        return replace(path, target)

    table = open_sweep(out).table
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(SystemExit):
            product.write(out, table)
    assert not (out / "sweep.html").exists()
    with pytest.raises(ScenarioError, match="--resume finishes it"):
        _ = open_sweep(out).table
    product.publishing(out).settle()
    assert {name: (out / name).read_bytes() for name in before} == before
    assert open_sweep(out).table.num_rows == 2
