"""What is cut out of the contacts that carry messages, why, and what it would have carried.

Failures are known from the seed and restrictions are said by stages. When contacts cannot be
pointed along, and what restricted ones would carry, only motion tells: that is noted block by
block.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.contacts.stage import BLOCK
from skyweft.contacts.usable import Cuts, stopped
from skyweft.delivery.onboard.timetable import Samples
from skyweft.delivery.product import cause_codes
from skyweft.fleet import Fleet
from skyweft.links.budget import link_budget
from skyweft.motion.stage import MOTION
from skyweft.network.failures.model import Failures
from skyweft.network.failures.stops import pairs_stopped, platforms_stopped
from skyweft.network.graph.block import Network
from skyweft.network.graph.pointing import blocked, steers
from skyweft.network.graph.stretches import without_beam
from skyweft.scenario.scenario import Scenario
from skyweft.stage import NOTHING, Block, Context, Journal, Restrictions, Whole
from skyweft.world.clock import Clock

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CUTS_IN, BEAMLESS_IN, FREE_IN = "cuts", "beamless", "free"  # what the journal calls them


def failing(scenario: Scenario, fleet: Fleet) -> Restrictions:
    """Return the outages of platforms, as restrictions of all they do."""
    return platforms_stopped(scenario, fleet) if scenario.rules(Failures) else NOTHING


def note(block: Block, context: Context, within: Flags, goals: Flags) -> None:
    """Keep of a block what only motion tells of the contacts of who carries messages.

    Parameters
    ----------
    block : Block
        With its restrictions, those of failures not among them.
    context : Context
        Of the stage.
    within, goals : (N,)
        Who carries messages, and who is a target of some.
    """
    scenario, fleet, known = context.scenario, context.fleet, block.get(BLOCK)
    steering = any(steers(link) for link in scenario.links)
    met = known.contacts
    rows = np.flatnonzero(within[met.source] & within[met.target])
    if any(scenario.links[link].beams for link in np.unique(met.link[rows])):
        network = Network(scenario, fleet, block.get(MOTION), met, block.restrictions)
        found = without_beam(network)
        found = found.taking(np.isin(found.contact, rows))
        block.journal.keep(
            BEAMLESS_IN,
            found._replace(contact=known.number[found.contact], cause=found.cause - 1)._asdict(),
        )
    if not (steering or len(block.restrictions)):
        return
    mine, number = met.taking(rows), known.number[rows]
    if steering:
        tables = scenario.world.earth_orientation == "tables"
        clock = Clock.at(scenario.start, tables=tables)
        found = blocked(scenario.links, clock, fleet, block.get(MOTION), mine)
        block.journal.keep(CUTS_IN, found._replace(contact=number[found.contact])._asdict())
    hurt = np.unique(stopped(mine, block.restrictions).contact)
    hurt = hurt[goals[mine.source[hurt]] != goals[mine.target[hurt]]]
    if len(hurt):
        free = link_budget(
            scenario, fleet, block.get(MOTION), mine.taking(hurt), executor=context.executor
        )
        columns = {name: getattr(free, name) for name in Samples.__slots__}
        columns["contact"] = number[hurt][free.contact]
        block.journal.keep(FREE_IN, columns)


def cut(whole: Whole, met: Contacts, number: Ints, causes: Sequence[str]) -> Cuts:
    """Return what is cut out of contacts of a whole run, by code of its cause.

    Parameters
    ----------
    whole : Whole
        The finished blocks.
    met : Contacts
        Of who carries messages.
    number : (C,)
        Their numbers in the run, ascending.
    causes : sequence of str
        Of restrictions, our own the first.
    """
    scenario, fleet = whole.context.scenario, whole.context.fleet
    some = Restrictions.joined([failing(scenario, fleet), whole.restrictions])
    code = cause_codes(causes)
    parts = [stopped(met, some.coded(tuple(causes)))]
    parts.append(pairs_stopped(scenario, fleet, met))
    for name in (CUTS_IN, BEAMLESS_IN):
        for journal in _holding(whole, name):
            kept = Cuts(**journal.read(name))
            row = np.searchsorted(number, kept.contact)
            # Reasons stand behind the failures' cause as they do in `REASONS`.
            parts.append(kept._replace(contact=row))
    every = Cuts.joined(parts)
    return every._replace(cause=code[every.cause])


def unrestricted(whole: Whole, number: Ints, samples: Samples) -> Samples:
    """Return samples of contacts as they were without the restrictions of other stages."""
    parts = [Samples(**journal.read(FREE_IN)) for journal in _holding(whole, FREE_IN)]
    if not parts:
        return samples
    names = Samples.__slots__
    free = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    free["contact"] = np.searchsorted(number, free["contact"])
    others = ~np.isin(samples.contact, free["contact"])
    every = {name: np.append(getattr(samples, name)[others], free[name]) for name in names}
    order = np.lexsort((every["time_s"], every["contact"]))
    return Samples(**{name: entry[order] for name, entry in every.items()})


def _holding(whole: Whole, name: str) -> list[Journal]:
    return [journal for journal in whole.journals if journal.holds(name)]
