"""Stages of packages that fail while they work: the package is named, and runs without it work."""

import errno
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.columns import Column, Table
from skyweft.errors import ScenarioError, SkyweftError
from skyweft.results import open_run
from skyweft.stage import (
    Block,
    Estimate,
    Metrics,
    Product,
    Restriction,
    Stage,
    State,
    Whole,
)
from skyweft.stage.foreign import Foreign
from skyweft.stage.registry import STAGES, stages
from tests import packages

GROUP = "skyweft.stages"
Install = Callable[..., AbstractContextManager[None]]
ODDS = Table("odds", "one row a time", (Column("time_s", "float64", "s", "From the start."),))
OTHER = Table("others", "one row", (Column("time_s", "float64", "s", "From the start."),))
LOOSE: Product[int] = Product("loose")
KEPT: Product[int] = Product("kept", lambda found: {"a": np.array([1 // found])}, lambda _: 0)
SCENARIO = """\
name = "One town"
start = 2026-07-01T00:00:00Z
duration_s = 600
[platforms.town]
layer = "ground"
motion = { kind = "fixed", latitude_deg = 1, longitude_deg = 2 }
"""
RUN_WITHOUT_IT = "; mend or remove the package, or leave its tables out of the scenario"
Do = Callable[..., Any]


class Odd(Stage):
    """Does what it is told, at one of its hooks."""

    key, needs, tables = "odd", ("motion",), (ODDS,)

    def __init__(self, **do: Do) -> None:
        self.do = do

    def wanted(self, *given: Any) -> bool:
        return bool(_done(self.do, "wanted", given, True))

    def warnings(self, *given: Any) -> Any:
        return _done(self.do, "warnings", given, ())

    def check(self, *given: Any) -> None:
        _done(self.do, "check", given)

    def estimate(self, *given: Any) -> Estimate:
        found: Estimate = _done(self.do, "estimate", given, Estimate())
        return found

    def open(self, *given: Any) -> State:
        found: State = _done(self.do, "open", given, OddState(self.do))
        return found


class OddState(State):
    def __init__(self, do: dict[str, Do]) -> None:
        self.do = do

    def block(self, *given: Any) -> None:
        _done(self.do, "block", given)

    def save(self, *given: Any) -> None:
        _done(self.do, "save", given)

    def load(self, *given: Any) -> None:
        _done(self.do, "load", given)

    def close(self, *given: Any) -> Metrics:
        found: Metrics = _done(self.do, "close", given, {})
        return found


def _done(do: dict[str, Do], hook: str, given: tuple[Any, ...], otherwise: Any = None) -> Any:
    return do[hook](*given) if hook in do else otherwise


def fail(*_: Any) -> Any:
    return 1 // 0


def rows(**columns: Any) -> pa.Table:
    return pa.table(columns)


def restrict(who: int, start_s: float, end_s: float) -> Do:
    return lambda block: block.restrict(Restriction(who, start_s, end_s, "odd"))


FAILED = "ZeroDivisionError: "
FAULTS: dict[str, tuple[dict[str, Do], str]] = {
    **{hook: ({hook: fail}, f"failed in {hook}: {FAILED}") for hook in (
        "wanted", "warnings", "check", "estimate", "open", "block", "save", "load", "close"
    )},
    "rows of a block": ({"block": lambda b: b.write(ODDS, fail)}, f"failed in odds: {FAILED}"),
    "work of a block": ({"block": lambda b: b.put(fail)}, f"failed in block: {FAILED}"),
    "kept of a block": ({"block": lambda b: b.journal.keep("a", fail)}, f"in save: {FAILED}"),
    "kept at its end": ({"save": lambda j: j.keep("a", fail)}, f"failed in save: {FAILED}"),
    "rows of the whole": (
        {"close": lambda w: w.write(ODDS, (fail() for _ in range(1)))}, f"in odds: {FAILED}"
    ),
    "no State": ({"open": lambda _: {}}, "in open: TypeError: dict is no State: it has no block"),
    "no Estimate": ({"estimate": lambda _: {}}, "TypeError: dict in place of Estimate"),
    "no number": ({"estimate": lambda _: Estimate(time_s=float("nan"))}, "or no number: Estimate"),
    "no facts": ({"estimate": lambda _: Estimate(facts={"a": np.int64(1)})}, "not JSON serial"),
    "no lines": ({"warnings": lambda _: [3]}, "TypeError: int in place of str"),
    "no warning": ({"block": lambda b: b.warn(3)}, "in block: TypeError: int in place of str"),
    "no figures": ({"close": lambda _: 3}, "in close: TypeError: int in place of key figures"),
    "figures of others": ({"close": lambda _: {"links": {}}}, "figures under 'links'; allowed: "),
    "figures of NumPy": ({"close": lambda _: {"odd": np.int64(1)}}, "int64 is not JSON serial"),
    "other table": ({"block": lambda b: b.write(OTHER, OTHER.empty)}, "others is none that it"),
    "other whole": ({"close": lambda w: w.write(OTHER, OTHER.empty())}, "others is none that it"),
    "other columns": ({"block": lambda b: b.write(ODDS, lambda: rows(a=[1.0]))}, "columns ['a']"),
    "other type": (
        {"block": lambda b: b.write(ODDS, lambda: rows(time_s=[1]))},
        "failed in odds: ValueError: time_s is int64 in place of double",
    ),
    "no table": ({"block": lambda b: b.write(ODDS, lambda: 3)}, "int in place of Table"),
    "not optional": (
        {"close": lambda w: w.leave_out(ODDS, "why not")}, "left out, but not declared optional"
    ),
    "a loose product": ({"block": lambda b: b.give(LOOSE, 1)}, "gives loose, but does not declare"),
    "undeclared": ({"block": restrict(0, 0.0, 1.0)}, "does not declare it: restricts = True"),
    "too late": ({"block": restrict(0, -1.0, 1.0)}, "say it in the block it starts in"),
    "nobody": ({"block": restrict(7, 0.0, 1.0)}, "names the rows [7] of a fleet of 1"),
    "not needed": ({"block": lambda b: b.get(LOOSE)}, "failed in block: KeyError: 'loose'"),
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "town.toml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path / "town.toml"


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("fault", FAULTS)
def test_the_package_is_named(
    installed: Install, path: Path, capsys: pytest.CaptureFixture[str], fault: str, threads: int
) -> None:
    do, words = FAULTS[fault]
    run = ["run", str(path), "--out", str(path.parent / "out"), "--no-report"]
    with installed(GROUP, strange=Odd(**do)):
        assert main([*run, "--threads", str(threads)]) == 1
    said = capsys.readouterr().err
    line = next(each for each in said.splitlines() if "of acme" in each)
    assert "the stage 'strange' of acme " in line
    assert words in line
    assert line.endswith(RUN_WITHOUT_IT)
    if threads == 1:
        assert main([*run, "--out", str(path.parent / "without")]) == 0


def test_one_that_does_as_it_should(installed: Install, path: Path) -> None:
    """The cloak changes nothing of what goes through it."""
    told: list[str] = []

    def block(block: Block) -> None:
        block.write(ODDS, lambda: ODDS.build({"time_s": np.array([block.start_s])}))
        block.put(lambda: told.append("put"))
        block.journal.keep("seen", lambda: {"a": np.arange(3)})
        block.warn("odd indeed")
        block.show(1.0)

    def close(whole: Whole) -> Metrics:
        return {"odd": {"seen": int(whole.journals[0].read("seen")["a"].sum())}}

    with installed(GROUP, strange=Odd(block=block, close=close)):
        assert main(["run", str(path), "--out", str(path.parent / "out")]) == 0
        run = open_run(path.parent / "out")
        assert run.summary()["odd"] == {"seen": 3}
        assert run.odds["time_s"].to_pylist() == [0.0]
        assert "odd indeed" in run.warnings
    assert told == ["put"]


def test_what_cannot_be_packed(
    installed: Install, path: Path, reusing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Giver(Odd):
        gives = (KEPT,)

    words = ["run", str(path), "--out", str(path.parent / "out")]
    with installed(GROUP, strange=Giver(block=lambda block: block.give(KEPT, 0))):
        assert main(words) == 1
    assert (
        "the stage 'strange' of acme failed in kept: ZeroDivisionError" in capsys.readouterr().err
    )


def test_where_it_failed_can_be_seen(
    installed: Install, path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.setenv("SKYWEFT_DEBUG", "1")
    with installed(GROUP, strange=Odd(check=fail)):
        assert main(["check", str(path)]) == 1
    assert "in fail\n    return 1 // 0" in capsys.readouterr().err


def test_ours_stay_ours() -> None:
    assert not any(isinstance(stage, Foreign) for stage in stages())
    for stage in stages():
        with pytest.raises(ZeroDivisionError), STAGES.blamed(stage.key, "block"):
            fail()


ERRORS = st.sampled_from(
    [ValueError, KeyError, AssertionError, TypeError, RecursionError, OSError, StopIteration,
     RuntimeError, UnicodeError, ArithmeticError]
)  # fmt: skip


@pytest.mark.parametrize("hook", ["wanted", "warnings", "check", "estimate", "open"])
def test_whatever_it_raises(hook: str) -> None:
    error = Exception()

    def raising(*_: Any) -> Any:
        raise error

    @given(ERRORS, st.text(max_size=20))
    def assert_told(kind: type[Exception], words: str) -> None:
        nonlocal error
        error = kind(words)
        with pytest.raises(ScenarioError) as caught:
            getattr(found, hook)(None)
        assert f"failed in {hook}: {kind.__name__}: " in str(caught.value)

    with packages.installed(GROUP, strange=Odd(**{hook: raising})):
        found = _odd()
        assert_told()


@pytest.mark.parametrize(
    "error",
    [ScenarioError("town is no city"), SkyweftError("no"), MemoryError(), KeyboardInterrupt(),
     OSError(errno.ENOSPC, "no room")],
)  # fmt: skip
def test_what_is_no_fault_of_a_package(error: BaseException) -> None:
    def raising(*_: Any) -> Any:
        raise error

    with pytest.raises(type(error)) as caught:
        _cloaked(Odd(check=raising), "check")
    assert caught.value is error


def _cloaked(stage: Stage, hook: str) -> Any:
    with packages.installed(GROUP, strange=stage):
        return getattr(_odd(), hook)(None)


def _odd() -> Stage:
    (found,) = (each for each in stages() if each.key == "odd")
    return found
