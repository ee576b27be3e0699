"""Which of the candidate sites to build: the fewest that carry the demand.

A candidate adds its rate to every column of demand (a place, a time, or both) where it is in view;
sites in view of one column add up. Exact for small plans, greedy with a bound for large ones. Where
the rates come from is the links' business, and what flows then get is `fairness.py`'s.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import RangeError
from skyweft.kernels import making

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CANDIDATES_EXACT = 2_000
ENTRIES_EXACT = 2_000_000  # of the coverage, after equal columns are merged
TIME_MAX_S = 60.0
CARRIED = 1e-6  # of a need that may be missing: what HiGHS keeps constraints to


@dataclass(frozen=True, slots=True)
class Plan:
    """Which sites to build, and how good that is known to be."""

    selected: Ints  # (K,) candidates, rising
    at_least: int  # no plan with fewer sites carries as much: proven
    guarantee: float  # sites are at most this times the fewest: proven before looking at `at_least`
    short_bps: Floats  # (D,) what no set of candidates could add: missing from the need

    def __post_init__(self) -> None:
        assert np.all(np.diff(self.selected) > 0)
        assert self.at_least <= len(self.selected)

    @property
    def optimal(self) -> bool:
        """Whether no plan has fewer sites."""
        return self.at_least == len(self.selected)

    @property
    def gap(self) -> float:
        """Which part of the sites may be too many."""
        return 1 - self.at_least / len(self.selected) if len(self.selected) else 0.0


def fewest(rate_bps: ArrayLike, demand_bps: ArrayLike) -> Plan:
    """Return the fewest candidates that carry the need: `exact` where that is small, else `greedy`.

    Small is at most 2,000 candidates and two million entries of different columns. Parameters,
    result and errors are those of `exact`.
    """
    rate, need = _checked(rate_bps, demand_bps)
    part, _ = _columns(rate, need)
    small = len(rate) <= CANDIDATES_EXACT and part.size <= ENTRIES_EXACT
    return exact(rate, need) if small else greedy(rate, need)


def exact(rate_bps: ArrayLike, demand_bps: ArrayLike, time_max_s: float = TIME_MAX_S) -> Plan:
    """Return the fewest candidates that carry the need, by branch and cut (HiGHS).

    Parameters
    ----------
    rate_bps : (C, D)
        What candidate c adds to column d; 0 where it is not in view. Booleans, with a need of n,
        ask for n sites in view. [bit/s]
    demand_bps : (D,)
        What each column wants. Where all candidates together do not reach it, they are all wanted
        and the rest is told in `short_bps`. [bit/s]
    time_max_s : float
        After that the best plan so far counts, with the bound proven so far. [s]

    Returns
    -------
    Plan
        Needs are carried to one part in a million.

    Raises
    ------
    RangeError
        No plan was found in the time allowed.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    rate, need = _checked(rate_bps, demand_bps)
    part, short = _columns(rate, need)
    if part.shape[1] == 0:
        return Plan(np.empty(0, np.int64), 0, 1.0, short)
    answer = milp(
        np.ones(len(part)),
        integrality=np.ones(len(part)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(_sparse(part.T), 1.0, np.inf),
        options={"time_limit": time_max_s},
    )
    if answer.x is None:
        raise RangeError(
            f"no plan within {time_max_s:g} s; a greedy one takes less: {answer.message}"
        )
    selected = np.flatnonzero(answer.x > 0.5)
    bound = max(_first_bound(part), int(np.ceil(answer.mip_dual_bound - 1e-6)))
    bound = min(bound, len(selected))
    return Plan(selected, bound, len(selected) / max(bound, 1), short)


def greedy(rate_bps: ArrayLike, demand_bps: ArrayLike) -> Plan:
    """Return few candidates that carry the need: at each turn the one that adds most.

    Parameters
    ----------
    rate_bps, demand_bps
        As in `exact`.

    Returns
    -------
    Plan
        `guarantee` is Wolsey's [1]_: 1 + ln(all there is to carry / what was left before the last
        site). `at_least` is proven on the route: from every set selected so far, what is left must
        be carried by sites that each add at most what they add now. Sites that later ones make idle
        go.

    References
    ----------
    .. [1] L. A. Wolsey, "An analysis of the greedy algorithm for the submodular set covering
       problem", Combinatorica 2, 1982.
    """
    rate, need = _checked(rate_bps, demand_bps)
    part, short = _columns(rate, need)
    columns = part.shape[1]
    left = np.ones(columns)
    picked: list[int] = []
    bound, before = _first_bound(part), float(columns)
    gain = np.empty(len(part))
    while np.any(left > CARRIED):
        _gains(part, left, gain)
        gain[picked] = 0.0
        before = float(left.sum())
        bound = max(bound, _needed(gain, before - CARRIED * columns))
        best = int(np.argmax(gain))
        picked.append(best)
        left = np.maximum(left - part[best], 0.0)
    guarantee = 1 + np.log(columns / before) if picked else 1.0
    selected = _without_idle(part, picked)
    return Plan(np.sort(selected), min(bound, len(selected)), float(guarantee), short)


def _checked(rate_bps: ArrayLike, demand_bps: ArrayLike) -> tuple[Floats, Floats]:
    rate, need = np.asarray(rate_bps, np.float64), np.asarray(demand_bps, np.float64)
    if rate.ndim != 2 or need.shape != rate.shape[1:]:
        raise ValueError(
            f"rate_bps must have shape (C, D), demand_bps (D,): {rate.shape}, {need.shape}"
        )
    if not (np.all(rate >= 0) and np.all(need >= 0)):
        raise ValueError("rate_bps and demand_bps must be numbers, not negative")
    if not (np.isfinite(rate).all() and np.isfinite(need).all()):
        raise ValueError("rate_bps and demand_bps must be finite")
    return rate, need


def _columns(rate: Floats, need: Floats) -> tuple[Floats, Floats]:
    """Return which part of its need (C, D') a candidate carries, and what no candidates can.

    Needs are lowered to what all candidates together carry; columns that want nothing are left out
    and equal ones merged: satellites are in view of the same sites for many steps.
    """
    possible = np.minimum(need, rate.sum(axis=0))
    wanted = possible > 0
    part = np.minimum(rate[:, wanted] / possible[wanted], 1.0)
    part = np.unique(part, axis=1) if part.size else part[:, :0]
    return np.ascontiguousarray(part), need - possible


def _sparse(part: Floats) -> object:
    from scipy.sparse import csr_array

    return csr_array(part)


def _needed(gain: Floats, wanted: float) -> int:
    """Return how many of the greatest gains it takes to make what is wanted."""
    upto = np.cumsum(np.sort(gain)[::-1])
    return min(int(np.searchsorted(upto, wanted * (1 - 1e-9))) + 1, len(gain)) if wanted > 0 else 0


def _first_bound(part: Floats) -> int:
    """Return how many sites the column that needs most takes by itself."""
    upto = np.cumsum(-np.sort(-part, axis=0), axis=0)
    return int((upto < 1 - CARRIED).sum(axis=0).max(initial=-1)) + 1


def _without_idle(part: Floats, picked: list[int]) -> Ints:
    """Drop sites, the last but one first, that the others make idle."""
    carried = part[picked].sum(axis=0)
    kept = []
    for site in reversed(picked):
        if np.all(carried - part[site] >= 1 - CARRIED):
            carried = carried - part[site]
        else:
            kept.append(site)
    return np.array(kept, np.int64)


@making
def _gains(part: Floats, left: Floats, gain: Floats) -> None:
    """Write what every candidate would still add."""
    for c in range(part.shape[0]):
        total = 0.0
        for d in range(part.shape[1]):
            total += min(part[c, d], left[d])
        gain[c] = total
