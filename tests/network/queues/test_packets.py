"""Queues by hand, against closed forms, and against a plain event loop."""

from heapq import heappop, heappush

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.errors import RangeError
from skyweft.network.queues.packets import (
    ARRIVED,
    BUFFER_FULL,
    CUT_OFF,
    LINK_GONE,
    NO_ROUTE,
    Network,
    Packets,
    Trace,
    constant,
    merged,
    paths_at,
    poisson,
    send,
    stepped,
    summary,
)

RATE_BPS = 8e3  # a packet of 1000 bytes takes a second


def _steady(delay_s: list[float], buffer_bytes: float = np.inf) -> Network:
    links = len(delay_s)
    return Network(
        np.array([0.0]),
        np.array(delay_s).reshape(-1, 1),
        np.full((links, 1), RATE_BPS),
        np.full(links, buffer_bytes),
    )


def _packets(sent_s: list[float], size_bytes: float = 1000.0) -> Packets:
    count = len(sent_s)
    return Packets(np.zeros(count, np.int32), np.array(sent_s), np.full(count, size_bytes))


def test_two_links_by_hand() -> None:
    """Link 0 frees at 1, 2, 3.5; with 0.25 s to link 1, which is then never waited for."""
    trace = send(_packets([0.0, 0.5, 2.5]), [0, 0, 0], [0, 2], [0, 1], _steady([0.25, 2.0]))
    np.testing.assert_allclose(trace.received_s, [4.25, 5.25, 6.75])
    np.testing.assert_allclose(trace.waited_s, [0.0, 0.5, 0.0])


def test_flows_that_cross_queue_in_order_of_time() -> None:
    """Routes 0-2 and 1-2: link 2 gets packets at 1.1 (flow 0), 1.5 (flow 1) and 2.1 (flow 0)."""
    packets = Packets(np.array([0, 0, 1], np.int32), np.array([0.0, 0.1, 0.2]), np.full(3, 1e3))
    trace = send(packets, packets.flow, [0, 2, 4], [0, 2, 1, 2], _steady([0.1, 0.3, 0.0]))
    np.testing.assert_allclose(trace.received_s, [2.1, 4.1, 3.1])
    np.testing.assert_allclose(trace.waited_s, [0.0, 0.9 + 1.0, 0.6])


def test_a_full_buffer_drops_the_tail() -> None:
    """At 0.5 there are 500 bytes still to be sent: 1000 more fit in 1500, not in 1499."""
    for room, cause in ((1500.0, ARRIVED), (1499.0, BUFFER_FULL)):
        trace = send(_packets([0.0, 0.5, 1.5]), [0] * 3, [0, 1], [0], _steady([0.0], room))
        assert trace.cause.tolist() == [ARRIVED, cause, ARRIVED]
    np.testing.assert_allclose(trace.received_s, [1.0, np.nan, 2.5])


def _until_ten(gone: bool = True) -> Network:
    """Link 0 takes 1 s to fly and is gone from 10 to 20 s; link 1 takes 3 s, later 5 s."""
    time_s, delay_s = stepped(
        [0.0, 10.0, 20.0], [[1.0, np.nan if gone else 1.0, 1.0], [3.0, 3.0, 5.0]]
    )
    return Network(time_s, delay_s, np.full(delay_s.shape, RATE_BPS), np.full(2, np.inf))


def test_a_link_that_ends() -> None:
    """Last bits leave at 8.8 and 9.8: the second flies past 10; a third's would leave at 10.8."""
    packets = _packets([7.8, 8.1, 8.2, 12.0, 19.9, 20.0])
    for lost, second in ((False, ARRIVED), (True, CUT_OFF)):
        trace = send(packets, [0] * 6, [0, 1], [0], _until_ten(), lost_in_flight=lost)
        assert trace.cause.tolist() == [ARRIVED, second, LINK_GONE, LINK_GONE, LINK_GONE, ARRIVED]
    np.testing.assert_allclose(trace.received_s[[0, 5]], [9.8, 22.0])
    waits = send(_packets([8.5, 8.6]), [0, 0], [0, 1], [0], _until_ten())
    assert waits.cause.tolist() == [ARRIVED, LINK_GONE]
    exactly = send(_packets([9.0]), [0], [0, 1], [0], _until_ten())
    assert exactly.cause.tolist() == [LINK_GONE]


