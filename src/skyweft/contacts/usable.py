"""Contacts without the stretches in which restrictions let nothing pass."""

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.stage import Restrictions

Ints = NDArray[np.int64]


def usable(contacts: Contacts, restrictions: Restrictions) -> tuple[Contacts, Ints]:
    """Cut out of contacts what restrictions stop.

    Parameters
    ----------
    contacts : Contacts
        Windows with their true ends.
    restrictions : Restrictions
        Those that leave part of the rate cut nothing.

    Returns
    -------
    pieces : Contacts
        Sorted as contacts are. A piece that ends at a restriction ends a moment before it; one
        that begins after it begins anew, so its terminals are pointed once more.
    row : (C,)
        The contact that each is a piece of.
    """
    every = np.arange(len(contacts))
    if not len(restrictions):
        return contacts, every
    contact, row = restrictions.matching(contacts.source, contacts.target)
    hit = restrictions.rate_factor[row] == 0
    hit &= restrictions.start_s[row] <= contacts.end_s[contact]
    hit &= restrictions.end_s[row] > contacts.start_s[contact]
    contact, row = contact[hit], row[hit]
    if not len(contact):
        return contacts, every
    order = np.lexsort((restrictions.start_s[row], contact))
    contact, row = contact[order], row[order]
    hurt, first = np.unique(contact, return_index=True)
    spans = [
        (c, start_s, end_s)
        for c, mine in zip(hurt.tolist(), np.split(row, first[1:]), strict=True)
        for start_s, end_s in _left(contacts, c, restrictions, mine)
    ]
    kept = np.setdiff1d(every, contact)
    cut = np.array([each[0] for each in spans], np.int64)
    of = np.concatenate([kept, cut])
    start_s = np.append(contacts.start_s[kept], [each[1] for each in spans])
    end_s = np.append(contacts.end_s[kept], [each[2] for each in spans])
    order = np.lexsort((of, start_s))
    of, start_s, end_s = of[order], start_s[order], end_s[order]
    columns = contacts.taking(of).columns()
    return Contacts(
        **columns
        | {
            "start_s": start_s,
            "end_s": end_s,
            "culmination_s": np.clip(columns["culmination_s"], start_s, end_s),
            "cut_start": columns["cut_start"] & (start_s == columns["start_s"]),
            "cut_end": columns["cut_end"] & (end_s == columns["end_s"]),
        }
    ), of


def _left(
    contacts: Contacts, c: int, restrictions: Restrictions, rows: Ints
) -> list[tuple[float, float]]:
    """Return what is left of one contact between its restrictions, which come by their start."""
    left, from_s = [], float(contacts.start_s[c])
    for start_s, end_s in zip(restrictions.start_s[rows], restrictions.end_s[rows], strict=True):
        if start_s > from_s:
            left.append((from_s, float(np.nextafter(start_s, -np.inf))))
        from_s = max(from_s, float(end_s))
    if from_s < contacts.end_s[c]:
        left.append((from_s, float(contacts.end_s[c])))
    return left
