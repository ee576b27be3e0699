"""The section on packets says what the table says."""

import re

import numpy as np
import pyarrow as pa

from skyweft.network.product import PacketRows
from skyweft.network.queues.arrow import metrics, packet_statistics_table
from skyweft.network.queues.section import drawn

NAMES = ["Wuhan", "Lhasa <b>"]


def _rows() -> PacketRows:
    """Two steps of one pair: all there, and all lost."""
    none, delays = np.zeros(2, np.int64), np.array([0.025, np.nan])
    return PacketRows(
        rule=np.zeros(2, np.int16),
        flow=np.array([0, 1], np.int32),
        time_s=np.array([0.0, 0.0]),
        source=np.array([0, 1], np.int32),
        target=np.array([1, 0], np.int32),
        sent=np.array([100, 50]),
        received=np.array([100, 0]),
        lost_no_route=none,
        lost_no_capacity=none,
        lost_buffer=np.array([0, 40]),
        lost_link_down=none,
        in_flight=np.array([0, 10]),
        delay_min_s=delays,
        delay_mean_s=delays,
        delay_p50_s=delays,
        delay_p95_s=delays,
        delay_p99_s=2 * delays,
        delay_max_s=3 * delays,
        queueing_delay_mean_s=delays / 10,
        jitter_s=delays / 100,
        reordered=np.array([3, 0]),
    )


def test_figures_in_words() -> None:
    rows = _rows()
    table = packet_statistics_table(rows, pa.array(NAMES, pa.string()))
    text = drawn(table, metrics(rows, NAMES))
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))
    assert "Wuhan Lhasa &lt;b&gt; 100 0.0 25.000 50.000 75.000 2.500 0.250 3" in words
    assert "Wuhan 50 80.0 – – – – – 0" in words
    assert words.index("Wuhan 50 80.0") < words.index("100 0.0 25.000")  # the worst come first
    assert text.count("<svg") == 1
    assert "<b>" not in text


def test_lists_of_pairs_are_cut() -> None:
    rows = _rows()
    totals = metrics(rows, NAMES) * 30
    table = packet_statistics_table(rows, pa.array(NAMES, pa.string()))
    text = drawn(table, totals)
    assert "The 20 that lose most" in text
    assert text.count("<tr>") <= 21 + 1
