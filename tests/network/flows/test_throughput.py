"""Key metrics of flows from tables written by hand."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from skyweft.engine.estimate import outlook
from skyweft.errors import ScenarioError
from skyweft.network.flows import stage, throughput
from skyweft.network.flows.arrow import flow_rates_table, link_loads_table
from skyweft.network.flows.throughput import Throughput, metrics, sum_up
from skyweft.network.product import FULL, ITSELF, MET, TARGET_ISOLATED, FlowRates, LinkLoads
from skyweft.results import run
from skyweft.scenario.reading import load

NAMES = pa.array(["a", "b", "c"], pa.string())
A, B, C = range(3)


def _shares() -> pa.Table:
    """Three flows at three times: met or cut, taking what there is, and never a route."""
    demand_bps = [4.0, np.inf, 10.0] * 3
    rate_bps = [4.0, 6.0, 0.0, 2.0, 2.0, 0.0, 4.0, 1.0, 0.0]
    cut = [MET, FULL, ITSELF + TARGET_ISOLATED]
    limiting_factor = np.array([*cut, FULL, FULL, cut[2], *cut], np.int8)
    held = np.isin(limiting_factor, (FULL,))
    return flow_rates_table(
        FlowRates(
            rule=np.zeros(9, np.int16),
            time_s=np.repeat([0.0, 60.0, 120.0], 3),
            flow=np.tile(np.arange(3, dtype=np.int32), 3),
            source=np.tile(np.array([A, A, B], np.int32), 3),
            target=np.tile(np.array([B, C, C], np.int32), 3),
            demand_bps=np.array(demand_bps),
            rate_bps=np.array(rate_bps),
            bottleneck_from=np.where(held, A, -1).astype(np.int32),
            bottleneck_to=np.where(held, B, -1).astype(np.int32),
            limiting_factor=limiting_factor,
        ),
        NAMES,
    )


def _loads() -> pa.Table:
    return link_loads_table(
        LinkLoads(
            time_s=np.array([0.0, 0.0, 60.0, 60.0, 120.0]),
            source=np.array([A, B, A, A, A], np.int32),
            target=np.array([B, C, B, C, B], np.int32),
            load_bps=np.array([10.0, 1.0, 4.0, 1.0, 5.0]),
            capacity_bps=np.array([10.0, 4.0, 4.0, 20.0, 10.0]),
        ),
        NAMES,
    )


@pytest.fixture(params=[100, 2])
def found(request: pytest.FixtureRequest) -> Throughput:
    """Read whole or two rows at a time, so that snapshots are torn apart."""
    rows = request.param
    return sum_up(_shares().to_batches(rows), _loads().to_batches(rows), NAMES)


def test_sums(found: Throughput) -> None:
    assert found.time_s.tolist() == [0.0, 60.0, 120.0]
    assert found.demand_bps.tolist() == [14.0] * 3
    assert found.served_bps.tolist() == [4.0, 2.0, 4.0]
    assert found.carried_bps.tolist() == [10.0, 4.0, 5.0]
    assert found.limited[:, MET].tolist() == [1, 0, 1]
    assert found.limited[:, FULL].tolist() == [1, 2, 1]
    assert found.limited[:, ITSELF + TARGET_ISOLATED].tolist() == [1] * 3
    np.testing.assert_allclose(found.flow_bps, [10 / 3, 3.0, 0.0])
    assert found.elastic == 1


def test_links(found: Throughput) -> None:
    assert found.busiest == (("a", "b"), ("b", "c"), ("a", "c"))
    np.testing.assert_allclose(found.utilisation_mean, [2.5 / 3, 0.25 / 3, 0.05 / 3])
    np.testing.assert_allclose(found.load_mean_bps, [19 / 3, 1 / 3, 1 / 3])
    np.testing.assert_allclose(found.full_share, [2 / 3, 0, 0])
    assert found.utilisation.sum() == 5
    assert found.utilisation[-1] == 2  # full ones belong to the last bar
    assert found.fullest == (("a", "sends"), ("b", "receives"))
    np.testing.assert_allclose(found.full_mean, [2 / 3, 2 / 3])


def test_links_are_summed_up_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "PAIRS_AT_ONCE", 1)
    again = sum_up(_shares().to_batches(1), _loads().to_batches(1), NAMES)
    np.testing.assert_allclose(again.load_mean_bps, [19 / 3, 1 / 3, 1 / 3])


def test_metrics(found: Throughput) -> None:
    summary = metrics(found, {"most_bps": 12.5})
    assert summary["flows"] == 3
    assert summary["elastic"] == 1
    assert summary["demand_mean_bps"] == 14.0
    assert summary["share_served"] == pytest.approx(10 / 42)
    assert summary["flow_rate_median_bps"] == 3.0
    assert summary["limits"] == {
        "gets all it wants": pytest.approx(2 / 9),
        "a link on the route is full": pytest.approx(4 / 9),
        "nobody in range of the target": pytest.approx(3 / 9),
    }
    assert summary["busiest_links"][0]["source"] == "a"
    assert summary["first_snapshot"] == {
        "carried_bps": 10.0,
        "most_bps": 12.5,
        "gap": 0.2,
        "why_not": None,
    }
    open_bound = metrics(found, {"why_not": "too large"})["first_snapshot"]
    assert (open_bound["gap"], open_bound["why_not"]) == (None, "too large")


def test_nothing_at_all() -> None:
    found = sum_up([], [], NAMES)
    summary = metrics(found, {})
    assert summary["flows"] == summary["snapshots"] == 0
    assert summary["share_served"] is summary["first_snapshot"] is None
    assert summary["busiest_links"] == []


def test_a_run_has_flows_or_none(tiny: Path) -> None:
    result = run(tiny, tiny.parent / "out", overrides=["duration_s=1200"])
    summary = result.summary()["flows"]
    assert result.flow_rates is not None
    assert result.link_loads is not None
    assert result.flow_rates.num_rows == summary["flows"] * summary["snapshots"] == 42 * 4
    first = summary["first_snapshot"]
    assert first["why_not"] is None
    assert first["carried_bps"] <= first["most_bps"] * (1 + 1e-6)
    text = tiny.read_text(encoding="utf-8")
    cut = text[: text.index("[[flows]]")] + text[text.index("[coverage]") :]
    tiny.write_text(cut, encoding="utf-8")
    without = run(tiny, tiny.parent / "out", overrides=["duration_s=1200"], force=True)
    assert without.flow_rates is without.link_loads is without.summary()["flows"] is None
    assert not (without.folder / "flow_rates.parquet").exists()


def test_errors_in_files_come_before_any_work(tiny: Path) -> None:
    (tiny.parent / "matrix.csv").write_text("source,target,demand_bps\nBeijing,Osloo,1\n")
    text = tiny.read_text(encoding="utf-8").replace("demand_bps = 200", 'matrix = "matrix.csv"')
    tiny.write_text(text, encoding="utf-8")
    for work in (lambda: run(tiny, tiny.parent / "out"), lambda: outlook(load(tiny))):
        with pytest.raises(ScenarioError, match=r"flows\[0\]\.matrix: matrix.csv: line 2: .*Osloo"):
            work()
    assert not (tiny.parent / "out").exists()


def test_a_bound_that_is_too_large_says_so(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "VARIABLES_MAX", 10)
    result = run(tiny, tiny.parent / "out", overrides=["duration_s=600"])
    first = result.summary()["flows"]["first_snapshot"]
    assert first["most_bps"] is None
    assert "at most 10 are solved" in first["why_not"]
