"""What one block of time hands to the next, in memory and on disk."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts import coverage as measuring
from skyweft.contacts.coverage import CoverageState
from skyweft.contacts.product import Contacts
from skyweft.run.figures.tally import Rates, Seen

Ints = NDArray[np.int64]

COVERAGE = ("_start_s", "_end_s")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Contacts with their numbers in the run, and the last link sample of each. Rows (C,)."""

    contacts: Contacts
    number: Ints
    seen: Seen

    def __post_init__(self) -> None:
        assert len(self.contacts) == len(self.number) == len(self.seen.time_s)

    def taking(self, rows: NDArray[Any]) -> "Numbered":
        """Return some of the rows."""
        seen = Seen(self.seen.time_s[rows], self.seen.rate_bps[rows])
        return Numbered(taking(self.contacts, rows), self.number[rows], seen)


def taking(contacts: Contacts, rows: NDArray[Any] | slice) -> Contacts:
    """Return some rows of contacts."""
    return Contacts(*(getattr(contacts, each.name)[rows] for each in fields(contacts)))


def no_contacts() -> Contacts:
    """Return no rows."""
    types = (np.int16, np.int32, np.int32, *[np.float64] * 3, np.float32, np.float64, bool, bool)
    return Contacts(*(np.zeros(0, each) for each in types))


def save_contacts(path: Path, contacts: Contacts) -> None:
    """Write contacts as they are in memory."""
    _save(path, {each.name: getattr(contacts, each.name) for each in fields(contacts)})


def load_contacts(path: Path) -> Contacts:
    """Read what `save_contacts` wrote."""
    return Contacts(**_load(path))


def save_numbered(path: Path, rows: Numbered) -> None:
    """Write numbered contacts as they are in memory."""
    columns = {each.name: getattr(rows.contacts, each.name) for each in fields(rows.contacts)}
    seen = {"seen_s": rows.seen.time_s, "seen_bps": rows.seen.rate_bps}
    _save(path, {**columns, **seen, "number": rows.number})


def load_numbered(path: Path) -> Numbered:
    """Read what `save_numbered` wrote."""
    columns = _load(path)
    seen = Seen(columns.pop("seen_s"), columns.pop("seen_bps"))
    return Numbered(number=columns.pop("number"), seen=seen, contacts=Contacts(**columns))


def save_rates(path: Path, rates: Rates) -> None:
    """Write sums of rates; of the histograms only the bins that hold anything."""
    row, place = np.nonzero((rates.weight_s > 0) | (rates.top_bps > 0))
    bins = {"weight_s": rates.weight_s[row, place], "top_bps": rates.top_bps[row, place]}
    _save(path, {"row": row, "place": place, "total": rates.total, **bins})


def load_rates(path: Path) -> Rates:
    """Read what `save_rates` wrote."""
    columns = _load(path)
    rates = Rates.empty(len(columns["total"]) // 2)
    rates.weight_s[columns["row"], columns["place"]] = columns["weight_s"]
    rates.top_bps[columns["row"], columns["place"]] = columns["top_bps"]
    return replace(rates, total=columns["total"])


def save_coverage(path: Path, state: CoverageState) -> None:
    """Write how far the measuring of coverage has come."""
    tally = state._tally
    assert tally is not None
    _save(path, {**tally._asdict(), **{name: np.array(getattr(state, name)) for name in COVERAGE}})


def load_coverage(path: Path, state: CoverageState) -> None:
    """Bring a fresh state to where `save_coverage` was."""
    columns = _load(path)
    for name in COVERAGE:
        setattr(state, name, float(columns.pop(name)))
    state._tally = measuring._Tally(**columns)


def _save(path: Path, columns: dict[str, Any]) -> None:
    with path.open("wb") as out:
        np.savez(out, allow_pickle=False, **columns)


def _load(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}
