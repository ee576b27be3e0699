"""Stages that a package adds, and those that cannot stand beside ours."""

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from skyweft.columns import Column, Table
from skyweft.contacts.arrow import CONTACTS
from skyweft.errors import ScenarioError
from skyweft.scenario.entry import Entry
from skyweft.scenario.parts import Rule, Settings
from skyweft.scenario.reading import load
from skyweft.scenario.schema import json_schema
from skyweft.stage import Context, Stage, State
from skyweft.stage.registry import stages, tables

GROUP = "skyweft.stages"
Install = Callable[..., AbstractContextManager[None]]
TABLES: dict[str, Any] = {
    "name": "Added",
    "start": None,
    "duration_s": 600.0,
    "platforms": {
        "town": {
            "layer": "ground",
            "motion": {"kind": "fixed", "latitude_deg": 1.0, "longitude_deg": 2.0},
        }
    },
}


class Night(Settings):
    """When nothing works."""

    key = "night"
    words = "From when to when nothing works."

    start_s: float
    """When it begins."""


class Flows(Rule):
    """Takes a key that another stage has."""

    key = "flows"
    words = "Flows of another sort."


class Links(Rule):
    """Takes a key that every scenario has."""

    key = "links"
    words = "Links of another sort."


class Bare(Entry):
    """Is no table of a stage."""


NIGHTS = Table("nights", "one row a night", (Column("start_s", "float64", "s", "Start."),))


class NightStage(Stage):
    key = "night"
    needs = ("motion",)
    tables = (
        Table("nights", "When nothing works.", (Column("start_s", "float64", "s", "Start."),)),
    )
    models = (Night,)

    def open(self, context: Context) -> State:
        raise NotImplementedError


def made(**changes: Any) -> Stage:
    return type("Changed", (NightStage,), changes)()


def scenario(**more: Any) -> Any:
    from datetime import UTC, datetime

    return load(TABLES | {"start": datetime(2026, 7, 1, tzinfo=UTC)} | more)


def test_a_package_adds_a_stage_with_a_table_of_the_scenario(installed: Install) -> None:
    with installed(GROUP, night=NightStage()):
        found = scenario(night={"start_s": 3.0}).settings(Night)
        assert found.start_s == 3.0
        assert "night" in json_schema()["properties"]
        assert "nights" in tables()
        with pytest.raises(ScenarioError, match=r"night\.start: unknown key"):
            scenario(night={"start_s": 3.0, "start": 4.0})
    with pytest.raises(ScenarioError, match="night: unknown key"):
        scenario(night={"start_s": 3.0})
    assert "nights" not in tables()


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (ImportError(), "cannot be loaded: AttributeError: module 'acme' has no attribute"),
        (NightStage, "not of a class made from skyweft.stage.Stage"),
        (object(), "it is object, not of a class made from skyweft.stage.Stage"),
        (made(key=""), "it has no key"),
        (made(key="flows", models=()), "there is a stage 'flows' already"),
        (made(needs="motion"), "its needs is no tuple of text"),
        (made(needs=("weather",)), "it needs weather, which is not there"),
        (made(key="routes/night"), "its key 'routes/night' is no word: files are called by it"),
        (made(key="platforms"), "there is a stage 'platforms' already"),
        (made(reads=["night"]), "its reads is no tuple of text"),
        (made(gives=("night",)), "its gives is no tuple of skyweft.stage.Product"),
        (made(share="little"), "its share is no number"),
        (made(version=True), "its version is no whole number"),
        (made(restricts=1), "its restricts is no True or False"),
        (made(models=(3,)), "its models is no tuple of types"),
        (made(tables=(Table("a night", "", ()),)), "'a night' is no name that Python can ask for"),
        (made(tables=("nights",)), "its tables is no tuple of skyweft.columns.Table"),
        (made(tables=NightStage.tables * 2), "it declares the table nights twice"),
        (made(tables=(CONTACTS,)), "the table contacts is declared by the stage 'contacts'"),
        (made(models=(Bare,)), "not made from skyweft.scenario.parts.Rule or Settings"),
        (made(models=(Flows,)), "the key flows of a scenario is of the stage 'flows' already"),
        (made(models=(Links,)), "the key links of a scenario is of every scenario already"),
    ],
)
def test_what_cannot_stand_beside_ours_is_left_out(
    installed: Install, stage: Any, words: str
) -> None:
    before = [each.key for each in stages()]
    with (
        warnings.catch_warnings(action="always", record=True) as told,
        installed(GROUP, wrong=stage),
    ):
        assert scenario().duration_s == 600.0
        assert [each.key for each in stages()] == before
    line = str(told[0].message)
    assert line.startswith("the stage 'wrong' of acme cannot be ")
    assert words in line
    assert line.endswith("; mend or remove the package; the stage is left out")
