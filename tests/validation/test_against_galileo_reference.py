"""Walker shells against the reference constellation of Galileo, Walker 56: 24/3/1.

Authority: the European GNSS Service Centre's parameters of the reference constellation (epoch
2016-11-21, as in the Galileo Open Service Service Definition Document): in plane k and slot s, both
from 1, the node is 120 (k - 1) degrees and the argument of latitude 45 (s - 1) + 15 (k - 1) degrees
ahead of the first satellite's, on a semi-major axis of 29,600.318 km with a period of 14 h 4 min
42 s. The node drifts by -0.02764398 degrees a day, the argument of latitude by 613.72253566.

Method: the layout term by term; the drifts from 40 days of SGP4 states, a straight line fitted.
"""

import numpy as np
import pytest

from skyweft.motion.orbits import Orbits, mean_motion_from_altitude
from skyweft.motion.walker import elements, names, phases
from skyweft.scenario.motion import Walker
from skyweft.world.clock import Clock

SEMI_MAJOR_M = 29_600_318.0
GALILEO = Walker(
    kind="walker",
    planes=3,
    per_plane=8,
    phasing=1,
    inclination_deg=56.0,
    altitude_m=SEMI_MAJOR_M - 6_378_135.0,
    raan_deg=317.632,
    argument_of_latitude_deg=180.153,
)


def test_layout() -> None:
    raan, latitude = phases(GALILEO)
    for row, name in enumerate(names("g", GALILEO)):
        plane, slot = int(name[3:5]), int(name[7:9])
        assert raan[row] == pytest.approx((317.632 + 120 * (plane - 1)) % 360)
        expected = (180.153 + 45 * (slot - 1) + 15 * (plane - 1)) % 360
        assert latitude[row] == pytest.approx(expected)


def test_period_and_drifts() -> None:
    rate = float(mean_motion_from_altitude(SEMI_MAJOR_M - 6_378_135.0, 56.0))
    # 14 h 4 min 42 s is Kepler's period, rounded to seconds; WGS72 and J2 add less than two more.
    assert 86_400 / rate == pytest.approx(14 * 3_600 + 4 * 60 + 42, abs=3)
    clock = Clock(start_tai_ns=1_479_686_400_000_000_000)
    orbits = Orbits(elements("g", GALILEO, clock.start_tai_ns, rate), clock)
    time_s = np.arange(0, 40 * 86_400.0, 1_200.0)
    position_m = np.empty((24, 3, len(time_s)))
    velocity_m_s = np.empty_like(position_m)
    assert not orbits.fill_teme(time_s, position_m, velocity_m_s).any()
    pole = np.cross(position_m, velocity_m_s, axis=1)
    node = np.arctan2(pole[:, 0], -pole[:, 1])
    along = position_m[:, 0] * np.cos(node) + position_m[:, 1] * np.sin(node)
    tilt = np.arccos(pole[:, 2] / np.linalg.norm(pole, axis=1))
    latitude = np.arctan2(position_m[:, 2] / np.sin(tilt), along)
    drifts = [
        np.degrees(np.polyfit(time_s / 86_400, np.unwrap(angle, axis=1).T, 1)[0]).mean()
        for angle in (node, latitude)
    ]
    # J2 alone gives -0.0259; the rest is the Sun's and Moon's, which changes with where they are,
    # and the nominal value is a mean over years.
    assert drifts[0] == pytest.approx(-0.02764398, rel=0.03)
    # 0.01 deg a day is 320 m of semi-major axis: mean elements here, mean of years there.
    assert drifts[1] == pytest.approx(613.72253566, abs=0.01)
