"""Work that is taken over is that which would have been done, to the last byte, or none."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from skyweft.engine import keys
from skyweft.errors import ScenarioError, UndeclaredReadError
from skyweft.network.routing.stage import STAGE as ROUTES_STAGE
from skyweft.registry import Kinds
from skyweft.results import Run, run
from skyweft.scenario.parts import Rule, parts
from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario
from skyweft.stage.context import READ_BY_ALL
from skyweft.stage.registry import stages
from skyweft.store.kept import nothing_reused

NETWORK = {"routes", "flows", "packets", "gateways"}
EVERY = {"motion", "contacts", "links", "coverage", "graph", *NETWORK}


def _bytes(result: Run) -> dict[str, bytes]:
    return {
        each.name: each.read_bytes()
        for each in result.folder.iterdir()
        if each.name not in ("manifest.json", "SHA256SUMS")
    }


def _taken(result: Run) -> set[str]:
    """Return which stages did not work on any block."""
    blocks = len(result.manifest["borders_s"]) - 1
    return {key for key, count in result.manifest["reused"].items() if count == blocks}


def _fresh(tiny: Path, *overrides: str) -> Run:
    with nothing_reused():
        return run(tiny, tiny.parent / "fresh", overrides=overrides, force=True)


@pytest.mark.usefixtures("reusing", "short_blocks")
@pytest.mark.parametrize(
    ("change", "works"),
    [
        ("name='Another'", set()),
        ("routes.0.metric='hops'", {"routes"}),
        ("coverage.cells=60", {"coverage"}),
        ("flows.0.demand_bps=300", {"flows", "packets", "gateways"}),
        ("packets.0.size_bytes=25", {"packets"}),
        ("terminals.sat.eirp_dbw=6", {"links", "graph", *NETWORK}),
        ("links.0.elevation_min_deg=12", EVERY - {"motion", "coverage"}),
        ("platforms.sats.motion.planes=3", EVERY),
        ("seed=4", EVERY),
    ],
)
def test_only_what_lies_downstream_works(tiny: Path, change: str, works: set[str]) -> None:
    run(tiny, tiny.parent / "before")
    after = run(tiny, tiny.parent / "after", overrides=[change])
    # Where platforms are is worked out again for whoever asks: it is cheaper than to keep.
    asks = works | ({"motion"} if works else set()) | ({"graph"} if works & NETWORK else set())
    assert _taken(after) == EVERY - asks
    assert _bytes(after) == _bytes(_fresh(tiny, change))


@pytest.mark.usefixtures("reusing")
def test_a_stage_that_is_no_longer_asked_for(tiny: Path) -> None:
    run(tiny, tiny.parent / "before")
    text = tiny.read_text(encoding="utf-8")
    start, end = text.index("[coverage]"), len(text)
    tiny.write_text(text[:start] + text[end:], encoding="utf-8")
    after = run(tiny, tiny.parent / "after")
    assert _taken(after) == EVERY - {"coverage"}
    assert _bytes(after) == _bytes(_fresh(tiny))
    assert after.summary()["coverage"] is None


@pytest.mark.usefixtures("reusing")
def test_a_file_with_other_contents(tiny: Path) -> None:
    run(tiny, tiny.parent / "before")
    sites = tiny.parent / "sites.csv"
    sites.write_text(sites.read_text(encoding="utf-8").replace("116.4", "116.5"), encoding="utf-8")
    after = run(tiny, tiny.parent / "after")
    assert _taken(after) == set()
    assert _bytes(after) == _bytes(_fresh(tiny))


@pytest.mark.usefixtures("reusing")
def test_a_file_that_changes_under_way_is_not_vouched_for(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its checksum may be that of either text, so nothing is kept."""
    sites = tiny.parent / "sites.csv"

    def change(done_s: float, total_s: float, stage: str) -> None:
        sites.write_text(sites.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    run(tiny, tiny.parent / "before", progress=change)
    text = sites.read_text(encoding="utf-8").rstrip("\n") + "\n"
    sites.write_text(text, encoding="utf-8")
    assert _taken(run(tiny, tiny.parent / "after")) == set()


@pytest.mark.usefixtures("reusing")
@pytest.mark.parametrize("what", ["_code", "_installed"])
def test_another_program_takes_nothing_over(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    run(tiny, tiny.parent / "before")
    monkeypatch.setattr(keys, what, lambda *_: "another")
    keys._program.cache_clear()
    try:
        assert _taken(run(tiny, tiny.parent / "after")) == set()
    finally:
        keys._program.cache_clear()


@pytest.mark.usefixtures("short_blocks")
@pytest.mark.parametrize("first", [0, 1, 5, 11])
def test_work_goes_on_where_none_is_kept(tiny: Path, reusing: Path, first: int) -> None:
    """A stage takes blocks over up to one that is gone, and works from the state before it."""
    before = run(tiny, tiny.parent / "before")
    whole = keys.keys(before.scenario, stages_of(before.scenario), before.manifest)
    for stage in ("contacts", "links", "packets"):
        for part in [*map(str, range(first, first + 2)), "whole"]:
            key = keys.of_part(str(whole[stage]), part)
            if (reusing / key[:2] / key).exists():
                shutil.rmtree(reusing / key[:2] / key)
    after = run(tiny, tiny.parent / "after", overrides=["name='Another'"])
    assert after.manifest["reused"]["links"] == 12 - min(2, 12 - first)
    assert after.manifest["reused"]["coverage"] == 12
    assert _bytes(after) == _bytes(_fresh(tiny, "name='Another'"))


def stages_of(scenario: Scenario) -> list[Any]:
    return [stage for stage in stages() if stage.wanted(scenario)]


@pytest.mark.usefixtures("reusing", "short_blocks")
def test_an_interrupted_run_leaves_its_blocks(tiny: Path) -> None:
    def stop(done_s: float, total_s: float, stage: str) -> None:
        if stage == "links" and done_s > 3_700:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tiny, tiny.parent / "before", progress=stop)
    after = run(tiny, tiny.parent / "after")
    assert after.manifest["reused"]["contacts"] == 6
    assert _bytes(after) == _bytes(_fresh(tiny))
    resumed = run(tiny, tiny.parent / "before", resume=True)
    assert _bytes(resumed) == _bytes(after)


@pytest.mark.usefixtures("reusing")
def test_the_folder_itself_is_run_again(tiny: Path) -> None:
    run(tiny, tiny.parent / "out")
    again = run(tiny, tiny.parent / "out", overrides=["routes.0.metric='hops'"], force=True)
    assert _taken(again) == EVERY - {"motion", "graph", "routes"}
    assert _bytes(again) == _bytes(_fresh(tiny, "routes.0.metric='hops'"))


@pytest.mark.usefixtures("reusing")
def test_a_table_that_somebody_wrote_into_is_made_again(tiny: Path) -> None:
    before = run(tiny, tiny.parent / "before")
    links = before.folder / "link_samples.parquet"
    links.write_bytes(links.read_bytes()[:-9] + b"tampered!")
    after = run(tiny, tiny.parent / "after")
    assert "links" not in _taken(after)
    assert _bytes(after) == _bytes(_fresh(tiny))


@pytest.mark.usefixtures("reusing")
def test_a_stage_that_does_not_say_what_it_reads_depends_on_all(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(ROUTES_STAGE), "reads", None)
    run(tiny, tiny.parent / "before")
    after = run(tiny, tiny.parent / "after", overrides=["coverage.cells=60"])
    assert _taken(after) == EVERY - {"motion", "coverage", "graph", "routes"}


def test_a_stage_gets_no_more_than_it_says(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(ROUTES_STAGE), "reads", ("links", "platforms.*.terminals"))
    with pytest.raises(UndeclaredReadError, match="routes of the scenario"):
        run(tiny, tiny.parent / "out")


def _paths(model: type[BaseModel], place: str = "") -> Iterator[str]:
    """Yield the path of every key of a model, `*` for names and places."""
    for key, field in model.model_fields.items():
        path = f"{place}.{key}".lstrip(".")
        below = list(_models(field.annotation, path))
        below += [(each, path) for kinds in field.metadata for each in _of_kinds(kinds)]
        yield path
        for inner, where in below:
            yield from _paths(inner, where)


def _models(kind: Any, place: str) -> Iterator[tuple[type[BaseModel], str]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind, place
    many = getattr(kind, "__origin__", None) in (list, dict)
    for each in get_args(kind):
        yield from _models(each, f"{place}.*" if many else place)


def _of_kinds(found: Any) -> list[type[BaseModel]]:
    return [each.model for each in found.values()] if isinstance(found, Kinds) else []


def _every_path() -> set[str]:
    """Return those of what every scenario holds, and of the tables that stages add."""
    paths = set(_paths(Scenario))
    for model in parts():
        below = f"{model.key}.*" if issubclass(model, Rule) else model.key
        paths |= {model.key, *_paths(model, below)}
    return paths


def test_every_key_is_read_by_some_stage() -> None:
    """A key that no stage declares could change nothing: somebody has forgotten it."""
    read = {*READ_BY_ALL, *(path for stage in stages() for path in stage.reads or ())}
    paths = _every_path()
    assert {"terminals.*.mask", "links.*.beams.width_deg", "coverage.cells"} <= paths
    unread = {
        path
        for path in paths
        if not any(path == each or path.startswith(f"{each}.") for each in read)
        and not any(each.startswith(f"{path}.") for each in read)
    }
    assert unread == {"name", "description"}


def test_the_seed_matters_where_something_is_drawn(tiny: Path) -> None:
    text = tiny.read_text(encoding="utf-8")
    drawn = 'kind = "population", count = 12'
    assert drawn in text
    found = []
    for motion in (drawn, 'kind = "fixed", latitude_deg = 1.0, longitude_deg = 2.0'):
        tiny.write_text(text.replace(drawn, motion), encoding="utf-8")
        first, other = (load(tiny, [f"seed={seed}"]) for seed in (1, 2))
        plan = {"inputs": [{"file": str(tiny.parent / "sites.csv"), "sha256": ""}], "borders_s": []}
        one, two = (keys.keys(each, stages_of(each), plan) for each in (first, other))
        found.append({key for key in one if one[key] == two[key]})
    assert found == [set(), {"motion", "contacts", "links", "coverage"}]


def test_what_stages_read_is_there() -> None:
    paths = _every_path()
    for stage in stages():
        for path in (*READ_BY_ALL, *(stage.reads or ())):
            assert path in paths, f"{stage.key}: {path}"


CHANGES = [
    f"{path}={value}"
    for path, values in {
        "duration_s": [6_000, 7_000.5],
        "step_s": [30, 60],
        "seed": [0, 4],
        "start": ["2026-07-01T00:10:00Z", "2027-01-01T00:00:00Z"],
        "world.earth_orientation": ["'none'"],
        "platforms.sats.layer": ["'near_space'"],
        "platforms.sats.motion.altitude_m": [700e3],
        "platforms.sats.motion.phasing": [1],
        "platforms.sats.relay": ["false"],
        "platforms.sats.terminals": ["['sat', 'node']"],
        "platforms.high.motion.mean_anomaly_deg": [101],
        "platforms.ground.relay": ["true"],
        "platforms.field.motion.count": [11],
        "platforms.field.storage": ["{ bytes = 100 }"],
        "terminals.node.frequency_hz": [402e6],
        "terminals.node.eirp_dbw": [2.0, 30.0],
        "terminals.node.mask": ["[[0, 20], [180, 5]]"],
        "terminals.node.polarisation": ["'rhcp'"],
        "terminals.sat.gt_db_k": [-21.0],
        "links.0.waveform": ["'dvb_s2x'"],
        "links.0.elevation_min_deg": [5, 25],
        "links.0.range_max_m": [2e6],
        "links.0.sample_s": [30],
        "links.0.losses_db": [1.0],
        "links.0.source_links_max": [1],
        "links.0.choose": ["'longest'"],
        "links.0.acquisition_s": [5],
        "links.0.sun_exclusion_deg": [20],
        "links.0.beams": ["{ count = 2, width_deg = 6.0 }"],
        "routes.0.metric": ["'hops'"],
        "routes.0.alternatives": [2],
        "routes.0.processing_s": [0.01],
        "flows.0.step_s": [600],
        "flows.0.demand_bps": [500],
        "flows.0.split": ["'equal'"],
        "gateways.target_share": [0.9],
        "packets.0.arrivals": ["'constant'"],
        "packets.0.background": ["false"],
        "coverage.elevation_min_deg": [20],
        "coverage.sites": ["[]"],
        "failures": ["[{ platforms = ['sats'], share = 0.5 }]", "[{ links = [0], share = 0.3 }]"],
        "messages": ["[{ source = 'field', target = 'ground', size_bytes = 20, period_s = 600 }]"],
    }.items()
    for value in values  # type: ignore[attr-defined]
]


@pytest.fixture(scope="module")
def kept_by_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.sampled_from(CHANGES), then=st.lists(st.sampled_from(CHANGES), max_size=2))
def test_any_two_scenarios(tiny: Path, kept_by_all: Path, first: str, then: list[str]) -> None:
    """Whatever ran before and whatever changes: the run that takes work over has the same bytes."""
    with patch.dict(os.environ, SKYWEFT_CACHE=str(kept_by_all), SKYWEFT_REUSE_BYTES="1e9"):
        out = tiny.parent / "out"
        try:
            run(tiny, out, overrides=[first], force=True)
            after = run(tiny, out, overrides=then, force=True)
        except ScenarioError:
            reject()  # two changes that do not go together
        assert _bytes(after) == _bytes(_fresh(tiny, *then))
