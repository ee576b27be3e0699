"""Values as the bytes of a message, and back."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.observations.sensors.model import Encoding

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]


class Encoded(NamedTuple):
    """Values as they are sent.

    Attributes
    ----------
    data : (N, B) uint8
        Big-endian.
    clipped : (N,) bool
        Whose value did not fit: the nearest that does is sent.
    """

    data: Bytes
    clipped: NDArray[np.bool_]


def size_bytes(encoding: Encoding) -> int:
    """Return the bytes of one value."""
    return np.dtype(encoding.type).itemsize


def encode(encoding: Encoding, value: Floats) -> Encoded:
    """Return values as bytes.

    Parameters
    ----------
    encoding : Encoding
        Type, scale and offset.
    value : (N,)
        Finite.

    Returns
    -------
    Encoded
        Whole types round half to even; what is outside the type's range becomes its nearest end.
    """
    kind = np.dtype(encoding.type)
    number = (value - encoding.offset) / encoding.scale
    if kind.kind == "f":
        low, high = float(np.finfo(kind).min), float(np.finfo(kind).max)
    else:
        number = np.rint(number)
        low, high = float(np.iinfo(kind).min), float(np.iinfo(kind).max)
    sent = np.clip(number, low, high).astype(kind.newbyteorder(">"))
    data = np.ascontiguousarray(sent).view(np.uint8).reshape(len(value), kind.itemsize)
    return Encoded(data, (number < low) | (number > high))


def decode(encoding: Encoding, data: Bytes) -> Floats:
    """Return the values that bytes stand for.

    Parameters
    ----------
    encoding : Encoding
        As they were encoded by.
    data : (N, B) uint8
        Big-endian.

    Returns
    -------
    (N,) float64
    """
    kind = np.dtype(encoding.type).newbyteorder(">")
    number = np.ascontiguousarray(data).view(kind)[:, 0].astype(np.float64)
    parts = round(1 / encoding.scale) if encoding.scale < 1 else 0
    # A quotient of whole numbers is the nearest to what is meant: 255 hundredths are 2.55.
    exact = parts > 0 and 1 / parts == encoding.scale
    value = number / parts if exact else number * encoding.scale
    return np.asarray(value + encoding.offset)
