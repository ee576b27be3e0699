"""Charge and stations of a scene are those of the run's tables."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

import skyweft
from skyweft.energy import scene as charges
from skyweft.motion import scene as drifts
from skyweft.scene import scene
from skyweft.stage.scenery import View

DAY_S = 86_400.0


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> skyweft.Run:
    """Two airships of which one drifts, and a mast, for two days in winter."""
    energy = {"array_m2": 1_200.0, "battery_wh": 1e6, "payload_w": 5e3}

    def ship(latitude_deg: float, speed: float) -> dict[str, object]:
        station = {"latitude_deg": latitude_deg, "longitude_deg": 110.0, "altitude_m": [2e4, 2e4]}
        hull = {"volume_m3": 50e3, "speed_max_m_s": speed}
        motion = {"kind": "airship", "station": station, "hull": hull}
        return {"layer": "near_space", "energy": energy, "motion": motion}

    place = {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 110.0}
    mast = {"array_m2": 1.0, "battery_wh": 500.0, "payload_w": 20.0}
    return skyweft.run(
        {
            "name": "Charge",
            "start": datetime(2026, 1, 10, tzinfo=UTC),
            "duration_s": 2 * DAY_S,
            "platforms": {
                "slow": ship(45.0, 8.0),
                "fast": ship(5.0, 28.0),
                "mast": {"layer": "ground", "energy": mast, "motion": place},
            },
        },
        tmp_path_factory.mktemp("run") / "run",
    )


def _view(run: skyweft.Run, *names: str, to_s: float = 2 * DAY_S) -> View:
    return View(run, pa.array(names), np.empty((3, 0), np.int32), 0.0, to_s, 100, 100)


def test_charge_is_that_of_the_table(run: skyweft.Run) -> None:
    found = charges.scene(_view(run, "mast", "slow", to_s=DAY_S)).arrays
    assert found["charge.platform"].tolist() == [0, 1]
    rows = run.energy.to_pylist()
    for k, name in enumerate(("mast", "slow")):
        some = slice(*found["charge.first"][k : k + 2].tolist())
        mine = [each for each in rows if each["platform"] == name and each["time_s"] <= DAY_S]
        np.testing.assert_allclose(found["charge.time"][some], [each["time_s"] for each in mine])
        shares = [each["charge"] for each in mine]
        np.testing.assert_allclose(found["charge.share"][some], shares, atol=1e-7)


def test_who_is_off_station_is_told_as_the_table_has_it(run: skyweft.Run) -> None:
    found = drifts.scene(_view(run, "fast", "mast", "slow")).arrays
    assert set(found["off.platform"].tolist()) <= {0, 2}
    rows = run.flights.to_pylist()
    assert any(not each["on_station"] for each in rows)
    for each in rows:
        number = ("fast", "mast", "slow").index(each["platform"])
        inside = (found["off.platform"] == number) & (found["off.start"] <= each["time_s"])
        inside &= each["time_s"] < found["off.end"]
        assert inside.any() == (not each["on_station"])


def test_both_are_in_the_scene(run: skyweft.Run) -> None:
    whole = scene(run)
    assert b"charge.share" in whole
    assert b"off.start" in whole
