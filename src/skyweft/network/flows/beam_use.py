"""How full beams are, read back from their table a batch of rows at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.network.flows.throughput import BARS, FULL_FROM, codes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BUSIEST = 10


@dataclass(frozen=True, slots=True)
class BeamUse:
    """Sums over all beams with users; both directions count."""

    rows: int
    users_mean: float  # of a beam
    utilisation_mean: float
    full_share: float
    utilisation: Ints  # (BARS,)
    busiest: tuple[tuple[str, float, float], ...]  # platform, beams in use and full ones, means


def beam_use(batches: Iterable[pa.RecordBatch], names: pa.Array, snapshots: int) -> BeamUse:
    """Return what beams amount to.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        Rows of the table `beams`.
    names : pyarrow.StringArray
        All platforms.
    snapshots : int
        How many there are; means over time are over all of them.
    """
    counted = np.zeros(BARS, np.int64)
    sums, platforms = np.zeros(4), np.zeros((len(names), 2))
    for batch in batches:
        used, users = (batch.column(name).to_numpy() for name in ("utilisation", "users"))
        full = used >= FULL_FROM
        counted += np.histogram(used, BARS, (0.0, 1.0))[0]
        sums += len(used), users.sum(), used.sum(), full.sum()
        at = codes(batch.column("platform"), names)
        for column, beams in enumerate((used > 0, full)):
            platforms[:, column] += np.bincount(at, beams, len(names))
    mean = sums[1:] / max(1.0, sums[0])
    order = np.argsort(-platforms[:, 1], kind="stable")[:BUSIEST]
    return BeamUse(
        int(sums[0]),
        float(mean[0]),
        float(mean[1]),
        float(mean[2]),
        counted,
        tuple(
            (names[k].as_py(), *(platforms[k] / max(1, snapshots)).tolist())
            for k in order
            if platforms[k, 1] > 0
        ),
    )


def metrics(found: BeamUse) -> dict[str, Any] | None:
    """Return the key metrics, ready for JSON; None without beams."""
    if not found.rows:
        return None
    return {
        "users_mean": found.users_mean,
        "utilisation_mean": found.utilisation_mean,
        "share_full": found.full_share,
        "fullest": [
            {"platform": name, "beams_in_use_mean": used, "full_beams_mean": full}
            for name, used, full in found.busiest
        ],
    }
