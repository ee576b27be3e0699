"""The report's part on layers: which carries what, and whom each serves."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from skyweft.drawing.charts import HALF, PAGE, chart
from skyweft.drawing.markup import Cell, Markup, Number, beside, figure, heading, table
from skyweft.drawing.numerals import number, rate, share_of, spoken
from skyweft.drawing.palette import SPOKEN
from skyweft.network.flows.plot import layer_traffic, users_served
from skyweft.store.reading import Folder


def by_layer(folder: Folder) -> list[Markup]:
    """Return which layer carries what, and whom each layer serves; nothing without traffic."""
    loads, users = folder.layer_loads, folder.users_served
    if loads is None or users is None or not loads.num_rows:
        return []
    flows = folder.summary()["flows"]
    return [
        heading("By layer"),
        _sent(flows["layers"]),
        _served(flows["users"]),
        _drawn(loads, users, folder.simulated_s),
    ]


def _sent(layers: Mapping[str, Mapping[str, float]]) -> Markup:
    total_bps = sum(layer["sent_mean_bps"] for layer in layers.values())
    rows: list[list[Cell]] = [
        [
            SPOKEN[layer],
            Number(spoken(rate(found["sent_mean_bps"]))),
            share_of(found["sent_mean_bps"] / total_bps),
        ]
        for layer, found in layers.items()
    ]
    return table("What layers send", [("layer", ""), ("sent, mean", ""), ("of all", "%")], rows)


def _served(users: Sequence[Mapping[str, Any]]) -> Markup:
    ever = {layer for row in users for layer in row["share_served_by"]}
    by = [layer for layer in SPOKEN if layer in ever]
    rows: list[list[Cell]] = [
        [
            row["group"],
            number(row["platforms"], 0),
            share_of(row["share_served"]),
            share_of(row["share_served_min"]),
            *(share_of(row["share_served_by"].get(layer, math.nan)) for layer in by),
        ]
        for row in users
    ]
    heads = [("users", ""), ("platforms", ""), ("served", "%, mean"), ("at the worst time", "%")]
    layers = [(f"by {SPOKEN[layer]}", "%, mean") for layer in by]
    return table("Users that are served", [*heads, *layers], rows)


def _drawn(loads: pa.Table, users: pa.Table, length_s: float) -> Markup:
    sent = chart(
        lambda ax: layer_traffic(loads, length_s, ax, PAGE),
        "What the platforms of each layer send, over time",
        HALF,
        260,
        "flows-layers",
    )
    served = chart(
        lambda ax: users_served(users, length_s, ax, PAGE),
        "Share of all users that are served over time, and by which layer",
        HALF,
        260,
        "flows-users",
    )
    return beside(
        figure(sent, "What platforms send, by their layer: every bit once a hop."),
        figure(
            served,
            "Users that get or send anything, of all groups together; who is linked with two "
            "layers counts in both.",
        ),
    )
