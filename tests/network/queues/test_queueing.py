"""Packets along hand-made routes: closed form of the queue, handovers, loss by every cause."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.network.product import PacketRows
from skyweft.network.queues.path_trace import Laid, joined
from skyweft.network.queues.queueing import queue
from skyweft.network.queues.sending import Pairs
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Journal
from tests.written import scenario, standing

END_S = 400.0
A, B, C = 12, 13, 23  # links by their ends


def _scenario(**keys: Any) -> Scenario:
    each = {"source": "one", "target": "two", "arrivals": "constant", "size_bytes": 1000.0}
    towns = standing({"one": (1.0, 2.0), "two": (1.0, 2.0)})
    return scenario(END_S, towns, packets=[each | {"duration_s": 4.0, "rate_bps": 8e5} | keys])


def _laid(
    delay_s: dict[int, float],
    route: list[list[int]],
    rate_bps: float = 8e6,
    ends_s: dict[int, float] | None = None,
    step_s: float = 1.0,
    first_s: float = 0.0,
) -> Laid:
    """Snapshots of one pair: links that last until an end, and its route at each snapshot."""
    key = np.array(sorted(delay_s))
    time_s = first_s + np.arange(len(route), dtype=np.float64) * step_s
    end_s = np.array([(ends_s or {}).get(int(each), END_S) for each in key])
    up = time_s <= end_s[:, None]
    return Laid(
        time_s=time_s,
        key=key,
        delay_s=np.repeat([[delay_s[int(each)]] for each in key], len(route), axis=1),
        rate_bps=np.where(up, rate_bps, 0.0),
        up=up,
        hops=np.array([[len(each)] for each in route], np.int32),
        path=np.array([link for each in route for link in each], np.int64),
        contact_key=key,
        contact_start_s=np.zeros(len(key)),
        contact_end_s=end_s,
    )


PAIR = Pairs(np.zeros(1, np.int16), np.zeros(1, np.int32), np.ones(1, np.int32))


def _queue(scenario: Scenario, laid: Laid, end_s: float = END_S) -> tuple[PacketRows, PacketRows]:
    return queue(scenario, PAIR, laid, end_s)


def test_single_link_under_poisson_load() -> None:
    """Pollaczek-Khinchine for a fixed service time: wait = rho s / (2 (1 - rho)).

    200,000 packets at rho = 0.6: busy periods of about 2.5 leave the mean within a few per cent.
    """
    scenario = _scenario(rate_bps=0.6 * 8e6, duration_s=333.0, arrivals="poisson", buffer_bytes=1e9)
    _, total = _queue(scenario, _laid({A: 0.02}, [[A]] * 345))
    service_s = 1e-3
    assert total.received[0] == total.sent[0] == pytest.approx(199_800, rel=0.01)
    assert total.queueing_delay_mean_s[0] == pytest.approx(0.6 * service_s / (2 * 0.4), rel=0.05)
    waited_s = total.delay_mean_s[0] - 0.02 - service_s
    assert waited_s == pytest.approx(total.queueing_delay_mean_s[0], abs=1e-9)
    assert total.delay_min_s[0] == pytest.approx(0.021)


def test_a_shorter_way_overtakes_a_longer_one() -> None:
    """From 2 s on the route is 95 ms shorter: what was sent in the last 95 ms before arrives later.

    Packets leave every 10 ms, the last before the change at 1.99 s: ten of them, less the one that
    is 100 ms early.
    """
    route = [[A], [A], [B], [B], [B], *[[B]] * 10]
    rows, total = _queue(_scenario(), _laid({A: 0.105, B: 0.01}, route))
    assert total.reordered[0] == 9
    assert total.received[0] == 400
    np.testing.assert_array_equal(rows.reordered, [0, 9, 0, 0])
    assert rows.delay_p50_s == pytest.approx([0.106, 0.106, 0.011, 0.011])
    # Delays are all alike but once.
    assert total.jitter_s[0] == pytest.approx(0.095 / 399)
    assert rows.jitter_s[2] == pytest.approx(0.095 / 100)


def test_a_link_that_ends_between_snapshots_loses_until_the_next() -> None:
    """The link ends at 1.5 s and the pair knows at 2 s; it takes 11 ms to send and to fly.

    So packets sent from 1.49 s to 1.99 s are lost, the first in flight.
    """
    laid = _laid({A: 0.0105, B: 0.01}, [[A], [A], [B], [B], *[[B]] * 11], ends_s={A: 1.5})
    rows, _ = _queue(_scenario(), laid)
    np.testing.assert_array_equal(rows.lost_link_down, [0, 51, 0, 0])
    np.testing.assert_array_equal(rows.received, [100, 49, 100, 100])


def test_every_loss_has_its_cause() -> None:
    nothing = _laid({A: 0.01}, [[A], [], [A], [A], *[[A]] * 10])
    rows, total = _queue(_scenario(), nothing)
    np.testing.assert_array_equal(rows.lost_no_route, [0, 100, 0, 0])
    assert np.isnan(rows.delay_mean_s[1])
    assert total.lost_no_route[0] == 100
    mute, _ = _queue(_scenario(), _laid({A: 0.01}, [[A]] * 14, rate_bps=0.0))
    np.testing.assert_array_equal(mute.lost_no_capacity, [100] * 4)
    # Twice what the link can: half is lost once ten packets wait.
    full, total = _queue(
        _scenario(rate_bps=16e5, buffer_bytes=1e4), _laid({A: 0.01}, [[A]] * 14, 8e5)
    )
    assert total.lost_buffer[0] == pytest.approx(400, abs=15)
    assert total.delay_max_s[0] <= 0.01 + 0.1 + 1e-9
    assert total.delay_p99_s[0] > 0.01 + 0.09
    assert full.sent.sum() == 800


def test_what_does_not_arrive_in_time_is_under_way() -> None:
    """Ten packets fit a second, a hundred come; ten seconds after the last one is the end."""
    slow = _laid({A: 0.0}, [[A]] * 15, rate_bps=8e4)
    rows, total = _queue(_scenario(), slow)
    assert total.received[0] == 140
    assert total.in_flight[0] == 260
    _, cut = _queue(_scenario(), slow, end_s=1.995)
    assert (cut.sent[0], cut.received[0]) == (200, 19)
    assert len(rows) == 4


def test_processing_at_every_platform_that_passes_on() -> None:
    laid = _laid({A: 0.01, B: 0.02, C: 0.03}, [[A, B, C]] * 14)
    _, plain = _queue(_scenario(), laid)
    _, slowed = _queue(_scenario(processing_s=0.004), laid)
    assert plain.delay_max_s[0] == pytest.approx(0.06 + 3e-3)
    assert slowed.delay_max_s[0] == pytest.approx(0.06 + 3e-3 + 2 * 0.004)
    assert slowed.queueing_delay_mean_s[0] == pytest.approx(0.0, abs=1e-12)


def test_delays_run_straight_between_snapshots_and_to_the_end_of_a_link() -> None:
    """The link recedes by 10 ms a second; its contact ends at 2.5 s."""
    laid = _laid({A: 0.0}, [[A]] * 14, ends_s={A: 2.5})
    laid = replace(laid, delay_s=0.01 * laid.time_s[None, :])
    rows, _ = _queue(_scenario(rate_bps=8 * 1000 / 0.25), laid)
    out_s = np.array([0.75, 1.75, 2.25]) + 1e-3
    np.testing.assert_allclose(rows.delay_max_s[:3], 1e-3 + 0.01 * out_s)
    np.testing.assert_array_equal(rows.lost_link_down[:3], [0, 0, 2])


def test_what_others_send_is_taken_off_but_for_a_hundredth() -> None:
    laid = _laid({A: 0.0}, [[A]] * 14)
    half, full = (np.full(laid.rate_bps.shape, each) for each in (4e6, 9e6))
    slow = [queue(_scenario(rate_bps=800.0), PAIR, laid, END_S, each)[1] for each in (half, full)]
    assert slow[0].delay_max_s[0] == pytest.approx(2e-3)
    assert slow[1].delay_max_s[0] == pytest.approx(0.1)


def test_blocks_put_together_are_one(tmp_path: Path) -> None:
    """A queue of two seconds passes the border of two blocks; the later one knows another link."""
    route = [[A], [A], [A], [B], *[[B]] * 10]
    whole = _laid({A: 0.01, B: 0.02}, route, 6e5)
    early, late = (
        _laid({A: 0.01}, route[:3], 6e5),
        _laid({A: 0.01, B: 0.02}, route[3:], 6e5, first_s=3),
    )
    journal = Journal(tmp_path, "packets")
    journal.keep("laid", early.columns())
    again = joined([Laid(**journal.read("laid")), late])
    for one, other in zip(_queue(_scenario(), whole), _queue(_scenario(), again), strict=True):
        for name in ("received", "delay_max_s", "reordered", "lost_buffer"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_no_snapshots_no_packets() -> None:
    rows, total = _queue(_scenario(start_s=100.0), Laid.nothing(1), end_s=50.0)
    assert len(rows) == 0
    assert total.sent.tolist() == [0]
    assert np.isnan(total.delay_mean_s[0])
