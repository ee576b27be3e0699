"""Who the platforms are, and where they are over time."""

from skyweft.fleet import Fleet, Motion, Sites, Tracks
from skyweft.motion.fleet import build_fleet
from skyweft.motion.hermite import states_at
from skyweft.motion.propagate import propagate, step_s

__all__ = ["Fleet", "Motion", "Sites", "Tracks", "build_fleet", "propagate", "states_at", "step_s"]
