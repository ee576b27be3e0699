"""Windows against brahe 1.8, a second library with its own SGP4, frames and search.

The same element sets and places, UT1 = UTC, no polar motion, a mask of 10 degrees, brahe's search
at 30 s with a tolerance of 1 ms. brahe sees no window shorter than its step and stops an edge on
the inside. Every brahe window must be ours; ours that it lacks must be shorter than its step.

Tolerance: 20 ms. brahe turns TEME to the Earth by a chain of rotations of its own; most edges
differ by 5 to 15 ms. The edges of a pass of D seconds that grazes the mask move with 1 / D:
15 s^2 / D.
"""

from datetime import UTC, datetime

import numpy as np
import pytest

from skyweft.contacts.windows import site_windows
from skyweft.fleet import Sites, Tracks
from skyweft.motion.orbits import Orbits
from skyweft.protocols.elements import parse
from skyweft.world import ellipsoid
from skyweft.world.clock import Clock

pytest.importorskip("brahe", reason="the group oracles is not installed")
import brahe

# Public catalogue, 2022 to 2023: polar, inclined and twelve-hour orbits.
SETS = """SPACEBEE-7
1 43816U 18099BL  23217.15255732  .00008591  00000+0  63707-3 0  9992
2 43816  97.5933 281.0515 0010173 293.9529  66.0631 15.03284508254664
SKYSAT-A
1 39418U 13066C   22173.91186314  .00000667  00000+0  58270-4 0  9993
2 39418  97.5525 245.5844 0022124 245.5350 114.3566 14.99874191469476
GPS BIIR-2  (PRN 13)
1 24876U 97035A   23352.79627337  .00000076  00000+0  00000+0 0  9991
2 24876  55.6180 134.2234 0075558  53.5972 307.0755  2.00564787193676
"""
PLACES = [(39.9, 116.4, 50.0), (-33.4, -70.7, 2_400.0), (78.2, 15.4, 450.0), (0.1, 32.6, 0.0)]
DAY_S = 86_400.0
# Close to each epoch: the two SGP4s drift apart, by seconds after a year.
STARTS = [
    datetime(2023, 8, 5, tzinfo=UTC),
    datetime(2022, 6, 23, tzinfo=UTC),
    datetime(2023, 12, 19, tzinfo=UTC),
]


@pytest.mark.parametrize("which", range(3))
def test_windows(which: int) -> None:
    start = STARTS[which]
    lines = SETS.splitlines()[3 * which : 3 * which + 3]
    elements, _ = parse("\n".join(lines).encode(), "sets.tle")
    orbits = Orbits(elements, Clock.at(start, tables=False))
    time_s = np.arange(0, DAY_S + 1, 30.0)
    position_m = np.empty((1, 3, len(time_s)))
    velocity_m_s = np.empty_like(position_m)
    orbits.fill(time_s, position_m, velocity_m_s)
    where = np.array(PLACES).T
    sites = Sites(ellipsoid.to_ecef(*where), ellipsoid.up(*where[:2]))
    ours = site_windows(Tracks(time_s, position_m, velocity_m_s), sites, 10.0)

    brahe.set_global_eop_provider(brahe.StaticEOPProvider.from_zero())
    config = brahe.AccessSearchConfig(initial_time_step=30.0, time_tolerance=1e-3, parallel=False)
    begin = brahe.Epoch.from_datetime(
        start.year, start.month, start.day, 0, 0, 0.0, 0.0, brahe.TimeSystem.UTC
    )
    flying = brahe.SGPPropagator.from_tle(lines[1], lines[2], 30.0)
    for row, (latitude, longitude, height_m) in enumerate(PLACES):
        theirs = brahe.location_accesses(
            brahe.PointLocation(longitude, latitude, height_m),
            flying,
            begin,
            begin + DAY_S,
            brahe.ElevationConstraint(min_elevation_deg=10.0),
            config=config,
        )
        start_s, end_s = ours.start_s[ours.a == row], ours.end_s[ours.a == row]
        edges = np.array([[w.window_open - begin, w.window_close - begin] for w in theirs])
        if len(theirs) != len(start_s):
            long = end_s - start_s > 30.0
            start_s, end_s = start_s[long], end_s[long]
        allowed_s = np.maximum(0.02, 15 / (end_s - start_s))
        assert (np.abs(start_s - edges[:, 0]) < allowed_s).all()
        assert (np.abs(end_s - edges[:, 1]) < allowed_s).all()
