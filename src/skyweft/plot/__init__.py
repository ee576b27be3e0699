"""Drawings of a run's tables with matplotlib: each draws on given axes and returns them.

Nothing is computed here that a table could hold, nothing is shown or saved, no global style is
touched. Times are from the scenario's start; every axis says its unit.
"""

from skyweft.plot.apart import second_way, ways_apart
from skyweft.plot.deliveries import (
    delivery_delays,
    delivery_losses,
    delivery_map,
    downlink_use,
    stored_messages,
)
from skyweft.plot.gateways import gateway_map, gateway_supply
from skyweft.plot.maps import coverage_map, ground_tracks
from skyweft.plot.packets import packet_delays
from skyweft.plot.palette import DARK, LIGHT, Palette
from skyweft.plot.passes import (
    duration_histogram,
    elevation_histogram,
    layer_matrix,
    pass_statistics,
)
from skyweft.plot.rates import link_margins, link_rates, rate_cdf
from skyweft.plot.routes import (
    delay_distance,
    latency_cdf,
    latency_map,
    latency_matrix,
    route_churn,
)
from skyweft.plot.shares import flow_limits, flow_throughput, link_utilisation
from skyweft.plot.sweep import sweep
from skyweft.plot.timeline import layer_timeline, timeline

__all__ = [
    "DARK",
    "LIGHT",
    "Palette",
    "coverage_map",
    "delay_distance",
    "delivery_delays",
    "delivery_losses",
    "delivery_map",
    "downlink_use",
    "duration_histogram",
    "elevation_histogram",
    "flow_limits",
    "flow_throughput",
    "gateway_map",
    "gateway_supply",
    "ground_tracks",
    "latency_cdf",
    "latency_map",
    "latency_matrix",
    "layer_matrix",
    "layer_timeline",
    "link_margins",
    "link_rates",
    "link_utilisation",
    "packet_delays",
    "pass_statistics",
    "rate_cdf",
    "route_churn",
    "second_way",
    "stored_messages",
    "sweep",
    "timeline",
    "ways_apart",
]
