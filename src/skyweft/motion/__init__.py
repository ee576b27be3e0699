"""Who the platforms are, and where they are over time."""

from skyweft.fleet import Fleet, Motion, Sites, Tracks
from skyweft.motion.fleet import assemble
from skyweft.motion.hermite import states_at
from skyweft.motion.propagate import propagate, step_s

__all__ = ["Fleet", "Motion", "Sites", "Tracks", "assemble", "propagate", "states_at", "step_s"]
