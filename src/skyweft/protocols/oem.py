"""CCSDS Orbit Ephemeris Messages: one object's states over time, as text.

References
----------
CCSDS 502.0-B-3, "Orbit Data Messages", 2023, section 5: keyword = value, km and km/s.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Span = tuple[Sequence[str], Floats, Floats]


def write(name: str, identity: str, spans: Sequence[Span], created_utc: str) -> Iterator[str]:
    """Yield the lines of a message, one segment for every time without a gap.

    Parameters
    ----------
    name, identity : str
        OBJECT_NAME and OBJECT_ID.
    spans : sequence of (times, position_m (T, 3), velocity_m_s (T, 3))
        Times in UTC, ISO 8601 without a Z; ITRF states.
    created_utc : str
        CREATION_DATE, ISO 8601 without a Z.
    """
    yield "CCSDS_OEM_VERS = 2.0"
    yield f"CREATION_DATE = {created_utc}"
    yield "ORIGINATOR = SKYWEFT"
    for times, position_m, velocity_m_s in spans:
        yield ""
        yield "META_START"
        yield f"OBJECT_NAME = {name}"
        yield f"OBJECT_ID = {identity}"
        yield "CENTER_NAME = EARTH"
        yield "REF_FRAME = ITRF"
        yield "TIME_SYSTEM = UTC"
        yield f"START_TIME = {times[0]}"
        yield f"STOP_TIME = {times[-1]}"
        yield "INTERPOLATION = HERMITE"
        yield "INTERPOLATION_DEGREE = 3"
        yield "META_STOP"
        yield ""
        states = np.hstack([position_m, velocity_m_s]) / 1e3
        for time, state in zip(times, states.tolist(), strict=True):
            numbers = [f"{component:.6f}" for component in state[:3]] + [
                f"{component:.9f}" for component in state[3:]
            ]
            yield " ".join([time, *numbers])
