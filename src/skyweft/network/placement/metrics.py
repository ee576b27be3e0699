"""Key metrics of a plan of gateways."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skyweft.network.placement.ground import SHORT, Siting


def metrics(found: Siting, names: Sequence[str]) -> dict[str, Any]:
    """Return the key metrics of a plan, ready for JSON; sites by rank."""
    plan = found.plan
    selected = sorted(plan.selected, key=lambda each: found.rank[each])
    demand_bps, carried_bps = found.down.demand_bps.mean(), found.carried_bps.mean()
    return {
        "candidates": len(found.rank),
        "selected": [names[found.down.site[site]] for site in selected],
        "at_least": plan.at_least,
        "optimal": plan.optimal,
        "guarantee": plan.guarantee,
        "demand_mean_bps": float(demand_bps),
        "carried_mean_bps": float(carried_bps),
        "share_carried": float(carried_bps / demand_bps) if demand_bps else None,
        "snapshots": len(found.short),
        "short": _short(found),
    }


def _short(found: Siting) -> dict[str, Any]:
    """Return how often, how much and why less than what is asked for can be downlinked."""
    short = found.short > 0
    missing_bps = np.maximum(found.required_bps - found.carried_bps, 0.0)[short]
    counted = np.bincount(found.short, minlength=len(SHORT))
    return {
        "snapshots": int(np.count_nonzero(short)),
        "missing_mean_bps": float(missing_bps.mean()) if short.any() else 0.0,
        "reasons": {
            words: int(number)
            for words, number in zip(SHORT, counted, strict=True)
            if number and words
        },
    }
