"""Whole runs of a small network: what is in the folder, and that it is always the same."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skyweft.engine import closing
from skyweft.errors import ScenarioError
from skyweft.results import open_run, run
from skyweft.scenario.reading import load
from skyweft.stage.registry import tables
from skyweft.store.publishing import Publishing

# What the tiny scenario asks for; a new stage that it does not ask for adds nothing.
# The tables of messages are held to the same in tests/delivery/test_settlement.py.
OURS = [
    "platforms",
    "tracks",
    "contacts",
    "contact_statistics",
    "link_samples",
    "coverage",
    "restrictions",
    "routes",
    "route_statistics",
    "route_snapshots",
    "flow_rates",
    "layer_loads",
    "link_loads",
    "beams",
    "users_served",
    "packet_statistics",
    "gateways",
    "gateway_capacity",
]
SAME = [*(f"{name}.parquet" for name in OURS), "summary.json", "scenario.toml"]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in SAME}


class Stop:
    """Presses Ctrl-C in the links of the block that holds `at_s`."""

    def __init__(self, at_s: float) -> None:
        self.at_s = at_s

    def __call__(self, done_s: float, total_s: float, stage: str) -> None:
        if stage == "links" and done_s > self.at_s:
            raise KeyboardInterrupt


@pytest.fixture
def done(tiny: Path, short_blocks: None) -> Path:
    run(tiny, tiny.parent / "done")
    return tiny.parent / "done"


def test_folder(tiny: Path) -> None:
    seen = []
    result = run(tiny, tiny.parent / "out", progress=lambda *each: seen.append(each))
    assert sorted(each.name for each in result.folder.iterdir()) == sorted(
        [*SAME, "manifest.json", "SHA256SUMS"]
    )
    assert (result.folder / "scenario.toml").read_bytes() == tiny.read_bytes()
    assert result.scenario == load(tiny)
    for name in OURS:
        found = pq.read_schema(result.folder / f"{name}.parquet")
        assert found.equals(tables()[name].schema, check_metadata=True), name
    assert result.complete
    assert len(result.derived_geometry) == 4
    done_s = [each[0] for each in seen]
    assert done_s == sorted(done_s)
    stages = {
        "motion",
        "contacts",
        "graph",
        "links",
        "routes",
        "flows",
        "gateways",
        "packets",
        "coverage",
        "tables",
    }
    assert {each[2] for each in seen} == stages


def test_manifest_names_inputs_and_versions(tiny: Path) -> None:
    manifest = run(tiny, tiny.parent / "out", overrides=["seed=5"]).manifest
    (inputs,) = manifest["inputs"]
    assert inputs["place"] == "platforms.ground.motion.file"
    assert inputs["size_bytes"] == (tiny.parent / "sites.csv").stat().st_size
    assert len(inputs["sha256"]) == 64
    assert manifest["overrides"] == ["seed=5"]
    assert manifest["seed"] == 5
    assert {"python", "skyweft", "numpy", "numba", "pyarrow"} <= set(manifest["versions"])
    assert {"motion", "contacts", "links", "coverage", "tables"} <= set(manifest["seconds"])


def test_tables_hold_together(done: Path) -> None:
    """Blocks cut nothing: numbers are rows, samples lie within contacts, sums agree."""
    result = open_run(done)
    contacts, links = result.contacts, result.link_samples
    start_s, end_s = (contacts[name].to_numpy() for name in ("start_s", "end_s"))
    np.testing.assert_array_equal(contacts["contact"], np.arange(len(start_s)))
    assert np.all(np.diff(start_s) >= 0)
    duration_s = result.scenario.duration_s
    assert np.all(contacts["cut_start"].to_numpy() == (start_s == 0))
    assert np.all(contacts["cut_end"].to_numpy() == (end_s == duration_s))
    row, time_s = links["contact"].to_numpy(), links["time_s"].to_numpy()
    assert np.all((time_s >= start_s[row]) & (time_s <= end_s[row]))
    assert set(row) == set(range(len(start_s)))
    joined = contacts.take(links["contact"])
    for name in ("link", "source", "target"):
        assert joined[name].to_pylist() == links[name].to_pylist()
    for ends, edge in ((start_s, "start"), (end_s, "end")):
        pairs = set(zip(row, time_s, strict=True))
        assert set(enumerate(ends)) <= pairs, f"every contact is sampled at its {edge}"
    access = result.contact_statistics
    assert np.sum(access["contacts"]) == len(start_s)
    np.testing.assert_allclose(np.sum(access["total_s"]), np.sum(end_s - start_s))
    platforms = set(result.platforms["name"].to_pylist())
    assert set(contacts["source"].to_pylist()) <= platforms


def test_blocks_change_nothing_a_user_sees(
    tiny: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    whole, blocks = run(tiny, tiny.parent / "whole"), open_run(done)
    assert len(whole.manifest["borders_s"]) == 2
    assert len(blocks.manifest["borders_s"]) == 13
    for name in ("contacts", "contact_statistics", "coverage"):
        one, other = whole.table(name), blocks.table(name)
        for column in one.column_names:
            if pa.types.is_floating(one[column].type):
                # Edges are found within 10 ms; both runs may differ by twice that.
                np.testing.assert_allclose(
                    one[column], other[column], rtol=1e-4, atol=0.02, err_msg=column
                )
            elif column not in ("start_utc", "end_utc"):
                assert one[column].to_pylist() == other[column].to_pylist(), column


def test_threads_change_no_byte(tiny: Path, done: Path) -> None:
    for threads in (1, 3):
        again = run(tiny, tiny.parent / f"threads-{threads}", threads=threads)
        assert _bytes(again.folder) == _bytes(done)


def test_interrupted_run_goes_on(tiny: Path, done: Path) -> None:
    out = tiny.parent / "out"
    with pytest.raises(KeyboardInterrupt, match="--resume"):
        run(tiny, out, progress=Stop(3_700))
    so_far = open_run(out)
    assert not so_far.complete
    assert so_far.simulated_s == 3_600
    end_s = so_far.contacts["end_s"].to_numpy()
    assert np.all(end_s <= 3_600)
    np.testing.assert_array_equal(so_far.contacts["cut_end"], end_s == 3_600)
    assert np.all(so_far.link_samples["time_s"].to_numpy() <= 3_600)
    with pytest.raises(KeyboardInterrupt):
        run(tiny, out, progress=Stop(5_000), resume=True)
    result = run(tiny, out, resume=True, threads=1)
    assert result.complete
    assert _bytes(out) == _bytes(done)
    assert not (out / ".parts").exists()


def test_killed_run_goes_on(tiny: Path, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After SIGKILL there is what the disk holds: finished blocks, a half block, no tables."""
    out = tiny.parent / "out"

    def killed(*_: object, **__: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patch:
        patch.setattr(Publishing, "put", killed)
        with pytest.raises(SystemExit):
            run(tiny, out)
    parts = sorted((out / ".parts").glob("0*"))
    assert len(parts) == 12
    shutil.rmtree(parts[-1])
    parts[-2].replace(parts[-2].with_suffix(".draft"))
    (parts[-2].with_suffix(".draft") / "link_samples.parquet").write_bytes(b"half a file")
    with pytest.raises(ScenarioError, match="--resume"):
        open_run(out)
    run(tiny, out, resume=True)
    assert _bytes(out) == _bytes(done)


def test_stopped_at_once_leaves_nothing(tiny: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match="nothing was written"):
        run(tiny, tiny.parent / "out", progress=Stop(-1))
    assert not (tiny.parent / "out").exists()


def test_resume_refuses_what_differs(tiny: Path, short_blocks: None) -> None:
    out = tiny.parent / "out"
    with pytest.raises(KeyboardInterrupt):
        run(tiny, out, progress=Stop(3_700))
    before = _bytes(out)
    with pytest.raises(ScenarioError, match=r"links\[0\].elevation_min_deg: 10.0 then, 20.0 now"):
        run(tiny, out, resume=True, overrides=["links.0.elevation_min_deg=20"])
    sites = tiny.parent / "sites.csv"
    sites.write_text(sites.read_text(encoding="utf-8").replace("116.4", "116.5"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"platforms.ground.motion.file: sha256 \w+ then"):
        run(tiny, out, resume=True)
    plan = out / ".parts" / "plan.json"
    plan.write_text(plan.read_text(encoding="utf-8").replace('"numpy": "', '"numpy": "0.'))
    with pytest.raises(ScenarioError, match="version of numpy: 0"):
        run(tiny, out, resume=True)
    assert _bytes(out) == before


def test_resume_of_a_whole_run_does_nothing(tiny: Path, done: Path) -> None:
    before = (done / "manifest.json").stat().st_mtime_ns
    assert run(tiny, done, resume=True).complete
    assert (done / "manifest.json").stat().st_mtime_ns == before
    with pytest.raises(ScenarioError, match=r"duration_s: 7200\.0 then, 3600"):
        run(tiny, done, resume=True, overrides=["duration_s=3600"])


def test_a_taken_folder_is_refused(tiny: Path, done: Path) -> None:
    before = _bytes(done)
    with pytest.raises(ScenarioError, match="--force replaces it, --resume"):
        run(tiny, done)
    with pytest.raises(ScenarioError, match="choose one"):
        run(tiny, done, force=True, resume=True)
    assert _bytes(done) == before
    (done / "report.html").write_text("of the earlier run")
    shorter = run(tiny, done, force=True, overrides=["duration_s=3600"])
    assert shorter.scenario.duration_s == 3_600
    assert not (done / "report.html").exists()


@pytest.mark.parametrize("how", [{}, {"force": True}, {"resume": True}])
def test_other_peoples_files_are_never_touched(tiny: Path, how: dict[str, bool]) -> None:
    with pytest.raises(ScenarioError, match="other files"):
        run(tiny, tiny.parent, **how)
    assert sorted(each.name for each in tiny.parent.iterdir()) == ["sites.csv", "tiny.toml"]
    with pytest.raises(ScenarioError, match="is a file"):
        run(tiny, tiny, **how)


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_full_disk_keeps_the_old_run(
    tiny: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _bytes(done)
    monkeypatch.setattr(pq.ParquetWriter, "write_table", _full)
    with pytest.raises(ScenarioError, match="done cannot be written: No space left on device"):
        run(tiny, done, force=True)
    assert _bytes(done) == before
    assert not (done / ".parts").exists()
    with pytest.raises(ScenarioError, match="No space left"):
        run(tiny, tiny.parent / "new")
    assert not (tiny.parent / "new").exists()


def test_disk_that_fills_up_later_keeps_finished_blocks(
    tiny: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tiny.parent / "out"
    with monkeypatch.context() as patch:
        patch.setattr(closing, "TableWriter", _full)
        with pytest.raises(ScenarioError, match=r"first 7200 s are kept, --resume"):
            run(tiny, out)
    assert run(tiny, out, resume=True).complete
    assert _bytes(out) == _bytes(done)


def test_no_right_to_write(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ScenarioError, match="out cannot be written: Permission denied"):
        run(tiny, tiny.parent / "out")


def test_a_folder_that_is_a_disk_of_its_own(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mount point cannot be taken away: the run goes into it as it is."""
    out, remove = tiny.parent / "out", Path.rmdir

    def busy(path: Path) -> None:
        if path == out:
            raise OSError(16, "Device or resource busy")
        remove(path)

    out.mkdir()
    monkeypatch.setattr(Path, "rmdir", busy)
    assert run(tiny, out, overrides=["duration_s=600"]).complete


def test_default_folders(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.parent)
    overrides = ["duration_s=600"]
    assert run("tiny.toml", overrides=overrides).folder == Path("runs/tiny")
    result = run(load(tiny, overrides))
    folder = result.folder
    assert result.contacts.num_rows > 0
    kept = result.save("kept")
    assert kept.summary() == result.summary() == open_run("runs/tiny").summary()
    with pytest.raises(ScenarioError, match="not empty"):
        result.save("kept")
    del result
    assert not folder.exists()
    assert (kept.folder / "contacts.parquet").exists()


def test_words_against_wrong_calls(tiny: Path) -> None:
    with pytest.raises(ScenarioError, match="threads must be at least 1"):
        run(tiny, threads=0)
    with pytest.raises(ScenarioError, match="overrides"):
        run(load(tiny), overrides=["seed=1"])
    with pytest.raises(ScenarioError, match="is not there"):
        open_run(tiny.parent / "nowhere")
    with pytest.raises(ScenarioError, match="holds no run"):
        open_run(tiny.parent)


def test_damaged_tables_are_named(tiny: Path) -> None:
    result = run(tiny, tiny.parent / "out", overrides=["duration_s=600"])
    (result.folder / "link_samples.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(ScenarioError, match=r"link_samples\.parquet cannot be read"):
        _ = result.link_samples
    (result.folder / "manifest.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ScenarioError, match="not a table of a run"):
        open_run(result.folder)


def test_what_another_version_wrote_is_named(tiny: Path) -> None:
    result = run(tiny, tiny.parent / "out", overrides=["duration_s=600"])
    folder = result.folder
    (folder / "SHA256SUMS").unlink()
    shutil.copy(folder / "link_samples.parquet", folder / "contacts.parquet")
    with pytest.raises(
        ScenarioError, match=r"contacts\.parquet is no table of this kind .*start_s"
    ):
        _ = open_run(folder).contacts
    (folder / "contacts.parquet").unlink()
    with pytest.raises(ScenarioError, match=r"contacts\.parquet is not there"):
        _ = open_run(folder).contacts
    (folder / "summary.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"summary\.json is damaged .*simulated_s"):
        open_run(folder).summary()
    newer = {**result.manifest, "versions": {"skyweft": "99.0"}}
    newer["scenario"] = {**newer["scenario"], "tides": {}}
    (folder / "manifest.json").write_text(json.dumps(newer), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"made by skyweft 99\.0, .* does not read: tides"):
        _ = open_run(folder).scenario
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"manifest\.json is damaged .*scenario missing"):
        open_run(folder)
    with pytest.raises(ScenarioError, match="is a file; a run is a folder"):
        open_run(tiny)


def test_nobody_meets(tiny: Path) -> None:
    """No links, no movers: tables without rows, key metrics without values."""
    text = tiny.read_text(encoding="utf-8")
    text = text[: text.index("[[links]]")].replace('terminals = ["node"]', "")
    text = text.replace('terminals = ["sat"]', "")
    text = text[: text.index("[platforms.sats]")] + text[text.index("[platforms.ground]") :]
    tiny.write_text(text[: text.index("[terminals.node]")], encoding="utf-8")
    result = run(tiny, tiny.parent / "out")
    assert result.contacts.num_rows == result.link_samples.num_rows == 0
    assert result.tracks is None
    assert result.coverage is None
    with pytest.raises(ScenarioError, match="left out: no movers"):
        result.table("tracks")
    assert json.loads(json.dumps(result.summary()))["contacts"]["median_s"] is None
