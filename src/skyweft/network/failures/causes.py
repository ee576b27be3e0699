"""What the `[[failures]]` of a scenario come to: who is out of order by each, and which pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet
from skyweft.network.failures.model import Failures
from skyweft.network.failures.outages import Outages, chosen, drawn, failed, listed, together
from skyweft.scenario.scenario import Scenario

Ints = NDArray[np.int32]


def outages(scenario: Scenario, fleet: Fleet) -> Outages:
    """Put the outages of all `[[failures]]` together."""
    found = [listed(fleet.names, [], scenario.duration_s)]
    return together([*found, *(out for _, _, out in platform_outages(scenario, fleet))])


def platform_outages(scenario: Scenario, fleet: Fleet) -> Iterator[tuple[int, Ints, Outages]]:
    """Yield place, the rows of `fleet` that may fail and their outages of each `[[failures]]`.

    Those of links are left out: which pairs there are, the contacts tell.
    """
    for number, rule in enumerate(scenario.rules(Failures)):
        if rule.platforms:
            rows = np.unique(np.concatenate([fleet.rows_of(group) for group in rule.platforms]))
            yield number, rows, failing(rule, scenario, fleet.names, rows)


def pair_outages(
    scenario: Scenario, fleet: Fleet, contacts: Contacts
) -> tuple[Outages, NDArray[np.int64]]:
    """Return the outages of the pairs that meet, and the pairs: each fails by its own name."""
    causes = [rule for rule in scenario.rules(Failures) if rule.links]
    key = (
        np.unique(pair_keys(contacts, slice(None), len(fleet))) if causes else np.empty(0, np.int64)
    )
    ends, target = np.divmod(key, len(fleet))
    link, source = np.divmod(ends, len(fleet))
    names = [
        pair_name(number, fleet.names[a], fleet.names[b])
        for number, a, b in zip(link, source, target, strict=True)
    ]
    found = [listed(names, [], scenario.duration_s)]
    for cause in causes:
        rows = np.flatnonzero(np.isin(link, cause.links)).astype(np.int32)
        if len(rows):
            found.append(failing(cause, scenario, names, rows))
    return together(found), key


def pair_name(link: int, source: str, target: str) -> str:
    """Return what a pair that fails by itself is called, by the place of its rule and its ends."""
    return f"{link}:{source}>{target}"


def failing(failures: Failures, scenario: Scenario, names: Sequence[str], rows: Ints) -> Outages:
    """Return the outages of one `[[failures]]`, of the rows of `names` that may fail."""
    mine = [names[row] for row in rows]
    if failures.mtbf_s is not None:
        mttr_s = np.inf if failures.mttr_s is None else failures.mttr_s
        found = failed(scenario.duration_s, mine, failures.mtbf_s, mttr_s, scenario.seed)
        return replace(found, item=rows[found.item])
    hit = None
    if failures.share is not None:
        hit = chosen(mine, failures.share, scenario.seed)
    elif failures.count is not None:
        hit = drawn(mine, failures.count, scenario.seed)
    if hit is not None:
        mine = [name for name, out in zip(mine, hit, strict=True) if out]
    wanted = failures.names or mine
    end_s = scenario.duration_s if failures.end_s is None else failures.end_s
    return listed(names, [(name, failures.start_s, end_s) for name in wanted], scenario.duration_s)


def pair_keys(contacts: Contacts, rows: Ints | slice, platforms: int) -> NDArray[np.int64]:
    """Return link, source and target of some contacts as one number."""
    ends = contacts.link[rows].astype(np.int64) * platforms + contacts.source[rows]
    return ends * platforms + contacts.target[rows]
