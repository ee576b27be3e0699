"""A way of moving: straight up at a constant rate."""

from collections.abc import Sequence
from typing import Any, Literal

from skyweft.fleet import Floats
from skyweft.motion.members import Members, Setting
from skyweft.registry import Kind
from skyweft.scenario.motion import Motion
from skyweft.world.ellipsoid import to_ecef, up


class Ascent(Motion):
    """One balloon that rises straight up."""

    kind: Literal["ascent"]
    latitude_deg: float
    longitude_deg: float
    altitude_m: float = 0.0
    climb_m_s: float = 5.0
    """From that altitude at the scenario's start."""


class Balloon:
    """Writes where it is: a straight line, so knots may be as far apart as anybody likes."""

    count, step_max_s = 1, 300.0

    def __init__(self, asked: Ascent) -> None:
        self.asked = asked

    def fill(
        self, time_s: Floats, position_m: Floats, velocity_m_s: Floats, executor: Any = None
    ) -> Sequence[str]:
        place, climb_m_s = (self.asked.latitude_deg, self.asked.longitude_deg), self.asked.climb_m_s
        position_m[0] = to_ecef(*place, self.asked.altitude_m + climb_m_s * time_s).T
        velocity_m_s[0] = climb_m_s * up(*place)[:, None]
        return ()


def ascent(group: str, asked: Ascent, setting: Setting) -> Members:
    return Members((group,), f"rises at {asked.climb_m_s:g} m/s", movers=(Balloon(asked),))


ASCENT = Kind(Ascent, ascent)
