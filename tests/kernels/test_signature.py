"""Types of arguments as text, against numba's own types."""

from typing import NamedTuple

import numpy as np
import pytest
from numba import typeof, types
from numba.core.types import Type

from skyweft.kernels.signature import UnwrittenError, read, written


class Pair(NamedTuple):
    place: float
    values: object


WAITING = np.dtype([("at", "<f8"), ("who", "<i4")])


def frozen() -> np.ndarray:
    found = np.zeros(2)
    found.flags.writeable = False
    return found


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        True,
        7,
        None,
        np.int32(3),
        np.zeros((2, 3), np.float32),
        np.zeros((2, 3), order="F"),
        np.zeros((4, 4))[::2, ::2],
        np.zeros(2, bool),
        frozen(),
        np.zeros(3, WAITING),
        np.zeros(3, WAITING)[0],
        (1, 2.0, np.zeros(2)),
        (1, 2, 3),
        Pair(1.0, np.zeros(2)),
        Pair(1.0, (Pair(2.0, 3.0), np.zeros(1, WAITING))),
        Pair(1.0, 2.0),
    ],
)
def test_types_come_back_as_numba_has_them(value: object) -> None:
    kind = typeof(value)
    assert read(written((kind, types.float64))) == (kind, types.float64)


def test_omitted_arguments_and_literals_come_back() -> None:
    kinds = (types.Omitted(0.5), types.literal(3))
    assert read(written(kinds)) == kinds


@pytest.mark.parametrize("kind", [types.pyobject, types.ListType(types.int64)])
def test_what_no_kernel_takes_is_refused(kind: Type) -> None:
    with pytest.raises(UnwrittenError):
        written((kind,))


@pytest.mark.parametrize(
    "text", ["(", "('nowhere:Nothing', 'int64')", "('no_type',)", "(('what', 1),)", "3"]
)
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(UnwrittenError):
        read(text)
