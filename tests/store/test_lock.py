"""One process at a time writes into a folder."""

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    monkeypatch.setattr(fcntl, "flock", _unknown)
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


def _gone() -> int:
    """Return the number of a process that has ended and been forgotten."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


LATE_S = 60.0  # by then all is lost: nothing is measured
HERE = socket.gethostname()
PROCESSES = st.one_of(
    st.sampled_from([os.getpid(), os.getppid(), 0, -1, True, 1.0, "1", None, 2**22 + 1, 2**70]),
    st.integers(),
)
OWNERS = st.fixed_dictionaries(
    {},
    optional={
        "process": PROCESSES,
        "machine": st.sampled_from([HERE, "elsewhere", None, 5, "a\x1b[31m\nb" * 40]),
        "began": st.sampled_from([None, "0", 7]),
        "more": st.text(max_size=5),
    },
)
CONTENTS = st.one_of(
    OWNERS.map(lambda owner: json.dumps(owner).encode()),
    st.binary(max_size=40),
    st.sampled_from([b"", b"[" * 4000, b"null", b"{", b'"x"', b"\xff" * 9, b'{"process": 1e999}']),
)


def _may_live(content: bytes) -> bool:
    """Whether whoever signed may be at work, as POSIX and procfs tell it."""
    try:
        owner = json.loads(content)
    except (ValueError, RecursionError):
        return False
    process = owner.get("process") if isinstance(owner, dict) else None
    if type(process) is not int or not 0 < process < 2**31:
        return False
    if owner.get("machine") != HERE:
        return True
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return False
    began = stat.read_text().rpartition(")")[2].split()[19]
    return owner.get("began") in (None, began)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="procfs is the oracle")
@settings(max_examples=150)
@given(content=CONTENTS, knows=st.booleans())
def test_whatever_the_file_says(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, knows: bool
) -> None:
    """A system with locks asks nobody; without, only who may live keeps others out, in one line."""
    folder = tmp_path_factory.mktemp("held")
    (folder / LOCK).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        if not knows:
            patch.setattr(fcntl, "flock", _unknown)
        if knows or not _may_live(content):
            with held(folder):
                signed = json.loads((folder / LOCK).read_bytes())
                assert signed["process"] == os.getpid()
                assert _may_live((folder / LOCK).read_bytes())
            assert not folder.exists()
        else:
            with pytest.raises(ScenarioError, match="is in use") as error:
                held(folder).__enter__()
            assert str(error.value).isprintable()
            assert len(str(error.value)) < 400
            assert (folder / LOCK).read_bytes() == content


def _unknown(*_: object) -> None:
    raise OSError(errno.ENOLCK, "No locks available")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="procfs tells when one began")
def test_a_number_that_another_process_has_by_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", _unknown)
    (tmp_path / LOCK).write_text(json.dumps({"process": _gone(), "machine": HERE}))
    with held(tmp_path):
        mine = json.loads((tmp_path / LOCK).read_text())
        with pytest.raises(ScenarioError, match=f"process {os.getpid()} writes"):
            held(tmp_path).__enter__()
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / LOCK).write_text(json.dumps({**mine, "began": "12"}))
    with held(tmp_path):
        pass


@settings(max_examples=25)
@given(comers=st.integers(2, 6), stays=st.lists(st.booleans(), min_size=1, max_size=3))
def test_of_several_who_come_at_once_one_is_let_in(
    tmp_path_factory: pytest.TempPathFactory, comers: int, stays: list[bool]
) -> None:
    """Two resumes, or more: never two within, and each of the others is told so."""
    folder = tmp_path_factory.mktemp("crowd") / "out"
    gate, inside, most, said = threading.Barrier(comers), set[int](), [0], set[bool]()

    def come(number: int) -> int:
        entered = 0
        for leaves_something in stays:
            gate.wait(LATE_S)
            try:
                with held(folder):
                    inside.add(number)
                    most[0] = max(most[0], len(inside))
                    if leaves_something:
                        (folder / "result").write_text("")
                    inside.discard(number)
                    entered += 1
            except ScenarioError as error:
                said.add("is in use" in str(error))
            except BaseException:
                gate.abort()  # nobody waits for who does not come
                raise
        return entered

    with ThreadPoolExecutor(comers) as pool:
        entered = sum(pool.map(come, range(comers)))
    assert most == [1]
    assert said <= {True}
    assert entered >= len(stays)
    assert not (folder / LOCK).exists()
    assert folder.exists() == any(stays)


def test_what_is_no_folder_and_never_will_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone" / "far")
    for name in ("file", "nowhere"):
        with pytest.raises(OSError, match="File exists"):
            held(tmp_path / name).__enter__()
