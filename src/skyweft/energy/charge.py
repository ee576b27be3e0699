"""How charge goes on from knot to knot, and what the nights were like.

Theory of operation
-------------------
A step that is lit in part has two parts, and light is even within each. What the payload leaves is
put into the battery and comes out again by its efficiency; what a full battery cannot take is
lost. An emptied battery stops the payload at that moment; it starts again with the first part of a
step in which light carries it, or before which the reserve is full once more.

A night, as energy has it, lasts from when light no longer carries what is used until it does again.
Its margin is what is left in the battery at its end less what the payload was denied.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.fleet import Floats
from skyweft.kernels import kernel, spliced
from skyweft.motion.supply import Supply

Flags = NDArray[np.bool_]


class Lit(NamedTuple):
    """What arrays give in the steps between knots: (M, T - 1)."""

    light_w: Floats  # mean
    unlit_s: Floats  # the dark part


class Settled(NamedTuple):
    """What became of each platform: charge at knots, the rest in the steps between them."""

    charge_j: Floats  # (M, T)
    used_w: Floats  # (M, T - 1) asked for
    silent_from_s: Floats  # (M, T - 1) from the step's beginning until it is without energy
    silent_s: Floats  # for so long


class Nights(NamedTuple):
    """What is carried from block to block, and what it has come to: (M,) each."""

    charge_j: Floats
    asleep: Flags
    dark_s: Floats  # so far, of the darkness that is
    dusk_j: Floats  # charge when the night that is began; NaN by day
    denied_j: Floats  # to the payload, in this night
    least_j: Floats
    longest_s: Floats  # darkness
    deepest_j: Floats  # greatest fall of charge in a night
    margin_j: Floats  # of the worst night; infinite before the first has ended
    silent_s: Floats  # without energy, in all


def beginning(count: int, charge_j: float) -> Nights:
    """Return the state of platforms that begin with such a charge, by day."""
    full, none = np.full(count, charge_j), np.zeros(count)
    return Nights(
        full.copy(),
        np.zeros(count, np.bool_),
        none.copy(),
        np.full(count, np.nan),
        none.copy(),
        full.copy(),
        none.copy(),
        none.copy(),
        np.full(count, np.inf),
        none.copy(),
    )


@spliced
def _part(
    supply: Supply, light: float, part_s: float, charge: float, asleep: bool
) -> tuple[float, bool, float]:
    """Return charge and sleep after an even part of a step, and how long it slept at its end."""
    if asleep and (light >= supply.payload_w or charge >= supply.reserve_j > 0.0):
        asleep = False
    awake_s = 0.0 if asleep else part_s
    spare = light - supply.payload_w
    if not asleep and charge + spare * part_s < 0.0:
        awake_s, asleep = -charge / spare, True
    more = spare * awake_s
    charge += more * supply.efficiency if more > 0.0 else more
    charge += light * (part_s - awake_s) * supply.efficiency
    return min(max(charge, 0.0), supply.battery_j), asleep, part_s - awake_s


@kernel
def settle(time_s: Floats, lit: Lit, supply: Supply, nights: Nights, out: Settled) -> None:
    """Let charge go on through a block: from `nights` into `out`, and on in `nights`."""
    for p in range(len(nights.charge_j)):
        charge, asleep = nights.charge_j[p], nights.asleep[p]
        dark = nights.dark_s[p] > 0.0
        for k in range(len(time_s) - 1):
            out.charge_j[p, k], out.used_w[p, k] = charge, supply.payload_w
            step_s, unlit_s, light = time_s[k + 1] - time_s[k], lit.unlit_s[p, k], lit.light_w[p, k]
            if 0.0 < unlit_s < step_s:
                bright, bright_s = light * step_s / (step_s - unlit_s), step_s - unlit_s
                first, first_s = (0.0, unlit_s) if dark else (bright, bright_s)
                last, last_s = (bright, bright_s) if dark else (0.0, unlit_s)
                charge, asleep, early_s = _part(supply, first, first_s, charge, asleep)
                charge, asleep, late_s = _part(supply, last, last_s, charge, asleep)
                out.silent_from_s[p, k] = first_s - early_s if early_s > 0.0 else step_s - late_s
                out.silent_s[p, k] = early_s + late_s
                dark = not dark
            else:
                charge, asleep, silent_s = _part(supply, light, step_s, charge, asleep)
                out.silent_from_s[p, k], out.silent_s[p, k] = step_s - silent_s, silent_s
                dark = unlit_s > 0.0
        out.charge_j[p, -1] = charge
        nights.charge_j[p], nights.asleep[p] = charge, asleep


@kernel
def tally(time_s: Floats, lit: Lit, settled: Settled, nights: Nights) -> None:
    """Sum up a block's nights."""
    light_w, unlit_s = lit
    for p in range(len(nights.charge_j)):
        for k in range(len(time_s) - 1):
            step_s, charge = time_s[k + 1] - time_s[k], settled.charge_j[p, k]
            silent_s = settled.silent_s[p, k]
            nights.least_j[p] = min(nights.least_j[p], charge)
            if light_w[p, k] < settled.used_w[p, k]:
                if np.isnan(nights.dusk_j[p]):
                    nights.dusk_j[p] = charge
                nights.denied_j[p] += silent_s * settled.used_w[p, k]
                fallen = nights.dusk_j[p] - settled.charge_j[p, k + 1]
                nights.deepest_j[p] = max(nights.deepest_j[p], fallen)
            elif not np.isnan(nights.dusk_j[p]):
                nights.margin_j[p] = min(nights.margin_j[p], charge - nights.denied_j[p])
                nights.dusk_j[p], nights.denied_j[p] = np.nan, 0.0
            nights.dark_s[p] += unlit_s[p, k]
            nights.longest_s[p] = max(nights.longest_s[p], nights.dark_s[p])
            if unlit_s[p, k] < step_s and not unlit_s[p, k] > 0.0:
                nights.dark_s[p] = 0.0
            nights.silent_s[p] += silent_s
        nights.least_j[p] = min(nights.least_j[p], settled.charge_j[p, -1])
