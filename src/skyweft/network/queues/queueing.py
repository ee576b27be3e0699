"""Packets of a scenario on their routes: waiting, loss and overtaking under load.

Blocks of time only note routes and links at each snapshot (`path_trace`); the packets go once over
the whole window at the end, so queues and packets under way pass the borders of blocks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.network.product import PacketRows
from skyweft.network.queues import packets as line
from skyweft.network.queues.model import Packets
from skyweft.network.queues.packet_statistics import IN_FLIGHT, NO_CAPACITY, Fate, by_pair, by_step
from skyweft.network.queues.packets import Network
from skyweft.network.queues.path_trace import Laid
from skyweft.network.queues.sending import Pairs, window
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

FLOOR = 0.01  # of a link's rate stays, however much the background takes


def queue(
    scenario: Scenario,
    pairs: Pairs,
    laid: Laid,
    end_s: float,
    background_bps: Floats | None = None,
) -> tuple[PacketRows, PacketRows]:
    """Send all packets of a scenario and return what becomes of them.

    Parameters
    ----------
    scenario : Scenario
        Says how many packets, and how large.
    pairs : Pairs
        Who sends to whom.
    laid : Laid
        Routes and links of all blocks, joined.
    end_s : float
        End of the data: nothing is sent from then on. [s]
    background_bps : (L, T), optional
        What others take of every link. [bit/s]

    Returns
    -------
    rows, totals : PacketRows
        By pair and step, and by pair.

    Notes
    -----
    A pair has one route from a snapshot to the next, that of least delay at the snapshot. Between
    snapshots delays run straight and rates hold. A link ends with its contact, to the moment, or
    at the first snapshot where limits and failures leave it out; packets on it are lost then.
    What has not arrived ten seconds after the last sending, or when the data end, is under way.
    """
    rule, last_s = scenario.rules(Packets)[0], min(end_s, window(scenario)[1])
    sent = _sent(scenario, pairs, end_s)
    rate_bps = laid.rate_bps
    if background_bps is not None:
        rate_bps = np.maximum(rate_bps - background_bps, FLOOR * rate_bps)
    routes = _routes(laid, rule.processing_s > 0)
    network = _network(laid, rate_bps, rule.buffer_bytes, last_s)
    if rule.processing_s > 0:
        network = _with_processing(network, rule.processing_s)
    taken = line.paths_at(sent, laid.time_s, routes.of_pair)
    trace = line.send(sent, taken, routes.first, routes.link, network, lost_in_flight=True)
    late = trace.received_s > last_s
    received_s = np.where(late, np.nan, trace.received_s)
    cause = np.where(late, np.int8(IN_FLIGHT), trace.cause)
    without = line.paths_at(sent, laid.time_s, routes.blocked) == 1
    cause = np.where(without, np.int8(NO_CAPACITY), cause)
    fate = Fate.of(sent, received_s, trace.waited_s, cause)
    return by_step(scenario, pairs, fate, rule.step_s, end_s), by_pair(scenario, pairs, fate)


def _sent(scenario: Scenario, pairs: Pairs, end_s: float) -> line.Packets:
    """Return all packets in the order they are sent."""
    parts = [line.constant(0, 8.0, 1.0, 0.0, 0.0)]
    for flow, number in enumerate(pairs.rule.tolist()):
        rule = scenario.rules(Packets)[number]
        until_s = min(rule.start_s + rule.duration_s, end_s)
        known = flow, rule.rate_bps, rule.size_bytes, rule.start_s, until_s
        random = rule.arrivals == "poisson"
        parts.append(line.poisson(*known, scenario.seed) if random else line.constant(*known))
    return line.merged(*parts)


class _Routes(NamedTuple):
    """The links of route w are `link[first[w] : first[w + 1]]`; F pairs, T snapshots."""

    first: Longs
    link: Ints
    of_pair: Ints  # (F, T) the route a pair has, -1 for none
    blocked: Ints  # (F, T) 1 where there is one, but a link of it has no capacity


def _routes(laid: Laid, processing: bool) -> _Routes:
    """Return the routes of all pairs at all snapshots.

    With processing, every platform that passes on is a link of its own: L + the link that follows.
    """
    hops = laid.hops.ravel().astype(np.int64)
    begin = np.concatenate([[0], np.cumsum(hops)])
    link = np.searchsorted(laid.key, laid.path).astype(np.int32)
    snapshot = np.repeat(np.arange(len(laid.time_s)), laid.hops.sum(axis=1))
    row = np.repeat(np.arange(len(hops)), hops)
    blocked = np.zeros(len(hops), np.bool_)
    blocked[row[laid.rate_bps[link, snapshot] <= 0]] = True
    route = np.where((hops > 0) & ~blocked, np.arange(len(hops)), -1)
    shape = laid.hops.shape
    if processing:
        doubled = np.column_stack([link + len(laid.key), link]).ravel()
        keep = np.ones(len(doubled), np.bool_)
        keep[2 * begin[:-1][hops > 0]] = False  # who sends does not pass on
        link = doubled[keep].astype(np.int32)
        begin = np.concatenate([[0], np.cumsum(np.maximum(2 * hops - 1, 0))])
    table = route.reshape(shape).T.astype(np.int32)
    return _Routes(begin, link, table, blocked.reshape(shape).T.astype(np.int32))


def _network(laid: Laid, rate_bps: Floats, buffer_bytes: float, last_s: float) -> Network:
    """Return the links over time; where one ends, two knots of that moment."""
    there = laid.up & (laid.rate_bps > 0)
    end_s = _ends(laid, there, last_s)
    extra_s = np.unique(end_s[np.isfinite(end_s)])
    before = np.searchsorted(laid.time_s, extra_s, side="left") - 1
    extra_s, before = extra_s[before >= 0], before[before >= 0]
    # Of one moment, first what ends, then what is gone, then what the snapshot says.
    time_s = np.concatenate([extra_s, extra_s, laid.time_s])
    order = np.argsort(time_s, kind="stable")
    at = np.concatenate([before, before, np.arange(len(laid.time_s))])
    held = np.concatenate(
        [
            there[:, before] & (end_s[:, before] >= extra_s),
            there[:, before] & (end_s[:, before] > extra_s),
            there,
        ],
        axis=1,
    )
    after = np.minimum(at + 1, len(laid.time_s) - 1)
    span_s = np.maximum(laid.time_s[after] - laid.time_s[at], 1e-9)
    part = np.clip((time_s - laid.time_s[at]) / span_s, 0.0, 1.0)
    delay_s = laid.delay_s[:, at]
    change_s = laid.delay_s[:, after] - delay_s
    delay_s += np.where(np.isnan(change_s), 0.0, part * change_s)
    delay_s[~held] = np.nan
    rates = np.where(held, rate_bps[:, at], 1.0)
    buffers = np.full(len(laid.key), buffer_bytes)
    return Network(time_s[order], delay_s[:, order], rates[:, order], buffers)


def _ends(laid: Laid, there: NDArray[np.bool_], last_s: float) -> Floats:
    """Return when every link that is there at a snapshot ends before the next; inf: it does not."""
    goes_on = np.zeros(there.shape, np.bool_)
    goes_on[:, :-1] = there[:, 1:]
    end_s = np.full(there.shape, np.inf)
    order = np.argsort(laid.contact_key, kind="stable")
    keys = laid.contact_key[order]
    begin, stop = (np.searchsorted(keys, laid.key, side=side) for side in ("left", "right"))
    for row, k in np.argwhere(there & ~goes_on):
        mine = order[begin[row] : stop[row]]
        now_s = laid.time_s[k]
        ends_s = laid.contact_end_s[mine]
        ends_s = ends_s[(laid.contact_start_s[mine] <= now_s) & (ends_s >= now_s)]
        if k + 1 < len(laid.time_s):
            end_s[row, k] = min(ends_s.max(initial=now_s), laid.time_s[k + 1])
        elif len(ends_s) and ends_s.max() < last_s:
            end_s[row, k] = ends_s.max()
    return end_s


def _with_processing(network: Network, processing_s: float) -> Network:
    """Add a link before each: what the platform there takes to pass a packet on."""
    links, knots = network.delay_s.shape
    return Network(
        network.time_s,
        np.concatenate([network.delay_s, np.full((links, knots), processing_s)]),
        np.concatenate([network.rate_bps, np.full((links, knots), 1e18)]),
        np.concatenate([network.buffer_bytes, np.full(links, np.inf)]),
    )
