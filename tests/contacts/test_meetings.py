"""Running sums against plain NumPy over all rows at once."""

from types import SimpleNamespace

import numpy as np
import pytest

from skyweft.contacts.histogram import quantile
from skyweft.contacts.meetings import LAYERS, Meetings
from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Sites


def _contacts(rows: list[tuple[int, int, int, float, float]]) -> Contacts:
    rows = sorted(rows, key=lambda row: row[3])
    link, source, target, start_s, end_s = (np.array(each) for each in zip(*rows, strict=True))
    count = len(rows)
    return Contacts(
        link=link.astype(np.int16),
        source=source.astype(np.int32),
        target=target.astype(np.int32),
        start_s=start_s.astype(float),
        end_s=end_s.astype(float),
        culmination_s=start_s.astype(float),
        elevation_max_deg=np.full(count, 45, np.float32),
        range_min_m=np.ones(count),
        cut_start=np.zeros(count, bool),
        cut_end=np.zeros(count, bool),
    )


def _fleet() -> Fleet:
    """Two satellites (0, 1), two places (2, 3)."""
    mover = SimpleNamespace(count=2)
    return Fleet(
        names=("s1", "s2", "g1", "g2"),
        groups=("s", "g"),
        layers=("space", "ground"),
        group=np.array([0, 0, 1, 1], np.int32),
        mover=np.array([0, 1, -1, -1], np.int32),
        site=np.array([-1, -1, 0, 1], np.int32),
        movers=(mover,),
        sites=Sites(np.ones((2, 3)), np.ones((2, 3))),
        planes={},
        derived_geometry=(),
        warnings=(),
    )


def test_meetings() -> None:
    meetings = Meetings.empty(_fleet(), 2)
    meetings.add(_fleet(), _contacts([(0, 0, 2, 0, 10), (0, 1, 2, 5, 20), (0, 0, 3, 30, 31)]))
    meetings.add(_fleet(), _contacts([(1, 0, 1, 30, 50), (0, 1, 2, 60, 70)]))
    np.testing.assert_allclose(meetings.platform[:, 0], [31 - 1, 45, 30, 1])  # s1: 10 + 20
    np.testing.assert_allclose(meetings.platform[:, 2], [3, 3, 3, 1])
    np.testing.assert_allclose(meetings.group[:, 0], [20 + 20 + 10, 20 + 1 + 10])
    np.testing.assert_allclose(meetings.rule[0], [4, 36, 15, 1])
    np.testing.assert_allclose(meetings.rule[1], [1, 20, 20, 20])
    pair = 4 * LAYERS.index("space") + LAYERS.index("ground")
    np.testing.assert_allclose(meetings.layers[pair, [0, 2]], [31, 4])
    assert meetings.layers_total[pair] == 36
    assert meetings.layers[4 * LAYERS.index("space") + LAYERS.index("space"), 2] == 1
    # Of 1, 10, 10 and 15 s the lower median is 10 s, kept exactly.
    assert quantile(meetings.weight[0], meetings.top[0], 0.5) == pytest.approx(10e3)
