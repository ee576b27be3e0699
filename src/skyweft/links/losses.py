"""What a signal loses between two terminals, cause by cause.

Each cause is one function of the path; the budget adds up the list `LOSSES`. Gas, rain, cloud and
fog become further entries of that list.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skyweft.links.geometry import Geometry
from skyweft.links.radio import free_space_loss_db, polarisation_loss_db
from skyweft.scenario.terminals import Link, Radio

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Path:
    """One direction of a link at many moments; in `geometry` the sender is the source."""

    link: Link
    sender: Radio
    receiver: Radio
    geometry: Geometry


class Loss(Protocol):
    """One cause of loss."""

    def __call__(self, path: Path) -> Floats | float:
        """Return its loss, dB, one number or (K,)."""


def free_space(path: Path) -> Floats:
    """Spread over the distance, at the sender's carrier."""
    loss: Floats = free_space_loss_db(path.geometry.range_m, path.sender.frequency_hz)
    return loss


def polarisation(path: Path) -> float:
    """Compare the two polarisations, unless the link says what they lose."""
    if path.link.polarisation_loss_db is not None:
        return path.link.polarisation_loss_db
    return polarisation_loss_db(path.sender.polarisation, path.receiver.polarisation)


def pointing(path: Path) -> float:
    """Let both ends look a little aside."""
    return path.sender.pointing_loss_db + path.receiver.pointing_loss_db


def fixed(path: Path) -> float:
    """Take what the link states."""
    return path.link.losses_db


LOSSES: tuple[Loss, ...] = (free_space, polarisation, pointing, fixed)


def total_loss_db(path: Path, losses: tuple[Loss, ...] = LOSSES) -> Floats:
    """Return the sum of all causes at every moment of a path. [dB]."""
    total = np.zeros(len(path.geometry))
    for loss in losses:
        total += loss(path)
    return total
