"""Both ways to carry messages over one plan: alike where nothing is to be decided."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.delivery.onboard.deliver import deliver
from skyweft.delivery.plan.custody import Bundles, carry
from skyweft.delivery.product import CAUSES
from skyweft.network.failures.model import Failures

from .conftest import Pass, received_of, scenario_of, table_of

END_S, SIZE, LIFETIME_S = 6_000.0, 100, 1e6
SCENARIO = scenario_of({"lifetime_s": LIFETIME_S}, satellites=1, gateways=1, forwarding="direct")
OUTAGE = Failures.model_validate({"platforms": ["satellites"], "start_s": 1_000, "end_s": 2_000})


@settings(max_examples=40)
@given(
    st.lists(st.floats(0, 5_900), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(1, 1_000), st.integers(1, 90)), max_size=5),
    st.booleans(),
)
def test_one_satellite(made_s: list[float], gaps: list[tuple[int, int]], fails: bool) -> None:
    """First in, first out, of one size: bundles book what messages take, failures cut out."""
    met: list[Pass] = []
    after_s = 0
    for gap_s, lasts_s in gaps:
        start_s, after_s = after_s + gap_s, after_s + gap_s + lasts_s
        met.append((1, 1, 0, start_s, after_s))
    scenario = SCENARIO.model_copy(update={"failures": [OUTAGE] if fails else []})
    fleet, table = table_of(scenario, met, 8_000.7)
    said = [(at_s, at_s + 0.5, 0) for at_s in sorted(made_s)]
    received = received_of(scenario, fleet, said)
    found, _ = deliver(scenario, fleet, table, [(END_S, received)], END_S)
    count = len(said)
    bundles = Bundles(
        np.full(count, table.place[0], np.int32), np.full(count, table.place[1], np.int32),
        received.copy_received_s, np.full(count, float(SIZE)), np.full(count, np.inf),
        np.zeros(count, np.int8),
    )  # fmt: skip
    carried = carry(table.plan, bundles)
    order = np.argsort(found.number)
    # Sums of many steps of 0.1 s: 1e-8 s is thousands of roundings.
    np.testing.assert_allclose(found.delivered_s[order], carried.received_s, rtol=0, atol=1e-8)
    stored = found.cause[order] == CAUSES.index("stored")
    assert np.array_equal(stored, np.isnan(carried.received_s))
