"""Kernels compiled in processes of their own before they are asked for."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from numba.core import event

from skyweft.kernels import ahead, kept
from skyweft.kernels.ahead import Ahead, Task, missing

FLOAT = "('float64',)"
SOURCE = """
from skyweft.kernels import kernel

@kernel
def one(value):
    return value + 1.0

@kernel
def two(value):
    return one(value) + 1.0
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "counting.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("counting")
    del sys.modules["counting"]


def task(name: str, types: str = FLOAT, seconds: float = 1.0) -> Task:
    return Task(f"counting:{name}", types, seconds)


def test_what_is_missing_comes_longest_first(module: ModuleType) -> None:
    tasks = [task("one"), task("two", seconds=2.0)]
    assert missing(tasks) == tasks[::-1]
    module.one(1.0)
    assert missing(tasks) == [tasks[1]]


@pytest.mark.parametrize(
    "stale",
    [
        Task("nowhere:one", FLOAT, 1.0),
        task("three"),
        task("SOURCE"),
        task("one", "('float64', 'int64')"),
        task("one", "('no_such_type',)"),
        task("one", "(('counting:Gone', 'float64'),)"),
    ],
)
def test_what_is_there_no_more_is_passed_over(module: ModuleType, stale: Task) -> None:
    assert missing([stale, task("one")]) == [task("one")]


def test_whoever_needs_one_waits_for_it_and_compiles_nothing(module: ModuleType) -> None:
    told: list[tuple[int, int, float]] = []
    work = Ahead([task("two"), task("one")], 1, lambda *words: told.append(words))
    with event.install_recorder("numba:compile") as compiled:
        assert module.two(1.0) == 3.0
        assert module.one(1.0) == 2.0
    work.stop()
    assert not compiled.buffer
    assert told[0] == (0, 2, 2.0)
    assert [count for _, count, _ in told] == [2] * len(told)


def test_a_process_that_dies_costs_only_the_head_start(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    work = Ahead([task("two")], 1, lambda *words: None)
    assert module.two(1.0) == 3.0
    work.stop()


def test_a_process_that_cannot_be_started_costs_only_the_head_start(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "COMMAND", ("/nowhere/python",))
    work = Ahead([task("two")], 2, lambda *words: None)
    assert module.two(1.0) == 3.0
    work.stop()


def test_stopped_it_leaves_no_process_and_no_half_of_a_file(
    module: ModuleType, tmp_path: Path
) -> None:
    work = Ahead([task("two"), task("one")], 2, lambda *words: None)
    processes = set(work._alive)
    work.stop()
    assert all(each.poll() is not None for each in [*processes, *work._alive])
    assert module.two(1.0) == 3.0
    assert not kept._patience


def test_a_kernel_that_cannot_be_compiled_there_is_compiled_here(
    module: ModuleType, tmp_path: Path
) -> None:
    work = Ahead([task("one", "('unicode_type',)"), task("two")], 1, lambda *words: None)
    result: Any = module.two(1.0)
    work.stop()
    assert result == 3.0


def test_where_nothing_can_be_kept_the_work_is_not_done_twice(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    ask = ahead._asked

    def counted(process: Any, each: Task) -> str:
        asked.append(each)
        return ask(process, each)

    monkeypatch.setattr(ahead, "_asked", counted)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "kernels").write_text("in the way")
    work = Ahead([task("one"), task("one", "('int64',)"), task("two")], 1, lambda *words: None)
    for each in work._threads:
        each.join(60)
    assert len(asked) == 1
    assert not work._open
    with pytest.warns(UserWarning, match="cannot be kept"):
        assert module.two(1.0) == 3.0
    work.stop()
