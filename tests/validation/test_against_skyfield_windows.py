"""Windows against Skyfield 1.55: its altaz() at our edges, for fleets that really fly.

Skyfield propagates with python-sgp4, turns to the horizon its own way (through GCRS) and gives the
altitude without refraction; UT1 = UTC and no polar motion on both sides. What its altitude is off
the mask at our edge, divided by how fast it changes there, is our error in time. Event times are
not compared: find_events() itself stops at half a second.

Tolerance: 10 ms, as promised. Where the altitude changes by less than 1e-3 degrees a second (a pass
that grazes the mask, a satellite that hardly moves) 1e-5 degrees instead.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from skyweft.contacts.windows import Windows, site_windows
from skyweft.fleet import Sites, Tracks
from skyweft.motion.orbits import Orbits
from skyweft.protocols.elements import parse
from skyweft.world import ellipsoid
from skyweft.world.clock import Clock

pytest.importorskip("skyfield", reason="the group oracles is not installed")
from skyfield.api import EarthSatellite, load, wgs84

TLE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "tle"
DAY_S = 86_400.0
PLACES = np.array(
    [[39.9, 116.4, 50.0], [-33.4, -70.7, 2_400.0], [78.2, 15.4, 450.0], [0.1, 32.6, 0.0]]
)
# Public catalogue, 2023: a low orbit and one of twelve hours, so that something is held everywhere.
TYPED = """SPACEBEE-7
1 43816U 18099BL  23217.15255732  .00008591  00000+0  63707-3 0  9992
2 43816  97.5933 281.0515 0010173 293.9529  66.0631 15.03284508254664
GPS BIIR-2  (PRN 13)
1 24876U 97035A   23352.79627337  .00000076  00000+0  00000+0 0  9991
2 24876  55.6180 134.2234 0075558  53.5972 307.0755  2.00564787193676
"""
FLEETS = {
    "spacebee_2023-08.tle": datetime(2023, 8, 5, tzinfo=UTC),
    "beidou.tle": datetime(2023, 12, 15, tzinfo=UTC),
    "gps.tle": datetime(2023, 12, 15, tzinfo=UTC),
    "imaging_fleet.tle": datetime(2022, 6, 23, tzinfo=UTC),
}


def windows(text: str, start: datetime, mask_deg: float) -> Windows:
    elements, _ = parse(text.encode(), "fleet.tle")
    orbits = Orbits(elements, Clock.at(start, tables=False))
    step_s = min(60.0, float(np.floor(orbits.step_max_s)))
    time_s = np.append(np.arange(0, DAY_S, step_s), DAY_S)
    position_m = np.empty((orbits.count, 3, len(time_s)))
    velocity_m_s = np.empty_like(position_m)
    orbits.fill(time_s, position_m, velocity_m_s)
    sites = Sites(ellipsoid.to_ecef(*PLACES.T), ellipsoid.up(*PLACES.T[:2]))
    return site_windows(Tracks(time_s, position_m, velocity_m_s), sites, mask_deg)


def hold(text: str, start: datetime, mask_deg: float) -> None:
    scale = load.timescale(delta_t=69.184, builtin=True)
    found = windows(text, start, mask_deg)
    lines = text.strip().splitlines()
    assert len(found) > 10
    for mover in range(len(lines) // 3):
        satellite = EarthSatellite(lines[3 * mover + 1], lines[3 * mover + 2], "", scale)
        for row, (latitude, longitude, height_m) in enumerate(PLACES):
            mine = (found.b == mover) & (found.a == row)
            rise = mine & ~found.cut_start
            fall = mine & ~found.cut_end
            edge_s = np.concatenate([found.start_s[rise], found.end_s[fall]])
            sign = np.repeat([1, -1], [rise.sum(), fall.sum()])
            if not len(edge_s):
                continue
            place = satellite - wgs84.latlon(latitude, longitude, height_m)

            def altitude_deg(time_s: np.ndarray, place: object = place) -> np.ndarray:
                day = start.year, start.month, start.day
                moments = scale.utc(*day, 0, 0, time_s)
                return place.at(moments).altaz()[0].degrees  # type: ignore[attr-defined]

            off_deg = altitude_deg(edge_s) - mask_deg
            rate_deg_s = (altitude_deg(edge_s + 0.5) - altitude_deg(edge_s - 0.5)) * sign
            quick = rate_deg_s > 1e-3
            assert (np.abs(off_deg[quick] / rate_deg_s[quick]) < 0.01).all()
            assert (np.abs(off_deg[~quick]) < 1e-5).all()


@pytest.mark.parametrize("mask_deg", [0.0, 10.0])
def test_two_typed_satellites(mask_deg: float) -> None:
    hold(TYPED, datetime(2023, 12, 15, tzinfo=UTC), mask_deg)


@pytest.mark.parametrize("file", FLEETS)
@pytest.mark.parametrize("mask_deg", [5.0, 40.0])
def test_real_fleets(file: str, mask_deg: float) -> None:
    if not (TLE / file).is_file():
        pytest.skip(f"{file} of the reference data is not beside the project")
    lines = (TLE / file).read_text(encoding="ascii").splitlines()
    sets = [lines[each : each + 3] for each in range(0, len(lines) - 2, 3)]
    some = sets[:: max(1, len(sets) // 6)]
    hold("\n".join(line for each in some for line in each), FLEETS[file], mask_deg)
