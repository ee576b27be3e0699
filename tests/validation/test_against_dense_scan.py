"""Windows against a look at every second of a day: none missed, none invented, edges within 10 ms.

Authority: python-sgp4 2.27 (Vallado's code) and ERFA's GMST82 for the states, at every second and
again on both sides of every edge; elevation from WGS84's geodetic vertical. Random LEO, MEO, HEO
and GEO orbits over random places under masks from 0 to 60 degrees. Our windows come from knots of
the same states 60 s apart (30 s where an eccentric orbit is quick at its perigee, with the change
of the positions for the velocity, as our propagation has it there: SGP4's own would move the cubic
between two knots by metres, 3e-5 degrees of elevation in the slow crossing below).

The tolerance is the package's promise of 10 ms. Right at the edges of passes below a second the
true elevation moves by less than 1e-6 degrees in that time, so there the promise is of no use to
anybody and the same small angle is allowed instead.
"""

import erfa
import numpy as np
import pytest
from numpy.typing import NDArray
from sgp4.api import WGS72, Satrec

from skyweft.contacts.windows import site_windows
from skyweft.fleet import Sites, Tracks
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]

DAY_S = 86_400.0
EPOCH_JD = 2_461_222.5  # 2026-07-01
TURN_RAD_S = 2 * np.pi * 1.002737909350795 / 86_400
EDGE_S = 0.01
STILL_DEG = 1e-6
SLIPS = (
    0.1  # eccentricity from which on SGP4's velocity is off its own positions by metres a second
)


def satellite(
    altitude_km: float, eccentricity: float, inclination_deg: float, angles_deg: tuple[float, ...]
) -> Satrec:
    found = Satrec()
    semi_major_km = (6378.135 + altitude_km) / (1 - eccentricity)
    node, perigee, anomaly = np.radians(angles_deg)
    motion_rad_min = 60 * np.sqrt(398600.8 / semi_major_km**3)
    numbers = eccentricity, perigee, np.radians(inclination_deg), anomaly, motion_rad_min, node
    found.sgp4init(WGS72, "i", 1, EPOCH_JD - 2433281.5, 0.0, 0.0, 0.0, *numbers)
    return found


def states(sat: Satrec, time_s: Floats) -> tuple[Floats, Floats]:
    """Return Earth-fixed position and velocity (3, T), UT1 = UTC and no polar motion."""
    part = time_s / DAY_S
    whole = np.full(len(time_s), EPOCH_JD)
    error, r, v = sat.sgp4_array(whole, part)
    assert not error.any()
    angle = erfa.gmst82(whole, part)
    cosine, sine = np.cos(angle), np.sin(angle)

    def turned(vector: Floats) -> Floats:
        x, y, z = 1_000 * vector.T
        return np.stack([x * cosine + y * sine, y * cosine - x * sine, z])

    position, velocity = turned(r), turned(v)
    velocity[0] += TURN_RAD_S * position[1]
    velocity[1] -= TURN_RAD_S * position[0]
    return position, velocity


def elevation_deg(position_m: Floats, site_m: Floats, up: Floats) -> Floats:
    line = position_m - site_m[:, np.newaxis]
    sine: Floats = up @ line / np.linalg.norm(line, axis=0)
    return np.degrees(np.arcsin(sine))


ORBITS = {
    "leo": ((300, 1_500), (0, 0.02), (0, 180), 60.0),
    "meo": ((8_000, 24_000), (0, 0.02), (0, 110), 60.0),
    "heo": ((500, 1_500), (0.3, 0.74), (30, 120), 30.0),
    "geo": ((35_700, 35_850), (0, 0.01), (0, 15), 60.0),
}
PLACES = np.array([(-89.9, 89.9), (-180, 180), (-100, 4_000), (0, 60)])  # and masks


@pytest.mark.parametrize("kind", ORBITS)
def test_a_day_at_every_second(kind: str) -> None:
    *orbit, step_s = ORBITS[kind]
    # A fixed sample: what a property test draws depends on which modules happen to be loaded.
    random = np.random.default_rng(20_260_701)
    for _ in range(16 if kind == "leo" else 8):
        altitude, eccentricity, inclination = (random.uniform(*ends) for ends in orbit)
        angles = tuple(random.uniform(0, 360, 3))
        places = random.uniform(*PLACES.T, (6, 4))  # type: ignore[call-overload]
        hold(satellite(altitude, eccentricity, inclination, angles), places.tolist(), step_s)


