"""Deleting a stage that none needs, and its line in the registry, leaves all else as it was."""

import json
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from skyweft.stage.registry import OURS, stages
from tests.without_stage import ASKED

ROOT = Path(__file__).parents[1]
HOMES = {
    stage.key: where.removesuffix(".stage") for stage, where in zip(stages(), OURS, strict=True)
}
# Every scenario has these, or every network.
ALWAYS = {"motion", "contacts", "links", "graph"}
# Words of a scenario that other stages' words refer to: they are told as long as those are there.
REFERRED = {"flows", "routes", "failures", "coverage", "deliveries"}


def _gone(key: str) -> list[str]:
    """Return a stage and those that need it, in the registry's order."""
    gone = {key}
    for stage in stages():
        if gone & {*stage.needs}:
            gone.add(stage.key)
    return [stage.key for stage in stages() if stage.key in gone]


def _shared(homes: list[str]) -> list[str]:
    """Return the homes of which others import something."""
    graph = grimp.build_graph("skyweft", cache_dir=None)

    def inside(module: str, home: str) -> bool:
        return module == home or module.startswith(f"{home}.")

    return [
        home
        for home in homes
        for module in graph.modules
        if inside(module, home)
        for importer in graph.find_modules_that_directly_import(module)
        if not any(inside(importer, each) for each in homes)
    ]


@pytest.mark.parametrize("key", [key for key in HOMES if key not in ALWAYS])
def test_everything_works_without_it_and_nothing_names_it(key: str, tmp_path: Path) -> None:
    gone = _gone(key)
    homes, reported = [HOMES[each] for each in gone], tmp_path / "told.json"
    words = [" ".join(homes), " ".join(dict.fromkeys(_shared(homes)))]
    script = [sys.executable, "-m", "tests.without_stage", *words, str(tmp_path)]
    done = subprocess.run(
        [*script, str(ROOT / "docs"), str(reported)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]

    found = json.loads(reported.read_text(encoding="utf-8"))
    every = {stage.key: stage for stage in stages()}
    for stage in every.values():
        there = stage.key not in gone
        if there and not (stage.key in ALWAYS or HOMES[stage.key] in ASKED):
            continue
        assert (stage.key in found["summary"]) <= there
        assert (f"stage {stage.key}" in found["manifest"]["versions"]) == there, stage.key
        files = {f"{table.name}.parquet" for table in stage.tables if not table.optional}
        assert files <= {*found["files"]} if there else not files & {*found["files"]}
    said = {
        where: each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
        for where, each in found.items()
    }
    for stage in (every[each] for each in gone):
        named = [f"{table.name}.parquet" for table in stage.tables]
        if stage.key not in REFERRED:
            named += [f"[{model.key}]" for model in stage.models]
        for where, text in said.items():
            assert [word for word in named if word in text] == [], where
    questions = [found[each] for each in found if each.startswith(("path", "matrix"))]
    assert questions == ([404, 404] if "routes" in gone else [200, 200])
    assert found["messages"] == (404 if "deliveries" in gone else 200)


def test_stages_that_have_words_in_a_scenario_are_asked_by_them() -> None:
    worded = {HOMES[each.key] for each in stages() if each.models and each.key not in ALWAYS}
    assert worded == {*ASKED}, "say in tests/without_stage.py what a scenario asks of a stage"


def test_a_stage_is_named_by_its_needs_alone() -> None:
    assert {*HOMES} >= {"coverage", "failures", "routes", "flows", "packets", "deliveries"}
    assert _gone("flows") == ["flows", "packets"]
