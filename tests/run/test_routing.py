"""What ways amount to, against plain arithmetic on the rows of routes.parquet."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from skyweft.motion import assemble, propagate
from skyweft.network.statistics import EARTH_RADIUS_M
from skyweft.run import Run, routing, run
from skyweft.run.parquet import read_some
from skyweft.scenario.reading import load
from skyweft.world.ellipsoid import to_geodetic

STEP_S = 300.0


@pytest.fixture
def result(tiny: Path, short_blocks: None) -> Run:
    return run(tiny, tiny.parent / "out")


def _by_pair(result: Run) -> dict[tuple[str, str], list[dict[str, object]]]:
    rows: dict[tuple[str, str], list[dict[str, object]]] = {}
    assert result.routes is not None
    for row in result.routes.to_pylist():
        rows.setdefault((row["source"], row["target"]), []).append(row)
    return rows


def test_one_row_a_pair(result: Run) -> None:
    found = result.route_statistics()
    assert found is not None
    pairs = _by_pair(result)
    assert [(row["source"], row["target"]) for row in found.to_pylist()] == list(pairs)
    for row in found.to_pylist():
        mine = pairs[row["source"], row["target"]]
        assert row["snapshots"] == len(mine) == 24
        delays = [each["delay_s"] for each in mine if each["reachable"]]
        assert row["share_reachable"] == pytest.approx(len(delays) / 24)
        if delays:
            assert row["delay_median_s"] == pytest.approx(np.median(delays), rel=1e-12)
        reasons = [each["reason"] for each in mine if each["reason"]]
        counts = sorted(set(reasons), key=reasons.count)
        assert row["reason"] in [
            each for each in counts if reasons.count(each) == reasons.count(counts[-1])
        ] or (not counts and row["reason"] == "")
        handovers = sum(
            bool(a["reachable"] and b["reachable"] and a["entry"] != b["entry"])
            for a, b in pairwise(mine)
        )
        assert row["handovers"] == handovers
        assert row["interruption_s"] == pytest.approx(0.1 * handovers)


def test_one_row_a_snapshot_and_the_summary(result: Run) -> None:
    rows = result.routes.to_pylist()
    times = result.route_times.to_pylist()
    assert [row["time_s"] for row in times] == [STEP_S * k for k in range(24)]
    for row in times:
        here = [each for each in rows if each["time_s"] == row["time_s"]]
        assert row["pairs"] == len(here)
        assert row["reachable"] == sum(each["reachable"] for each in here)
    (figures,) = result.summary()["routes"]
    delays = np.sort([each["delay_s"] for each in rows if each["reachable"]])
    assert figures["share_reachable"] == pytest.approx(len(delays) / len(rows))
    assert figures["delay_median_s"] == pytest.approx(delays[(len(delays) - 1) // 2], abs=1e-6)
    shares = list(figures["reasons"].values())
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1 - figures["share_reachable"])


@pytest.mark.parametrize("rows_max", [1, 50, 300])
def test_small_memory_gives_the_same(
    result: Run, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    scenario = result.scenario
    file = [result.folder / "routes.parquet"]
    fleet = assemble(load(result.folder.parent / "tiny.toml"))
    monkeypatch.setattr(routing, "ROWS_MAX", rows_max)
    found = routing.sum_up(scenario, fleet, file)
    assert len(found.pairs) > 1
    names = result.platforms["name"].combine_chunks()
    expected = result.route_statistics()
    again = routing.pair_table(found.pairs, names)
    for name in expected.column_names:
        assert again[name].to_pylist() == pytest.approx(expected[name].to_pylist(), nan_ok=True), (
            name
        )
    times = routing.snapshot_table(found.snapshots)
    for name in times.column_names:
        wanted = result.route_times[name].to_pylist()
        assert times[name].to_pylist() == pytest.approx(wanted, nan_ok=True), name


def test_costs_can_be_restated(result: Run) -> None:
    plain, other = result.route_statistics(), result.route_statistics(0.5, fibre_detour=2.0)
    assert other["interruption_s"].to_pylist() == [
        0.5 * each for each in plain["handovers"].to_pylist()
    ]
    assert other["stretch_fibre"].to_pylist() == pytest.approx(
        [each / 2 for each in plain["stretch_fibre"].to_pylist()], nan_ok=True
    )
    assert other.schema.equals(plain.schema, check_metadata=True)
    with pytest.raises(ValueError, match="fibre_detour must be positive"):
        result.route_statistics(fibre_detour=0.0)


def test_distances_follow_movers(tiny: Path) -> None:
    scenario = load(tiny)
    fleet = assemble(scenario)
    site, mover = fleet.rows_of("ground")[0], fleet.rows_of("sats")[4]
    time_s = np.arange(0.0, 6_001.0, 60.0)  # more than one lot of places
    ends = np.array([site, mover], np.int32), np.array([fleet.rows_of("ground")[1]] * 2, np.int32)
    found = routing.distances_m(fleet, *ends, time_s)
    assert found.shape == (2, 101)
    assert np.ptp(found[0]) == 0
    motion = propagate(scenario, fleet, 0.0, 6_000.0)
    track_m = motion.tracks.position_m[fleet.mover[mover]]
    where = to_geodetic(track_m.T)[:2]
    other = to_geodetic(fleet.sites.position_m[fleet.site[ends[1][1]]])[:2]
    a, b = (np.radians(np.array(each)) for each in (where, other))
    cosine = np.sin(a[0]) * np.sin(b[0]) + np.cos(a[0]) * np.cos(b[0]) * np.cos(a[1] - b[1])
    np.testing.assert_allclose(found[1], EARTH_RADIUS_M * np.arccos(cosine), rtol=1e-7)
    assert routing.distances_m(fleet, ends[0][:1], ends[1][:1], time_s).shape == (1, 1)


def test_every_nth_row(result: Run) -> None:
    whole = result.routes["time_s"].to_pylist()
    some, every = read_some(result.folder / "routes.parquet", ["time_s"], 5)
    assert every == 5
    assert some["time_s"].to_pylist() == whole[::5]


def test_nothing_asked_nothing_there(tiny: Path) -> None:
    text = tiny.read_text(encoding="utf-8")
    start = text.index("[[routes]]")
    tiny.write_text(text[:start] + text[text.index("[coverage]") :], encoding="utf-8")
    done = run(tiny, tiny.parent / "none")
    assert done.routes is done.route_statistics() is done.route_times is None
    assert done.summary()["routes"] is None
