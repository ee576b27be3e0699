"""From contacts and link samples to a contact plan: what each contact carries, either way."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts, stopped, usable
from skyweft.delivery.plan.product import ContactPlan, Flags, Floats, Ints, Longs, plan
from skyweft.fleet import Fleet
from skyweft.links.product import LinkSamples
from skyweft.network.failures.stops import pairs_stopped, platforms_stopped
from skyweft.network.graph.block import relaying
from skyweft.scenario.scenario import Scenario


def contact_plan(
    scenario: Scenario,
    fleet: Fleet,
    contacts: Contacts,
    links: LinkSamples,
    piece_s: float = np.inf,
    cuts: Cuts | None = None,
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

    cuts : Cuts, optional
        What else is cut out of contacts, such as `network.graph.pointing.blocked`.

    Returns
    -------
    ContactPlan
        Two rows a contact, one a direction, as long as its rate is not 0. Failures and acquisition
        are cut out; limits on the number of links are not looked at. The rate is the mean, so that
        rate times duration is the integral of the samples' rate, straight between them; the delay
        is the longest. Nodes are the platforms that have a row, in the order of the fleet.
    """
    rates_bps = links.rate_bps, links.rate_reverse_bps
    samples = Sampled(links.contact, links.time_s, links.delay_s, *rates_bps)
    return planned(scenario, fleet, contacts, samples, cuts or Cuts.none(), piece_s)


class Sampled(NamedTuple):
    """Samples of contacts, those of one in order of time but not together. (K,)."""

    contact: Longs
    time_s: Floats
    delay_s: Floats
    rate_bps: Floats
    rate_reverse_bps: Floats

    def taking(self, rows: NDArray[Any]) -> "Sampled":
        """Return some rows."""
        contact, *rest = (column[rows] for column in self)
        return Sampled(contact, *rest)


def planned(
    scenario: Scenario,
    fleet: Fleet,
    contacts: Contacts,
    samples: Sampled,
    cuts: Cuts,
    piece_s: float,
) -> ContactPlan:
    """Do the same from samples wherever they come from."""
    out = _out(scenario, fleet, contacts, cuts)
    ends = contacts.source, contacts.target
    return from_samples(fleet.names, relaying(scenario, fleet), ends, samples, out, piece_s)


def _out(scenario: Scenario, fleet: Fleet, contacts: Contacts, cuts: Cuts) -> Cuts:
    """Return what of contacts carries nothing: failures, what is given, and pointing after each."""
    failing = stopped(contacts, platforms_stopped(scenario, fleet))
    parts = [failing, pairs_stopped(scenario, fleet, contacts), cuts]
    left, row = usable(contacts, Cuts.joined(parts))
    wait_s = np.array([link.acquisition_s for link in scenario.links])[left.link]
    # What was up when the run began was pointed before.
    ready_s = left.start_s + np.where(left.cut_start, 0.0, wait_s)
    pointing = Cuts(row, left.start_s, np.minimum(ready_s, left.end_s), np.zeros(len(row), np.int8))
    return Cuts.joined([*parts, pointing.taking(wait_s > 0)]).within(contacts)


def from_samples(
    names: tuple[str, ...],
    relays: Flags,
    ends: tuple[Ints, Ints],
    samples: Sampled,
    cuts: Cuts,
    piece_s: float,
) -> ContactPlan:
    """Do the same from columns, with all that is cut out of the contacts."""
    (source, target), order = ends, np.argsort(samples.contact, kind="stable")
    some = _silenced(samples.taking(order), cuts)
    parts = []
    for (sender, receiver), rate_bps in zip(
        ((source, target), (target, source)), (some.rate_bps, some.rate_reverse_bps), strict=True
    ):
        row, *values = _stretches(some.contact, some.time_s, some.delay_s, rate_bps, piece_s)
        parts.append((sender[row], receiver[row], *values))
    senders, receivers, start_s, end_s, rate_bps, longest_s = map(
        np.concatenate, zip(*parts, strict=True)
    )
    present, nodes = np.unique(np.concatenate([senders, receivers]), return_inverse=True)
    called = [names[row] for row in present]
    both = np.split(nodes, 2)
    return plan(called, both[0], both[1], start_s, end_s, rate_bps, longest_s, relays[present])


def _silenced(samples: Sampled, cuts: Cuts) -> Sampled:
    """Return samples, sorted by contact and time, with rates of 0 where something is cut out.

    A border has two samples, the last moment before it and the border itself.
    """
    parts, kept = [], ~np.isin(samples.contact, cuts.contact)
    for contact in np.unique(cuts.contact).tolist():
        rows = slice(*np.searchsorted(samples.contact, [contact, contact + 1]).tolist())
        known_s, mine = samples.time_s[rows], cuts.taking(cuts.contact == contact)
        if not len(known_s):
            continue
        edges_s = np.concatenate([mine.start_s, mine.end_s])
        edges_s = np.concatenate([edges_s, np.nextafter(edges_s, -np.inf)])
        within = edges_s[(edges_s > known_s[0]) & (edges_s < known_s[-1])]
        time_s = np.union1d(known_s, within)
        silent = np.zeros(len(time_s), np.bool_)
        for start_s, end_s in zip(mine.start_s, mine.end_s, strict=True):
            silent |= (start_s <= time_s) & ((time_s < end_s) | (end_s >= known_s[-1]))
        delay_s, *rates_bps = (np.interp(time_s, known_s, sample[rows]) for sample in samples[2:])
        rates_bps = [np.where(silent, 0.0, rate_bps) for rate_bps in rates_bps]
        parts.append(Sampled(np.full(len(time_s), contact), time_s, delay_s, *rates_bps))
    every = zip(samples.taking(kept), *parts, strict=True)
    contact, *rest = (np.concatenate(column) for column in every)
    return Sampled(contact, *rest)


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
