"""A run's contact plan against its stages, and against its own samples."""

from pathlib import Path

import numpy as np
import pytest

from skyweft import build_fleet, find_contacts, link_budget, load, propagate, run
from skyweft.delivery.plan.making import contact_plan
from skyweft.delivery.plan.routes import arrivals


@pytest.mark.usefixtures("short_blocks")
def test_same_as_of_the_stages(tiny: Path) -> None:
    """The run is in twelve blocks of time, the stages see all of it at once."""
    made = run(tiny, tiny.parent / "out").contact_plan()
    scenario = load(tiny)
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, scenario.duration_s)
    contacts = find_contacts(scenario, fleet, motion)
    direct = contact_plan(scenario, fleet, contacts, link_budget(scenario, fleet, motion, contacts))
    assert direct.names == made.names
    for column in ("source", "target", "relays"):
        np.testing.assert_array_equal(getattr(direct, column), getattr(made, column))
    for column in ("start_s", "end_s", "rate_bps", "delay_s"):
        # Tracks of a block have knots of their own: an edge moves by some microseconds.
        mine, other = getattr(direct, column), getattr(made, column)
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-5)


def test_what_a_run_carries(tiny: Path) -> None:
    result = run(tiny, tiny.parent / "out")
    made = result.contact_plan()
    columns = ("contact", "time_s", "rate_bps", "rate_reverse_bps")
    contact, time_s, *rates = (result.link_samples[name].to_numpy() for name in columns)
    within = np.diff(contact) == 0
    bits = sum(((rate[1:] + rate[:-1]) / 2 * np.diff(time_s))[within].sum() for rate in rates)
    assert made.volume_bytes.sum() == pytest.approx(bits / 8, rel=1e-12)
    field = [row for row, name in enumerate(made.names) if name.startswith("field")]
    assert len(field) > 0
    assert not made.relays[field].any()
    assert np.isfinite(arrivals(made, made.names[field[0]])).sum() > 1
