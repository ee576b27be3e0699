"""How long routes take, how often they change, and which pairs have two of them apart."""

from skyweft.network.routing.plot.disjoint import backup_path, disjoint_paths
from skyweft.network.routing.plot.routes import (
    delay_distance,
    delay_map,
    delay_matrix,
    route_churn,
    route_delay_cdf,
)

__all__ = [
    "backup_path",
    "delay_distance",
    "delay_map",
    "delay_matrix",
    "disjoint_paths",
    "route_churn",
    "route_delay_cdf",
]
