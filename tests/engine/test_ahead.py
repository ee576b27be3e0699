"""Which kernels a run is expected to need, held to what runs ask for."""

from pathlib import Path
from typing import Any

import pytest

from skyweft.engine import ahead
from skyweft.engine.ahead import COMPILING, compiling, seconds, to_compile
from skyweft.engine.estimate import outlook
from skyweft.kernels.ahead import Task, found
from skyweft.kernels.signature import UnwrittenError
from skyweft.scenario import shipped
from skyweft.scenario.reading import load
from skyweft.stage.registry import wanted

from .record import asked_by_itself, recorded

FIRST = ("hello", "integrated")


def test_what_is_recorded_is_there_and_takes_what_is_recorded() -> None:
    """All of it in the scenarios that a newcomer runs first, nearly all of it in the others.

    A kernel that has changed since is compiled when it is asked for; many would be a wait again.
    """
    every, runs = recorded()
    assert set(FIRST) <= set(runs) <= set(shipped.names())
    stale = {}
    for key in every:
        try:
            found(Task(*key, 0.0))
        except UnwrittenError as error:
            stale[key] = str(error)
    again = "`uv run just kernels` records them again"
    assert not [stale[key] for name in FIRST for key in runs[name] if key in stale], again
    assert len(stale) <= len(every) / 4, f"{again}: {stale}"


@pytest.mark.parametrize("name", FIRST)
def test_the_first_runs_ask_for_what_is_recorded(name: str) -> None:
    _, runs = recorded()
    assert set(asked_by_itself(name)) <= set(runs[name]), "`uv run just kernels` records it again"


@pytest.fixture
def nothing_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))


@pytest.mark.usefixtures("nothing_there")
@pytest.mark.parametrize("name", ["hello", "integrated", "starlink_shell1_routes"])
def test_a_shipped_scenario_is_expected_to_ask_for_what_it_did(name: str) -> None:
    scenario = load(shipped.find(name))
    _, runs = recorded()
    rooms = [ahead.room_of(type(stage).__module__) for stage in wanted(scenario)]
    mine = {key for key in runs[name] if ahead.room_of(key[0].partition(":")[0]) in [*rooms, ""]}
    assert {(each.kernel, each.types) for each in to_compile(scenario, wanted(scenario))} == mine


@pytest.mark.usefixtures("nothing_there")
def test_a_scenario_of_ones_own_is_taken_for_the_one_most_like_it() -> None:
    mine = load("starlink_shell1_routes", ["duration_s=3600", "seed=9"])
    theirs = load("starlink_shell1_routes")
    assert to_compile(mine, wanted(mine)) == to_compile(theirs, wanted(theirs)) != []


@pytest.mark.usefixtures("nothing_there")
def test_a_stage_added_brings_its_kernels() -> None:
    plain = load("starlink_shell1")
    routed = load("starlink_shell1_routes")
    more = {each.kernel for each in to_compile(routed, wanted(routed))}
    assert more > {each.kernel for each in to_compile(plain, wanted(plain))}
    assert any(".routing." in each for each in more)


@pytest.mark.usefixtures("nothing_there")
def test_check_says_what_compiling_will_take_once() -> None:
    found = outlook(load("hello"))
    assert found.compiling_s > 1
    assert "to compile, once on this machine" in found.lines()[-1]
    assert found.facts()["estimate"]["compiling_s"] == round(found.compiling_s, 1)
    assert found.time_s > found.compiling_s


def test_estimates_are_of_processes_that_share_the_work() -> None:
    tasks = [Task("a:a", "()", 3.0), Task("a:b", "()", 2.0), Task("a:c", "()", 1.0)]
    assert seconds(tasks, 1) == 6.0
    assert seconds(tasks, 2) == 3.0
    assert seconds(tasks, 8) == 3.0  # no kernel is compiled by two
    assert seconds([], 2) == 0.0


@pytest.mark.usefixtures("nothing_there")
def test_progress_says_that_it_happens_once_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load("hello")
    told: list[tuple[float, float, str]] = []

    def progress(*words: Any) -> None:
        told.append(words)

    with compiling(scenario, wanted(scenario), 1, progress) as run_told:
        run_told(5.0, 10.0, "motion")
    assert told[0][2].startswith(f"{COMPILING}, once on this machine: 0 of ")
    assert told[1:] == [(5.0, 10.0, "motion")]


def test_nothing_is_said_where_all_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "to_compile", lambda *_: [])
    scenario = load("hello")
    told: list[object] = []
    with compiling(scenario, wanted(scenario), 2, lambda *words: told.append(words)):
        pass
    assert told == []
