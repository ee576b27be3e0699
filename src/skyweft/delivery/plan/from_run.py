"""The contact plan of a run, from its tables."""

import numpy as np

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts
from skyweft.delivery.plan.making import Sampled, planned
from skyweft.delivery.plan.product import ContactPlan
from skyweft.fleet import Fleet
from skyweft.network.graph.from_run import Read, contacts_of, fleet_of, motions_of
from skyweft.network.graph.pointing import blocked, steers
from skyweft.scenario.scenario import Scenario
from skyweft.world.clock import Clock


def contact_plan(scenario: Scenario, read: Read, end_s: float, piece_s: float) -> ContactPlan:
    """Make a contact plan of a run whose tables `read` returns by name and columns.

    Raises
    ------
    ScenarioError
        A rule of the links has an eye on the Sun, a slew rate or a latitude, and the run kept no
        tracks; or a table is missing or damaged.
    """
    fleet = fleet_of(scenario, read("platforms"))
    contacts = contacts_of(scenario, fleet, read("contacts"))
    links = read("link_samples", list(LinkColumns))
    samples = Sampled(*(column.to_numpy() for column in links.columns))
    return planned(
        scenario,
        fleet,
        contacts,
        samples,
        _blocked(scenario, fleet, contacts, read, end_s),
        piece_s,
    )


LinkColumns = ("contact", "time_s", "delay_s", "rate_bps", "rate_reverse_bps")


def _blocked(
    scenario: Scenario, fleet: Fleet, contacts: Contacts, read: Read, end_s: float
) -> Cuts:
    """Return when contacts cannot be pointed along."""
    mine = np.flatnonzero([steers(link) for link in scenario.links])
    some = np.flatnonzero(np.isin(contacts.link, mine))
    if not len(some):
        return Cuts.none()
    clock = Clock.at(scenario.start, tables=scenario.world.earth_orientation == "tables")
    met = contacts.taking(some)
    cuts = Cuts.joined(
        [
            blocked(scenario.links, clock, fleet, motion, met)
            for motion in motions_of(fleet, read, end_s)
        ]
    )
    return cuts._replace(contact=some[cuts.contact])
