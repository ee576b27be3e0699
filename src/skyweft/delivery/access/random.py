"""Random numbers by counter: a draw depends on what it is for, not on what was drawn before.

The key is the scenario's seed; the counter holds the rule, the device, the number of the message
and the purpose. So neither threads nor blocks of time nor the messages of others change a draw.

Reference: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy
as 1, 2, 3", SC 2011: Philox4x32-10.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making, spliced

Floats = NDArray[np.float64]

# What a draw is for. Attempts of a message add 16 times their number.
PHASE, GAP, LATE, CONCERNED, REPORT, CHANNEL, WAIT, ALMANAC, MOMENT = range(9)
PURPOSES = 16

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
MULTIPLIER_0, MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
PER_UNIT = 2.0**-53


@spliced
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> Words:
    """Return the four 32-bit words of Philox4x32-10, each in a 64-bit one."""
    for _ in range(10):
        one, other = MULTIPLIER_0 * c0, MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (other >> HALF) ^ c1 ^ k0, other & LOW, (one >> HALF) ^ c3 ^ k1, one & LOW
        k0, k1 = (k0 + WEYL_0) & LOW, (k1 + WEYL_1) & LOW
    return c0, c1, c2, c3


@spliced
def counter(rule: int, device: int, number: int) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Return the words of a counter that say whose draw it is."""
    count = np.uint64(number)
    return count & LOW, (count >> HALF) | (np.uint64(rule) << np.uint64(16)), np.uint64(device)


@spliced
def drawn_by(
    seed: np.uint64, whose: tuple[np.uint64, np.uint64, np.uint64], purpose: np.uint64
) -> float:
    """Return a number from 0 to below 1, of 53 random bits."""
    a, b, _, _ = philox(whose[0], whose[1], whose[2], purpose, seed, np.uint64(0x5EED))
    # Signed, for which processors have a conversion.
    return np.int64((a << np.uint64(21)) ^ (b >> np.uint64(11))) * PER_UNIT


@making
def uniform(seed: int, rule: int, device: int, number: int, purpose: int) -> float:
    """Return a number from 0 to below 1, of 53 random bits."""
    return drawn_by(np.uint64(seed), counter(rule, device, number), np.uint64(purpose))


def uniforms(
    seed: int,
    rule: int,
    device: NDArray[np.integer],
    number: NDArray[np.integer],
    purpose: int | NDArray[np.integer],
) -> Floats:
    """Return a number from 0 to below 1 for each device and message, (M,)."""
    drawn = np.empty(len(device))
    purposes = np.broadcast_to(np.asarray(purpose, np.int64), drawn.shape)
    _fill(seed, rule, np.asarray(device), np.asarray(number), purposes, drawn)
    return drawn


@making
def _fill(
    seed: int,
    rule: int,
    device: NDArray[np.int64],
    number: NDArray[np.int64],
    purpose: NDArray[np.int64],
    drawn: Floats,
) -> None:
    for m in range(len(drawn)):
        drawn[m] = uniform(seed, rule, device[m], number[m], purpose[m])
