"""Published flights of solar aircraft as bands of plausibility: ours must not contradict them.

They prove nothing to a per cent, since masses, areas and batteries are published in round numbers,
aerodynamics hardly. Zephyr S, by Airbus's announcement of August 2018: from 11 July from Arizona 25
days 23 h 57 min, wings of 25 m, 75 kg, at 21 km; in 2022 again from Arizona for 64 days. Helios, by
NASA's announcements of August 2001: 13 August from Kauai, 1,557 lb, wings of 247 ft, 14 motors of 2
hp, 19 to 25 mph, 25 mph at 10,000 ft, up to 96,500 ft. The wing is taken to be 8 ft deep all along.
"""

from datetime import UTC, datetime

import numpy as np
import pytest

from skyweft.motion import build_fleet
from skyweft.motion.aircraft import Soaring
from skyweft.motion.soaring import Wings, level
from skyweft.scenario.reading import load

ZEPHYR = {
    # 24 kg of cells of 435 Wh/kg (Amprius, of the flight in 2018); cells of 1.4 kW/m2 at 30 %.
    "energy": {"array_m2": 20.0, "array_efficiency": 0.27, "battery_wh": 10.4e3, "payload_w": 50.0},
    "airframe": {"mass_kg": 75.0, "wing_m2": 28.0, "endurance_factor": 33.0},
}


def _flight(start: datetime, days: float, latitude_deg: float) -> Soaring:
    motion = {
        "kind": "aircraft",
        "circle": {
            "latitude_deg": latitude_deg,
            "longitude_deg": -114.0,
            "altitude_m": [17e3, 22e3],
        },
        "airframe": ZEPHYR["airframe"],
    }
    group = {"layer": "near_space", "energy": ZEPHYR["energy"], "motion": motion}
    head = {"name": "Zephyr", "start": start, "duration_s": days * 86_400.0}
    (mover,) = build_fleet(load({**head, "platforms": {"it": group}})).movers
    assert isinstance(mover, Soaring)
    return mover


@pytest.mark.parametrize(
    ("start", "days"),
    [
        (datetime(2018, 7, 11, 14, tzinfo=UTC), 26.0),
        (datetime(2022, 6, 15, 14, tzinfo=UTC), 64.0),
    ],
)
def test_a_zephyr_stays_up_as_long_as_it_did(start: datetime, days: float) -> None:
    flight = _flight(start, days, 32.9).flight
    assert not np.any(flight.silent)
    assert np.nanmax(flight.altitude_m) > 21e3  # it climbed to 21 km and more by day


def test_and_not_in_winter_where_nobody_has_flown_one() -> None:
    assert np.any(_flight(datetime(2022, 12, 10, 14, tzinfo=UTC), 10.0, 50.0).flight.silent)


def test_a_helios_flies_as_fast_and_on_its_motors() -> None:
    mph, foot_m = 0.44704, 0.3048
    wings = Wings(1_557 * 0.45359237 * 9.80665, 247 * 8 * foot_m**2, 0.8, 25.0, 0.75, 1.0)
    speed, low_w = level(wings, 0.0)
    assert 0.9 * 19 * mph < speed < 1.1 * 25 * mph
    assert level(wings, 10_000 * foot_m)[0] == pytest.approx(25 * mph, rel=0.2)
    motors_w = 14 * 2 * 745.7
    assert low_w < 0.5 * motors_w  # it climbed on the rest
    assert 0.5 * motors_w < level(wings, 96_500 * foot_m)[1] < 1.5 * motors_w
