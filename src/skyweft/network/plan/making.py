"""From contacts and link samples to a contact plan: what each contact carries, either way."""

import numpy as np

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet
from skyweft.links.product import LinkSamples
from skyweft.network.graph.block import relaying
from skyweft.network.plan.product import ContactPlan, Flags, Floats, Ints, Longs, plan
from skyweft.scenario.scenario import Scenario


def contact_plan(
    scenario: Scenario,
    fleet: Fleet,
    contacts: Contacts,
    links: LinkSamples,
    piece_s: float = np.inf,
) -> ContactPlan:
    """Turn contacts and the samples along them into a contact plan.

    Parameters
    ----------
    scenario : Scenario
        Says which platforms pass traffic on.
    fleet : Fleet
        The platforms.
    contacts, links : Contacts, LinkSamples
        Of the same stretch of time.
    piece_s : float
        Contacts are cut where a multiple of this passes, to follow rate and delay. [s]

    Returns
    -------
    ContactPlan
        Two rows a contact, one a direction, as long as its rate is not 0; limits on the number of
        links and failures are not looked at. The rate is the mean, so that rate times duration is
        the integral of the samples' rate, straight between them; the delay is the longest. Nodes
        are the platforms that have a row, in the order of the fleet.
    """
    return from_samples(
        fleet.names,
        relaying(scenario, fleet),
        contacts.source,
        contacts.target,
        links.contact,
        links.time_s,
        links.delay_s,
        (links.rate_bps, links.rate_reverse_bps),
        piece_s,
    )


def from_samples(
    names: tuple[str, ...],
    relays: Flags,
    source: Ints,
    target: Ints,
    contact: Longs,
    time_s: Floats,
    delay_s: Floats,
    rates_bps: tuple[Floats, Floats],
    piece_s: float,
) -> ContactPlan:
    """Do the same from columns, the samples of a contact in order of time but not together."""
    order = np.argsort(contact, kind="stable")
    contact, time_s, delay_s = contact[order], time_s[order], delay_s[order]
    parts = []
    for (sender, receiver), rate_bps in zip(
        ((source, target), (target, source)), rates_bps, strict=True
    ):
        row, *values = _stretches(contact, time_s, delay_s, rate_bps[order], piece_s)
        parts.append((sender[row], receiver[row], *values))
    senders, receivers, start_s, end_s, rate_bps, longest_s = map(
        np.concatenate, zip(*parts, strict=True)
    )
    present, ends = np.unique(np.concatenate([senders, receivers]), return_inverse=True)
    called = [names[row] for row in present]
    both = np.split(ends, 2)
    return plan(called, both[0], both[1], start_s, end_s, rate_bps, longest_s, relays[present])


def _stretches(
    contact: Longs, time_s: Floats, delay_s: Floats, rate_bps: Floats, piece_s: float
) -> tuple[Longs, Floats, Floats, Floats, Floats]:
    """Return contact, start, end, mean rate and longest delay of what carries bits at a stretch."""
    lasting_s = np.diff(time_s)
    bits = (rate_bps[1:] + rate_bps[:-1]) / 2 * lasting_s
    use = np.flatnonzero((np.diff(contact) == 0) & (lasting_s > 0) & (bits > 0))
    piece = np.floor(time_s[use] / piece_s)
    goes_on = (np.diff(use) == 1) & (np.diff(contact[use]) == 0) & (np.diff(piece) == 0)
    first = np.flatnonzero(np.append(True, ~goes_on)[: len(use)])
    if not len(first):
        nothing = np.empty(0)
        return np.empty(0, np.int64), nothing, nothing, nothing, nothing
    last = np.append(first[1:], len(use)) - 1
    start_s, end_s = time_s[use[first]], time_s[use[last] + 1]
    longest_s = np.maximum(delay_s[use], delay_s[use + 1])
    return (
        contact[use[first]],
        start_s,
        end_s,
        np.add.reduceat(bits[use], first) / (end_s - start_s),
        np.maximum.reduceat(longest_s, first),
    )
