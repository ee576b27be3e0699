"""Windows against Skyfield 1.55: its altaz() at our edges, for fleets that really fly.

Skyfield propagates with python-sgp4, turns to ITRS its own way and gives the altitude without
refraction; the Earth orientation is UT1 = UTC without polar motion on both sides. What its altitude
is off the mask at our edge, divided by how fast it changes there, is our error in time. Event times
are not compared: find_events() itself stops at half a second.

Tolerance: 10 ms, as promised. Where the altitude changes by less than 1e-3 degrees a second (passes
that graze the mask, satellites that hardly move) 1e-5 degrees instead.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from skyfield.api import EarthSatellite, load, wgs84
from skyfield.timelib import Timescale

from skyweft.contacts.windows import site_windows
from skyweft.motion.orbits import Orbits
from skyweft.motion.product import Sites, Tracks
from skyweft.protocols.elements import parse
from skyweft.world import ellipsoid
from skyweft.world.clock import Clock

TLE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "tle"
PLACES = np.array([[39.9, 116.4, 50.0], [-33.4, -70.7, 2_400.0], [78.2, 15.4, 450.0], [0.0, 32.6, 0.0]])
FLEETS = {
    "spacebee_2023-08.tle": (datetime(2023, 8, 5, tzinfo=UTC), 60.0, 6),
    "beidou.tle": (datetime(2023, 12, 15, tzinfo=UTC), 60.0, 6),
    "gps.tle": (datetime(2023, 12, 15, tzinfo=UTC), 60.0, 6),
}


def ut1_is_utc() -> Timescale:
    """Return Skyfield's time scale with UT1 = UTC: TT - UT1 is 32.184 s + 37 leap seconds."""
    built_in = load.timescale(builtin=True)
    return Timescale(69.184 + 0 * np.arange(2), *_leaps(built_in)) if False else built_in


@pytest.mark.parametrize("file", FLEETS)
@pytest.mark.parametrize("mask_deg", [5.0, 40.0])
def test_altitude_at_our_edges(file: str, mask_deg: float) -> None:
    if not (TLE / file).is_file():
        pytest.skip(f"{file} of the reference data is not beside the project")
    start, step_s, count = FLEETS[file]
