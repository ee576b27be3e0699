"""A run's plan of gateways: kept block after block, then made into tables and key figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.motion.product import Fleet
from skyweft.network.siting.ground import SHORT, UNWANTED, Downlinks, Siting, join
from skyweft.run.disk.tables import build, named
from skyweft.world.ellipsoid import to_geodetic

Floats = NDArray[np.float64]

FILE = "gateways.npz"  # of a block
COLUMNS = ("site", "time_s", "need_bps", "rate_bps", "linked")


def save(path: Path, down: Downlinks) -> None:
    """Write a block's downlinks as they are in memory."""
    with path.open("wb") as out:
        np.savez(out, allow_pickle=False, **{name: getattr(down, name) for name in COLUMNS})


def load(paths: Sequence[Path]) -> Downlinks:
    """Read what `save` wrote for some blocks, put one after the other."""
    pieces = []
    for path in paths:
        with np.load(path, allow_pickle=False) as found:
            pieces.append(Downlinks(**{name: found[name] for name in COLUMNS}))
    return join(pieces)


def sites_table(found: Siting, fleet: Fleet, names: pa.Array) -> pa.Table:
    """Return one row a candidate: those chosen first, by rank; then the rest in their order."""
    site = found.down.site
    order = np.argsort(np.where(found.rank > 0, found.rank, len(site) + 1), kind="stable")
    latitude, longitude, _ = to_geodetic(fleet.sites.position_m[fleet.site[site]])
    rank = found.rank[order]
    return build(
        "gateways",
        {
            "site": named(site[order], names),
            "latitude_deg": latitude[order],
            "longitude_deg": longitude[order],
            "chosen": rank > 0,
            "rank": pa.array(rank, mask=rank == 0),
            "rate_mean_bps": found.down.rate_bps.mean(axis=1)[order],
            "share_linked": found.down.linked.mean(axis=1)[order],
            "gain_mean_bps": found.gain_bps[order],
            "reason": named(found.unwanted[order], pa.array(UNWANTED)),
        },
    )


def times_table(found: Siting) -> pa.Table:
    """Return one row a snapshot: what should come down, what could and what does."""
    return build(
        "gateway_times",
        {
            "time_s": found.down.time_s,
            "need_bps": found.down.need_bps,
            "asked_bps": found.asked_bps,
            "possible_bps": found.possible_bps,
            "carried_bps": found.carried_bps,
            "reason": named(found.short, pa.array(SHORT)),
        },
    )


def summary(found: Siting, names: Sequence[str]) -> dict[str, Any]:
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
