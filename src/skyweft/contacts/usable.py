"""Contacts without the stretches in which they carry nothing, whoever says so.

A stretch and its cause are a row of `Cuts`; who applies some of them to contacts gets the pieces
that are left.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.stage import Restrictions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int8]


class Cuts(NamedTuple):
    """Stretches of contacts in which they carry nothing, the end excluded. (S,)."""

    contact: Ints  # row of Contacts
    start_s: Floats
    end_s: Floats
    cause: Codes  # place in a list of whoever asks

    @classmethod
    def none(cls) -> "Cuts":
        """Return no cuts."""
        return cls(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int8))

    @classmethod
    def joined(cls, some: "Sequence[Cuts]") -> "Cuts":
        """Return those of several, one after the other."""
        every = (cls.none(), *some)
        return cls(*(np.concatenate(columns) for columns in zip(*every, strict=True)))

    def taking(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "Cuts":
        """Return some rows."""
        contact, start_s, end_s, cause = self
        return Cuts(contact[rows], start_s[rows], end_s[rows], cause[rows])

    def within(self, contacts: Contacts) -> "Cuts":
        """Return the parts that lie in their contacts."""
        start_s = np.maximum(self.start_s, contacts.start_s[self.contact])
        end_s = np.minimum(self.end_s, contacts.end_s[self.contact])
        return self._replace(start_s=start_s, end_s=end_s).taking(start_s < end_s)


def stopped(contacts: Contacts, restrictions: Restrictions) -> Cuts:
    """Return where restrictions let nothing pass; those that leave part of a rate cut nothing.

    Causes are places in `restrictions.causes`.
    """
    if not len(restrictions):
        return Cuts.none()
    contact, row = restrictions.matching(contacts.source, contacts.target)
    hit = restrictions.rate_factor[row] == 0
    contact, row = contact[hit], row[hit]
    cause = restrictions.cause[row].astype(np.int8)
    return Cuts(contact, restrictions.start_s[row], restrictions.end_s[row], cause).within(contacts)


def usable(contacts: Contacts, cuts: Cuts) -> tuple[Contacts, Ints]:
    """Cut stretches out of contacts.

    Parameters
    ----------
    contacts : Contacts
        Windows with their true ends.
    cuts : Cuts
        In any order; they may overlap.

    Returns
    -------
    pieces : Contacts
        Sorted as contacts are. A piece that ends at a cut ends a moment before it; one that begins
        after it begins anew, so its terminals are pointed once more.
    row : (C,)
        The contact that each is a piece of.
    """
    every = np.arange(len(contacts))
    if not len(cuts.contact):
        return contacts, every
    some = cuts.taking(np.lexsort((cuts.start_s, cuts.contact)))
    hurt, first = np.unique(some.contact, return_index=True)
    bounds = np.append(first, len(some.contact)).tolist()
    spans = [
        (c, start_s, end_s)
        for c, low, high in zip(hurt.tolist(), bounds, bounds[1:], strict=False)
        for start_s, end_s in _left(contacts, c, some.start_s[low:high], some.end_s[low:high])
    ]
    kept = np.setdiff1d(every, some.contact)
    of = np.concatenate([kept, np.array([span[0] for span in spans], np.int64)])
    start_s = np.append(contacts.start_s[kept], [span[1] for span in spans])
    end_s = np.append(contacts.end_s[kept], [span[2] for span in spans])
    order = np.lexsort((of, start_s))
    of, start_s, end_s = of[order], start_s[order], end_s[order]
    # By column: a contact whose beginning is cut off may come after one that began later.
    columns = {name: column[of] for name, column in contacts.columns().items()}
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
    contacts: Contacts, c: int, starts_s: Floats, ends_s: Floats
) -> list[tuple[float, float]]:
    """Return what is left of one contact between its cuts, which come by their start."""
    left, from_s = [], float(contacts.start_s[c])
    for start_s, end_s in zip(starts_s.tolist(), ends_s.tolist(), strict=True):
        if start_s > from_s:
            left.append((from_s, float(np.nextafter(start_s, -np.inf))))
        from_s = max(from_s, end_s)
    if from_s < contacts.end_s[c]:
        left.append((from_s, float(contacts.end_s[c])))
    return left
