"""Losses that a rule of `[[links]]` states, beside those that every radio link has."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from skyweft.registry import Kind, Kinds
from skyweft.scenario.entry import Entry
from skyweft.scenario.quantities import Distance, Loss

ALWAYS = ("free_space", "polarisation", "pointing", "fixed")
"""What every radio link loses; `fixed` is its `losses_db`. No rule has to state these."""


class PathLoss(Entry):
    """One cause of loss between two terminals: what every kind of it is made from."""

    kind: str


class ClearAir(PathLoss):
    """Air and its vapour without cloud: a shell around the Earth that absorbs along the slant.

    Ends in one layer lose nothing to it.
    """

    kind: Literal["clear_air"]
    zenith_loss_db: Loss
    """From the ground straight up through all of it; gas by Recommendation ITU-R P.676, for light
    by the visibility."""
    scale_height_m: Distance = 8_400.0
    """Height in which it thins by a factor of 2.72, and that it would have if it were even: 8.4 km
    for air, some 2 km for water vapour, 1.2 km for haze."""


LOSSES = Kinds(
    "skyweft.losses",
    "loss",
    PathLoss,
    (Kind(ClearAir, "skyweft.links.losses:clear_air"),),
    taken=ALWAYS,
)
"""Each function: (table, `skyweft.links.path.Path`) to the loss in dB, one number or (K,). Every
moment is answered by itself: how many are asked for at a time changes from run to run."""


def _each_once(losses: list[PathLoss]) -> list[PathLoss]:
    kinds = [loss.kind for loss in losses]
    if again := [kind for row, kind in enumerate(kinds) if kind in kinds[:row]]:
        raise ValueError(f'"{again[0]}" is stated twice; tables tell losses apart by their kind')
    return losses


AnyLosses = Annotated[list[Annotated[PathLoss, LOSSES]], AfterValidator(_each_once)]
