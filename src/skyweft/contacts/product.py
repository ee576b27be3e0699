"""Who can meet whom, and when: the product of `contacts`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.html_repr import Shown


@dataclass(frozen=True, slots=True)
class Contacts(Shown):
    """One row a contact, sorted by start, link, source, target. Columns have shape (C,).

    `source` and `target` are rows of `Fleet`; `link` is the rule's place in the scenario. Elevation
    is NaN where the rule has none (two platforms of one layer, e.g. a laser between satellites).
    """

    link: NDArray[np.int16]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    culmination_s: NDArray[np.float64]  # time of the highest elevation, else of the least range
    elevation_max_deg: NDArray[np.float32]
    range_min_m: NDArray[np.float64]  # least within the contact
    cut_start: NDArray[np.bool_]  # already up when the data begin
    cut_end: NDArray[np.bool_]  # still up when the data end

    def __post_init__(self) -> None:
        columns = [getattr(self, name) for name in self.__slots__]
        assert len({len(column) for column in columns}) == 1
        assert np.all(self.start_s <= self.end_s)
        assert np.all(np.diff(self.start_s) >= 0)

    def __len__(self) -> int:
        return len(self.start_s)

    def taking(self, rows: NDArray[Any] | slice) -> "Contacts":
        """Return some of the rows."""
        return Contacts(*(getattr(self, field.name)[rows] for field in fields(self)))

    @staticmethod
    def none() -> "Contacts":
        """Return no rows."""
        ints, floats = (np.int16, np.int32, np.int32), [np.float64] * 3
        kinds = (*ints, *floats, np.float32, np.float64, np.bool_, np.bool_)
        return Contacts(*(np.zeros(0, kind) for kind in kinds))

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Numbered:
    """Contacts of a block of time with their numbers in the run. Columns have shape (C,).

    The first `carried` rows began in an earlier block; those in `open` go on in the next one.
    """

    contacts: Contacts
    number: NDArray[np.int64]
    carried: int
    open: NDArray[np.int64]

    def __post_init__(self) -> None:
        assert len(self.contacts) == len(self.number) >= self.carried

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the contacts' columns beside those of their own, by name."""
        own = {"number": self.number, "carried": np.array(self.carried), "open": self.open}
        return self.contacts.columns() | own

    @classmethod
    def of(cls, columns: Mapping[str, NDArray[Any]]) -> "Numbered":
        """Return what `columns` told of."""
        number, carried, still = (columns[name] for name in ("number", "carried", "open"))
        contacts = Contacts(**{field.name: columns[field.name] for field in fields(Contacts)})
        return cls(contacts, number, int(carried), still)
