"""Why there is no route where there would be one: the cause of a restriction."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.network.graph.topology import Topology
from skyweft.network.product import REASONS
from skyweft.stage import NOTHING

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
# What `snapshot.routes` returns: hops, length, reason, first_hop, path_id, path.
Found = tuple[Ints, Floats, Ints, Ints, NDArray[np.int64], Ints]


def blamed(
    limits: Topology,
    contacts: Contacts,
    found: Found,
    where: tuple[Floats, Floats],
    time_s: float,
    search: Callable[[Ints, Ints], Found],
) -> Found:
    """Return routes with the causes of restrictions among their reasons.

    Parameters
    ----------
    limits : Topology
        With the restrictions.
    contacts : Contacts
        Windows.
    found : tuple
        What `snapshot.routes` returned of the links that carry traffic.
    where : (N, 3), (N, 3)
        Position and velocity of every platform. [m], [m/s]
    time_s : float
        The instant. [s]
    search : callable
        `snapshot.routes` for the two ends of other links.

    Returns
    -------
    tuple
        As `found`. Where a route would be there without any restriction, its reason is
        `len(REASONS)` and the place in `restrictions.causes` of the first one on that route; where
        there would be none either, the reason is what it would be then.
    """
    reason = found[2]
    if not len(limits.restrictions) or not reason.any():
        return found
    up = np.flatnonzero((contacts.start_s <= time_s) & (time_s <= contacts.end_s)).astype(np.int32)
    if not limits.restrictions.stopped(contacts.source[up], contacts.target[up], time_s).any():
        return found
    free = replace(limits, restrictions=NOTHING).used(contacts, up, *where, time_s)
    hops, _, otherwise, _, _, path = search(contacts.source[free], contacts.target[free])
    begin = np.concatenate([[0], np.cumsum(np.where(hops > 0, hops + 1, 0))])
    reported = np.where((reason > 0) & (hops == 0), otherwise, reason).astype(reason.dtype)
    rows = np.flatnonzero((reason > 0) & (hops > 0))
    leg = np.repeat(rows, hops[rows])
    at = np.arange(len(leg)) - np.repeat(np.cumsum(hops[rows]) - hops[rows], hops[rows])
    at += begin[leg]
    factor, cause = limits.restrictions.at(path[at], path[at + 1], time_s)
    stopped = np.flatnonzero(factor == 0)[::-1]  # so that the first of a route is written last
    reported[leg[stopped]] = len(REASONS) + cause[stopped]
    return (*found[:2], reported, *found[3:])
