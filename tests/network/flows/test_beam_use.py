"""Figures of beams by hand: two platforms, three snapshots."""

import pyarrow as pa
import pytest

from skyweft.columns import named
from skyweft.network.flows.arrow import BEAMS
from skyweft.network.flows.beam_use import beam_use, metrics

NAMES = pa.array(["town", "low", "high"])


def test_beams_add_up() -> None:
    table = BEAMS.build(
        {
            "time_s": [0.0, 0.0, 60.0, 120.0],
            "link": named(pa.array([0] * 4).to_numpy(), pa.array(["user/mast"])),
            "platform": named(pa.array([1, 2, 2, 2]).to_numpy(), NAMES),
            "beam": [0, 0, 1, 0],
            "centre": named(pa.array([0] * 4).to_numpy(), NAMES),
            "direction": named(pa.array([0, 1, 1, 1]).to_numpy(), pa.array(["receives", "sends"])),
            "users": [3, 1, 2, 2],
            "load_bps": [0.0, 5e6, 5e6, 1e6],
            "capacity_bps": [5e6, 5e6, 5e6, 4e6],
            "utilisation": [0.0, 1.0, 1.0, 0.25],
        },
    )
    for rows in (4, 1):
        found = beam_use(table.to_batches(rows), NAMES, 3)
        reported = metrics(found)
        assert reported is not None
        assert reported["users_mean"] == 2
        assert reported["utilisation_mean"] == pytest.approx(2.25 / 4)
        assert reported["share_full"] == 0.5
        assert reported["fullest"] == [
            {"platform": "high", "beams_in_use_mean": 1, "full_beams_mean": pytest.approx(2 / 3)}
        ]
    assert metrics(beam_use([], NAMES, 3)) is None
