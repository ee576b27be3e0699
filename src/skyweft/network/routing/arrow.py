"""Tables of routes: routes over time, and what they amount to."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from skyweft.columns import Column, Table, named, named_or_null, worded
from skyweft.network.graph.causes import CAUSES
from skyweft.network.product import REACHED, REASONS, Routes

ROUTES = Table(
    "routes",
    "one row a snapshot, pair and rank: routes between platforms over time",
    (
        Column("route", "int32", "", "place of the rule among the scenario's [[routes]], from 0"),
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("source", "name", "", "platform the route starts from"),
        Column("target", "name", "", "platform it leads to"),
        Column("rank", "int32", "1", "1 is the best; more with `alternatives` or `disjoint`"),
        Column("reachable", "bool", "", "whether there is a route"),
        Column(
            "delay_s", "float64", "s", "one way: propagation and processing; NaN without a route"
        ),
        Column("path_length_m", "float64", "m", "sum of the straight links; NaN without a route"),
        Column("hops", "int32", "1", "links on the route; 0 without one"),
        Column("first_hop", "name", "", "first platform after the source; null without a route"),
        Column("reason", "name", "", "why there is no route; empty where there is"),
        Column("path_id", "int32", "", "equal for routes over the same platforms"),
        Column(
            "path", "names", "", "all platforms of the route; empty unless `paths` is asked for"
        ),
    ),
)

ROUTE_STATISTICS = Table(
    "route_statistics",
    "one row a pair and rule of `[[routes]]`: delays, hops, stretch, changes, reasons",
    (
        Column("route", "int32", "", "place of the rule among the scenario's [[routes]], from 0"),
        Column("source", "name", "", "platform the routes start from"),
        Column("target", "name", "", "platform they lead to"),
        Column("snapshots", "int32", "1", "how many"),
        Column("share_reachable", "float64", "1", "share of them with a route"),
        Column("delay_min_s", "float64", "s", "one way; NaN where there never is one, as below"),
        Column("delay_median_s", "float64", "s", "over the snapshots with a route"),
        Column("delay_p95_s", "float64", "s", "not exceeded in 95 % of them"),
        Column("delay_max_s", "float64", "s", "longest"),
        Column("rtt_median_s", "float64", "s", "twice the median: there and back the same route"),
        Column("jitter_s", "float64", "s", "mean change of the delay from snapshot to snapshot"),
        Column("hops_min", "int32", "1", "fewest links; 0 without a route"),
        Column("hops_mean", "float64", "1", "mean number of links"),
        Column("hops_max", "int32", "1", "most links"),
        Column("distance_m", "float64", "m", "great circle between the two, mean over time"),
        Column("stretch_light", "float64", "1", "mean delay over the great circle's at c"),
        Column("stretch_fibre", "float64", "1", "likewise at c / 1.468: the shortest fibre"),
        Column("changes", "int32", "1", "snapshots with another route than the one before"),
        Column("changes_per_h", "float64", "1/h", "of the time between snapshots that have routes"),
        Column("handovers", "int32", "1", "snapshots with another first platform"),
        Column("handovers_per_h", "float64", "1/h", "likewise"),
        Column("interruption_s", "float64", "s", "handovers times 0.1 s, an assumption"),
        Column("outages", "int32", "1", "runs of snapshots without a route"),
        Column("outage_max_s", "float64", "s", "longest of them"),
        Column("source_isolated", "int32", "1", "snapshots with nobody in range of the source"),
        Column("target_isolated", "int32", "1", "with nobody in range of the target"),
        Column("partitioned", "int32", "1", "with no route between the two"),
        Column("absent", "int32", "1", "with source or target not there"),
        Column("restricted", "int32", "1", "with a route but for limits, failures, restrictions"),
        Column("reason", "name", "", "the most frequent of these; empty where always reachable"),
    ),
)

ROUTE_SNAPSHOTS = Table(
    "route_snapshots",
    "one row a snapshot and rule: pairs reached, delays, changes",
    (
        Column("route", "int32", "", "place of the rule among the scenario's [[routes]], from 0"),
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("pairs", "int32", "1", "how many are asked for"),
        Column("reachable", "int32", "1", "pairs with a route"),
        Column("delay_median_s", "float64", "s", "one way, over these pairs; NaN without any"),
        Column("delay_p95_s", "float64", "s", "not exceeded by 95 % of them"),
        Column("hops_mean", "float64", "1", "mean number of links"),
        Column("pairs_compared", "int32", "1", "pairs with a route now and one snapshot before"),
        Column("changes", "int32", "1", "of these, with another route than before"),
        Column("handovers", "int32", "1", "of these, with another first platform than before"),
    ),
)


def routes_table(routes: Routes, names: pa.Array, causes: Sequence[str] = ()) -> pa.Table:
    """Return routes between platforms, a row a snapshot, pair and rank.

    `causes` are those of restrictions, which reasons may be too.
    """
    path = pa.ListArray.from_arrays(
        pa.array(routes.path_first.astype(np.int32)),
        named(routes.path, names),
        type=ROUTES.schema.field("path").type,
    )
    return ROUTES.build(
        {
            "route": routes.rule.astype(np.int32),
            "time_s": routes.time_s,
            "source": named(routes.source, names),
            "target": named(routes.target, names),
            "rank": routes.rank.astype(np.int32),
            "reachable": routes.reason == REACHED,
            "delay_s": routes.delay_s,
            "path_length_m": routes.path_length_m,
            "hops": routes.hops.astype(np.int32),
            "first_hop": named_or_null(routes.first_hop, names),
            "reason": worded(routes.reason, [*REASONS, *CAUSES, *causes]),
            "path_id": routes.path_id,
            "path": path,
        }
    )
