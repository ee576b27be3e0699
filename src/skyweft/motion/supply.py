"""A battery, and what it is asked for: as kernels take what a group states of its energy."""

from typing import NamedTuple

from skyweft.scenario.energy import Energy
from skyweft.world.constants import WATT_HOUR_J


class Supply(NamedTuple):
    """Charge, and what fills and drains it."""

    battery_j: float
    efficiency: float
    start_j: float
    reserve_j: float
    payload_w: float


def supply(energy: Energy) -> Supply:
    """Return what each platform of a group has that states its energy."""
    battery_j = energy.battery_wh * WATT_HOUR_J
    return Supply(
        battery_j,
        energy.battery_efficiency,
        energy.charge * battery_j,
        energy.reserve * battery_j,
        energy.payload_w,
    )
