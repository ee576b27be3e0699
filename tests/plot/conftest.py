"""Tables small enough to check by hand: a gateway, a train, an airship, two satellites."""

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

NAMES = ["sat-0", "sat-1", "airship", "train", "gateway $1"]


@pytest.fixture
def ax() -> Axes:
    return Figure().subplots()


@pytest.fixture
def platforms() -> pa.Table:
    return pa.table(
        {
            "name": NAMES,
            "group": ["sats", "sats", "airship", "train", "gateways"],
            "layer": ["space", "space", "near_space", "ground", "ground"],
        }
    )


@pytest.fixture
def contacts() -> pa.Table:
    """An hour: the gateway sees space for 20 of 60 min (two overlap), the airship all the time."""
    return pa.table(
        {
            "link": ["ku/sat", "ku/haps", "ku/sat", "ku/sat"],
            "source": ["gateway $1", "gateway $1", "gateway $1", "train"],
            "target": ["sat-0", "airship", "sat-1", "sat-0"],
            "start_s": [0.0, 0.0, 300.0, 1_200.0],
            "end_s": [600.0, 3_600.0, 1_200.0, 1_800.0],
            "elevation_max_deg": [62.0, 30.0, 12.0, 41.0],
            "range_min_m": [6e5, 4e4, 1.4e6, 8e5],
            "cut_start": [True, True, False, False],
            "cut_end": [False, True, False, False],
        }
    )


@pytest.fixture
def links() -> pa.Table:
    """Two contacts of one rule; the reverse route cannot send."""
    return pa.table(
        {
            "link": ["ku/sat"] * 5,
            "contact": [0, 0, 0, 2, 2],
            "time_s": [0.0, 300.0, 600.0, 300.0, 1_200.0],
            "margin_db": [-1.0, 9.0, 1.0, 2.0, 4.0],
            "rate_bps": [0.0, 4e6, 1e6, 1e6, 2e6],
            "margin_reverse_db": [np.nan] * 5,
            "rate_reverse_bps": [0.0] * 5,
        }
    )
