"""From C/N0 to a rate and a margin: the ladder of modes of every waveform."""

from skyweft.links.waveforms.contention import LANES, Burst, Channel
from skyweft.links.waveforms.ladder import Capacity, Ladder, Mode, Modes, rate_and_margin

__all__ = [
    "LANES",
    "Burst",
    "Capacity",
    "Channel",
    "Ladder",
    "Mode",
    "Modes",
    "rate_and_margin",
]
