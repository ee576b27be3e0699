"""A scheduler and workers of Dask on this machine: the same bytes, and lives lost on the way."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from skyweft.engine import cluster
from skyweft.errors import BackendError
from skyweft.sweeps import sweep

pytest.importorskip("distributed", reason="the extra skyweft[dask] is not installed")

Start = Callable[[], "subprocess.Popen[bytes]"]
GRID = {"name": ["A", "B", "C"]}


@pytest.fixture
def address_and_start(tmp_path: Path) -> Iterator[tuple[str, Start]]:
    """Give the address of a scheduler and a way to start workers, as users do from a shell."""
    file = tmp_path / "scheduler.json"
    common = ["--host", "127.0.0.1", "--no-dashboard"]
    alive = [_dask("scheduler", "--port", "0", "--scheduler-file", str(file), *common)]

    def start() -> "subprocess.Popen[bytes]":
        words = ["--scheduler-file", str(file), "--no-nanny", "--nthreads", "1", *common]
        alive.append(_dask("worker", *words))
        return alive[-1]

    try:
        yield _address(file, alive[0]), start
    finally:
        for each in alive:
            each.kill()
            each.wait()


def _address(file: Path, scheduler: "subprocess.Popen[bytes]") -> str:
    """Wait until the scheduler has written its file to the end; return where it listens."""
    while True:
        with suppress(OSError, ValueError):
            return str(json.loads(file.read_text("utf-8"))["address"])
        with suppress(subprocess.TimeoutExpired):
            pytest.fail(f"the scheduler ended with exit code {scheduler.wait(0.1)}")


def _dask(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def test_a_worker_killed_midway(
    small: Path, tmp_path: Path, address_and_start: tuple[str, Start]
) -> None:
    address, start = address_and_start
    start()
    other = start()
    killed: list[float] = []

    def kill(done: float, total: float, stage: str) -> None:
        if done == 1 and not killed:
            other.send_signal(signal.SIGKILL)
            killed.append(done)

    found = sweep(small, GRID, tmp_path / "dask", dask=address, progress=kill)
    assert killed
    assert found.failed == {}
    here = sweep(small, GRID, tmp_path / "here")
    for name in ("sweep.parquet", "sweep.csv", "00003/link_samples.parquet"):
        assert (found.folder / name).read_bytes() == (here.folder / name).read_bytes()


def test_nobody_works(
    small: Path,
    tmp_path: Path,
    address_and_start: tuple[str, Start],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "LOOK_S", 0.1)
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.3)
    with pytest.raises(BackendError, match="no Dask worker"):
        sweep(small, GRID, tmp_path / "out", dask=address_and_start[0])


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:9", "no Dask scheduler"),
        ("127.0.0.1:99999", "no Dask scheduler"),
        ("nonsense://", "is no address"),
        ("nonsense", "is no address"),
        ("tcp://127.0.0.1:22x", "is no address"),
    ],
)
def test_nobody_answers(
    small: Path, tmp_path: Path, address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "REACH_S", 0.5)
    with pytest.raises(BackendError, match=said):
        sweep(small, GRID, tmp_path / "out", dask=address)
    assert not (tmp_path / "out").exists()


def test_without_the_extra(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skyweft.sweeps.cluster", None)
    monkeypatch.delattr(sys.modules["skyweft.sweeps"], "cluster")
    with pytest.raises(BackendError, match=r"skyweft\[dask\]"):
        sweep(small, GRID, tmp_path / "out", dask="tcp://127.0.0.1:9")
    assert not (tmp_path / "out").exists()