def test_a_lost_packet_does_not_hold_up_the_link() -> None:
    """What is thrown away when the link ends is not sent when it is back."""
    packets = _packets([6.5, 7.0, 7.5, 8.0, 8.5, 20.25])
    trace = send(packets, [0] * 6, [0, 1], [0], _until_ten())
    assert trace.cause.tolist() == [0, 0, 0, LINK_GONE, LINK_GONE, 0]
    assert trace.received_s[5] == 22.25


def test_packets_keep_their_way_and_are_overtaken() -> None:
    packets = _packets([8.0, 9.0, 10.0, 11.0])
    route = paths_at(packets, [8.5, 9.5, 10.5], [[1, 0, 1]])
    assert route.tolist() == [-1, 1, 0, 1]
    trace = send(packets, route, [0, 1, 2], [0, 1], _until_ten(gone=False))
    np.testing.assert_allclose(trace.received_s, [np.nan, 13.0, 12.0, 15.0])
    assert trace.cause[0] == NO_ROUTE
    found = summary(packets, trace, 2, [50.0])
    assert found.sent.tolist() == [4, 0]
    assert found.lost.tolist() == [1, 0]
    assert found.overtaken.tolist() == [1, 0]
    assert found.jitter_s[0] == 2.0  # delays 4, 2, 4
    assert found.delay_s[0, 0] == 4.0
    assert np.isnan(found.delay_s[1, 0])


def test_delays_run_straight_between_knots() -> None:
    network = Network(
        np.array([0.0, 10.0]), np.array([[1.0, 2.0]]), np.full((1, 2), 1e12), np.array([np.inf])
    )
    trace = send(_packets([0.0, 2.5, 10.0, 30.0]), [0] * 4, [0, 1], [0], network)
    np.testing.assert_allclose(trace.received_s, [1.0, 3.75, 12.0, 32.0], rtol=1e-8)


def test_rates_hold_from_knot_to_knot() -> None:
    network = Network(
        np.array([0.0, 2.0]), np.zeros((1, 2)), np.array([[8e3, 4e3]]), np.array([np.inf])
    )
    trace = send(_packets([0.0, 1.9, 2.0]), [0] * 3, [0, 1], [0], network)
    np.testing.assert_allclose(trace.received_s, [1.0, 2.9, 4.9])


def _by_events(packets: Packets, routes: list[list[int]], delay_s: list[float]) -> list[float]:
    events = [(t, k, 0) for k, t in enumerate(packets.sent_s.tolist())]
    free = [0.0] * len(delay_s)
    received = [0.0] * len(packets)
    while events:
        t, k, hop = heappop(events)
        route = routes[packets.flow[k]]
        if hop == len(route):
            received[k] = t
            continue
        out = max(t, free[route[hop]]) + packets.size_bytes[k] * 8 / RATE_BPS
        free[route[hop]] = out
        heappush(events, (out + delay_s[route[hop]], k, hop + 1))
    return received


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), flows=st.integers(1, 6), load=st.floats(0.05, 1.5))
def test_any_crossing_of_ways_is_the_event_loops(seed: int, flows: int, load: float) -> None:
    """Routes may run against each other round a ring, delays may be zero, a route empty."""
    rng = np.random.default_rng(seed)
    links = 5
    delay_s = rng.choice([0.0, 0.4, 3.0], links).tolist()
    routes = [rng.permutation(links)[: rng.integers(0, 5)].tolist() for _ in range(flows)]
    packets = merged(
        *(poisson(f, load * RATE_BPS / 3, 500.0, 0.0, 60.0, seed) for f in range(flows))
    )
    first = np.concatenate([[0], np.cumsum([len(route) for route in routes])])
    trace = send(packets, packets.flow, first, np.concatenate(routes).astype(int), _steady(delay_s))
    np.testing.assert_array_equal(trace.received_s, _by_events(packets, routes, delay_s))


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_waiting_in_m_d_1(load: float) -> None:
    """Mean wait rho / (2 (1 - rho)) of a service (Pollaczek and Khinchine); 1 s here.

    600,000 packets whose waits are alike over some 1 / (1 - rho)^2 of them: within 2 %.
    """
    packets = poisson(0, load * RATE_BPS, 1000.0, 0.0, 600_000 / load, seed=5)
    trace = send(packets, np.zeros(len(packets), int), [0, 1], [0], _steady([0.1]))
    assert trace.waited_s.mean() == pytest.approx(load / (2 * (1 - load)), rel=0.02)
    np.testing.assert_allclose(trace.received_s - packets.sent_s - trace.waited_s, 1.1, rtol=1e-6)


