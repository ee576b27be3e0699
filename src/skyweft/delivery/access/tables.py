"""Open messages and transmissions on the air: what random access hands from block to block."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.collisions import by_group, in_time
from skyweft.delivery.access.traffic import Renewal
from skyweft.delivery.access.visibility import Rays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


CROWDED = 64  # rows of a bucket


class Table:
    """Columns of one length that can be joined and taken from."""

    __slots__ = ()

    @classmethod
    def joined(cls, *parts: Self) -> Self:
        """Return the rows of all parts, one after the other."""
        names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def taking(self, rows: NDArray[Any] | slice) -> Self:
        """Return the chosen rows."""
        columns = {field.name: getattr(self, field.name)[rows] for field in fields(self)}  # type: ignore[arg-type]
        return replace(self, **columns)  # type: ignore[type-var]

    @classmethod
    def none(cls) -> Self:
        """Return no rows; each column is of the kind that is declared."""
        declared = get_type_hints(cls)
        kinds = (get_args(get_args(declared[field.name])[1])[0] for field in fields(cls))  # type: ignore[arg-type]
        return cls(*(np.empty(0, kind) for kind in kinds))


@dataclass(frozen=True, slots=True)
class Messages(Table):
    """Messages whose fate is open, (M,). The last four columns are written into."""

    rule: NDArray[np.int16]
    device: NDArray[np.int32]
    number: Ints
    created_s: Floats
    due_s: Floats  # of the next attempt: NaN while it is not known, inf while one is on the air
    attempts: NDArray[np.int16]
    energy_j: NDArray[np.float32]
    cause: NDArray[np.int8]  # why the last attempt was not received

    def __len__(self) -> int:
        return len(self.rule)


@dataclass(frozen=True, slots=True)
class Asked(Table):
    """Attempts to be made, (A,)."""

    message: Ints  # row of Messages
    attempt: NDArray[np.int16]  # from 0
    due_s: Floats

    def __len__(self) -> int:
        return len(self.message)


@dataclass(frozen=True, slots=True)
class Sent(Table):
    """Transmissions, (S,)."""

    message: Ints  # row of Messages; -1 where only its disturbance still matters
    rule: NDArray[np.int16]
    device: NDArray[np.int32]
    number: Ints
    attempt: NDArray[np.int16]  # from 0
    start_s: Floats
    lane: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.rule)


@dataclass(frozen=True, slots=True)
class Copies(Table):
    """Who has received messages whose fate is open all the same, (K,)."""

    message: Ints  # row of Messages
    receiver: NDArray[np.int32]  # row of Fleet
    received_s: Floats
    air_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.message)


@dataclass(frozen=True, slots=True)
class Answers(Table):
    """When receivers send acknowledgements, (A,), by receiver and time; those of one never meet."""

    receiver: NDArray[np.int32]  # row of Fleet
    start_s: Floats
    end_s: Floats
    cell: NDArray[np.int32]  # on which channel of which band
    lane: NDArray[np.int8]
    sent: Ints  # row of Sent that it answers; -1 where that is decided

    def __len__(self) -> int:
        return len(self.receiver)


@dataclass(frozen=True, slots=True)
class Silence(Table):
    """Devices that may not send yet, (N,), by device."""

    device: NDArray[np.int32]  # row of Fleet
    until_s: Floats


@dataclass(frozen=True, slots=True)
class Drained(Table):
    """Devices whose batteries have given anything, (N,), by device."""

    device: NDArray[np.int32]  # row of Fleet
    left_j: Floats  # but for sleep; -inf once emptied


def in_order(
    time_s: Floats, rule: NDArray[np.int16], device: NDArray[np.int32], number: Ints
) -> Ints:
    """Return the rows by time; by rule, device and number where times are equal."""
    order = _by_time(time_s)
    ordered_s = time_s[order]
    equal = np.flatnonzero(ordered_s[1:] == ordered_s[:-1])
    places = np.union1d(equal, equal + 1)
    tied = order[places]
    order[places] = tied[np.lexsort((number[tied], device[tied], rule[tied], time_s[tied]))]
    return order


def _by_time(time_s: Floats) -> Ints:
    """Return the rows by time, equal ones in their order."""
    order = np.arange(len(time_s))
    if not (time_s[1:] < time_s[:-1]).any():
        return order
    low_s, high_s = time_s.min(), time_s.max()
    # Some four rows a bucket; unless they are crowded, few places are left to move.
    buckets = len(time_s) // 4 + 1
    share = (time_s - low_s) * ((buckets - 1) / (high_s - low_s))
    if not np.isfinite(share).all():
        return np.argsort(time_s, kind="stable")
    first, rows = by_group(share.astype(np.int32), buckets)
    if np.diff(first).max() > CROWDED:
        return np.argsort(time_s, kind="stable")
    in_time(rows, time_s)
    order[:] = rows
    return order


@dataclass(frozen=True, slots=True)
class Carry:
    """All that random access in a block of time must know of the time before."""

    messages: Messages
    sent: Sent
    rays: Rays  # of `sent`
    held: NDArray[np.int8]  # of each ray: 1 a decoder follows it, 0 none was free, -1 not decided
    answers: Answers
    copies: Copies
    silence: Silence
    drained: Drained
    renewals: dict[int, Renewal]  # of rules with random arrivals

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return everything as columns of one file."""
        columns: dict[str, Any] = {"held": self.held}
        for name in ("messages", "sent", "rays", "answers", "copies", "silence", "drained"):
            part = getattr(self, name)
            columns |= {f"{name}.{field.name}": getattr(part, field.name) for field in fields(part)}
        for number, state in self.renewals.items():
            columns |= {
                f"renewal.{number}.number": state.number,
                f"renewal.{number}.at": state.at_s,
            }
        return columns

    @classmethod
    def of(cls, columns: Mapping[str, NDArray[Any]]) -> "Carry":
        """Return what `columns` were taken of."""
        kinds = {
            "messages": Messages,
            "sent": Sent,
            "rays": Rays,
            "answers": Answers,
            "copies": Copies,
            "silence": Silence,
            "drained": Drained,
        }
        parts: dict[str, Any] = {
            name: kind(*(columns[f"{name}.{field.name}"] for field in fields(kind)))
            for name, kind in kinds.items()
        }
        numbers = {int(name.split(".")[1]) for name in columns if name.startswith("renewal.")}
        renewals = {
            number: Renewal(columns[f"renewal.{number}.number"], columns[f"renewal.{number}.at"])
            for number in numbers
        }
        return cls(**parts, held=columns["held"], renewals=renewals)
