"""What one sees of a flight: the drawings, the section and the lines say what the tables say."""

import re
from datetime import UTC, datetime

import numpy as np
import pytest
from matplotlib.patches import Wedge

import skyweft
from skyweft.drawing.palette import LIGHT
from skyweft.motion.lines import AIRSHIPS_MAX, lines
from skyweft.motion.section import section
from skyweft.plot import battery_charge, station_drift, station_months, station_wind, wind_rose

DAY_S = 86_400.0


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> skyweft.Run:
    """Twelve days over the end of a winter's month at 45 degrees."""
    station = {
        "latitude_deg": 45.0,
        "longitude_deg": 110.0,
        "radius_m": 50e3,
        "altitude_m": [20e3, 20e3],
    }
    return skyweft.run(
        {
            "name": "Two months",
            "start": datetime(2026, 1, 25, tzinfo=UTC),
            "duration_s": 12 * DAY_S,
            "platforms": {
                "ship_b": {
                    "layer": "near_space",
                    "energy": {"array_m2": 1_200.0, "battery_wh": 1e6, "payload_w": 5e3},
                    "motion": {
                        "kind": "airship",
                        "station": station,
                        "hull": {"volume_m3": 50e3, "speed_max_m_s": 20.0},
                    },
                }
            },
        },
        tmp_path_factory.mktemp("run") / "run",
    )


def test_the_section_says_what_the_tables_say(run: skyweft.Run) -> None:
    found = section(run)
    kept = run.summary()["station_keeping"]["ship_b"]
    assert f"{100 * kept['on_station_share']:.1f}" in found.tiles[1]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found.body))
    months = run.station_keeping.to_pylist()
    assert [each["month"] for each in months] == ["2026-01", "2026-02"]
    for each in months:
        low, high = each["on_station_share_min"], each["on_station_share_max"]
        assert low <= each["on_station_share"] <= high
        assert low < high
        assert f"{100 * low:.1f} to {100 * high:.1f}" in text
        assert f"{each['off_station_p95_m'] / 1e3:,.1f}" in text
    assert found.body.count("<svg") == 5


def test_months_add_up_to_the_run(run: skyweft.Run) -> None:
    """Seven days of January and five of February, minute by minute."""
    january, february = (each["on_station_share"] for each in run.station_keeping.to_pylist())
    share = run.summary()["station_keeping"]["ship_b"]["on_station_share"]
    assert (7 * january + 5 * february) / 12 == pytest.approx(share, abs=1e-12)


def test_drawings_show_the_flight(run: skyweft.Run) -> None:
    flights = run.flights
    off_km = flights["off_station_m"].to_numpy() / 1e3
    ax = station_drift(flights, 50e3, 12 * DAY_S)
    assert ax.get_lines()[-1].get_ydata()[0] == 50.0
    assert ax.dataLim.y1 == pytest.approx(max(off_km.max(), 50.0))
    ax = station_wind(flights, 12 * DAY_S)
    airspeed = np.asarray(ax.get_lines()[0].get_ydata())
    assert airspeed.max() == flights["airspeed_m_s"].to_numpy().max()
    ax = wind_rose(flights)
    wind, from_deg = (flights[each].to_numpy() for each in ("wind_m_s", "wind_from_deg"))
    north = np.cos(np.radians(from_deg)) > np.cos(np.radians(11.25))
    edge = max(
        w.r for w in ax.patches if isinstance(w, Wedge) and abs(w.theta1 + w.theta2 - 180) < 1
    )
    assert edge == pytest.approx(100 * north.mean())
    assert (from_deg >= 0).all()
    assert (wind >= 0).all()
    ax = battery_charge(flights.slice(0, 100), 12 * DAY_S, palette=LIGHT)
    drawn = np.asarray(ax.get_lines()[0].get_ydata())
    np.testing.assert_array_equal(drawn, 100 * flights["charge"].to_numpy()[:100])
    ax = station_months(run.station_keeping)
    shares = 100 * run.station_keeping["on_station_share"].to_numpy()
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), shares)


def test_the_line_at_the_end(run: skyweft.Run) -> None:
    said = list(lines(run.summary()))[1]
    pattern = r"ship_b: [\d.]+ % of the time on station \([\d.]+ % to [\d.]+ % as winds may be\), "
    assert re.fullmatch(pattern + r"least charge [\d.]+ %", said)


def test_of_many_airships_the_worst_are_told(run: skyweft.Run) -> None:
    summary = run.summary()
    one = summary["station_keeping"]["ship_b"]
    many = {f"ship-{k}": {**one, "on_station_share": k / 20} for k in range(20)}
    said = list(lines({**summary, "station_keeping": many}))
    assert len(said) == AIRSHIPS_MAX + 2
    assert said[1].startswith("ship-0: 0.0 %")
    assert said[-1] == "and 12 more airships, longer on station than these"
