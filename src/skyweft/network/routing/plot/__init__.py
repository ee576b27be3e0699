"""How long ways take, how often they change, and which pairs have two of them apart."""

from skyweft.network.routing.plot.apart import second_way, ways_apart
from skyweft.network.routing.plot.routes import (
    delay_distance,
    latency_cdf,
    latency_map,
    latency_matrix,
    route_churn,
)

__all__ = [
    "delay_distance",
    "latency_cdf",
    "latency_map",
    "latency_matrix",
    "route_churn",
    "second_way",
    "ways_apart",
]
