"""The quality of what arrived of a datastream, by the tests that the scenario names."""

import numpy as np

from skyweft.observations.sampling import Stream
from skyweft.observations.sensors.model import Observations
from skyweft.quality.flags import FAIL, NOT_EVALUATED, SUSPECT, Flags
from skyweft.quality.model import judged


def flags(rule: Observations, some: Stream) -> Flags:
    """Return the flag of every observation that arrived, in order of device and phenomenon time.

    Each device's are judged by what arrived of it in the whole run, however late: what its bytes
    could not tell has failed whatever the tests say.
    """
    there = np.isfinite(some.received_s)
    device, time_s, result = some.at.device[there], some.at.time_s[there], some.result[there]
    found = np.full(len(device), NOT_EVALUATED, np.int32)
    if rule.quality:
        cuts = np.flatnonzero(np.diff(device)) + 1
        for mine in np.split(np.arange(len(device)), cuts):
            found[mine] = judged(rule.quality, some.at.start, time_s[mine], result[mine])
    found[some.clipped[there]] = FAIL
    return found


def counted(quality: Flags) -> dict[str, int]:
    """Return how many observations are suspect and have failed, ready for JSON."""
    return {
        "suspect": int(np.count_nonzero(quality == SUSPECT)),
        "failed": int(np.count_nonzero(quality == FAIL)),
    }
