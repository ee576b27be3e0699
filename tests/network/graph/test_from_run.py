"""The network of a finished run at a moment: what the run's own tables say, and what it refuses."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from skyweft.errors import RangeError, ScenarioError
from skyweft.network.routing.best import best_paths
from skyweft.network.routing.model import Routes
from skyweft.network.routing.policy import Policy
from skyweft.results import Run, run
from tests.written import lasers, standing

NS = 1e-9
TRACKS_NS = 5 * NS  # single precision: half a metre at either end


def test_routes_of_the_run_are_found_in_its_graph(small: Run) -> None:
    rows = small.routes.to_pylist()
    policy = Policy.of(small.scenario.rules(Routes)[0])
    graphs = {time_s: small.graph(time_s) for time_s in {row["time_s"] for row in rows}}
    for row in rows:
        now = graphs[row["time_s"]]
        found = best_paths(now, now.rows_of(row["source"]), now.rows_of(row["target"]), policy)
        assert [now.names[each] for each in found.path] == row["path"]
        if row["path"]:
            delay_s = found.path_length_m[0] / 299_792_458.0
            assert delay_s == pytest.approx(row["delay_s"], abs=TRACKS_NS)
    assert sum(bool(row["path"]) for row in rows) > 1


def test_capacities_are_those_of_the_loads(beamed: Run) -> None:
    compared = 0
    for time_s in (300.0, 2_100.0):
        now = beamed.graph(time_s)
        ends = [(now.names[a], now.names[b]) for a, b in zip(now.source, now.target, strict=True)]
        held = dict(zip(ends, now.capacity_bps.tolist(), strict=True))
        for row in beamed.link_loads.to_pylist():
            if row["time_s"] == time_s:
                assert held[row["source"], row["target"]] == pytest.approx(row["capacity_bps"])
                compared += 1
    assert compared


def test_contacts_are_edges_while_they_last(small: Run) -> None:
    contact = next(each for each in small.contacts.to_pylist() if not each["cut_start"])
    pair = contact["source"], contact["target"]
    for time_s, there in ((contact["start_s"] + 0.01, True), (contact["start_s"] - 0.01, False)):
        now = small.graph(time_s)
        graph = now.to_networkx()
        assert graph.has_edge(*pair) == graph.has_edge(*pair[::-1]) == there


def test_a_moment_may_be_a_date(small: Run) -> None:
    moment = datetime(2026, 7, 1, 8, 10, tzinfo=timezone(timedelta(hours=8)))
    assert small.graph(moment).time_s == 600.0
    assert small.graph(datetime(2026, 7, 1, 0, 10, 0, 250_000, tzinfo=UTC)).time_s == 600.25
    with pytest.raises(RangeError, match="has no time zone; give it one"):
        small.graph(datetime(2026, 7, 1))


@pytest.mark.parametrize("time_s", [-0.1, 7_250.1, np.nan, np.inf])
def test_a_moment_outside_the_run(small: Run, time_s: float) -> None:
    with pytest.raises(RangeError, match="time_s must be from 0 to 7250 s, where the run ends"):
        small.graph(time_s)


def test_the_first_and_the_last_moment(small: Run) -> None:
    for time_s in (0.0, 7_250.0):
        assert np.isfinite(small.graph(time_s).position_m).all()


def test_a_run_without_tracks(small: Run, tmp_path: Path) -> None:
    copy = small.save(tmp_path / "copy")
    (copy.folder / "tracks.parquet").unlink()
    with pytest.raises(ScenarioError, match=r"needs the tracks of the run: .*tracks\.parquet"):
        copy.graph(0.0)


def test_nobody_moves(tmp_path: Path) -> None:
    """Stands still, so no tracks are kept or needed; what is out of order is not there."""
    masts = {"here": (10.0, 20.0), "there": (10.0, 20.1), "beyond": (10.1, 20.1)}
    found = run(
        {
            "name": "Masts",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": 60,
            "platforms": standing(masts, "mast"),
            "terminals": lasers(mast=1e9),
            "links": [{"between": ["mast", "mast"]}],
            "failures": [{"platforms": ["there"], "names": ["there"], "start_s": 30.0}],
        },
        tmp_path / "masts",
    )
    whole, broken = found.graph(29.5), found.graph(30.5)
    assert len(whole) == 6
    assert {broken.names[each] for each in broken.source} == {"here", "beyond"}
    assert broken.capacity_bps.tolist() == [1e9, 1e9]
