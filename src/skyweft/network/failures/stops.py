"""What failures take out of contacts: of whole platforms as restrictions, of pairs as cuts."""

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts
from skyweft.fleet import Fleet
from skyweft.network.failures.causes import outages, pair_keys, pair_outages, platform_outages
from skyweft.network.failures.model import Failures
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Restrictions
from skyweft.stage.restriction import WHOLE

Floats = NDArray[np.float64]

OUT_OF_ORDER = "out of order"  # the cause, as users read it


def platforms_stopped(scenario: Scenario, fleet: Fleet) -> Restrictions:
    """Return the outages of platforms as restrictions of all their links."""
    out = outages(scenario, fleet)
    nobody = np.full(len(out), WHOLE, np.int64)
    nothing = np.zeros(len(out), np.int64)
    who = out.item.astype(np.int64)
    causes = (OUT_OF_ORDER,)
    return Restrictions(who, nobody, out.start_s, out.end_s, nothing, np.zeros(len(out)), causes)


def pairs_stopped(scenario: Scenario, fleet: Fleet, contacts: Contacts) -> Cuts:
    """Return when contacts are out of order whose pair fails by itself; all of one cause, 0."""
    if not any(rule.links for rule in scenario.rules(Failures)) or not len(contacts):
        return Cuts.none()
    out, key = pair_outages(scenario, fleet, contacts)
    pair = np.searchsorted(key, pair_keys(contacts, slice(None), len(fleet)))
    first = np.searchsorted(out.item, pair)
    count = np.searchsorted(out.item, pair, side="right") - first
    contact = np.repeat(np.arange(len(contacts)), count)
    row = (
        np.repeat(first, count)
        + np.arange(len(contact))
        - np.repeat(np.cumsum(count) - count, count)
    )
    cuts = Cuts(contact, out.start_s[row], out.end_s[row], np.zeros(len(contact), np.int8))
    return cuts.within(contacts)


def failed_s(scenario: Scenario, fleet: Fleet) -> Floats:
    """Return when each platform fails never to be repaired; infinity where it does not. (N,)."""
    found = np.full(len(fleet), np.inf)
    rules = scenario.rules(Failures)
    for number, _, out in platform_outages(scenario, fleet):
        if rules[number].for_good:
            np.minimum.at(found, out.item, out.start_s)
    return found
