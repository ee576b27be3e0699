"""Mean elements of evenly spaced circular orbits: Walker delta and star patterns.

Layout only; SGP4 in `orbits.py` moves the satellites. Their order is plane by plane: member
p * per_plane + k sits in slot k of plane p.

References
----------
J. G. Walker, "Satellite constellations", Journal of the British Interplanetary Society 37, 1984.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.protocols.elements import Elements
from skyweft.scenario.motion import Walker

SPAN_DEG = {"delta": 360.0, "star": 180.0}


def raan_span_deg(motion: Walker) -> float:
    """Return over how many degrees the ascending nodes are spread."""
    return motion.raan_span_deg or SPAN_DEG[motion.pattern]


def names(group: str, motion: Walker) -> tuple[str, ...]:
    """Return `group-P01-S01` and so on, with as many digits as the last one needs."""
    p_digits = max(2, len(str(motion.planes)))
    s_digits = max(2, len(str(motion.per_plane)))
    return tuple(
        f"{group}-P{p:0{p_digits}d}-S{s:0{s_digits}d}"
        for p in range(1, motion.planes + 1)
        for s in range(1, motion.per_plane + 1)
    )


def phases(motion: Walker) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ascending node and argument of latitude of every satellite, (N,) degrees in 0..360."""
    plane, slot = np.divmod(np.arange(motion.planes * motion.per_plane), motion.per_plane)
    if motion.phasing == "alternating":
        offset = (plane % 2) * 180.0 / motion.per_plane
    else:
        offset = plane * (360.0 * motion.phasing / (motion.planes * motion.per_plane))
    raan = motion.raan_deg + plane * raan_span_deg(motion) / motion.planes
    latitude = motion.argument_of_latitude_deg + slot * 360.0 / motion.per_plane + offset
    return raan % 360.0, latitude % 360.0


def elements(group: str, motion: Walker, epoch_tai_ns: int, mean_motion_rev_day: float) -> Elements:
    """Return the mean elements of a shell at its epoch: circular, without drag.

    Parameters
    ----------
    group : str
        Name of the group.
    motion : Walker
        What the user asked for.
    epoch_tai_ns : int
        The scenario's start, TAI nanoseconds since 1970.
    mean_motion_rev_day : float
        Kozai mean motion of every satellite. [rev/day]
    """
    raan, latitude = phases(motion)
    count = len(raan)
    return Elements(
        names=names(group, motion),
        catalogue_number=np.zeros(count, dtype=np.int64),
        epoch_tai_ns=np.full(count, epoch_tai_ns, dtype=np.int64),
        mean_motion_rev_day=np.full(count, mean_motion_rev_day),
        eccentricity=np.zeros(count),
        inclination_deg=np.full(count, motion.inclination_deg),
        raan_deg=raan,
        argument_of_perigee_deg=np.zeros(count),
        mean_anomaly_deg=latitude,
        bstar=np.zeros(count),
    )
