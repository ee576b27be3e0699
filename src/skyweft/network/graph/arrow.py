"""The table of restrictions: what stages kept from working, before the network was made."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.columns import Column, Table, named, named_or_null
from skyweft.stage import Restriction, Restrictions

RESTRICTIONS = Table(
    "restrictions",
    "one row a restriction of another stage that the network obeys, by platform and start",
    (
        Column("platform", "name", "", "what cannot do what it could"),
        Column("other", "name", "", "other end of the one link that is meant; null: all its links"),
        Column("start_s", "float64", "s", "from the scenario's start"),
        Column("end_s", "float64", "s", "from the scenario's start; not included"),
        Column("cause", "text", "", "as reasons and loss causes call it"),
        Column("rate_factor", "float64", "1", "what is left of the rate; 0: nothing"),
    ),
)


def restrictions_table(some: Restrictions, names: pa.Array) -> pa.Table:
    """Return one row a restriction, in their order."""
    return RESTRICTIONS.build(
        {
            "platform": named(some.one, names),
            "other": named_or_null(some.other.astype(np.int32), names),
            "start_s": some.start_s,
            "end_s": some.end_s,
            "cause": pa.array([some.causes[cause] for cause in some.cause.tolist()], pa.string()),
            "rate_factor": some.rate_factor,
        }
    )


def restrictions_of(table: pa.Table, names: Sequence[str]) -> Restrictions:
    """Return what `restrictions_table` wrote."""
    one, other = (
        pc.index_in(table[side].cast(pa.string()), pa.array(names, pa.string())).to_pylist()
        for side in ("platform", "other")
    )
    rest = (table[name].to_pylist() for name in ("start_s", "end_s", "cause", "rate_factor"))
    return Restrictions.of(
        Restriction(a if b is None else (a, b), *said)
        for a, b, *said in zip(one, other, *rest, strict=True)
    )
