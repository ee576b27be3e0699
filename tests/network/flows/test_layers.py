"""Which layer carries what and serves whom: by hand, and a run's tables counted row by row."""

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from skyweft.network.flows.arrow import layer_loads_table, users_served_table
from skyweft.network.flows.layers import ANY, Carried, Whose, carried, metrics
from skyweft.results import Run

NAMES = pa.array(["one", "two", "aircraft", "satellite", "town"], pa.string())
WHOSE = Whose(
    np.array([0, 0, 1, 3, 0]), np.array([0, 0, 1, 2, 3]), ("phones", "flies", "orbits", "towns")
)


def _batch(**columns: Any) -> pa.RecordBatch:
    names = {"source", "target"}
    return pa.record_batch(
        {
            name: pa.array(values).dictionary_encode() if name in names else values
            for name, values in columns.items()
        }
    )


def _found(pieces: int = 1) -> Carried:
    """Return two phones to a town at 0 and 60 s; at first by aircraft and satellite, then one."""
    shares = _batch(
        time_s=[0.0, 0.0, 60.0, 60.0],
        source=["one", "two", "one", "two"],
        target=["town"] * 4,
        rate_bps=[5.0, 3.0, 0.0, 4.0],
    )
    loads = _batch(
        time_s=[0.0, 0.0, 0.0, 0.0, 60.0, 60.0],
        source=["one", "two", "aircraft", "satellite", "two", "satellite"],
        target=["aircraft", "satellite", "satellite", "town", "satellite", "town"],
        load_bps=[5.0, 3.0, 5.0, 8.0, 4.0, 4.0],
    )
    some = [[batch.slice(k, 1) for k in range(len(batch))] for batch in (shares, loads)]
    rates, used = ([shares], [loads]) if pieces == 1 else some
    return carried(rates, used, NAMES, WHOSE)


@pytest.mark.parametrize("pieces", [1, 2])
def test_what_layers_send_by_hand(pieces: int) -> None:
    found = _found(pieces)
    rows = layer_loads_table(found).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (0.0, "ground", "air", 1, 5.0),
        (0.0, "ground", "space", 1, 3.0),
        (0.0, "air", "space", 1, 5.0),
        (0.0, "space", "ground", 1, 8.0),
        (60.0, "ground", "space", 1, 4.0),
        (60.0, "space", "ground", 1, 4.0),
    ]
    sent = {name: row["sent_mean_bps"] for name, row in metrics(found)["layers"].items()}
    assert sent == {"ground": 6.0, "air": 2.5, "space": 6.0}


@pytest.mark.parametrize("pieces", [1, 2])
def test_users_served_by_hand(pieces: int) -> None:
    found = _found(pieces)
    rows = users_served_table(found).to_pylist()
    phones = [tuple(row.values())[2:] for row in rows if row["group"] == "phones"]
    assert phones == [
        ("air", 2, 1, 0.5), ("space", 2, 1, 0.5), (None, 2, 2, 1.0),
        ("air", 2, 0, 0.0), ("space", 2, 1, 0.5), (None, 2, 1, 0.5),
    ]  # fmt: skip
    first, last = metrics(found)["users"]
    assert first == {
        "group": "phones",
        "platforms": 2,
        "share_served": 0.75,
        "share_served_min": 0.5,
        "share_served_by": {"air": 0.25, "space": 0.5},
    }
    assert (last["group"], last["share_served_by"]) == ("towns", {"space": 1.0})


def test_no_flows() -> None:
    found = carried([], [], NAMES, WHOSE)
    assert layer_loads_table(found).num_rows == users_served_table(found).num_rows == 0
    assert metrics(found) == {"layers": {}, "users": []}
    assert found.served.shape == (0, 0, ANY + 1)


def test_a_run_counted_row_by_row(beamed: Run) -> None:
    layer = {row["name"]: row["layer"] for row in beamed.platforms.to_pylist()}
    group = {row["name"]: row["group"] for row in beamed.platforms.to_pylist()}
    load_bps: dict[Any, float] = defaultdict(float)
    by: dict[Any, set[str]] = defaultdict(set)
    rates, loads = beamed.flow_rates.to_pylist(), beamed.link_loads.to_pylist()
    users = {row[end] for row in rates for end in ("source", "target")}
    for row in loads:
        ends = row["source"], row["target"]
        load_bps[row["time_s"], *(layer[end] for end in ends)] += row["load_bps"]
        for user, other in (ends, ends[::-1]):
            if user in users:
                by[row["time_s"], group[user], layer[other]].add(user)
    for row in rates:
        if row["rate_bps"] > 0:
            for end in ("source", "target"):
                by[row["time_s"], group[row[end]], None].add(row[end])
    found = beamed.layer_loads.to_pylist()
    assert {(row["time_s"], row["layer_from"], row["layer_to"]) for row in found} == set(load_bps)
    for row in found:
        key = row["time_s"], row["layer_from"], row["layer_to"]
        assert row["load_bps"] == pytest.approx(load_bps[key])
    served = beamed.users_served.to_pylist()
    assert len(served) > 0
    assert {row["time_s"] for row in served} == {row["time_s"] for row in rates}
    for row in served:
        assert row["served"] == len(by[row["time_s"], row["group"], row["layer"]])
        assert row["users"] == len([user for user in users if group[user] == row["group"]])
