"""Rules of handover by hand, and their distance from the best by trying every course."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.network.handover import rules
from skyweft.network.handover.rules import (
    AHEAD,
    CONDITIONAL,
    ENDED,
    FIRST,
    LONGEST_REMAINING,
    NOBODY,
    STRONGER,
    STRONGEST,
    Candidates,
    Course,
    Memory,
    Terms,
)

SERVERS = 4
Step = dict[int, tuple[float, float, float]]  # server: signal, rate, left


def _candidates(steps: list[Step]) -> Candidates:
    first = np.cumsum([0, *map(len, steps)])
    server = np.array([each for step in steps for each in step], np.int32)
    rows = np.array([values for step in steps for values in step.values()]).reshape(-1, 3)
    return Candidates(first, server, *np.ascontiguousarray(rows.T))


def _followed(terms: Terms, steps: list[Step], memory: Memory | None = None) -> Course:
    memory = memory or rules.remembered(SERVERS)
    count = len(steps)
    out = Course(np.zeros(count, np.int32), np.zeros(count, np.int8), np.zeros(1))
    rules.follow(terms, _candidates(steps), memory, out)
    return out


def _terms(rule: int, **more: float) -> Terms:
    stated = {"margin_db": 3.0, "trigger_s": 0.0, "ahead_s": 10.0, "step_s": 1.0}
    return Terms(rule, **{**stated, "interruption_s": 0.1, **more})


def test_strongest_waits_for_margin_and_time() -> None:
    """Server 1 is stronger by 4 dB from step 2 on: with 2 s to trigger the change is at step 4."""
    steps = [
        {0: (10.0, 1.0, 99.0), 1: (10.0 + 2.0 * (k >= 1) + 2.0 * (k >= 2), 1.0, 99.0)}
        for k in range(6)
    ]
    at_once = _followed(_terms(STRONGEST), steps)
    assert at_once.server.tolist() == [0, 0, 1, 1, 1, 1]
    assert at_once.cause.tolist() == [FIRST, -1, STRONGER, -1, -1, -1]
    later = _followed(_terms(STRONGEST, trigger_s=2.0), steps)
    assert later.server.tolist() == [0, 0, 0, 0, 1, 1]
    never = _followed(_terms(STRONGEST, margin_db=5.0), steps)
    assert never.server.tolist() == [0] * 6


def test_time_to_trigger_begins_anew_when_the_margin_is_lost() -> None:
    strong = [4.0, 4.0, 0.0, 4.0, 4.0, 4.0]
    steps = [{0: (0.0, 1.0, 99.0), 1: (each, 1.0, 99.0)} for each in [-1.0, *strong]]
    assert _followed(_terms(STRONGEST, trigger_s=2.0), steps).server.tolist() == [0] * 6 + [1]


def test_longest_remaining_stays_to_the_end() -> None:
    steps: list[Step] = [
        {0: (9.0, 1.0, 2.0), 1: (1.0, 1.0, 5.0)},
        {1: (1.0, 1.0, 4.0), 2: (9.0, 1.0, 9.0)},
        {2: (9.0, 1.0, 8.0), 3: (99.0, 1.0, 1.0)},
    ]
    found = _followed(_terms(LONGEST_REMAINING), steps)
    assert found.server.tolist() == [1, 1, 2]
    assert found.cause.tolist() == [FIRST, -1, ENDED]


def test_conditional_goes_before_the_end_to_the_strongest_that_lasts() -> None:
    steps: list[Step] = [
        {0: (9.0, 1.0, 12.0 - k), 1: (8.0, 1.0, 5.0 - k), 2: (7.0, 1.0, 50.0 - k)} for k in range(4)
    ]
    found = _followed(_terms(CONDITIONAL), steps)
    assert found.server.tolist() == [0, 0, 2, 2]
    assert found.cause.tolist() == [FIRST, -1, AHEAD, -1]


def test_without_a_rate_nobody_serves() -> None:
    found = _followed(_terms(STRONGEST), [{0: (9.0, 0.0, 5.0)}, {}, {0: (9.0, 2.0, 3.0)}])
    assert found.server.tolist() == [NOBODY, NOBODY, 0]
    assert found.carried_bits[0] == pytest.approx(2.0 * 0.9)


def _worth(terms: Terms, steps: list[Step], course: tuple[int, ...]) -> float:
    """Return what a course carries: a server not in contact at a step carries nothing there."""
    bits, before = 0.0, NOBODY
    for step, server in zip(steps, course, strict=True):
        if server == NOBODY or server not in step:
            before = NOBODY
            continue
        rate = step[server][1]
        bits += rate * (terms.step_s - (terms.interruption_s if server != before else 0.0))
        before = server
    return bits


values = st.tuples(st.floats(0, 20), st.sampled_from([0.0, 1.0, 2.0, 5.0]), st.floats(0.5, 30))
courses = st.lists(st.dictionaries(st.integers(0, 2), values, max_size=3), min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    courses,
    st.sampled_from([STRONGEST, LONGEST_REMAINING, CONDITIONAL]),
    st.floats(0, 3),
    st.integers(0, 4),
)
def test_no_rule_and_no_course_carries_more_than_the_best(
    steps: list[Step], rule: int, interruption_s: float, cut: int
) -> None:
    """The optimum is that of all courses tried one by one, however the run is cut into blocks."""
    terms = _terms(rule, interruption_s=interruption_s, ahead_s=2.0)
    best = max(
        _worth(terms, steps, course) for course in product((NOBODY, 0, 1, 2), repeat=len(steps))
    )
    memory = rules.remembered(SERVERS)
    parts = [_followed(terms, some, memory) for some in (steps[:cut], steps[cut:])]
    course = tuple(int(each) for part in parts for each in part.server)
    carried = sum(float(part.carried_bits[0]) for part in parts)
    assert rules.optimum_bits(memory) == pytest.approx(best, abs=1e-9)
    assert carried == pytest.approx(_worth(terms, steps, course), abs=1e-9)
    assert carried <= best + 1e-9
    whole = _followed(terms, steps)
    assert whole.server.tolist() == list(course)
