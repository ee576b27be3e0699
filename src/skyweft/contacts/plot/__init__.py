"""Who has whom in view: when, how long, how high, which layer which."""

from skyweft.contacts.plot.passes import (
    duration_histogram,
    elevation_histogram,
    layer_matrix,
    pass_statistics,
)
from skyweft.contacts.plot.timeline import layer_timeline, timeline

__all__ = [
    "duration_histogram",
    "elevation_histogram",
    "layer_matrix",
    "layer_timeline",
    "pass_statistics",
    "timeline",
]
