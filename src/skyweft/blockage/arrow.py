"""The table of what hides whom."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from skyweft.columns import Column, Table, named
from skyweft.stage import Restriction

BLOCKAGES = Table(
    "blockages",
    "one row a platform and time in which something hides it from all others",
    (
        Column("platform", "name", "", "who is hidden"),
        Column("start_s", "float64", "s", "from the scenario's start"),
        Column("end_s", "float64", "s", "from the scenario's start"),
        Column("cause", "text", "", "tunnel or terrain"),
    ),
)


def blockages_table(some: Sequence[Restriction], names: pa.Array) -> pa.Table:
    """Return restrictions of whole platforms as rows."""
    code = np.array([interval.ends[0] for interval in some], np.int32)
    return BLOCKAGES.build(
        {
            "platform": named(code, names),
            "start_s": np.array([interval.start_s for interval in some], np.float64),
            "end_s": np.array([interval.end_s for interval in some], np.float64),
            "cause": [interval.cause for interval in some],
        }
    )
