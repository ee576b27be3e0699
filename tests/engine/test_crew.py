"""One run on a Dask cluster of processes: the same bytes, and lives lost on the route."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyweft.cli import main
from skyweft.engine import cluster, pieces
from skyweft.engine.pieces import Piece, Source, movable
from skyweft.errors import BackendError
from skyweft.results import Run, run
from skyweft.scenario.reading import load
from skyweft.stage import NOTHING, Context
from skyweft.stage.registry import stages

pytest.importorskip("distributed", reason="the extra skyweft[dask] is not installed")


@pytest.fixture
def workers() -> "Iterator[object]":
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as found:
        yield found


def _bytes(result: Run) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in result.folder.glob("*.parquet")} | {
        "summary.json": (result.folder / "summary.json").read_bytes()
    }


@pytest.mark.usefixtures("short_blocks")
def test_a_worker_killed_midway(tiny: Path, workers: object) -> None:
    here = run(tiny, tiny.parent / "here")
    address = workers.scheduler_address  # type: ignore[attr-defined]
    done: list[str] = []
    processes = [each.process.pid for each in workers.workers.values()]  # type: ignore[attr-defined]

    def kill(done_s: float, total_s: float, stage: str) -> None:
        if done_s > 3_000 and not done:
            import os

            os.kill(processes[0], signal.SIGKILL)
            done.append(stage)

    there = run(tiny, tiny.parent / "there", dask=address, progress=kill, threads=1)
    assert done
    assert len(there.manifest["borders_s"]) == 13
    assert _bytes(there) == _bytes(here)


def test_what_can_be_done_elsewhere(tiny: Path) -> None:
    """Where something passes from block to block, or somebody waits, it stays."""
    from skyweft.motion.fleet import build_fleet

    scenario = load(tiny)
    context = Context(scenario, build_fleet(scenario))
    states = {
        stage: stage.open(context.reading(stage.reads))
        for stage in stages()
        if stage.wanted(scenario)
    }
    moved = [stage.key for stage in states if movable(stage, states)]
    assert moved == ["routes", "flows", "gateways"]


def _piece(tiny: Path, **changes: object) -> Piece:
    known = {
        "scenario": str(tiny),
        "overrides": (),
        "borders_s": (0.0, 7_200.0),
        "origin": "of another run",
        "made_by": pieces.version("skyweft"),  # type: ignore[attr-defined]
    }
    return Piece(Source(**{**known, **changes}), "routes", 0, {}, NOTHING)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"made_by": "9.9"}, "its worker has skyweft 0.1.0.dev0; needed: 9.9"),
        ({}, "its worker sees another scenario, other input files or other versions"),
        ({"scenario": "/nowhere/tiny.toml"}, "/nowhere/tiny.toml is not there"),
    ],
)
def test_a_worker_of_another_kind(tiny: Path, changes: dict[str, object], said: str) -> None:
    assert said in pieces.work(_piece(tiny, **changes)).reason


def test_a_worker_that_cannot_ends_the_run(
    tiny: Path, workers: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from skyweft.engine import runner

    monkeypatch.setattr(runner, "version", lambda package: "9.9")
    address = workers.scheduler_address  # type: ignore[attr-defined]
    with pytest.raises(BackendError, match="routes of block 0 failed on Dask: its worker has"):
        run(tiny, tiny.parent / "out", dask=address)
    assert not (tiny.parent / "out").exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [("tcp://127.0.0.1:9", "no Dask scheduler"), ("nonsense", "is no address")],
)
def test_nobody_answers(
    tiny: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
    said: str,
) -> None:
    monkeypatch.setattr(cluster, "REACH_S", 0.5)
    out = tiny.parent / "out"
    assert main(["run", str(tiny), "--out", str(out), "--dask", address]) != 0
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_without_the_extra(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skyweft.engine.crew", None)
    with pytest.raises(BackendError, match=r"skyweft\[dask\]"):
        run(tiny, tiny.parent / "out", dask="tcp://127.0.0.1:9")
    assert not (tiny.parent / "out").exists()
