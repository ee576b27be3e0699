"""What routes amount to, against plain arithmetic on the rows of routes.parquet."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from skyweft.motion import build_fleet, propagate
from skyweft.network.routing import summary as routing
from skyweft.network.routing.statistics import EARTH_RADIUS_M
from skyweft.results import Run, run
from skyweft.scenario.reading import load
from skyweft.store import parquet
from skyweft.store.parquet import read_some
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
            bool(a["reachable"] and b["reachable"] and a["first_hop"] != b["first_hop"])
            for a, b in pairwise(mine)
        )
        assert row["handovers"] == handovers
        assert row["interruption_s"] == pytest.approx(0.1 * handovers)


def test_one_row_a_snapshot_and_the_summary(result: Run) -> None:
    rows = result.routes.to_pylist()
    times = result.route_snapshots.to_pylist()
    assert [row["time_s"] for row in times] == [STEP_S * k for k in range(24)]
    for row in times:
        here = [each for each in rows if each["time_s"] == row["time_s"]]
        assert row["pairs"] == len(here)
        assert row["reachable"] == sum(each["reachable"] for each in here)
    (summary,) = result.summary()["routes"]
    delays = np.sort([each["delay_s"] for each in rows if each["reachable"]])
    assert summary["share_reachable"] == pytest.approx(len(delays) / len(rows))
    assert summary["delay_median_s"] == pytest.approx(delays[(len(delays) - 1) // 2], abs=1e-6)
    shares = list(summary["reasons"].values())
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1 - summary["share_reachable"])


@pytest.mark.parametrize("rows_max", [1, 50, 300])
def test_small_memory_gives_the_same(
    result: Run, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    scenario = result.scenario
    file = [result.folder / "routes.parquet"]
    fleet = build_fleet(load(result.folder.parent / "tiny.toml"))
    monkeypatch.setattr(routing, "ROWS_MAX", rows_max)
    found = routing.sum_up(scenario, fleet, file)
    assert len(found.pairs) > 1
    names = result.platforms["name"].combine_chunks()
    expected = result.route_statistics()
    again = routing.pair_table(found.pairs, names)
    for name in expected.column_names:  # type: ignore[union-attr]
        assert again[name].to_pylist() == pytest.approx(expected[name].to_pylist(), nan_ok=True), (  # type: ignore[index]
            name
        )
    times = routing.snapshot_table(found.snapshots)
    for name in times.column_names:
        wanted = result.route_snapshots[name].to_pylist()
        assert times[name].to_pylist() == pytest.approx(wanted, nan_ok=True), name


@pytest.fixture
def high(tiny: Path, short_blocks: None) -> Path:
    """Return a scenario in which pairs often share more than one satellite."""
    text = tiny.read_text(encoding="utf-8")
    text = text.replace("altitude_m = 800e3", "altitude_m = 15_000e3")
    tiny.write_text(text.replace("per_plane = 3", "per_plane = 6"), encoding="utf-8")
    return tiny


@pytest.fixture
def ranked(high: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return its run with a rule of three routes and one of two that share no platform."""
    text = high.read_text(encoding="utf-8")
    start, end = text.index("[[routes]]"), text.index("[[flows]]")
    rule = text[start:end]
    rules = f'{rule.strip()}\nalternatives = 3\n\n{rule.strip()}\ndisjoint = "nodes"\n\n'
    path = high.with_stem("ranked")
    path.write_text(text[:start] + rules + text[end:], encoding="utf-8")
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 50)  # row groups cut pairs
    return run(path, path.parent / "out")


def test_figures_are_of_the_best_ways(
    high: Path, ranked: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run(high, high.parent / "plain")
    for rule in (0, 1):
        for name in ("routes", "route_statistics", "route_snapshots"):
            rows = ranked.table(name)
            rows = rows.filter(pc.equal(rows["route"], rule)).drop_columns("route")
            if name == "routes":
                rows = rows.filter(pc.equal(rows["rank"], 1))
            assert str(rows.to_pylist()) == str(plain.table(name).drop_columns("route").to_pylist())
        mine, other = ranked.summary()["routes"][rule], plain.summary()["routes"][0]
        assert other["alternatives"] is None
        assert mine | {"alternatives": None} == other
    monkeypatch.setattr(routing, "ROWS_MAX", 50)
    again = routing.sum_up(
        ranked.scenario, build_fleet(load(high)), [ranked.folder / "routes.parquet"]
    )
    names = ranked.platforms["name"].combine_chunks()
    pairs = routing.pair_table(again.pairs, names)
    assert str(pairs.to_pylist()) == str(ranked.route_statistics().to_pylist())  # type: ignore[union-attr]


def test_how_many_have_alternatives_and_what_they_cost(ranked: Run) -> None:
    rows = ranked.routes.to_pylist()
    for rule, wanted in ((0, 3), (1, 2)):
        pairs: dict[tuple[object, ...], list[dict[str, object]]] = {}
        for row in rows:
            if row["route"] == rule:
                key = row["time_s"], row["source"], row["target"]
                pairs.setdefault(key, []).append(row)
        for routes in pairs.values():
            assert [route["rank"] for route in routes] == list(range(1, len(routes) + 1))
            assert len({tuple(route["path"]) for route in routes}) == len(routes)
            if rule == 1 and len(routes) > 1:
                assert not set(routes[-1]["path"][1:-1]) & set(routes[-2]["path"][1:-1])  # type: ignore[index]
        extra = [
            routes[-1]["delay_s"] - routes[0]["delay_s"]  # type: ignore[operator]
            for routes in pairs.values()
            if len(routes) >= wanted
        ]
        assert len(extra) > 10
        found = ranked.summary()["routes"][rule]["alternatives"]
        assert found["wanted"] == wanted
        assert found["share_found"] == pytest.approx(len(extra) / len(pairs))
        for name, share in (("extra_median_s", 0.5), ("extra_p95_s", 0.95)):
            expected = np.quantile(extra, share, method="lower")
            assert found[name] == pytest.approx(expected, abs=1e-6)


def test_costs_can_be_restated(result: Run) -> None:
    plain, other = result.route_statistics(), result.route_statistics(0.5, fibre_detour=2.0)
    assert other["interruption_s"].to_pylist() == [  # type: ignore[index]
        0.5 * each
        for each in plain["handovers"].to_pylist()  # type: ignore[index]
    ]
    assert other["stretch_fibre"].to_pylist() == pytest.approx(  # type: ignore[index]
        [each / 2 for each in plain["stretch_fibre"].to_pylist()],  # type: ignore[index]
        nan_ok=True,
    )
    assert other.schema.equals(plain.schema, check_metadata=True)  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="fibre_detour must be positive"):
        result.route_statistics(fibre_detour=0.0)


def test_distances_follow_movers(tiny: Path) -> None:
    scenario = load(tiny)
    fleet = build_fleet(scenario)
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
    assert done.routes is done.route_statistics() is done.route_snapshots is None
    assert done.summary()["routes"] is None
