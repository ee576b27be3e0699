"""What a stage needs to know of the engine, and nothing more."""

from skyweft.stage.block import Block, Product
from skyweft.stage.context import SHORTEST_S, Context, Estimate
from skyweft.stage.journal import Journal
from skyweft.stage.protocol import Metrics, Stage, State
from skyweft.stage.restriction import NOTHING, Restriction, Restrictions
from skyweft.stage.whole import Whole

__all__ = [
    "NOTHING",
    "SHORTEST_S",
    "Block",
    "Context",
    "Estimate",
    "Journal",
    "Metrics",
    "Product",
    "Restriction",
    "Restrictions",
    "Stage",
    "State",
    "Whole",
]
