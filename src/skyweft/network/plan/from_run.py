"""The contact plan of a run, from its tables."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.network.plan.making import from_samples
from skyweft.network.plan.product import ContactPlan
from skyweft.scenario.scenario import Scenario


def contact_plan(
    scenario: Scenario, table: Callable[[str, list[str]], pa.Table], piece_s: float
) -> ContactPlan:
    """Make a contact plan of a run whose tables `table` reads by name and columns."""
    platforms = table("platforms", ["name", "group"])
    relays = {name: entry.passes_on for name, entry in scenario.platforms.items()}
    contacts = table("contacts", ["source", "target"])
    source, target = (
        pc.index_in(contacts[end].cast(pa.string()), platforms["name"]).to_numpy()
        for end in ("source", "target")
    )
    links = table("link_samples", ["contact", "time_s", "delay_s", "rate_bps", "rate_reverse_bps"])
    contact, time_s, delay_s, forward_bps, reverse_bps = (
        column.to_numpy() for column in links.columns
    )
    return from_samples(
        tuple(platforms["name"].to_pylist()),
        np.array([relays[group] for group in platforms["group"].to_pylist()], np.bool_),
        source,
        target,
        contact,
        time_s,
        delay_s,
        (forward_bps, reverse_bps),
        piece_s,
    )
