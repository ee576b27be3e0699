"""Rules of handover, followed step by step, and the best that could have been done.

Theory of operation
-------------------
At every step a user has candidates: servers it is in contact with, each with a rate, a signal and
how long the contact still lasts. A rule names one of them; being without one costs nothing but the
traffic. A change of server costs `interruption_s` of the new server's rate, also the first one and
that after a gap, and a step is worth its length times its rate.

With the future known the best choice follows from dynamic programming: what can have been carried
by step t with server j at its end is

    V_t(j) = r_t(j) dt + max(V_{t-1}(j), max_i V_{t-1}(i) - r_t(j) c)

and as the best predecessor of a change is the same for all j, a step costs as many operations as
there are candidates. No server is a candidate too, with rate 0. No rule can carry more.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

STRONGEST, LONGEST_REMAINING, CONDITIONAL = range(3)
NAMES = ("strongest", "longest_remaining", "conditional")
NOBODY = -1
FIRST, STRONGER, ENDED, AHEAD = range(4)
CAUSES = ("nobody before", "stronger", "contact ended", "contact ends soon")


class Candidates(NamedTuple):
    """Whom one user could be served by. Those of step t stand from first[t] to first[t + 1]."""

    first: Longs  # (T + 1,)
    server: Ints  # (K,) places among the platforms that pass traffic on, L of them
    signal_db: Floats  # (K,)
    rate_bps: Floats  # (K,)
    left_s: Floats  # (K,) until the contact ends


class Terms(NamedTuple):
    """What a rule states."""

    rule: int
    margin_db: float
    trigger_s: float
    ahead_s: float
    step_s: float
    interruption_s: float


class Memory(NamedTuple):
    """What a user carries from step to step."""

    serving: Ints  # (1,)
    since: Longs  # (L,) steps that a server has been stronger for
    worth: Floats  # (L,) most bits that can have been carried with it at the end; -inf unless seen
    alone: Floats  # (1,) the same with nobody
    seen: Ints  # (L,) candidates of the last step, so many of them
    many: Longs  # (1,)


class Course(NamedTuple):
    """What came of it, a row a step."""

    server: Ints  # (T,) NOBODY: none
    cause: NDArray[np.int8]  # (T,) of the change to it; -1: no change
    carried_bits: Floats  # (1,)


def remembered(servers: int) -> Memory:
    """Return the memory of a user that has not been served yet."""
    return Memory(
        np.full(1, NOBODY, np.int32),
        np.zeros(servers, np.int64),
        np.full(servers, -np.inf),
        np.zeros(1),
        np.zeros(servers, np.int32),
        np.zeros(1, np.int64),
    )


@kernel
def _best(some: Candidates, low: int, high: int, by_time: bool, over_s: float) -> int:
    """Return the place of the strongest, or longest, of a step that lasts longer than so; -1."""
    found = -1
    for k in range(low, high):
        if some.rate_bps[k] <= 0.0 or some.left_s[k] <= over_s:
            continue
        value, best = some.signal_db, some.signal_db
        if by_time:
            value, best = some.left_s, some.left_s
        if found < 0 or value[k] > best[found]:
            found = k
    return found


@kernel
def _next(
    terms: Terms, some: Candidates, low: int, high: int, here: int, memory: Memory
) -> tuple[int, int]:
    """Return the place of the server to be on, -1 for none, and why it changes, or -1."""
    lost = here < 0 or some.rate_bps[here] <= 0.0
    cause = FIRST if memory.serving[0] == NOBODY else ENDED
    if terms.rule == STRONGEST:
        chosen = here
        for k in range(low, high):
            other = some.server[k]
            ahead = k != here and some.rate_bps[k] > 0.0
            if ahead and not lost:
                ahead = some.signal_db[k] > some.signal_db[here] + terms.margin_db
            memory.since[other] = memory.since[other] + 1 if ahead else 0
        if lost:
            return _best(some, low, high, False, -1.0), cause
        wait = terms.trigger_s / terms.step_s
        for k in range(low, high):
            waited = memory.since[some.server[k]]
            due = waited > 0 and waited - 1 >= wait - 1e-9
            if due and (chosen == here or some.signal_db[k] > some.signal_db[chosen]):
                chosen = k
        return chosen, STRONGER if chosen != here else -1
    by_time = terms.rule == LONGEST_REMAINING
    if lost:
        return _best(some, low, high, by_time, -1.0), cause
    if not by_time and some.left_s[here] <= terms.ahead_s:
        other = _best(some, low, high, False, some.left_s[here])
        if other >= 0 and other != here:
            return other, AHEAD
    return here, -1


@kernel
def follow(terms: Terms, some: Candidates, memory: Memory, out: Course) -> None:
    """Follow a rule over the steps of a block."""
    for t in range(len(some.first) - 1):
        low, high = some.first[t], some.first[t + 1]
        here = -1
        for k in range(low, high):
            if some.server[k] == memory.serving[0]:
                here = k
        chosen, cause = _next(terms, some, low, high, here, memory)
        server = some.server[chosen] if chosen >= 0 else NOBODY
        out.server[t], out.cause[t] = server, -1
        if chosen >= 0:
            worth_s = terms.step_s
            if server != memory.serving[0]:
                out.cause[t] = cause
                worth_s -= terms.interruption_s
                for k in range(low, high):
                    memory.since[some.server[k]] = 0
            out.carried_bits[0] += some.rate_bps[chosen] * worth_s
        memory.serving[0] = server
        _weigh(terms, some, low, high, memory)


@kernel
def _weigh(terms: Terms, some: Candidates, low: int, high: int, memory: Memory) -> None:
    """Go one step on with what can have been carried at best."""
    best = memory.alone[0]
    for k in range(memory.many[0]):
        best = max(best, memory.worth[memory.seen[k]])
    # Those no longer in contact cannot be stayed with: they are forgotten, their worth is not.
    for k in range(low, high):
        server, rate = some.server[k], some.rate_bps[k]
        value = max(memory.worth[server], best - rate * terms.interruption_s)
        memory.worth[server] = value + rate * terms.step_s
    for k in range(memory.many[0]):
        server, still = memory.seen[k], False
        for n in range(low, high):
            still |= some.server[n] == server
        if not still:
            memory.worth[server] = -np.inf
    for k in range(low, high):
        memory.seen[k - low] = some.server[k]
    memory.many[0] = high - low
    memory.alone[0] = best


def optimum_bits(memory: Memory) -> float:
    """Return the most that any choice of servers could have carried so far."""
    seen = memory.seen[: memory.many[0]]
    return float(max(memory.alone[0], memory.worth[seen].max(initial=-np.inf)))
