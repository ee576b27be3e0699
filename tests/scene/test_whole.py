"""A scene says what the run's tables say, read back by nothing but its format."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from skyweft.errors import ScenarioError
from skyweft.results import Run, open_run, run
from skyweft.scene import PAGE, scene
from skyweft.store.jsonfile import read_json, write_json
from skyweft.world import ellipsoid

SIDES = ("source", "target")


def _knots(run: Run, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a mover's times (T,) and positions (T, 3) in tracks.parquet."""
    rows = run.tracks.filter(pc.equal(pc.cast(run.tracks["name"], "string"), name))
    xyz = np.column_stack([rows[axis].to_numpy() for axis in ("x_m", "y_m", "z_m")])
    return rows["time_s"].to_numpy(), xyz.astype(float)


@pytest.mark.parametrize(("from_s", "to_s"), [(0.0, 1_800.0), (5_000.0, None)])
def test_positions_are_those_of_the_tracks(
    small: Run, unpacked: Any, from_s: Any, to_s: Any
) -> None:
    read = unpacked(scene(small, from_s, to_s))
    begin_s, end_s = read.header["from_s"], read.header["to_s"]
    assert begin_s <= from_s
    assert end_s >= (to_s or small.simulated_s)
    names = read.header["platforms"]["name"]
    for platform, name in enumerate(names):
        if read.header["platforms"]["track"][platform] < 0:
            continue
        time_s, position_m = _knots(small, name)
        for moment, there in zip(time_s, position_m, strict=True):
            if begin_s <= moment <= end_s:
                # Nodes two minutes apart leave a low orbit by 5.2 m; float32 adds half a metre.
                assert np.linalg.norm(read.at(platform, moment) - there) < 7, (name, moment)


def test_nodes_that_are_knots_are_copied(small: Run, unpacked: Any) -> None:
    read = unpacked(scene(small, 0, 1_200))
    time_s, position_m = _knots(small, read.header["platforms"]["name"][5])
    nodes_s = read.arrays["track.0.time"]
    assert nodes_s.tolist() == list(range(0, 1_201, 120))
    np.testing.assert_array_equal(
        read.arrays["track.0.position"][:, 5], position_m[np.isin(time_s, nodes_s)]
    )


def test_steps(small: Run, unpacked: Any) -> None:
    """Satellites at two minutes or a little less, the airship at the run's own knots."""
    read = unpacked(scene(small))
    assert read.arrays["track.0.position"].shape == (62, 12, 3)
    own_s = float(np.diff(_knots(small, "airship")[0][:2])[0])
    lower_s = read.arrays["track.1.time"]
    assert len(lower_s) == np.ceil(small.simulated_s / own_s) + 1
    assert np.ptp(np.diff(lower_s)) < 1e-9


def test_sites(small: Run, unpacked: Any) -> None:
    read = unpacked(scene(small))
    place = read.header["platforms"]["name"].index("Wuhan")
    found = ellipsoid.to_geodetic(read.arrays["site"][place].astype(float))
    assert np.isnan(read.arrays["site"][0]).all()
    np.testing.assert_allclose(found, (30.6, 114.3, 20), rtol=0, atol=0.5)


def test_contacts(small: Run, unpacked: Any) -> None:
    read = unpacked(scene(small, 1_200, 2_400))
    names = read.header["platforms"]["name"]
    rules = [each["name"] for each in read.header["rules"]]
    ends = ([names[each] for each in read.arrays[f"contact.{side}"]] for side in SIDES)
    edges = (read.arrays[f"contact.{edge}"].tolist() for edge in ("start", "end"))
    rule = [rules[each] for each in read.arrays["contact.rule"]]
    found = zip(rule, *ends, *edges, strict=True)
    wanted = [
        (row["link"], row["source"], row["target"], *np.float32([row["start_s"], row["end_s"]]))  # type: ignore[misc]
        for row in small.contacts.to_pylist()
        if row["start_s"] <= 2_400 and row["end_s"] >= 1_200
    ]
    assert 0 < len(wanted) < small.contacts.num_rows
    assert list(found) == wanted


