"""Tables of flows: what they get, and what links and beams carry."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from skyweft.columns import Column, Table, named, named_or_null, worded
from skyweft.links.path import LAYERS
from skyweft.network.flows.layers import ANY, Carried
from skyweft.network.graph.causes import CAUSES
from skyweft.network.product import LIMITS, Beams, FlowRates, LinkLoads

FLOW_RATES = Table(
    "flow_rates",
    "one row a snapshot and flow: what flows get over time",
    (
        Column("rule", "int32", "", "place of the rule among the scenario's [[flows]], from 0"),
        Column("flow", "int32", "", "number of the flow: the same pair and rule at all times"),
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("source", "name", "", "platform that sends"),
        Column("target", "name", "", "platform that receives"),
        Column("demand_bps", "float64", "bit/s", "what it would send; inf: what there is"),
        Column("rate_bps", "float64", "bit/s", "what it gets"),
        Column("bottleneck_from", "name", "", "where the link that holds it back begins, or null"),
        Column("bottleneck_to", "name", "", "where that link ends; null where no link does"),
        Column(
            "limiting_factor",
            "name",
            "",
            "why it does not get more; empty where it gets all it wants",
        ),
    ),
)

LINK_LOADS = Table(
    "link_loads",
    "one row a snapshot and directed link in use: what links carry over time",
    (
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("source", "name", "", "platform where the directed link begins"),
        Column("target", "name", "", "platform where it ends"),
        Column("load_bps", "float64", "bit/s", "sum of what flows send over it; never 0"),
        Column("capacity_bps", "float64", "bit/s", "rate of the contacts between the two"),
        Column("utilisation", "float64", "1", "load over capacity"),
    ),
)

BEAMS = Table(
    "beams",
    "one row a snapshot, beam with users and direction: what beams carry over time",
    (
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("link", "name", "", "rule whose end has the beams"),
        Column("platform", "name", "", "who forms it"),
        Column("beam", "int32", "", "number there, from 0; beams are steered anew every time"),
        Column("centre", "name", "", "the user it is steered at, its first one"),
        Column("direction", "name", "", "`transmits` to its users, or `receives` from them"),
        Column("users", "int32", "1", "how many it serves; never 0"),
        Column("load_bps", "float64", "bit/s", "sum of what flows send over it"),
        Column("capacity_bps", "float64", "bit/s", "what it carries with this mix of users"),
        Column("utilisation", "float64", "1", "share of its time in use"),
    ),
)

LAYER_LOADS = Table(
    "layer_loads",
    "one row a snapshot and pair of layers with traffic: which layer carries what over time",
    (
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("layer_from", "name", "", "layer of the platforms that send"),
        Column("layer_to", "name", "", "layer of those that receive"),
        Column("links", "int32", "1", "directed links between the two that carry anything"),
        Column("load_bps", "float64", "bit/s", "sum of what they carry: every bit once a hop"),
    ),
)

USERS_SERVED = Table(
    "users_served",
    "one row a snapshot, group of users and layer: how many are served over time",
    (
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("group", "name", "", "group of platforms that flows begin or end at"),
        Column("layer", "name", "", "layer they have a link with that carries; null: any at all"),
        Column("users", "int32", "1", "how many of the group flows begin or end at"),
        Column("served", "int32", "1", "how many of these get or send anything by that layer"),
        Column("share_served", "float64", "1", "served over users"),
    ),
)


def layer_loads_table(found: Carried) -> pa.Table:
    """Return which layer carries what, a row a snapshot and pair of layers with traffic."""
    at, one, other = np.nonzero(found.links)
    return LAYER_LOADS.build(
        {
            "time_s": found.time_s[at],
            "layer_from": named(one, pa.array(LAYERS)),
            "layer_to": named(other, pa.array(LAYERS)),
            "links": found.links[at, one, other].astype(np.int32),
            "load_bps": found.load_bps[at, one, other],
        }
    )


def users_served_table(found: Carried) -> pa.Table:
    """Return how many users are served, a row a snapshot, group and layer that ever serves it."""
    ever = np.asarray(found.served.any(axis=0))
    ever[:, ANY] = True
    group, layer = np.nonzero(ever)
    many = len(found.time_s)
    layer = np.tile(np.where(layer == ANY, -1, layer), many)
    served, users = found.served[:, ever].ravel(), np.tile(found.users[group], many)
    return USERS_SERVED.build(
        {
            "time_s": np.repeat(found.time_s, len(group)),
            "group": named(np.tile(group, many), pa.array(found.groups, pa.string())),
            "layer": named_or_null(layer.astype(np.int32), pa.array(LAYERS)),
            "users": users.astype(np.int32),
            "served": served.astype(np.int32),
            "share_served": served / users,
        }
    )


def flow_rates_table(shares: FlowRates, names: pa.Array, causes: Sequence[str] = ()) -> pa.Table:
    """Return what flows get, a row a snapshot and flow.

    `causes` are those of restrictions, which limits may be too.
    """
    return FLOW_RATES.build(
        {
            "rule": shares.rule.astype(np.int32),
            "flow": shares.flow,
            "time_s": shares.time_s,
            "source": named(shares.source, names),
            "target": named(shares.target, names),
            "demand_bps": shares.demand_bps,
            "rate_bps": shares.rate_bps,
            "bottleneck_from": named_or_null(shares.bottleneck_from, names),
            "bottleneck_to": named_or_null(shares.bottleneck_to, names),
            "limiting_factor": worded(shares.limiting_factor, [*LIMITS, *CAUSES, *causes]),
        }
    )


def link_loads_table(loads: LinkLoads, names: pa.Array) -> pa.Table:
    """Return what directed links carry, a row a snapshot and link in use."""
    return LINK_LOADS.build(
        {
            "time_s": loads.time_s,
            "source": named(loads.source, names),
            "target": named(loads.target, names),
            "load_bps": loads.load_bps,
            "capacity_bps": loads.capacity_bps,
            "utilisation": loads.load_bps / loads.capacity_bps,
        }
    )


def beams_table(beams: Beams, names: pa.Array, rules: pa.Array) -> pa.Table:
    """Return what beams carry, a row a snapshot, beam with users and direction."""
    return BEAMS.build(
        {
            "time_s": beams.time_s,
            "link": named(beams.rule, rules),
            "platform": named(beams.platform, names),
            "beam": beams.beam,
            "centre": named(beams.centre, names),
            "direction": named(beams.sends.astype(np.int32), pa.array(["receives", "transmits"])),
            "users": beams.users,
            "load_bps": beams.load_bps,
            "capacity_bps": beams.capacity_bps,
            "utilisation": beams.utilisation,
        }
    )
