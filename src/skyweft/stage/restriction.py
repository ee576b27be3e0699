"""What keeps platforms and links from working for a while: said by one stage, obeyed by the rest.

A stage that declares `restricts` hands restrictions to `Block.restrict`. Every later stage that
deals with links asks `Block.restrictions`, which are those of all earlier stages, and applies them
without knowing who said so: samples of links, the network at an instant, contact plans and
messages. The cause is what a user reads as the reason or the cause of loss.

`[[failures]]` of the scenario are older: they act on the network at an instant and on messages, and
are known from the seed. A restriction acts on everything after its stage.

What is asked of a run afterwards and computed anew, `run.graph`, obeys those said before the stage
`graph`, which keeps them in a table.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

COLUMNS = ("one", "other", "start_s", "end_s", "cause", "rate_factor")
WHOLE = -1  # stands for the other end where a platform is restricted with all its links


@dataclass(frozen=True, slots=True)
class Restriction:
    """A platform, or a pair, that cannot do what it could.

    Parameters
    ----------
    who : int or (int, int)
        Row of the fleet: all links of that platform; or of the two ends of one link, either way.
    start_s, end_s : float
        From the scenario's start; the end does not belong to it. [s]
    cause : str
        In words, as the user reads it: "no power".
    rate_factor : float
        What is left of the rate, from 0: nothing, to below 1. Those of one link multiply.
    """

    who: int | tuple[int, int]
    start_s: float
    end_s: float
    cause: str
    rate_factor: float = 0.0

    def __post_init__(self) -> None:
        if not self.start_s < self.end_s:
            raise ValueError(
                f"a restriction ends after it starts, not {self.start_s:g} s to {self.end_s:g} s"
            )
        if not 0 <= self.rate_factor < 1:
            raise ValueError(f"rate_factor is from 0 to below 1, not {self.rate_factor:g}")
        if not self.cause.strip():
            raise ValueError("a restriction has a cause that a user can read")

    @property
    def ends(self) -> tuple[int, int]:
        """Return the two ends, the lesser first, or a platform and `WHOLE`."""
        if isinstance(self.who, tuple):
            one, other = sorted(self.who)
            return one, other
        return self.who, WHOLE


@dataclass(frozen=True)
class Restrictions:
    """Many of them, sorted by ends, then start. Columns have shape (R,)."""

    one: Ints
    other: Ints
    start_s: Floats
    end_s: Floats
    cause: Ints  # place in `causes`
    rate_factor: Floats
    causes: tuple[str, ...]

    @classmethod
    def of(cls, some: Iterable[Restriction]) -> "Restrictions":
        """Return the columns; causes in order of the alphabet."""
        rows = sorted(
            (
                *restriction.ends,
                restriction.start_s,
                restriction.end_s,
                restriction.cause,
                restriction.rate_factor,
            )
            for restriction in some
        )
        causes = tuple(sorted({row[4] for row in rows}))
        ends = np.array([row[:2] for row in rows], np.int64).reshape(-1, 2)
        times_s = np.array([row[2:4] for row in rows], np.float64).reshape(-1, 2)
        cause = np.array([causes.index(row[4]) for row in rows], np.int64)
        factor = np.array([row[5] for row in rows], np.float64)
        return cls(ends[:, 0], ends[:, 1], times_s[:, 0], times_s[:, 1], cause, factor, causes)

    @classmethod
    def from_columns(cls, columns: dict[str, NDArray[Any]]) -> "Restrictions":
        """Return what `columns` wrote."""
        causes = tuple(str(column) for column in columns["causes"])
        return cls(**{name: columns[name] for name in COLUMNS}, causes=causes)

    @classmethod
    def joined(cls, some: "Iterable[Restrictions]") -> "Restrictions":
        """Return those of several stages or blocks."""
        many = list(some)
        causes = tuple(sorted({cause for restriction in many for cause in restriction.causes}))
        parts = [part.coded(causes) for part in many] or [cls.of(())]
        whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
        order = np.lexsort([whole[name] for name in reversed(COLUMNS)])
        return cls(**{name: entry[order] for name, entry in whole.items()}, causes=causes)

    def rows(self) -> list[Restriction]:
        """Return them one by one."""
        return [
            Restriction(
                a if b == WHOLE else (a, b), start_s, end_s, self.causes[cause], rate_factor
            )
            for a, b, start_s, end_s, cause, rate_factor in zip(
                *(column.tolist() for column in (self.one, self.other, self.start_s, self.end_s)),
                self.cause.tolist(),
                self.rate_factor.tolist(),
                strict=True,
            )
        ]

    def coded(self, causes: tuple[str, ...]) -> "Restrictions":
        """Return the same with places in another list of causes, which holds all of these."""
        place = np.array([causes.index(cause) for cause in self.causes], np.int64)
        return replace(self, cause=place[self.cause], causes=causes)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name, for a journal."""
        columns = {name: getattr(self, name) for name in COLUMNS}
        return {**columns, "causes": np.array(self.causes, np.str_)}

    def same(self, other: "Restrictions") -> bool:
        """Whether both say the same."""
        if self is other or not (len(self) or len(other)):
            return True
        there = other.columns()
        return all(np.array_equal(column, there[name]) for name, column in self.columns().items())

    def __len__(self) -> int:
        return len(self.one)

    @cached_property
    def _key(self) -> Ints:
        return self._ends_key(self.one, self.other)

    @staticmethod
    def _ends_key(one: Ints, other: Ints) -> Ints:
        """Return both ends as one number that rises as the rows do."""
        return (one << 32) + other + 1

    def matching(self, source: NDArray[Any], target: NDArray[Any]) -> tuple[Ints, Ints]:
        """Return which restrictions are of which links, at whatever time.

        Parameters
        ----------
        source, target : (K,)
            The links' ends, rows of the fleet.

        Returns
        -------
        link, restriction : (M,)
            Rows of the links, and of these restrictions.
        """
        a, b = source.astype(np.int64), target.astype(np.int64)
        whole = np.full(len(a), WHOLE, np.int64)
        ends = ((a, whole), (b, whole), (np.minimum(a, b), np.maximum(a, b)))
        key = np.concatenate([self._ends_key(*end) for end in ends])
        first = np.searchsorted(self._key, key)
        count = np.searchsorted(self._key, key, side="right") - first
        link = np.repeat(np.tile(np.arange(len(a)), 3), count)
        within = np.arange(len(link)) - np.repeat(np.cumsum(count) - count, count)
        return link, np.repeat(first, count) + within

    def at(
        self, source: NDArray[Any], target: NDArray[Any], time_s: NDArray[Any] | float
    ) -> tuple[Floats, Ints]:
        """Return what is left of the links' rates at their moments, and why.

        Parameters
        ----------
        source, target : (K,)
            The links' ends, rows of the fleet.
        time_s : (K,) or float
            From the scenario's start. [s]

        Returns
        -------
        rate_factor : (K,)
            1 where nothing restricts, 0 where nothing passes.
        cause : (K,)
            Place in `causes` of the harshest, -1 where nothing restricts.
        """
        factor, harshest = np.ones(len(source)), np.ones(len(source))
        cause = np.full(len(source), -1, np.int64)
        if not len(self):
            return factor, cause
        link, row = self.matching(source, target)
        moment_s = np.broadcast_to(np.asarray(time_s, np.float64), len(source))[link]
        now = (self.start_s[row] <= moment_s) & (moment_s < self.end_s[row])
        link, row = link[now], row[now]
        np.multiply.at(factor, link, self.rate_factor[row])
        np.minimum.at(harshest, link, self.rate_factor[row])
        worst = self.rate_factor[row] == harshest[link]
        cause[link[worst][::-1]] = self.cause[row[worst][::-1]]  # of equal ones the first
        return factor, cause

    def stopped(
        self, source: NDArray[Any], target: NDArray[Any], time_s: NDArray[Any] | float
    ) -> Flags:
        """Return which links carry nothing at their moments. Parameters as of `at`."""
        found: Flags = self.at(source, target, time_s)[0] == 0
        return found


NOTHING = Restrictions.of(())