def test_waiting_in_m_m_1() -> None:
    """Mean wait rho / (1 - rho) of a mean service, and P(wait > t) = rho exp(-(1 - rho) t)."""
    load = 0.6
    packets = poisson(0, load * RATE_BPS, 1000.0, 0.0, 1_000_000, seed=6)
    sizes = np.random.default_rng(7).exponential(1000.0, len(packets))
    packets = Packets(packets.flow, packets.sent_s, sizes)
    trace = send(packets, np.zeros(len(packets), int), [0, 1], [0], _steady([0.0]))
    assert trace.waited_s.mean() == pytest.approx(load / (1 - load), rel=0.02)
    for wait_s in (0.0, 1.0, 4.0):
        later = np.exp(-(1 - load) * wait_s) * load
        assert (trace.waited_s > wait_s).mean() == pytest.approx(later, rel=0.03)


def test_loss_in_m_d_1_with_room_for_one() -> None:
    """Room for the packet being sent alone is Erlang's loss: rho / (1 + rho)."""
    packets = poisson(0, 0.7 * RATE_BPS, 1000.0, 0.0, 300_000, seed=8)
    trace = send(packets, np.zeros(len(packets), int), [0, 1], [0], _steady([0.0], 1000.0))
    lost = summary(packets, trace, 1).lost[0] / len(packets)
    assert lost == pytest.approx(0.7 / 1.7, rel=0.01)


def test_senders() -> None:
    even = constant(3, 8e3, 500.0, 10.0, 12.0)
    np.testing.assert_allclose(even.sent_s, [10.0, 10.5, 11.0, 11.5])
    assert set(even.flow.tolist()) == {3}
    short, long = (poisson(1, 8e3, 10.0, 5.0, end, seed=2) for end in (50.0, 100.0))
    np.testing.assert_array_equal(long.sent_s[: len(short)], short.sent_s)
    assert short.sent_s.min() > 5.0
    assert len(long) == pytest.approx(9_500, rel=0.04)
    other = poisson(2, 8e3, 10.0, 5.0, 50.0, seed=2)
    assert not np.array_equal(other.sent_s[:100], short.sent_s[:100])
    with pytest.raises(ValueError):
        constant(0, 0.0, 1.0, 0.0, 1.0)


def test_nothing_to_send_and_what_is_refused() -> None:
    none = _packets([])
    assert len(send(none, [], [0], [], _steady([1.0])).received_s) == 0
    assert summary(none, send(none, [], [0], [], _steady([1.0])), 0).lost.tolist() == []
    for route, link in (([1], [0]), ([0], [1])):
        with pytest.raises(ValueError):
            send(_packets([0.0]), route, [0, 1], link, _steady([1.0]))
    dead = Network(np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1)), np.ones(1))
    with pytest.raises(RangeError, match="link 0"):
        send(_packets([0.0]), [0], [0, 1], [0], dead)


def test_six_hops_whose_delay_steps_each_second() -> None:
    """One route takes 6 (1030 * 8 / 1e8 + d(t)): 1000 bytes, 28 of UDP and IPv4, 2 of PPP.

    ns-3 3.44 gives the same for this set-up.
    """
    hops, seconds = 6, 10
    delay_s = 2e-3 + 1e-4 * np.arange(seconds)
    time_s, knots = stepped(np.arange(seconds), np.tile(delay_s, (hops, 1)))
    network = Network(time_s, knots, np.full(knots.shape, 1e8), np.full(hops, np.inf))
    packets = constant(0, 1e6, 1030.0, 0.0, 9.98)
    trace = send(packets, packets.flow, [0, hops], np.arange(hops), network)
    second = packets.sent_s.astype(int)
    within = packets.sent_s - second < 0.98  # the others fly while the delay steps
    expected = hops * (1030 * 8 / 1e8 + delay_s[second])
    found = trace.received_s - packets.sent_s
    np.testing.assert_allclose(found[within], expected[within], rtol=0, atol=1e-12)


def test_a_trace_is_whole() -> None:
    with pytest.raises(AssertionError):
        Trace(np.array([np.nan]), np.zeros(1), np.zeros(1, np.int8))
