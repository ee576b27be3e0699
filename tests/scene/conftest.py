"""A reader of scenes that knows of the format only what its design note says."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest


@dataclass(frozen=True)
class Read:
    """A scene as a browser would see it."""

    header: dict[str, Any]
    arrays: dict[str, np.ndarray]

    def at(self, platform: int, time_s: float) -> np.ndarray:
        """Return where a mover is, by the textbook's cubic Hermite between two nodes."""
        row, number = self.header["platforms"]["track"][platform], 0
        while row >= self.arrays[f"track.{number}.position"].shape[1]:
            row -= self.arrays[f"track.{number}.position"].shape[1]
            number += 1
        nodes_s, position, velocity = (
            self.arrays[f"track.{number}.{name}"].astype(float)
            for name in ("time", "position", "velocity")
        )
        step_s = nodes_s[1] - nodes_s[0]
        k = min(int((time_s - nodes_s[0]) / step_s), len(nodes_s) - 2)
        u = (time_s - nodes_s[k]) / step_s
        a, b = position[k, row], position[k + 1, row]
        va, vb = step_s * velocity[k, row], step_s * velocity[k + 1, row]
        return (
            (2 * u**3 - 3 * u**2 + 1) * a
            + (u**3 - 2 * u**2 + u) * va
            + (3 * u**2 - 2 * u**3) * b
            + (u**3 - u**2) * vb
        )


def _unpacked(data: bytes) -> Read:
    (length,) = struct.unpack_from("<I", data)
    assert (4 + length) % 8 == 0
    header = json.loads(data[4 : 4 + length])
    arrays = {}
    for name, each in header["arrays"].items():
        assert each["offset"] % 8 == 0
        count = int(np.prod(each["shape"]))
        start = 4 + length + each["offset"]
        found = np.frombuffer(data, f"<{each['dtype']}", count, start)
        arrays[name] = found.reshape(each["shape"])
    return Read(header, arrays)


@pytest.fixture(scope="session")
def unpacked() -> Any:
    return _unpacked
