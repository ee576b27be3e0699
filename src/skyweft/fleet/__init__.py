"""Who the platforms are, how their planes stand to each other, and where they are over time."""

from skyweft.fleet.product import Fleet, Floats, Ints, Motion, Mover, Sites, Tracks

__all__ = ["Fleet", "Floats", "Ints", "Motion", "Mover", "Sites", "Tracks"]
