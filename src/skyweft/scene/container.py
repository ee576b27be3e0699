"""The bytes of a scene: a header in JSON, then arrays that a browser can look into as they are.

Four bytes, little-endian, say how long the header is; spaces pad it so that the data start at a
multiple of eight, as does every array in them.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNED = 8
_LENGTH = struct.Struct("<I")


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a scene's bytes.

    Parameters
    ----------
    header : mapping
        Ready for JSON; gets a key `arrays` with type, shape and place of each array.
    arrays : mapping of str to array
        Of types f4, f8, i4 or u1.
    """
    found, parts, offset = {}, [], 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        found[name] = {
            "dtype": data.dtype.str.lstrip("<|"),
            "shape": list(data.shape),
            "offset": offset,
        }
        parts += [data.tobytes(), bytes(-data.nbytes % ALIGNED)]
        offset += data.nbytes + -data.nbytes % ALIGNED
    text = json.dumps(
        {**header, "arrays": found}, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode()
    text += b" " * (-(len(text) + _LENGTH.size) % ALIGNED)
    return b"".join([_LENGTH.pack(len(text)), text, *parts])


def header(data: bytes) -> dict[str, Any]:
    """Return the header of a scene."""
    (length,) = _LENGTH.unpack_from(data)
    reported: dict[str, Any] = json.loads(data[_LENGTH.size : _LENGTH.size + length])
    return reported
