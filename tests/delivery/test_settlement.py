"""Messages in a run: the tables agree with each other, and nothing depends on how it went."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

import skyweft
from skyweft.delivery import settlement as deliveries
from skyweft.delivery import stage
from skyweft.results import Run
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.shipped import find

CHANGES = [
    "duration_s=7200",
    "platforms.water_gauges.motion.count=60",
    "platforms.field_stations.motion.count=60",
    "platforms.containers.motion.count=30",
    "messages.1.burst.start_s=1800",
    "messages.0.lifetime_s=2000",
    "platforms.xingyun.storage.bytes=2000",
]


def scenario() -> Scenario:
    return skyweft.load(find("xingyun"), CHANGES)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return skyweft.run(scenario(), tmp_path_factory.mktemp("deliveries") / "run")


def test_tables_agree(run: Run) -> None:
    rows, metrics = run.deliveries, run.summary()["deliveries"]
    causes = {
        each["values"]: each["counts"] for each in pc.value_counts(rows["loss_cause"]).to_pylist()
    }
    for table in (run.deliveries_by_device, run.deliveries_by_cell, run.deliveries_by_hour):
        assert pc.sum(table["generated"]).as_py() == rows.num_rows == metrics["generated"]
        assert pc.sum(table["delivered"]).as_py() == causes[""] == metrics["delivered"]
        for _, name in deliveries.LOST:
            cause = name.removeprefix("lost_").replace("_", " ")
            assert pc.sum(table[name]).as_py() == causes.get(cause, 0)
        assert pc.sum(table["stored_on_board"]).as_py() == causes.get("stored", 0)
        assert pc.sum(table["stored_at_device"]).as_py() == causes.get("at device", 0)
        parts = pc.add(table["stored_on_board"], table["stored_at_device"])
        assert table["stored"].equals(parts)
    rule, created_s, delay_s = (rows[name].to_numpy() for name in ("rule", "created_s", "delay_s"))
    watched_s = np.array([each["observed_s"] for each in metrics["rules"]])[rule]
    observed = created_s + watched_s <= 7_200
    arrived = observed & (delay_s <= watched_s)
    assert metrics["observed"] == observed.sum() > 0
    assert metrics["observed_delivered"] == arrived.sum()
    assert metrics["share_delivered"] == arrived.sum() / observed.sum()
    assert sum(metrics["observed_causes"].values()) == (observed & ~arrived).sum()
    exact_s = np.quantile(delay_s[arrived], 0.95, method="inverted_cdf")
    assert metrics["delay_p95_s"] == pytest.approx(exact_s, rel=6e-4)  # bins of 0.1 %
    copies = pc.sum(run.gateway_usage["arrived"]).as_py()
    assert copies >= causes[""]


def test_columns_say_what_they_should(run: Run) -> None:
    rows = run.deliveries.to_pandas()
    arrived_now = rows[rows.loss_cause == ""]
    assert (arrived_now.delivered_s > arrived_now.received_s).all()
    assert (arrived_now.received_s > arrived_now.created_s).all()
    assert arrived_now.target.str.endswith("gateway").all()
    assert arrived_now.hops.min() >= 2
    parts_s = arrived_now[["delay_at_device_s", "delay_on_board_s", "delay_in_transit_s"]]
    np.testing.assert_allclose(parts_s.sum(axis=1), arrived_now.delay_s, rtol=0, atol=1e-6)
    assert parts_s.to_numpy().min() > -1e-6  # air times are of single precision
    assert parts_s.delay_at_device_s.max() < 1e-3  # sent at once
    # 20 to 32 bytes take 1.5 to 2.4 s of LR-FHSS at rate 1/3, and then milliseconds of light.
    assert parts_s.delay_in_transit_s.between(1.0, 4.0).all()
    assert rows[rows.loss_cause == "no coverage"].receiver.isna().all()
    assert rows.created_s.is_monotonic_increasing


def same_files(one: Path, other: Path) -> None:
    for path in sorted(one.glob("*.parquet")):
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name


def test_threads_change_nothing(run: Run, tmp_path: Path) -> None:
    again = skyweft.run(scenario(), tmp_path / "run", threads=1)
    same_files(run.folder, again.folder)


def test_an_interrupted_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks of ten minutes, stopped in the third and resumed: the same files."""
    monkeypatch.setattr(stage, "MESSAGES", 1.0)
    whole = skyweft.run(scenario(), tmp_path / "whole")
    received, calls = stage.receive, []  # type: ignore[attr-defined]

    def stop(*known: Any) -> Any:
        calls.append(known)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return received(*known)

    monkeypatch.setattr(stage, "receive", stop)
    with pytest.raises(KeyboardInterrupt, match="stopped after 1200 s"):
        skyweft.run(scenario(), tmp_path / "run")
    halfway = skyweft.open_run(tmp_path / "run").summary()["deliveries"]
    assert 0 < halfway["generated"] < whole.deliveries.num_rows
    again = skyweft.run(scenario(), tmp_path / "run", resume=True)
    assert len(calls) == 3 + 10
    same_files(whole.folder, again.folder)


def test_too_many_to_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "ROWS_MAX", 10)
    short = skyweft.load(find("xingyun"), [*CHANGES, "duration_s=1900"])
    found = skyweft.run(short, tmp_path / "run")
    assert found.deliveries is None
    assert found.deliveries_by_device.num_rows == 150
    assert "deliveries.rows" in found.manifest["left_out"]["deliveries"]