def test_a_slow_crossing_of_a_long_orbit() -> None:
    angles = (216.4966635539667, 0.0, 119.05788663801266)
    places = [
        (36.04894953299295, -66.45176694199989, 0.0, 0.0),
        (-75.46116881944387, 0.0, 3292.705647360309, 0.0),
        (58.57870595963425, -22.6775229612399, 0.0, 43.2894572471827),
        (0.38, 0.0, 0.0, 39.63570065535963),
        (76.53557032244794, 148.8029720904426, 3359.240719492133, 10.542089789791842),
        (22.33648682156796, 1.587196, 0.0, 0.0),
    ]
    hold(satellite(682.2051273056518, 0.7207141302558808, 48.8, angles), places, 30.0)


def hold(sat: Satrec, places: list[tuple[float, float, float, float]], step_s: float) -> None:
    latitude, longitude, altitude, mask = np.array(places).T
    sites = Sites(
        ellipsoid.to_ecef(latitude, longitude, altitude), ellipsoid.up(latitude, longitude)
    )
    knots = np.arange(0, DAY_S + 1, step_s)
    position, velocity = states(sat, knots)
    if sat.ecco > SLIPS:
        velocity = (states(sat, knots + 1)[0] - states(sat, knots - 1)[0]) / 2
    found = site_windows(Tracks(knots, position[np.newaxis], velocity[np.newaxis]), sites, mask)
    seconds = np.arange(0, DAY_S + 1)
    sky = states(sat, seconds)[0]
    for row in range(len(places)):
        site = sites.position_m[row], sites.up[row]
        margin = elevation_deg(sky, *site) - mask[row]
        mine = found.a == row
        start_s, end_s = found.start_s[mine], found.end_s[mine]
        inside = np.zeros(len(seconds), dtype=bool)
        doubtful = np.abs(margin) < STILL_DEG
        range_m = np.linalg.norm(sky - site[0][:, np.newaxis], axis=0)
        for each in np.flatnonzero(mine):
            first_s, last_s = found.start_s[each], found.end_s[each]
            during = (seconds >= first_s) & (seconds <= last_s)
            inside |= during
            if during.any():
                assert margin[during].max() + mask[row] < found.elevation_max_deg[each] + 5e-4
                ends = states(sat, np.array([first_s, last_s]))[0] - site[0][:, np.newaxis]
                least_m = min(range_m[during].min(), np.linalg.norm(ends, axis=0).min())
                # Eccentric orbits are good to metres: SGP4's velocities are not quite the rates of
                # its positions. Half a second beside the nearest moment costs a low orbit 20 m.
                assert -20 < found.range_min_m[each] - least_m < 5
            for edge_s in (first_s, last_s):
                doubtful |= np.abs(seconds - edge_s) <= EDGE_S
        np.testing.assert_array_equal(inside[~doubtful], (margin >= 0)[~doubtful])
        best = elevation_deg(states(sat, found.culmination_s[mine])[0], *site)
        # Right through the zenith the elevation turns by a degree a second.
        np.testing.assert_allclose(found.elevation_max_deg[mine], best, rtol=0, atol=5e-4)
        assert (best >= mask[row] - STILL_DEG).all()
        for edge_s, cut, sign in (
            (start_s, found.cut_start[mine], 1),
            (end_s, found.cut_end[mine], -1),
        ):
            edges = edge_s[~cut]
            within = np.minimum(EDGE_S, (end_s - start_s)[~cut] / 2)
            outside = elevation_deg(states(sat, edges - sign * EDGE_S)[0], *site) - mask[row]
            deeper = elevation_deg(states(sat, edges + sign * within)[0], *site) - mask[row]
            assert (outside < STILL_DEG).all()
            assert (deeper > -STILL_DEG).all()
            assert np.all((edge_s == 0) | (edge_s == DAY_S) | ~cut)
