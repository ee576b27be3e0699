"""Functions and packages that say by what paths are the best: held against networkx, and refused.

The network is that of `tests/network/graph/test_snapshot.py`: a few places and links between them.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import combinations, islice, pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.errors import ScenarioError
from skyweft.network.graph.choices import Candidates
from skyweft.network.graph.snapshot import Snapshot, snapshot
from skyweft.network.routing.best import best_paths
from skyweft.network.routing.model import Routes
from skyweft.network.routing.policy import Policy, delay, hops
from skyweft.network.routing.routes import join, pieces
from skyweft.network.routing.serial import Alone
from skyweft.network.routing.weights import hops_max, whole
from skyweft.results import open_run, run
from skyweft.scenario.policies import Choice, Metric
from skyweft.scenario.reading import load

Install = Callable[..., AbstractContextManager[None]]
ROUNDING = 1e-6  # of a path's weight: ten hops, each rounded to 2**-30 times the longest path


def _by(weights: Callable[[Snapshot], Any]) -> Policy:
    return Policy(weights=weights)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_paths_of_least_weight_are_those_of_networkx(nets: Any, seed: int) -> None:
    """Weights differ between the two directions of a link, and by a factor of a thousand."""
    found = nets.random_snapshot(seed)
    rng = np.random.default_rng(seed)
    weights = 10 ** rng.uniform(-2, 1, len(found))
    graph = found.to_networkx()
    for source, target, weight in zip(found.source, found.target, weights, strict=True):
        graph.edges[found.names[source], found.names[target]]["weight"] = weight
    rows = np.arange(len(found.names))
    paths = best_paths(found, rows, rows, _by(lambda snapshot: weights))
    begin = paths.begin
    for row, (a, b) in enumerate((a, b) for a in found.names for b in found.names):
        peer = nets.over_relays(graph, a, b)
        names = [found.names[each] for each in paths.path[begin[row] : begin[row + 1]]]
        assert bool(names) == (a != b and nx.has_path(peer, a, b))
        if names:
            ours = sum(peer.edges[hop]["weight"] for hop in pairwise(names))
            best = nx.dijkstra_path_length(peer, a, b)
            assert ours == pytest.approx(best, rel=ROUNDING)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_metrics_as_functions_cost_the_same(nets: Any, seed: int) -> None:
    found = nets.random_snapshot(seed)
    rows = np.arange(len(found.names))
    for metric, function in (("delay", delay), ("hops", hops)):
        ours = best_paths(found, rows, rows, Policy(metric))
        twin = best_paths(found, rows, rows, _by(function))
        assert np.array_equal(ours.reason, twin.reason)
        if metric == "delay":
            np.testing.assert_allclose(ours.path_length_m, twin.path_length_m, rtol=1e-6)
        else:
            assert np.array_equal(ours.hops, twin.hops)


def _others(nets: Any, seed: int, **rule: Any) -> tuple[Any, list[list[str]]]:
    """Return the graph of six places with weights of its own, and the paths that were found."""
    rng = np.random.default_rng(seed)
    met = [(0, a, b) for a, b in combinations(range(6), 2) if rng.random() < 0.8]
    asked = {"sources": ["p0"], "targets": ["p5"], "step_s": 100.0, "paths": True, **rule}
    network = nets.network([True] * 6, met, routes=[asked])
    now = snapshot(network, 0.0)
    weights = rng.uniform(1, 9, len(now))
    found = join(list(pieces(network, Alone(), lambda snapshot: weights)))
    graph = now.to_networkx()
    for source, target, weight in zip(now.source, now.target, weights, strict=True):
        graph.edges[now.names[source], now.names[target]]["weight"] = weight
    first = found.path_first
    rows = [found.path[first[row] : first[row + 1]] for row in range(len(found))]
    return graph, [[now.names[node] for node in row] for row in rows]


def _weight(graph: Any, path: list[str]) -> float:
    return float(nx.path_weight(graph, path, "weight"))


@pytest.mark.parametrize("seed", range(8))
def test_other_paths_are_ranked_by_the_function(nets: Any, seed: int) -> None:
    graph, paths = _others(nets, seed, alternatives=4)
    if not nx.has_path(graph, "p0", "p5"):
        assert paths == [[]]
        return
    best = list(islice(nx.shortest_simple_paths(graph, "p0", "p5", "weight"), 4))
    ours, theirs = ([_weight(graph, path) for path in found] for found in (paths, best))
    np.testing.assert_allclose(ours, theirs, rtol=ROUNDING)


def _edges(path: list[str]) -> set[frozenset[str]]:
    return {frozenset(hop) for hop in pairwise(path)}


@pytest.mark.parametrize("seed", range(8))
def test_disjoint_paths_weigh_the_least_together(nets: Any, seed: int) -> None:
    """Against all pairs of paths that share no link in either direction."""
    graph, paths = _others(nets, seed, disjoint="links")
    every = list(nx.all_simple_paths(graph, "p0", "p5"))
    sums = [
        _weight(graph, one) + _weight(graph, other)
        for one, other in combinations(every, 2)
        if not _edges(one) & _edges(other)
    ]
    assert (len(paths) > 1) == bool(sums)
    if sums:
        one, other = paths[-2:]
        assert not _edges(one) & _edges(other)
        assert _weight(graph, one) + _weight(graph, other) == pytest.approx(min(sums), rel=ROUNDING)


def test_a_long_chain_does_not_overflow(nets: Any) -> None:
    """Three hundred hops of the largest weight still are a path, and found whole."""
    count = 300
    chain = [(0, k, k + 1) for k in range(count - 1)]
    places = [(0.0, 0.5 * k) for k in range(count)]
    found = snapshot(nets.network([True] * count, chain, places), 0.0)
    assert count - 1 <= hops_max(found) <= 2 * count
    paths = best_paths(found, [0], [count - 1], _by(lambda now: np.full(len(now), 7e9)))
    assert paths.hops.tolist() == [count - 1]
    assert whole(np.full(len(found), 7e9), found).astype(np.int64)[:count].sum() < 2**30


def test_weights_of_nothing_take_the_fewest_hops(nets: Any) -> None:
    found = snapshot(nets.network([True] * 4, [(0, 0, 1), (0, 1, 2), (0, 2, 3), (0, 0, 3)]), 0.0)
    paths = best_paths(found, [0], [3], _by(lambda now: np.zeros(len(now))))
    assert paths.path.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda now: now.delay_s[1:], r"an array of shape \(1,\) at 5 s"),
        (lambda now: 3.0, r"an array of shape \(\)"),
        (lambda now: -now.delay_s, r"answered -0\.000\d+ for the edge from p0 to p1"),
        (lambda now: now.delay_s * np.inf, "answered inf for the edge"),
        (lambda now: np.full(len(now), np.nan), "answered nan for the edge"),
        (lambda now: "abc", "failed at 5 s: ValueError"),
        (lambda now: 1 / 0, "failed at 5 s: ZeroDivisionError"),
        (lambda now: None, r"an array of shape \(\)"),
    ],
)
def test_what_no_weights_are(nets: Any, answer: Callable[[Snapshot], Any], words: str) -> None:
    found = snapshot(nets.network([True] * 2, [(0, 0, 1)]), 5.0)
    with pytest.raises(ScenarioError, match=f"policy tests.*<lambda> .*{words}"):
        best_paths(found, [0], [1], _by(answer))


def _wide_only(now: Snapshot) -> Any:
    """Go by capacity: the inverse of what an edge carries."""
    return 1 / np.maximum(now.capacity_bps, 1.0)


def test_a_run_by_a_function(nets: Any, tiny: Path) -> None:
    found = run(tiny, tiny.parent / "out", overrides=["duration_s=1200"], policy=_wide_only)
    assert found.manifest["policy"].endswith("test_policy._wide_only")
    assert {rule["metric"] for rule in found.summary()["routes"]} == {found.manifest["policy"]}
    rows = [row for row in found.routes.to_pylist() if row["path"]]
    graphs = {time_s: found.graph(time_s).to_networkx() for time_s in {r["time_s"] for r in rows}}
    for graph in graphs.values():
        for *_, each in graph.edges(data=True):
            each["weight"] = 1 / max(each["capacity_bps"], 1.0)
    for row in rows:
        peer = nets.over_relays(graphs[row["time_s"]], row["source"], row["target"])
        ours = sum(peer.edges[hop]["weight"] for hop in pairwise(row["path"]))
        best = nx.dijkstra_path_length(peer, row["source"], row["target"])
        # The graph of a finished run has its tracks in single precision.
        assert ours == pytest.approx(best, rel=1e-3)
    assert rows


def test_runs_by_functions_do_not_mix(tiny: Path) -> None:
    folder, short = tiny.parent / "out", ["duration_s=600"]
    run(tiny, folder, overrides=short, policy=_wide_only)
    with pytest.raises(ScenarioError, match=r"policy: .*_wide_only then, nothing now"):
        run(tiny, folder, overrides=short, resume=True)
    with pytest.raises(ScenarioError, match=r"_wide_only cannot be gone on with: .* with force"):
        run(tiny, folder, overrides=short, resume=True, policy=_wide_only)
    assert open_run(folder).manifest["policy"]
    plain = run(tiny, folder, overrides=short, force=True)
    assert "policy" not in plain.manifest


def test_a_function_that_fails_leaves_nothing(tiny: Path) -> None:
    folder = tiny.parent / "out"
    with pytest.raises(ScenarioError, match="ZeroDivisionError"):
        run(tiny, folder, overrides=["duration_s=600"], policy=lambda now: 1 / 0)
    assert not folder.exists()


def _shape(now: Snapshot) -> Any:
    return now.delay_s[:-1]


def _fails(now: Any) -> Any:
    raise RuntimeError("out of luck")


def _late(some: Candidates) -> Any:
    """Put the latest start first."""
    return -some.start_s


def _run_with(tiny: Path, *overrides: str) -> Any:
    return run(tiny, tiny.parent / "out", overrides=["duration_s=1200", *overrides], force=True)


def test_a_package_adds_policies(tiny: Path, installed: Install) -> None:
    parts = {"thin": Metric("thin", _wide_only), "late": Choice("late", _late)}
    with installed("skyweft.policies", **parts):
        found = _run_with(
            tiny, "routes.0.metric=thin", "links.0.choose=late", "links.0.source_links_max=1"
        )
        assert found.summary()["routes"][0]["metric"] == "thin"
        own = run(
            tiny,
            tiny.parent / "own",
            overrides=["duration_s=1200", "links.0.choose=late", "links.0.source_links_max=1"],
            policy=_wide_only,
        )
        paths = found.routes["path"].to_pylist()
        assert own.routes["path"].to_pylist() == paths
        assert any(paths)
    with pytest.raises(
        ScenarioError, match='metric: "thin" is not possible; allowed: "delay" or "hops"'
    ):
        load(tiny, ["routes.0.metric=thin"])


@pytest.mark.parametrize(
    ("part", "override", "words"),
    [
        (Metric("odd", _shape), "routes.0.metric=odd", r"answered an array of shape \(\d+,\) at"),
        (Metric("odd", _fails), "routes.0.metric=odd", "failed: RuntimeError: out of luck"),
        (Metric("odd", "acme:nowhere"), "routes.0.metric=odd", "failed: AttributeError"),
        (Choice("odd", lambda some: 1.0), "links.0.choose=odd", r"answered an array of shape \(\)"),
        (Choice("odd", lambda some: some.range_m * np.nan), "links.0.choose=odd", "answered NaN"),
        (Choice("odd", _fails), "links.0.choose=odd", "failed: RuntimeError: out of luck"),
    ],
)
def test_a_package_that_fails_is_named(
    tiny: Path, installed: Install, part: Any, override: str, words: str
) -> None:
    with (
        installed("skyweft.policies", odd=part),
        pytest.raises(ScenarioError, match=f"the policy 'odd' of acme {words}.*mend or remove"),
    ):
        _run_with(tiny, override, "links.0.source_links_max=1")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Metric("delay", delay), "there is a policy 'delay' already"),
        (Choice("hops", _late), "there is a policy 'hops' already"),
        (Metric("", delay), "its kind is no text"),
        (Metric("odd", 3), "its function cannot be called"),
        ("odd", "it is str, not a skyweft.scenario.policies.Metric or Choice"),
        (ImportError("gone"), "cannot be loaded"),
    ],
)
def test_a_package_that_does_not_fit_is_left_out(
    tiny: Path, installed: Install, part: Any, words: str
) -> None:
    with (
        pytest.warns(UserWarning, match=f"the policy 'odd' of acme .*{words}"),
        installed("skyweft.policies", odd=part),
    ):
        assert load(tiny).rules(Routes)[0].metric == "delay"


def test_sorts_of_policies_are_told_apart(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tiny), "--set", "routes.0.metric=nearest"]) == 1
    assert 'routes[0].metric: "nearest" is not possible' in capsys.readouterr().err
    assert main(["check", str(tiny), "--set", "links.0.choose=delay"]) == 1
    assert (
        'links[0].choose: "delay" is not possible; allowed: "nearest", ' in capsys.readouterr().err
    )
