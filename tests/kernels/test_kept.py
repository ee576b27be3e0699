"""Compiled kernels in the cache folder: taken where they fit, set aside where they do not."""

import errno
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numba
import pytest
from numba.core import event

from skyweft.kernels import kept, kernel
from skyweft.kernels.kept import MADE_BY, SUFFIX

SOURCE = """
from skyweft.kernels import kernel

STEP = 1.0

@kernel
def add(value):
    return value + STEP
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "_failed", set())
    return tmp_path / "cache" / "kernels"


def add(value: float) -> float:
    return value + 1.0


def fresh(function: Callable[..., Any] = add) -> Any:
    """Return a kernel that knows nothing of what was compiled before, as in another process."""
    assert isinstance(function, FunctionType)
    return kernel(FunctionType(function.__code__, dict(function.__globals__), function.__name__))


def compiled_by(work: Callable[[], object]) -> int:
    """Return how many kernels of ours are compiled meanwhile."""
    with event.install_recorder("numba:compile") as recorder:
        work()
    return sum(1 for _, each in recorder.buffer if each.is_start)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*/*{SUFFIX}"))


def test_what_was_compiled_is_taken_over(folder: Path) -> None:
    assert compiled_by(lambda: fresh()(1.0)) == 1
    assert len(files(folder)) == 1
    assert compiled_by(lambda: fresh()(1.0)) == 0
    assert fresh()(1.0) == 2.0


def test_other_types_and_other_code_have_their_own(folder: Path) -> None:
    fresh()(1.0)
    assert compiled_by(lambda: fresh()(1)) == 1

    def add(value: float) -> float:
        return value + 2.0

    assert fresh(add)(1.0) == 3.0
    assert len(files(folder)) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-10]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"),
        lambda path: path.write_bytes(b"cos\nsystem\n(S'false'\ntR."),
    ],
    ids=["empty", "cut", "changed", "foreign"],
)
def test_what_is_not_what_was_written_is_set_aside(
    folder: Path, spoil: Callable[[Path], object]
) -> None:
    fresh()(1.0)
    (path,) = files(folder)
    spoil(path)
    with pytest.warns(UserWarning, match="is set aside and compiled anew"):
        assert fresh()(1.0) == 2.0
    assert path.with_suffix(".spoiled").is_file()
    assert compiled_by(lambda: fresh()(1.0)) == 0


def test_a_file_of_another_compiler_put_here_is_set_aside(folder: Path) -> None:
    fresh()(1.0)
    (path,) = files(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba, "__version__", "0.1")
        with pytest.warns(UserWarning, match="set aside: this is numba 0.1, CPython"):
            fresh()(1.0)
    (other,) = set(files(folder)) - {path}
    shutil.copyfile(other, path)
    with pytest.warns(UserWarning, match="is set aside and compiled anew"):
        assert fresh()(1.0) == 2.0


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        ("platform.python_version", "platform", lambda: "3.99.1"),
        ("codegen", "numba.core.codegen.JITCPUCodegen.magic_tuple", lambda self: ("a", "b", "c")),
        ("environment", "NUMBA_OPT", "1"),
    ],
)
def test_another_interpreter_processor_or_switch_finds_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, where: str, name: str, value: Any
) -> None:
    fresh()(1.0)
    if where == "environment":
        monkeypatch.setenv(name, value)
    else:
        monkeypatch.setattr(where if name == "platform" else name, value)
    with pytest.warns(UserWarning, match="kernels compiled by numba .* are set aside: this is"):
        assert compiled_by(lambda: fresh()(1.0)) == 1
    assert len(list(folder.glob(f"*/{MADE_BY}"))) == 2


def test_the_folders_unused_longest_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for number in range(kept.FOLDERS_MAX + 2):
            monkeypatch.setattr(numba, "__version__", f"0.{number}")
            fresh()(1.0)
            newest = max(folder.iterdir(), key=lambda each: each.stat().st_mtime)
            os.utime(newest, (number, number))
    made = [(each / MADE_BY).read_text() for each in folder.iterdir()]
    assert sorted(text.split("numba 0.")[1][0] for text in made) == ["2", "3", "4", "5"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_folder_that_cannot_be_written_leaves_a_working_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    fresh()(1)

    def fail(path: Path, data: bytes) -> int:
        path.write_text(repr(data[:100]))  # a full disk takes some of it
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.warns(UserWarning, match=os.strerror(code)):
        assert fresh()(1.0) == 2.0
    assert fresh()(1.0 + 0j) == 2.0  # warnings are errors: it is told once
    assert len(list(folder.glob("*/*"))) == 2


def test_a_file_where_the_folder_should_be_leaves_a_working_program(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    with pytest.warns(UserWarning, match="cannot be kept"):
        assert fresh()(1.0) == 2.0
    assert folder.read_text() == "in the way"


def test_an_interrupted_write_is_not_taken(folder: Path) -> None:
    fresh()(1.0)
    (path,) = files(folder)
    path.rename(path.with_name(f"{path.name}.0a1b2c3d.draft"))
    assert compiled_by(lambda: fresh()(1.0)) == 1


def test_two_that_compile_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    (tmp_path / "adding.py").write_text(SOURCE)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    words = [sys.executable, "-W", "error", "-c", "import adding; print(adding.add(1.0))"]

    def begin() -> "subprocess.Popen[str]":
        return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)

    assert [each.communicate()[0] for each in [begin(), begin()]] == ["2.0\n", "2.0\n"]
    assert len(files(tmp_path / "cache" / "kernels")) == 1
    assert not list((tmp_path / "cache").rglob("*.draft"))
    # Nothing was written beside the source: the cache folder has it all.
    beside = (
        {each.name for each in (tmp_path / "__pycache__").iterdir()}
        if (tmp_path / "__pycache__").exists()
        else set()
    )
    assert not [each for each in beside if not each.endswith(".pyc")]
