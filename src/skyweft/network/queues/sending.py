"""Who sends packets to whom, and whether that fits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.network.queues.model import Packets
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.words import unknown

Ints = NDArray[np.int32]

PACKETS_MAX = 20_000_000
PAIRS_MAX = 1_000
SNAPSHOTS_MAX = 20_000
DRAIN_S = 10.0  # after the last sending, packets may still arrive


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who sends packets to whom, rule after rule. Columns have shape (F,)."""

    rule: NDArray[np.int16]  # place in the scenario's [[packets]]
    source: Ints  # rows of Fleet
    target: Ints

    def __len__(self) -> int:
        return len(self.rule)


def asked(scenario: Scenario, fleet: Fleet) -> Pairs:
    """Return who sends packets to whom.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.

    Raises
    ------
    ScenarioError
        Names nobody has, pairs of one platform, or more than fits, a line each.
    """
    found: list[Pairs] = []
    errors: list[str] = []
    for number, rule in enumerate(scenario.rules(Packets)):
        ends = []
        for key, name in (("source", rule.source), ("target", rule.target)):
            rows = _rows(fleet, name)
            if not len(rows):
                words = unknown(name, [*fleet.groups, *fleet.names], "group or platform")
                errors.append(f"packets[{number}].{key}: {words}")
            ends.append(rows)
        if all(map(len, ends)) and len(ends[0]) * len(ends[1]) > PAIRS_MAX:
            many = len(ends[0]) * len(ends[1])
            errors.append(f"packets[{number}]: {many:,} pairs, {PAIRS_MAX:,} at most")
            continue
        source, target = np.repeat(ends[0], len(ends[1])), np.tile(ends[1], len(ends[0]))
        apart = source != target
        if len(apart) and not apart.any():
            words = "source and target hold no two different platforms"
            errors.append(f"packets[{number}]: {words}")
        rule_of = np.full(np.count_nonzero(apart), number, np.int16)
        found.append(Pairs(rule_of, source[apart], target[apart]))
    pairs = _put_together(found)
    errors += _too_many(scenario, pairs)
    if errors:
        raise ScenarioError("\n".join(errors))
    return pairs


def _rows(fleet: Fleet, name: str) -> Ints:
    """Return the members of a group, else the platform of that name, else nothing."""
    if name in fleet.groups:
        return fleet.rows_of(name)
    return np.array([fleet.names.index(name)] if name in fleet.names else [], np.int32)


def _put_together(found: Sequence[Pairs]) -> Pairs:
    kinds = (("rule", np.int16), ("source", np.int32), ("target", np.int32))
    return Pairs(
        *(
            np.concatenate([np.empty(0, kind), *(getattr(part, name) for part in found)])
            for name, kind in kinds
        )
    )


def _too_many(scenario: Scenario, pairs: Pairs) -> list[str]:
    """Say what does not fit."""
    each = [
        rule.rate_bps * rule.duration_s / (8 * rule.size_bytes) for rule in scenario.rules(Packets)
    ]
    total = sum(each[number] for number in pairs.rule.tolist())
    found = []
    if total > PACKETS_MAX:
        found.append(
            f"packets: {total:.3g} packets in all, {PACKETS_MAX:,} at most: send for a shorter "
            "time, at a lower rate or larger ones"
        )
    if len(pairs) > PAIRS_MAX:
        found.append(f"packets: {len(pairs):,} pairs in all, {PAIRS_MAX:,} at most")
    if scenario.rules(Packets):
        start_s, end_s = window(scenario)
        step_s = scenario.rules(Packets)[0].step_s
        if (end_s - start_s) / step_s > SNAPSHOTS_MAX:
            found.append(
                f"packets[0].step_s: from the first packet at {start_s:g} s to {end_s:g} s, when "
                f"the last have arrived, are more than {SNAPSHOTS_MAX:,} snapshots; make it longer"
            )
    return found


def window(scenario: Scenario) -> tuple[float, float]:
    """Return from when packets are sent, and until when they may arrive."""
    rules = scenario.rules(Packets)
    last_s = max(rule.start_s + rule.duration_s for rule in rules)
    return min(rule.start_s for rule in rules), last_s + DRAIN_S
