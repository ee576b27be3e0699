"""Every scenario we ship reads without a warning, and the small ones run from end to end."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

import skyweft
from skyweft.motion import build_fleet
from skyweft.scenario.review import check
from skyweft.scenario.shipped import descriptions, find, names

NAMES = [
    "airship_year",
    "coastal_ship",
    "flood_relief",
    "flying_train",
    "gauges",
    "hello",
    "hongyun",
    "integrated",
    "kuiper_shell1",
    "starlink_shell1",
    "starlink_shell1_routes",
    "xingyun",
    "xingyun_alpha",
]


def test_these_are_shipped() -> None:
    assert names() == NAMES
    assert all(descriptions().values())


@pytest.mark.parametrize("name", NAMES)
def test_reads_without_a_warning(name: str) -> None:
    scenario = skyweft.load(find(name))
    assert check(scenario) == []
    assert build_fleet(scenario).warnings == ()


def test_gauges_are_known_late_and_whole(tmp_path: Path) -> None:
    """Every observation is one of a message that arrived, and none is known before it was made."""
    result = skyweft.run(find("gauges"), tmp_path / "run", overrides=["duration_s=43200"])
    arrived = result.deliveries.filter(pc.is_finite(result.deliveries.column("delivered_s")))
    levels = result.observations.filter(pc.equal(result.observations.column("rule"), 0))
    assert levels.num_rows == 2 * arrived.num_rows > 0
    late_s = pc.subtract(levels.column("received_s"), levels.column("phenomenon_s"))
    assert pc.min(late_s).as_py() > 0


def test_flood_relief_serves_villages_and_gauges(tmp_path: Path) -> None:
    """Six hours: phones reach the centre through aircraft, airship and satellites, gauges too."""
    result = skyweft.run(find("flood_relief"), tmp_path / "run", overrides=["duration_s=21600"])
    summary = result.summary()
    assert summary["flows"]["carried_mean_bps"] > 20e6
    assert summary["deliveries"]["delivered"] > 0.99 * summary["deliveries"]["generated"] - 200
    rules = {row["link"] for row in result.contacts.to_pylist()}
    assert {"phone/cell", "air_user/air_hub", "ka_user/ka_satellite"} <= rules


def test_integrated_joins_the_four_layers(tmp_path: Path) -> None:
    """Two hours of the demo: every layer meets another one, and every rule has contacts."""
    result = skyweft.run(find("integrated"), tmp_path / "run", overrides=["duration_s=7200"])
    contacts = result.contacts.to_pylist()
    rules = {row["link"] for row in contacts}
    assert len(rules) == len(result.scenario.links)
    layer = {row["name"]: row["layer"] for row in result.platforms.to_pylist()}
    meetings = {frozenset((layer[row["source"]], layer[row["target"]])) for row in contacts}
    for above in ("space", "near_space", "air"):
        assert frozenset(("ground", above)) in meetings
    assert frozenset(("space", "near_space")) in meetings
    assert frozenset(("air", "near_space")) in meetings


def test_trains_are_carried_by_any_layer_and_by_none_in_tunnels(tmp_path: Path) -> None:
    """The first twenty minutes, through the hills: a route that is missing has its cause."""
    result = skyweft.run(find("flying_train"), tmp_path / "run", overrides=["duration_s=1200"])
    hidden = result.blockages.to_pylist()
    assert {each["cause"] for each in hidden} == {"tunnel", "terrain"}
    routes = result.routes.to_pylist()
    first = {str(each["first_hop"]).partition("-")[0] for each in routes if each["reachable"]}
    assert first == {"airship_north", "airship_south", "hongyun"}
    for each in routes:
        mine = [row for row in hidden if row["platform"] == each["source"]]
        now = [row["cause"] for row in mine if row["start_s"] <= each["time_s"] < row["end_s"]]
        assert each["reachable"] == (not now)
        assert each["reason"] in (now or [""])
    for rule in result.summary()["handover"]:
        assert 0 < rule["gap_share"] < 1


def test_ships_are_heard_by_shore_stations_as_far_as_the_sea_is_in_sight(tmp_path: Path) -> None:
    """From h the sea is in sight to sqrt(2 a h); nothing up to 10 m above a ship blocks a line.

    So a ship sees a station over its own horizon of 11.3 km and the station's, both from 10 m more.
    """
    result = skyweft.run(find("coastal_ship"), tmp_path / "run", overrides=["duration_s=14400"])
    shore = [row for row in result.contacts.to_pylist() if "shore" in row["target"]]
    assert len(shore) > 3
    high_m = {
        line.split(",")[0]: float(line.split(",")[3])
        for line in (find("coastal_ship").parent / "coastal_ship_stations.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1:]
    }
    for row in result.link_samples.to_pylist():
        if "shore" in row["target"]:
            both_m = np.sqrt(2 * 6_378_137 * np.array([high_m[row["target"]] + 10, 10.0]))
            # The ellipsoid is bent more or less than its equator, by 0.3 % of a radius or less.
            assert row["range_m"] < 1.003 * both_m.sum()
    first = {str(row["first_hop"]).partition("-")[0] for row in result.routes.to_pylist()}
    assert first >= {"xingyun", "Dalian shore station", "Hong Kong shore station"}


FEWER = [
    "platforms.water_gauges.motion.count=300",
    "platforms.field_stations.motion.count=300",
    "platforms.containers.motion.count=100",
    "messages.1.burst.start_s=1800",
]


@pytest.mark.parametrize(
    ("name", "changes", "share"),
    [("xingyun", ["duration_s=5400", *FEWER], 0.9), ("xingyun_alpha", [], 0.5)],
)
def test_messages_arrive(name: str, changes: list[str], share: float, tmp_path: Path) -> None:
    """Reduced: every message has one fate, and most of them arrive."""
    result = skyweft.run(find(name), tmp_path / "run", overrides=changes)
    summary = result.summary()["deliveries"]
    assert summary["generated"] == result.deliveries.num_rows
    lost = sum(value for key, value in summary.items() if key.startswith("lost_"))
    assert summary["generated"] == summary["delivered"] + lost + summary["stored"]
    assert summary["share_delivered"] > share
    assert all(each["generated"] > 0 for each in summary["rules"])
