"""Sums over messages for the page: those that single rows and plain loops give."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.console.api import application
from skyweft.console.guard import Guard
from skyweft.console.run_registry import Shelf
from skyweft.delivery.answers import CURVE_MAX, STEPS_MAX, _delays, _stored, _targets
from skyweft.results import Run, run
from skyweft.scenario.shipped import find
from tests.asking import Ask, asking

ADDRESS = "/api/v1/runs/0/messages"


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run two satellites that carry messages for six hours, without a row a message."""
    return run(
        find("xingyun_alpha"),
        tmp_path_factory.mktemp("carried"),
        overrides=["duration_s=21600", "deliveries={rows=false}"],
    )


@pytest.fixture(scope="module")
def ask_carried(carried: Run) -> Ask:
    return asking(Guard(application(Shelf([carried.folder]), None), None))


def test_sums_are_there_without_a_row_a_message(ask_carried: Ask, carried: Run) -> None:
    assert "deliveries" not in ask_carried("/api/v1/runs").json[0]["tables"]
    found = ask_carried(ADDRESS).json
    figures = carried.summary()["deliveries"]
    assert sum(found["cells"]["generated"]) == figures["generated"] > 100
    stores = carried.table("storage_occupancy").to_pandas()
    assert max(found["stored"]["fullest_bytes"]) == stores["stored_bytes"].max()
    downlinks = carried.table("gateway_usage").to_pandas()
    (wuhan,) = found["targets"]
    assert wuhan["target"] == "wuhan"
    assert wuhan["served_s"] == pytest.approx(downlinks["served_s"].sum())
    assert wuhan["arrived"] == downlinks["arrived"].sum()
    for curve in found["delays"]:
        assert curve["share"] == sorted(curve["share"])
        assert 0 < curve["share"][-1] <= 1


def test_a_run_without_messages_says_so(small: Run) -> None:
    answer = asking(Guard(application(Shelf([small.folder]), None), None))(ADDRESS)
    assert answer.status == 400
    assert "its scenario has no [[messages]]" in answer.json["error"]


def _named(values: list[str]) -> pa.Array:
    return pa.array(values, pa.string()).dictionary_encode()


@given(
    st.integers(0, 4), st.integers(0, 2 * STEPS_MAX), st.integers(0, 2**32 - 1)
)  # platforms, steps, seed
def test_what_is_stored_is_what_a_loop_finds(platforms: int, steps: int, seed: int) -> None:
    stored = np.random.default_rng(seed).integers(0, 9, (steps, platforms))
    names = [f"sat {number}" for number in range(platforms)]
    table = pa.table(
        {
            "time_s": np.repeat(10.0 * np.arange(steps), platforms),
            "platform": _named(names * steps),
            "stored_bytes": stored.ravel(),
        }
    )
    found = _stored(table)
    assert len(found["time_s"]) <= STEPS_MAX
    if not stored.size:
        assert found["time_s"] == []
        return
    assert max(found["total_bytes"]) == stored.sum(axis=1).max()
    assert max(found["fullest_bytes"]) == stored.max()
    step = np.append(np.array(found["time_s"]) / 10, steps).astype(int)
    for number, (most, who) in enumerate(
        zip(found["fullest_bytes"], found["fullest"], strict=True)
    ):
        piece = stored[step[number] : step[number + 1]]
        assert most == piece.max() == piece[:, names.index(who)].max()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 99)), max_size=30))
def test_targets_are_summed_and_sorted(rows: list[tuple[str, int]]) -> None:
    came = pa.array([each for _, each in rows], pa.int64())
    table = pa.table(
        {
            "target": _named([name for name, _ in rows]),
            "served_s": pa.array([0.5] * len(rows), pa.float64()),
            "unserved_s": pa.array([0.0] * len(rows), pa.float64()),
            "arrived_bytes": came,
            "arrived": came,
        }
    )
    wanted: dict[str, int] = defaultdict(int)
    for name, each in rows:
        wanted[name] += each
    found, notes = _targets(table)
    assert {each["target"]: each["arrived_bytes"] for each in found} == wanted
    assert [each["arrived_bytes"] for each in found] == sorted(wanted.values(), reverse=True)
    assert notes == []


@given(st.lists(st.integers(1, 3 * CURVE_MAX), max_size=4))
def test_curves_keep_their_ends(sizes: list[int]) -> None:
    rule = np.repeat(np.arange(len(sizes)), sizes)
    delay_s = np.concatenate([np.zeros(0), *(np.arange(1.0, size + 1) for size in sizes)])
    table = pa.table({"rule": rule, "delay_s": delay_s, "share": delay_s / 1e4})
    for curve, size in zip(_delays(table), sizes, strict=True):
        assert len(curve["delay_s"]) == min(size, CURVE_MAX)
        assert (curve["delay_s"][0], curve["delay_s"][-1]) == (1.0, size)


def test_a_missing_table_is_said(carried: Run, tmp_path: Path) -> None:
    copy = carried.save(tmp_path / "copy").folder
    (copy / "storage_occupancy.parquet").unlink()
    answer = asking(Guard(application(Shelf([copy]), None), None))(ADDRESS)
    assert answer.status == 400
    assert "storage_occupancy.parquet is not there" in answer.json["error"]
