"""Rows of a file of tracks as they stand in it, and their times."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skyweft.fleet import Floats
from skyweft.motion.members import Setting
from skyweft.motion.texts import Texts
from skyweft.protocols.records import Errors
from skyweft.world.clock import tai_ns_from_text, tai_ns_from_texts

TIMES_AT_ONCE = 1_000


class Rows(NamedTuple):
    """All points of a file in its order, (K,) each."""

    names: Texts
    place: Callable[[int], str]  # of a row in the file, for messages
    lines: Sequence[int]
    time_s: Floats
    normal: Floats  # (K, 3)
    altitude_m: Floats


def seconds(
    path: Path, texts: Sequence[str], place: Callable[[int], str], setting: Setting
) -> Floats:
    """Return moments in UTC as seconds from the start."""
    nanoseconds = np.zeros(len(texts), dtype=np.int64)
    errors = Errors(path.name)
    for start in range(0, len(texts), TIMES_AT_ONCE):
        part = texts[start : start + TIMES_AT_ONCE]
        try:
            nanoseconds[start : start + len(part)] = tai_ns_from_texts(part)
        except ValueError:
            for k, text in enumerate(part, start):
                try:
                    tai_ns_from_text(text)
                except ValueError as error:
                    errors.add(place(k), f"time: {text[:40]!r} {error}")
    errors.complain()
    return (nanoseconds - setting.clock.start_tai_ns) / 1e9
