"""From when to when contacts have no beam: what routes find at an instant, along contacts."""

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.usable import Cuts
from skyweft.network.graph.block import Network, linked
from skyweft.network.graph.causes import NO_ANTENNA, NO_BEAM

Floats = NDArray[np.float64]

STEP_S = 10.0  # how long beams stay as they are at most


def without_beam(network: Network) -> Cuts:
    """Return when contacts of rules with beams have none, or no link at their ends.

    Parameters
    ----------
    network : Network
        Within a block of time, with all contacts: whoever is in contact takes a place.

    Returns
    -------
    cuts : Cuts
        Causes are codes as of `Network.withheld`. Beams are steered whenever a contact, a failure
        or a restriction begins or ends and every ten seconds.
    """
    contacts = network.contacts
    beamed = [number for number, link in enumerate(network.scenario.links) if link.beams]
    rows = np.flatnonzero(np.isin(contacts.link, beamed))
    if not len(rows):
        return Cuts.none()
    some = contacts.taking(rows)
    time_s = _moments(network, some.start_s, some.end_s)
    first, up = linked(some, time_s[:-1])
    code = np.concatenate(
        [
            np.zeros(0, np.int8),
            *(
                network.withheld(rows[up[low:high]].astype(np.int32), moment_s)
                for moment_s, low, high in zip(
                    time_s.tolist(), first.tolist(), first[1:].tolist(), strict=False
                )
            ),
        ]
    )
    at = np.repeat(np.arange(len(time_s) - 1), np.diff(first))
    lost = np.flatnonzero(np.isin(code, (NO_BEAM, NO_ANTENNA)))
    lost = lost[np.lexsort((at[lost], up[lost]))]
    contact, at, code = rows[up[lost]], at[lost], code[lost]
    # Steps one after the other are one stretch.
    new = np.ones(len(lost), np.bool_)
    new[1:] = (np.diff(contact) != 0) | (np.diff(at) != 1) | (np.diff(code) != 0)
    begin = np.flatnonzero(new)
    end = np.append(begin[1:], len(lost))[: len(begin)] - 1
    return Cuts(contact[begin], time_s[at[begin]], time_s[at[end] + 1], code[begin])


def _moments(network: Network, *edges_s: Floats) -> Floats:
    """Return when beams are steered, the block's end behind them."""
    start_s, end_s = network.motion.tracks.time_s[[0, -1]]
    said, out = network.restrictions, network.limits.outages
    pairs = network.limits.pair_outages
    grid = np.arange(np.ceil(start_s / STEP_S), end_s / STEP_S) * STEP_S
    begin_s, over_s = edges_s
    every = np.concatenate(
        [
            grid,
            begin_s,
            np.nextafter(over_s, np.inf),  # a contact is up at its end
            *(column for some in (said, out, pairs) for column in (some.start_s, some.end_s)),
        ]
    )
    inside = every[(every > start_s) & (every < end_s)]
    return np.unique(np.concatenate([[start_s], inside, [end_s]]))
