"""The scale of flags, and how those of several tests are one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.int32]

GOOD, NOT_EVALUATED, SUSPECT, FAIL, MISSING = 1, 2, 3, 4, 9
_RISING = (MISSING, NOT_EVALUATED, GOOD, SUSPECT, FAIL)


def combined(flags: Sequence[Flags], count: int) -> Flags:
    """Return the flag of each value that stands for those of all tests.

    Parameters
    ----------
    flags : sequence of int32
        One array a test, each of shape (count,).
    count : int
        How many values there are.

    Returns
    -------
    int32
        The worst; a test that could not be made says less than one that was passed. Without any
        test `NOT_EVALUATED`. Shape (count,).

    References
    ----------
    IOC Manuals and Guides 54, volume 3: the primary level flags.
    """
    rank = np.zeros(max(_RISING) + 1, np.int64)
    rank[list(_RISING)] = np.arange(len(_RISING))
    worst = np.full(count, _RISING.index(NOT_EVALUATED if not flags else MISSING))
    for some in flags:
        worst = np.maximum(worst, rank[some])
    return np.array(_RISING, np.int32)[worst]


def beyond(
    size: Floats, tested: NDArray[np.bool_], suspect: float | None, fail: float | None
) -> Flags:
    """Return a flag for how large something is: not evaluated where it was not tested. (N,)."""
    flags = np.where(tested, GOOD, NOT_EVALUATED).astype(np.int32)
    for limit, flag in ((suspect, SUSPECT), (fail, FAIL)):
        if limit is not None:
            flags[tested & (size > limit)] = flag
    return flags
