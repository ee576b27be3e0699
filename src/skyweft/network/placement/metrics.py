"""Key figures of a plan of gateways."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skyweft.network.placement.ground import SHORT, Siting


def metrics(found: Siting, names: Sequence[str]) -> dict[str, Any]:
    """Return the key figures of a plan, ready for JSON; sites by rank."""
    plan = found.plan
    chosen = sorted(plan.chosen, key=lambda each: found.rank[each])
    need_bps, carried_bps = found.down.need_bps.mean(), found.carried_bps.mean()
    return {
        "candidates": len(found.rank),
        "chosen": [names[found.down.site[each]] for each in chosen],
        "at_least": plan.at_least,
        "optimal": plan.optimal,
        "guarantee": plan.guarantee,
        "need_mean_bps": float(need_bps),
        "carried_mean_bps": float(carried_bps),
        "share_carried": float(carried_bps / need_bps) if need_bps else None,
        "snapshots": len(found.short),
        "short": _short(found),
    }


def _short(found: Siting) -> dict[str, Any]:
    """Return how often, how much and why less than what is asked for can come down."""
    short = found.short > 0
    missing_bps = np.maximum(found.asked_bps - found.carried_bps, 0.0)[short]
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
