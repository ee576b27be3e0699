"""Whom users could be served by, step by step: contacts, their signals, rates and ends."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.links.budget import samples_at
from skyweft.network.graph.block import Network, step_times
from skyweft.network.handover.model import Handover
from skyweft.network.handover.rules import Candidates

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Asked(NamedTuple):
    """The steps of a block, and the candidates of each user."""

    time_s: Floats  # (T,)
    of_user: list[Candidates]


def candidates(network: Network, rule: Handover, users: Longs) -> Asked:
    """Return whom the users of a rule could be served by in a block.

    Parameters
    ----------
    network : Network
        In the block, under limits, failures and restrictions.
    rule : Handover
        Its step.
    users : (U,)
        Rows of the fleet.

    Notes
    -----
    Servers are the platforms that pass traffic on, by their place among them. Signal and rate are
    those towards the user, or from it where nothing is sent towards it. Without a C/N0, as of links
    whose rate is stated, the nearest is the strongest.
    """
    time_s = step_times(network.motion, rule.step_s)
    first, contact = network.carrying(time_s)
    step = np.repeat(np.arange(len(time_s)), np.diff(first))
    ends = network.contacts.source[contact], network.contacts.target[contact]
    node, number = network.relays.node, np.full(len(network.fleet), -1)
    number[users] = np.arange(len(users))
    parts = []
    for side, (user, server) in enumerate((ends, ends[::-1])):
        mine = np.flatnonzero((number[user] >= 0) & (node[server] >= 0))
        to_user = np.full(len(mine), side == 1)  # forward leads to the target
        parts.append((number[user[mine]], node[server[mine]], to_user, step[mine], contact[mine]))
    who, server, forward, when, row = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort((server, when, who))
    who, server, forward, when, row = (
        column[order] for column in (who, server, forward, when, row)
    )
    known = network.scenario, network.fleet, network.motion, network.contacts
    links = samples_at(*known, row.astype(np.int64), time_s[when], network.restrictions)
    rate = _towards(forward, links.rate_bps, links.rate_reverse_bps)
    back = rate <= 0
    rate = np.where(
        back, _towards(np.logical_not(forward), links.rate_bps, links.rate_reverse_bps), rate
    )
    signal = _towards(forward != back, links.cn0_dbhz, links.cn0_reverse_dbhz)
    signal = np.where(np.isnan(signal), -20 * np.log10(np.maximum(links.range_m, 1.0)), signal)
    left_s = network.contacts.end_s[row] - time_s[when]
    bounds = np.searchsorted(who, np.arange(len(users) + 1))
    return Asked(
        time_s,
        [
            Candidates(
                np.searchsorted(when[low:high], np.arange(len(time_s) + 1)),
                server[low:high].astype(np.int32),
                signal[low:high].astype(np.float64),
                rate[low:high],
                left_s[low:high],
            )
            for low, high in pairwise(bounds)
        ],
    )


def _towards(forward: NDArray[Any], there: NDArray[Any], back: NDArray[Any]) -> Floats:
    """Return the values of each link's own direction."""
    return np.where(forward, there, back).astype(np.float64)
