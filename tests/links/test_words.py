"""What is said of links: tables and the last lines of the command line."""

import numpy as np

from skyweft.links.arrow import link_losses_table, link_samples_table
from skyweft.links.budget import link_budget_by_cause
from skyweft.links.lines import lines

from .conftest import contacts_of, fleet_of, motion_until, scenario_of


def test_tables_of_a_link_that_works_one_way() -> None:
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    del terminals["user"]["gt_db_k"]
    air = {"kind": "clear_air", "zenith_loss_db": 0.5}
    rule = {"between": ["user", "sat"], "waveform": "shannon", "losses": [air]}
    scene = scenario_of(terminals=terminals, links=[rule])
    contacts, fleet = contacts_of([(0, 3, 0, 310.0, 554.1, 800.0)]), fleet_of()
    links, losses = link_budget_by_cause(scene, fleet, motion_until(1200.0), contacts)
    of = contacts, np.array([7]), fleet.names, scene.rule_names
    samples = link_samples_table(links, *of)
    # Moments and ranges to the last bit: single precision would be off by centimetres.
    for name in ("time_s", "range_m", "delay_s"):
        np.testing.assert_array_equal(samples[name].to_numpy(), getattr(links, name))
    assert set(samples["contact"].to_pylist()) == {7}
    table = link_losses_table(losses, links, *of)
    assert len(table) == 5 * len(links)
    assert np.all(np.isfinite(table["loss_db"]))
    assert np.all(np.isnan(table["loss_reverse_db"]))


def test_last_lines_tell_a_link_that_never_closes_from_one_that_does() -> None:
    carries = {"median_bps": 5e6}
    links = {
        "both": {"contacts": 1_234, "forward": carries, "reverse": {"median_bps": 2e3}},
        "down": {"contacts": 3, "forward": None, "reverse": carries},
        "deaf": {"contacts": 3, "forward": None, "reverse": None},
        "apart": {"contacts": 0, "forward": None, "reverse": None},
    }
    both, down, deaf, apart = lines({"links": links})
    assert both == "  both: 1,234; median rate forward 5 Mbit/s, reverse 2 kbit/s"
    assert down == "  down: 3; median rate reverse 5 Mbit/s"
    assert deaf == "  deaf: 3; no rate either way"
    assert apart == "  apart: 0"
