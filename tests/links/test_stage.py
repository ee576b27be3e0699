"""The stage `link_samples`: contacts are cut into lots that fit into memory."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.links import stage
from skyweft.links.rates import Rates

from .conftest import contacts_of, scenario_of

AT_ONCE = 20


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 1500)), min_size=1, max_size=40))
def test_lots_hold_all_contacts_and_about_so_many_samples(spans: list[tuple[float, float]]) -> None:
    contacts = contacts_of([(0, 3, 0, at_s, at_s, at_s + lasts_s) for at_s, lasts_s in spans])
    state = stage.STAGE.open(cast(Any, SimpleNamespace(scenario=scenario_of())))
    block = SimpleNamespace(start_s=0.0, end_s=1000.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "SAMPLES_AT_ONCE", AT_ONCE)
        lots = state._lots(cast(Any, block), cast(Any, contacts))
    assert [row for lot in lots for row in range(lot.start, lot.stop)] == list(range(len(spans)))
    # On the grid of 60 s within the block, and three of its own.
    inside_s = np.minimum(contacts.end_s, 1000.0) - contacts.start_s
    samples = inside_s / 60.0 + 3
    for lot in lots:
        assert samples[lot].sum() <= AT_ONCE + 1000.0 / 60.0 + 3
    # No more cuts than that takes.
    assert len(lots) <= samples.sum() // AT_ONCE + 1


def test_a_direction_that_never_carries_has_no_figures() -> None:
    rates = Rates.empty(1)
    assert stage._carried(rates, 0, 60.0) is None
    rates.total[0, 0] = 30.0  # in contact for so long, at no rate
    assert stage._carried(rates, 0, 60.0) is None
    rates.total[0, 1] = 600.0
    found = stage._carried(rates, 0, 60.0)
    assert found is not None
    assert (found["mean_bps"], found["bits_per_day"]) == (20.0, 600.0 * 1_440)