def test_loads(small: Run, unpacked: Any) -> None:
    read = unpacked(scene(small, 1_320, 2_400))
    times, first = read.arrays["load.time"], read.arrays["load.first"]
    assert times.tolist() == [1_200, 1_500, 1_800, 2_100, 2_400]
    rows = [row for row in small.link_loads.to_pylist() if row["time_s"] in times]
    assert rows
    names = read.header["platforms"]["name"]
    got = [
        (times[k], names[read.arrays["load.source"][i]], names[read.arrays["load.target"][i]])
        for k in range(len(times))
        for i in range(first[k], first[k + 1])
    ]
    assert got == [(row["time_s"], row["source"], row["target"]) for row in rows]
    np.testing.assert_allclose(
        read.arrays["load.utilisation"], [row["utilisation"] for row in rows], rtol=1e-6
    )


def test_beams(beamed: Run, unpacked: Any) -> None:
    read = unpacked(scene(beamed, 1_320))
    assert read.header["rules"][0]["beams"] == {"count": 3, "width_deg": 6}
    assert read.header["rules"][1]["beams"] is None
    times, first = read.arrays["beam.time"], read.arrays["beam.first"]
    assert times.tolist() == [1_200, 1_500, 1_800, 2_100, 2_400, 2_700, 3_000, 3_300]
    names = read.header["platforms"]["name"]
    got = [
        (times[k], *(names[read.arrays[f"beam.{side}"][i]] for side in ("platform", "centre")),
         read.arrays["beam.users"][i], read.arrays["beam.utilisation"][i])
        for k in range(len(times))
        for i in range(first[k], first[k + 1])
    ]  # fmt: skip
    assert first[-1] == len(got) == len(read.arrays["beam.rule"])
    assert set(read.arrays["beam.rule"]) == {0}
    fuller: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in beamed.beams.to_pylist():
        beam = row["time_s"], row["platform"], row["beam"]
        used = max(row["utilisation"], fuller.get(beam, (0.0,))[0])
        fuller[beam] = used, row["centre"], row["users"]
    wanted = [
        (time_s, platform, centre, users, np.float32(used))
        for (time_s, platform, _), (used, centre, users) in fuller.items()
        if used > 0 and time_s >= 1_200
    ]
    assert 0 < len(wanted) < len(fuller)
    assert sorted(got) == sorted(wanted)


def test_paths(small: Run, unpacked: Any) -> None:
    read = unpacked(scene(small, 1_320, 2_400))
    names = read.header["platforms"]["name"]
    rows = [row for row in small.routes.to_pylist() if 1_120 < row["time_s"] <= 2_400]
    first, node = read.arrays["path.first"], read.arrays["path.node"]
    got = {
        (
            read.arrays["path.time"][k],
            names[read.arrays["path.source"][k]],
            names[read.arrays["path.target"][k]],
        ): [names[each] for each in node[first[k] : first[k + 1]]]
        for k in range(len(first) - 1)
    }
    assert got == {(row["time_s"], row["source"], row["target"]): row["path"] for row in rows}
    assert any(got.values())
    assert np.all(np.diff(read.arrays["path.time"]) >= 0)


def test_header(small: Run, unpacked: Any) -> None:
    header = unpacked(scene(small)).header
    assert header["name"] == "Small </script> 三峡"
    assert header["start"] == "2026-07-01T00:00:00Z"
    assert [(each["name"], each["count"], each["relay"]) for each in header["groups"]] == [
        ("sats", 12, True), ("airship", 1, True), ("stations", 3, False)
    ]  # fmt: skip
    assert header["rules"][0] == {
        "name": "node/sat", "kind": "radio", "elevation_min_deg": 10, "between": ["node", "sat"],
        "beams": None,
    }  # fmt: skip
    assert header["figures"] == small.summary()
    assert "figures" not in unpacked(scene(small, 240)).header


