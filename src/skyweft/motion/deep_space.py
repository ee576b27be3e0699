"""Orbits of 225 minutes and more, which feel Sun and Moon: through the package `sgp4`.

Its resonance integrator steps from epoch to epoch and gains nothing from vectors, and such fleets
(navigation, geostationary, Molniya) are small. Nearer orbits belong to `motion.sgp4_kernel`.
"""

import numpy as np
from numpy.typing import NDArray
from sgp4.api import WGS72, Satrec

from skyweft.motion.sgp4_terms import MINUTES_DAY, REV_DAY
from skyweft.protocols.elements import Elements
from skyweft.world.clock import DAY_NS, SECOND_NS, leap_seconds

Floats = NDArray[np.float64]

_DAYS_1949_TO_1970 = 7306
"""From 1949-12-31, where SGP4 counts from, to 1970-01-01."""


def fill_states(
    elements: Elements,
    row: int,
    offset_min: float,
    time_s: Floats,
    position_m: Floats,
    velocity_m_s: Floats,
    status: NDArray[np.uint8],
) -> None:
    """Write the TEME states of one satellite.

    Parameters
    ----------
    elements, row : Elements, int
        The satellite is this row of them.
    offset_min : float
        Minutes from its epoch to time 0.
    time_s : (T,)
        Seconds.
    position_m, velocity_m_s : (3, T)
        Written: NaN where there is no state.
    status : (T,)
        Written: 0 or python-sgp4's number of the failure.
    """
    satellite = _satellite(elements, row)
    days, rest_min = np.divmod(time_s / 60.0 + offset_min, MINUTES_DAY)
    codes, position_km, velocity_km_s = satellite.sgp4_array(
        satellite.jdsatepoch + days, satellite.jdsatepochF + rest_min / MINUTES_DAY
    )
    alive = np.where(codes == 0, 1000.0, np.nan)
    position_m[:] = position_km.T * alive
    velocity_m_s[:] = velocity_km_s.T * alive
    status[:] = codes


def _satellite(elements: Elements, row: int) -> Satrec:
    """Return the satellite anew: its integrator keeps a state that threads must not share."""
    tai_ns = int(elements.epoch_tai_ns[row])
    utc_ns = tai_ns - int(leap_seconds().at_tai(tai_ns)) * SECOND_NS
    satellite = Satrec()
    satellite.sgp4init(
        WGS72,
        "i",
        0,  # the catalogue number plays no part, and numbers of six digits are refused
        utc_ns / DAY_NS + _DAYS_1949_TO_1970,
        float(elements.bstar[row]),
        0.0,
        0.0,
        float(elements.eccentricity[row]),
        np.radians(elements.argument_of_perigee_deg[row]),
        np.radians(elements.inclination_deg[row]),
        np.radians(elements.mean_anomaly_deg[row]),
        float(elements.mean_motion_rev_day[row]) / REV_DAY,
        np.radians(elements.raan_deg[row]),
    )
    return satellite
