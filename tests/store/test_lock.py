"""One process at a time writes into a folder."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skyweft.errors import ScenarioError
from skyweft.store import lock
from skyweft.store.lock import LOCK, held

HOLD = """
import sys, time
from pathlib import Path
from skyweft.store.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _holder(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_living_owner_is_named_and_a_dead_one_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with _holder(folder) as process:
        with pytest.raises(ScenarioError, match=rf"out is in use: process {process.pid} writes"):
            held(folder).__enter__()
        os.kill(process.pid, signal.SIGSTOP)  # an owner that sleeps is alive
        with pytest.raises(ScenarioError, match=f"process {process.pid}"):
            held(folder).__enter__()
        process.kill()
        process.wait()
        assert (folder / LOCK).exists()
        with held(folder):
            assert json.loads((folder / LOCK).read_text())["process"] == os.getpid()
    assert not folder.exists(), "nothing was written, so nothing stays"


def test_the_same_process_is_no_exception(tmp_path: Path) -> None:
    with held(tmp_path):
        with pytest.raises(ScenarioError, match=f"process {os.getpid()} "):
            held(tmp_path).__enter__()
        (tmp_path / "result").write_text("")
    assert [each.name for each in tmp_path.iterdir()] == ["result"]


@pytest.mark.parametrize(
    ("owner", "free"),
    [
        ({"process": os.getpid(), "machine": None}, False),
        ({"process": 2**22 + 1, "machine": None}, True),  # Linux knows no such number
        ({"process": 1, "machine": "elsewhere"}, False),
        ("", True),
        ({"process": "x"}, True),
    ],
)
def test_a_file_system_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, free: bool
) -> None:
    """There the owner that has signed counts while it lives, or may live."""
    import fcntl
    import socket

    def unknown(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unknown)
    if isinstance(owner, dict) and owner.get("machine", "") is None:
        owner = {**owner, "machine": socket.gethostname()}
    (tmp_path / LOCK).write_text(json.dumps(owner) if owner else "")
    if free:
        with held(tmp_path):
            pass
    else:
        with pytest.raises(ScenarioError, match="is in use"):
            held(tmp_path).__enter__()


def test_a_lock_that_its_owner_takes_away_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens the file before it goes, and locks it after, has locked nothing."""
    (tmp_path / LOCK).write_text("")
    whole = lock._lock

    def later(number: int, owner: dict[str, object]) -> bool:
        monkeypatch.setattr(lock, "_lock", whole)
        (tmp_path / LOCK).unlink()
        return whole(number, owner)

    monkeypatch.setattr(lock, "_lock", later)
    with held(tmp_path):
        assert (tmp_path / LOCK).exists()
