"""Links under restrictions: what is left of their rates, and samples where that changes.

Between samples rates run straight. So that none is smeared over a border, each border of a
restriction has two samples: the last moment before it, and the border itself.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.links.product import LinkSamples
from skyweft.stage import Restrictions

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def with_borders(
    contacts: Contacts,
    restrictions: Restrictions,
    samples: tuple[Rows, Floats],
    start_s: float,
    end_s: float,
) -> tuple[Rows, Floats]:
    """Add samples at the borders of restrictions within one block of time.

    Parameters
    ----------
    contacts, restrictions
        Of whom.
    samples : (K,), (K,)
        Rows of `contacts` and times, as of `sampling.sample_times`.
    start_s, end_s : float
        The block. What is before a border at its start belongs to it too: the block before was
        written when nobody knew of the restriction. [s]

    Returns
    -------
    contact, time_s : (L,)
        Sorted by contact, then time, each once.
    """
    if not len(restrictions):
        return samples
    contact, row = restrictions.matching(contacts.source, contacts.target)
    borders_s = np.concatenate([restrictions.start_s[row], restrictions.end_s[row]])
    contact = np.tile(contact, 2)
    within = (borders_s >= start_s) & (borders_s < end_s)
    within &= (borders_s > contacts.start_s[contact]) & (borders_s < contacts.end_s[contact])
    contact, borders_s = contact[within], borders_s[within]
    every = np.concatenate([samples[0], contact, contact])
    time_s = np.concatenate([samples[1], np.nextafter(borders_s, -np.inf), borders_s])
    order = np.lexsort((time_s, every))
    every, time_s = every[order], time_s[order]
    fresh = np.append(True, (np.diff(every) > 0) | (np.diff(time_s) > 0))[: len(every)]
    return every[fresh], time_s[fresh]


def restrict(links: LinkSamples, contacts: Contacts, restrictions: Restrictions) -> None:
    """Write what restrictions leave of samples: of their rates, and of nothing no C/N0."""
    if not len(restrictions):
        return
    ends = contacts.source[links.contact], contacts.target[links.contact]
    factor, _ = restrictions.at(*ends, links.time_s)
    links.rate_bps[:] *= factor
    links.rate_reverse_bps[:] *= factor
    for name in ("cn0_dbhz", "margin_db", "cn0_reverse_dbhz", "margin_reverse_db"):
        getattr(links, name)[factor == 0] = np.nan
