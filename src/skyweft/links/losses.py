"""What a signal loses between two terminals, cause by cause.

Each cause is a function of the path. Every radio link has four; a rule of `[[links]]` states
others, of which installed packages may add kinds (`skyweft.scenario.losses.LOSSES`).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.links.path import Path
from skyweft.links.radio import free_space_loss_db, polarisation_loss_db
from skyweft.scenario.losses import ALWAYS, LOSSES, ClearAir, PathLoss
from skyweft.scenario.terminals import Link, Radio
from skyweft.world.ellipsoid import SEMI_MAJOR_M

Floats = NDArray[np.float64]
Cause = Callable[[Path], Floats | float]


def free_space(path: Path) -> Floats:
    """Spread over the distance, at the sender's carrier."""
    loss: Floats = free_space_loss_db(path.range_m, path.frequency_hz)
    return loss


def polarisation(path: Path) -> float:
    """Compare the two polarisations, unless the link says what they lose; light has none stated."""
    if not (isinstance(path.sender, Radio) and isinstance(path.receiver, Radio)):
        return 0.0
    if path.link.polarisation_loss_db is not None:
        return path.link.polarisation_loss_db
    return polarisation_loss_db(path.sender.polarisation, path.receiver.polarisation)


def pointing(path: Path) -> float:
    """Let both ends of a radio link look a little aside."""
    ends = path.sender, path.receiver
    return sum((end.pointing_loss_db for end in ends if isinstance(end, Radio)), 0.0)


def fixed(path: Path) -> float:
    """Take what the link states as `losses_db`."""
    return path.link.losses_db


_ALWAYS: dict[str, Cause] = dict(
    zip(ALWAYS, (free_space, polarisation, pointing, fixed), strict=True)
)


def clear_air(loss: ClearAir, path: Path) -> Floats:
    """Return what a shell of even air takes along the slant, of the part between the two ends.

    Its depth along a slant, over that straight up, is sqrt((r s)^2 + 2 r + 1) - r s with the sine s
    of the elevation and the Earth's radius r in heights of the shell: 1 / s high up, and finite at
    the horizon. It is meant for ends above each other's horizon.

    References
    ----------
    F. Kasten and A. T. Young, "Revised optical air mass tables and approximation formula", Applied
    Optics 28(22), 1989: up to 6.5 % more than their formula, 1 % from 10 degrees on. There it is
    the cosecant law of Recommendation ITU-R P.676-13, annex 2, section 2.2, within 3 %.
    """
    radius = SEMI_MAJOR_M / loss.scale_height_m
    across = radius * np.sin(np.radians(path.elevation_deg))
    slant = np.sqrt(across**2 + 2 * radius + 1) - across
    ends = (place.altitude_m for place in (path.sender_place, path.receiver_place))
    left = [np.exp(-np.maximum(end, 0) / loss.scale_height_m) for end in ends]
    taken: Floats = loss.zenith_loss_db * np.abs(left[0] - left[1]) * slant
    return np.where(np.isnan(path.elevation_deg), 0.0, taken)


def causes(link: Link) -> Mapping[str, Cause]:
    """Return what a signal loses under a rule, by the name of the cause, in the order of adding."""
    return _ALWAYS | {loss.kind: partial(_stated, loss) for loss in link.losses}


def stating(links: Sequence[Link]) -> tuple[str, ...]:
    """Return every cause under the rules that state losses."""
    each = (causes(link) for link in links if link.losses)
    return tuple(dict.fromkeys(chain.from_iterable(each)))


def losses_db(path: Path) -> dict[str, Floats]:
    """Return the loss of every cause at every moment of a path, (K,). [dB].

    Raises
    ------
    ScenarioError
        A package's loss failed or is no number; the package is named.
    """
    return {
        name: np.broadcast_to(np.asarray(cause(path), np.float64), (len(path),))
        for name, cause in causes(path.link).items()
    }


def total_loss_db(path: Path) -> Floats:
    """Return the sum of all causes at every moment of a path. [dB]."""
    return added(losses_db(path))


def added(losses: Mapping[str, Floats]) -> Floats:
    """Return the sum of causes, in their order."""
    total = np.zeros(len(next(iter(losses.values()))))
    for loss in losses.values():
        total += loss
    return total


def _stated(loss: PathLoss, path: Path) -> Floats | float:
    """Return what a stated loss takes; a package's answer is looked at."""
    kind = loss.kind
    found: Any = LOSSES.work(kind, (float, int, np.floating, np.ndarray), loss, path)
    if LOSSES.origin(kind):
        if np.shape(found) not in ((), (len(path),)):
            raise LOSSES.error(kind, f"answered {np.shape(found)} losses for {(len(path),)}")
        there = ~np.isnan(path.range_m)
        if not np.all(np.isfinite(np.broadcast_to(found, (len(path),))[there])):
            raise LOSSES.error(kind, "answered a loss that is no finite number of decibels")
    taken: Floats | float = found
    return taken