def test_the_sun_stands_over_the_right_meridian(small: Run, unpacked: Any) -> None:
    """At 00:00 UTC it is noon near 180 degrees; on 1 July it stands 23.1 degrees north."""
    sun = unpacked(scene(small)).arrays["sun"]
    assert sun[0, 0] == 0
    assert sun[-1, 0] >= small.simulated_s
    longitude = np.degrees(np.arctan2(sun[:, 2], sun[:, 1]))
    # The equation of time is -3.8 min on that day: 0.96 degrees.
    assert abs(longitude[0]) == pytest.approx(180 - 0.96, abs=0.1)
    assert np.degrees(np.arcsin(sun[0, 3])) == pytest.approx(23.1, abs=0.1)


def test_a_small_budget_cuts_time_then_thins(small: Run, unpacked: Any) -> None:
    budget = replace(PAGE, tracks_bytes=8_000)
    assert unpacked(scene(small, budget=budget)).header["to_s"] < small.simulated_s / 2
    start_s = small.contacts["start_s"].to_numpy()
    busiest_s = float(start_s[np.argmin(start_s[2:] - start_s[:-2])])
    few = unpacked(scene(small, busiest_s, budget=replace(PAGE, contacts=1)))
    assert few.header["to_s"] == few.header["from_s"] + 120
    assert few.header["notes"][0].startswith("contacts: ")
    lone = unpacked(scene(small, budget=replace(PAGE, sites=1)))
    assert lone.header["notes"] == ["stations: one in 3 of 3 is drawn"]
    assert lone.header["platforms"]["name"][13:] == ["Beijing"]
    assert max(lone.arrays["contact.source"]) <= 13


def test_pieces_meet(small: Run, unpacked: Any) -> None:
    one, two = (unpacked(scene(small, *window)) for window in ((0, 1_000), (1_000, 3_000)))
    assert one.header["to_s"] == 1_080
    assert two.header["from_s"] == 960
    np.testing.assert_array_equal(
        one.arrays["track.0.position"][-2], two.arrays["track.0.position"][0]
    )


@pytest.mark.parametrize("window", [(-1, 60), (8_000, 9_000), (600, 600)])
def test_a_window_outside_the_run(small: Run, window: Any) -> None:
    with pytest.raises(ScenarioError, match="no time of this run"):
        scene(small, *window)


def test_tracks_that_were_not_kept(small: Run, tmp_path: Path, unpacked: Any) -> None:
    copy = small.save(tmp_path / "copy")
    (copy.folder / "SHA256SUMS").unlink()
    manifest = read_json(copy.folder / "manifest.json")
    write_json(copy.folder / "manifest.json", {**manifest, "left_out": {"tracks": "too large"}})
    read = unpacked(scene(open_run(copy.folder)))
    assert read.header["notes"] == ["movers are not drawn: too large"]
    assert set(read.header["platforms"]["track"]) == {-1}


def test_a_damaged_table_is_named(small: Run, tmp_path: Path) -> None:
    copy = small.save(tmp_path / "copy")
    shutil.copy(copy.folder / "contacts.parquet", copy.folder / "tracks.parquet")
    with pytest.raises(ScenarioError, match="tracks"):
        scene(copy)


def test_a_scene_tells_failures_and_bursts(tmp_path: Path, unpacked: Any) -> None:
    broken = run(
        Path(__file__).parents[1] / "small" / "small.toml",
        tmp_path / "broken",
        overrides=[
            "duration_s=1200",
            'failures=[{platforms=["stations"],names=["Oslo"],start_s=300,end_s=660}]',
        ],
    )
    read = unpacked(scene(broken))
    names = read.header["platforms"]["name"]
    assert [names[each] for each in read.arrays["outage.platform"]] == ["Oslo"]
    assert read.arrays["outage.other"].tolist() == [-1]
    assert read.arrays["outage.start"].tolist() == [300]
    assert read.arrays["outage.end"].tolist() == [660]
    assert read.header["bursts"] == []
