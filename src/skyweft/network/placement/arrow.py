"""Tables of gateways: which to build, and what comes down over time."""

import numpy as np
import pyarrow as pa

from skyweft.columns import Column, Table, named
from skyweft.fleet import Fleet
from skyweft.network.placement.ground import SHORT, UNWANTED, Siting
from skyweft.world.ellipsoid import to_geodetic

GATEWAYS = Table(
    "gateways",
    "one row a candidate gateway, those to build first",
    (
        Column("site", "name", "", "the candidate; those selected come first, by rank"),
        Column("latitude_deg", "float64", "deg", "geodetic, WGS84"),
        Column("longitude_deg", "float64", "deg", "east"),
        Column("selected", "bool", "", "whether it belongs to the fewest that carry what is asked"),
        Column("rank", "int32", "", "from 1, what adds most first; null where not selected"),
        Column("rate_mean_bps", "float64", "bit/s", "what it could take down, mean over snapshots"),
        Column("share_linked", "float64", "1", "share of snapshots with a link that leads on"),
        Column(
            "marginal_rate_mean_bps", "float64", "bit/s", "of the need, what those before it leave"
        ),
        Column("reason", "name", "", "why it is not selected; empty where it is"),
    ),
)

GATEWAY_CAPACITY = Table(
    "gateway_capacity",
    "one row a snapshot: what should be downlinked, and what does",
    (
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("demand_bps", "float64", "bit/s", "what all sites together should take down"),
        Column("required_bps", "float64", "bit/s", "the share of it that the plan must reach"),
        Column("available_bps", "float64", "bit/s", "what all candidates together could"),
        Column("carried_bps", "float64", "bit/s", "what the selected do; at most the need"),
        Column("reason", "name", "", "why less than asked; empty where it is reached"),
    ),
)


def sites_table(found: Siting, fleet: Fleet, names: pa.Array) -> pa.Table:
    """Return one row a candidate: those selected first, by rank; then the rest in their order."""
    site = found.down.site
    order = np.argsort(np.where(found.rank > 0, found.rank, len(site) + 1), kind="stable")
    latitude, longitude, _ = to_geodetic(fleet.sites.position_m[fleet.site[site]])
    rank = found.rank[order]
    return GATEWAYS.build(
        {
            "site": named(site[order], names),
            "latitude_deg": latitude[order],
            "longitude_deg": longitude[order],
            "selected": rank > 0,
            "rank": pa.array(rank, mask=rank == 0),
            "rate_mean_bps": found.down.rate_bps.mean(axis=1)[order],
            "share_linked": found.down.linked.mean(axis=1)[order],
            "marginal_rate_mean_bps": found.gain_bps[order],
            "reason": named(found.unwanted[order], pa.array(UNWANTED)),
        },
    )


def times_table(found: Siting) -> pa.Table:
    """Return one row a snapshot: what should be downlinked, what could and what does."""
    return GATEWAY_CAPACITY.build(
        {
            "time_s": found.down.time_s,
            "demand_bps": found.down.demand_bps,
            "required_bps": found.required_bps,
            "available_bps": found.available_bps,
            "carried_bps": found.carried_bps,
            "reason": named(found.short, pa.array(SHORT)),
        },
    )
