"""Old words are answered with the new ones."""

import json
from pathlib import Path

import pytest

import skyweft
from skyweft import renamed
from skyweft.errors import ScenarioError
from skyweft.scenario.reading import load
from skyweft.scenario.schema import json_schema
from skyweft.scenario.shipped import find
from skyweft.stage.registry import tables
from skyweft.store.manifest import read_manifest
from skyweft.store.names import MANIFEST


def test_new_words_are_there_and_old_ones_are_not() -> None:
    schema = json.dumps(json_schema())
    assert set(renamed.TABLES.values()) <= set(tables())
    assert not set(renamed.TABLES) & set(tables())
    for old, new in [*renamed.KEYS.items(), *renamed.VALUES.items()]:
        assert f'"{new}"' in schema, new
        assert old in ("relay", "never") or f'"{old}"' not in schema, old
    public = {*dir(skyweft), *dir(skyweft.Run), *dir(skyweft.plot)}
    assert not set(renamed.NAMES) & public
    assert set(renamed.NAMES.values()) - {"best_servers"} <= public


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("integrated", 'routes.0.apart="links"', "unknown key; it is called disjoint now"),
        ("xingyun_alpha", 'deliveries={relay="live"}', "unknown key; it is called forwarding now"),
        ("xingyun_alpha", 'deliveries={forwarding="live"}', "it is called immediate now"),
        ("xingyun", 'links.0.choose="waited"', "it is called longest_waiting now"),
    ],
)
def test_an_old_key_or_value(name: str, change: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        load(find(name), [change])


def test_an_old_name() -> None:
    with pytest.raises(AttributeError, match="'assemble'; it is called build_fleet now"):
        skyweft.assemble  # noqa: B018


def test_a_run_of_older_words(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({"name": "a", "finished_s": 60.0, "echo": []}))
    with pytest.raises(ScenarioError, match="finished_s is called simulated_s now: run it again"):
        read_manifest(tmp_path)
