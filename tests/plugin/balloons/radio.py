"""A cause of loss, a waveform and a routing policy."""

from typing import Literal

import numpy as np

from skyweft.fleet import Floats
from skyweft.links.path import Path
from skyweft.links.waveforms import Mode, Modes
from skyweft.network.graph.snapshot import Snapshot
from skyweft.registry import Kind
from skyweft.scenario.losses import PathLoss
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.policies import Metric


class Canopy(PathLoss):
    """Leaves above the end on the ground: the lower the path, the more of them."""

    kind: Literal["canopy"]
    zenith_loss_db: float
    """Straight up through all of them."""


def canopy(asked: Canopy, path: Path) -> Floats:
    return asked.zenith_loss_db / np.sin(np.radians(path.elevation_deg))


class Beacon(Waveform):
    """One rate, from a signal-to-noise ratio on."""

    kind: Literal["beacon"]
    rate_bps: float = 9_600.0
    snr_min_db: float = 6.0
    """From which signal over noise on it carries them."""


def beacon(asked: Beacon, bandwidth_hz: float | None) -> Modes:
    noise_hz = asked.bandwidth_hz or bandwidth_hz or 12_500.0
    return Modes(noise_hz, (Mode("beacon", asked.snr_min_db, asked.rate_bps / noise_hz),))


def widest(snapshot: Snapshot) -> Floats:
    return 1 / np.maximum(snapshot.capacity_bps, 1e-3)  # how long a bit takes


CANOPY, BEACON = Kind(Canopy, canopy), Kind(Beacon, beacon)
WIDEST = Metric("widest", widest)
