"""What single packets of chosen flows see: waiting, loss and overtaking along routes that change.

Every link sends what it is given in the order it came, at its rate, then the packet flies for the
link's delay. A packet keeps the route it had when it was sent. There is no feedback: senders do not
slow down, so this says what a load does to packets, not what TCP does about it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import RangeError
from skyweft.kernels import kernel, making

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

CAUSES = (
    "",
    "no route when it was sent",
    "the buffer of a link was full",
    "a link on the route was gone",
    "its link ended while it was under way",
)
ARRIVED, NO_ROUTE, BUFFER_FULL, LINK_GONE, CUT_OFF = range(len(CAUSES))

A_BUCKET = 8  # events looked at together: their heap is hardly one
BUCKETS_MAX = 1 << 24


@dataclass(frozen=True, slots=True)
class Network:
    """Links whose delay and rate change with time.

    `time_s` (G,) are knots that do not fall; delays run straight between them, and two knots of one
    time make a step. Before the first and after the last knot things stay as they are there.
    """

    time_s: Floats  # (G,)
    delay_s: Floats  # (L, G) NaN: there is no link; one between two knots needs both
    rate_bps: Floats  # (L, G) from the knot on
    buffer_bytes: Floats  # (L,) what may wait, what is left of the packet being sent included

    def __post_init__(self) -> None:
        links, knots = self.delay_s.shape
        assert len(self.time_s) == knots >= 1
        assert self.rate_bps.shape == (links, knots)
        assert self.buffer_bytes.shape == (links,)
        assert np.all(np.diff(self.time_s) >= 0)


@dataclass(frozen=True, slots=True)
class Packets:
    """Packets in the order they are sent. Columns have shape (K,)."""

    flow: Ints
    sent_s: Floats
    size_bytes: Floats

    def __post_init__(self) -> None:
        assert len(self.flow) == len(self.sent_s) == len(self.size_bytes)
        assert np.all(np.diff(self.sent_s) >= 0)

    def __len__(self) -> int:
        return len(self.sent_s)


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of every packet. Columns have shape (K,)."""

    received_s: Floats  # NaN: lost
    waited_s: Floats  # in queues, its own sending not counted
    cause: NDArray[np.int8]  # index into `CAUSES`

    def __post_init__(self) -> None:
        assert np.all(np.isnan(self.received_s) == (self.cause != ARRIVED))


@dataclass(frozen=True, slots=True)
class Summary:
    """The packets of F flows in numbers; NaN where none, or for jitter no two, arrived."""

    sent: Longs
    lost: Longs
    overtaken: Longs
    delay_mean_s: Floats
    delay_s: Floats  # (F, Q)
    jitter_s: Floats


def stepped(time_s: ArrayLike, values: ArrayLike) -> tuple[Floats, Floats]:
    """Turn values (L, G) that hold from a time to the next into knots for `Network`.

    Returns
    -------
    time_s : (2 G - 1,), values : (L, 2 G - 1)
        Every time but the first twice: once for what held up to it, once for what holds from it.
    """
    times, held = np.asarray(time_s, np.float64), np.asarray(values, np.float64)
    return np.repeat(times, 2)[1:], np.repeat(held, 2, axis=1)[:, :-1]


def constant(
    flow: int, rate_bps: float, size_bytes: float, start_s: float, end_s: float
) -> Packets:
    """Return packets of one size at even distances, the first at the start, none at the end."""
    gap_s = _gap(rate_bps, size_bytes)
    count = max(0, int(np.ceil((end_s - start_s) / gap_s - 1e-9)))
    return _of_one(flow, start_s + gap_s * np.arange(count, dtype=np.float64), size_bytes)


def poisson(
    flow: int, rate_bps: float, size_bytes: float, start_s: float, end_s: float, seed: int
) -> Packets:
    """Return packets of one size at random times, as many as make the rate on average.

    The random numbers are Philox's, keyed by seed and flow: other flows change nothing, and a later
    end only adds packets.
    """
    gap_s = _gap(rate_bps, size_bytes)
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, flow])))
    parts, now = [np.empty(0)], start_s
    while now < end_s:
        parts.append(now + np.cumsum(-np.log1p(-random.random(4096)) * gap_s))
        now = float(parts[-1][-1])
    times: Floats = np.concatenate(parts)
    return _of_one(flow, times[times < end_s], size_bytes)


def merged(*several: Packets) -> Packets:
    """Put the packets of several flows in one order by time; ties stay in the order given."""
    sent = np.concatenate([part.sent_s for part in several])
    order = np.argsort(sent, kind="stable")
    flow = np.concatenate([part.flow for part in several])
    size = np.concatenate([part.size_bytes for part in several])
    return Packets(flow[order], sent[order], size[order])


def paths_at(packets: Packets, change_s: ArrayLike, route: ArrayLike) -> Ints:
    """Return the route (K,) every packet takes: what its flow had when it was sent.

    Parameters
    ----------
    packets : Packets
    change_s : (C,)
        From when on a column of `route` holds, rising. [s]
    route : (F, C)
        The route of every flow from then on; -1: none. None either before the first change.
    """
    table = np.asarray(route, np.int32)
    column = np.searchsorted(np.asarray(change_s, np.float64), packets.sent_s, side="right") - 1
    return np.where(column >= 0, table[packets.flow, column], np.int32(-1)).astype(np.int32)


def send(
    packets: Packets,
    route: ArrayLike,
    first: ArrayLike,
    link: ArrayLike,
    network: Network,
    lost_in_flight: bool = False,
) -> Trace:
    """Send packets along their routes; flows that share a link queue up together.

    Parameters
    ----------
    packets : Packets
        In the order they are sent.
    route : (K,)
        Row of each packet's route, -1 for none; see `paths_at`.
    first : (W + 1,), link : (E,)
        The links of route w are ``link[first[w] : first[w + 1]]``; an empty route arrives at once.
    network : Network
        The links over time.
    lost_in_flight : bool
        Whether a packet whose last bit is on its way is lost when the link ends behind it.

    Returns
    -------
    Trace
        A packet that would have to wait beyond its link's end is lost and takes none of its time.

    Raises
    ------
    RangeError
        A link with a delay has no rate above zero.

    Notes
    -----
    On a link ``out = max(in, out of the one before) + size / rate`` (Lindley [1]_), then the delay
    at that moment. The rate is that at the packet's start of sending; a buffer counts what is not
    yet sent by the rate of now. Packets that come at the same time go in the order they were sent.

    References
    ----------
    .. [1] D. V. Lindley, "The theory of queues with a single server", Math. Proc. Cambridge, 48,
       1952.
    """
    ends, links = np.ascontiguousarray(first, np.int64), np.ascontiguousarray(link, np.int32)
    rows = np.ascontiguousarray(route, np.int32)
    count = len(packets)
    if len(rows) != count or (count and (rows.min() < -1 or rows.max() >= len(ends) - 1)):
        raise ValueError(f"route must be {count} rows from -1 to {len(ends) - 2}")
    if len(links) and (links.min() < 0 or links.max() >= len(network.delay_s)):
        raise ValueError(f"link must lie from 0 to {len(network.delay_s) - 1}")
    there = np.isfinite(network.delay_s)
    if np.any(there & ~(network.rate_bps > 0)) or np.any(network.delay_s < 0):
        bad = np.argwhere(there & ~(network.rate_bps > 0) | (network.delay_s < 0))[0]
        raise RangeError(f"link {bad[0]} has a delay below zero, or no rate, at knot {bad[1]}")
    fates = _Fates(np.full(count, np.nan), np.zeros(count), np.full(count, NO_ROUTE, np.int8))
    if count:
        sent = _Sent(packets.sent_s, packets.size_bytes, rows)
        paths = _Paths(ends, links)
        _run(sent, paths, _over_time(network), lost_in_flight, _buckets(sent, paths), fates)
    return Trace(*fates)


def summary(
    packets: Packets, trace: Trace, flows: int, percent: ArrayLike = (0, 50, 95, 99, 100)
) -> Summary:
    """Return loss, delay, jitter and overtaking of every flow.

    Parameters
    ----------
    packets, trace
        What was sent and what became of it.
    flows : int
        How many flows there are.
    percent : (Q,)
        Percentiles of the delay to give. [%]

    Returns
    -------
    Summary
        `jitter_s` is the mean absolute difference in delay of one arrived packet and the next one
        sent [1]_; `overtaken` counts packets that arrive after one that was sent later [2]_.

    References
    ----------
    .. [1] C. Demichelis and P. Chimento, "IP Packet Delay Variation Metric", RFC 3393, 2002.
    .. [2] A. Morton et al., "Packet Reordering Metrics", RFC 4737, 2006, section 4.2.
    """
    q = np.asarray(percent, np.float64)
    arrived = np.isfinite(trace.received_s)
    sent = np.bincount(packets.flow, minlength=flows)
    lost = sent - np.bincount(packets.flow[arrived], minlength=flows)
    overtaken = np.zeros(flows, np.int64)
    mean, jitter, delay = (
        np.full(flows, np.nan),
        np.full(flows, np.nan),
        np.full((flows, len(q)), np.nan),
    )
    order = np.argsort(packets.flow, kind="stable")
    order = order[arrived[order]]
    bounds = np.searchsorted(packets.flow[order], np.arange(flows + 1))
    for flow in np.flatnonzero(np.diff(bounds)).tolist():
        mine = order[bounds[flow] : bounds[flow + 1]]
        received = trace.received_s[mine]
        delays = received - packets.sent_s[mine]
        # Sorted by arrival (ties by sending), who has a lower number than one before was overtaken.
        rank = np.argsort(received, kind="stable")
        overtaken[flow] = np.count_nonzero(rank < np.maximum.accumulate(rank))
        mean[flow], delay[flow] = delays.mean(), np.percentile(delays, q)
        if len(mine) > 1:
            jitter[flow] = np.abs(np.diff(delays)).mean()
    return Summary(sent, lost, overtaken, mean, delay, jitter)


def _gap(rate_bps: float, size_bytes: float) -> float:
    if not (0 < rate_bps < np.inf and 0 < size_bytes < np.inf):
        raise ValueError(f"rate and size must be above zero, got {rate_bps:g} and {size_bytes:g}")
    return size_bytes * 8 / rate_bps


def _of_one(flow: int, sent_s: Floats, size_bytes: float) -> Packets:
    count = len(sent_s)
    return Packets(np.full(count, flow, np.int32), sent_s, np.full(count, float(size_bytes)))


def _up_until(network: Network) -> Floats:
    """Return (L, G) until when a link stays that is there from a knot on; -inf where it is not."""
    there = np.isfinite(network.delay_s)
    until = np.full(there.shape, -np.inf)
    until[there[:, -1], -1] = np.inf
    for g in range(there.shape[1] - 2, -1, -1):
        goes_on = there[:, g] & there[:, g + 1]
        until[goes_on, g] = np.maximum(until[goes_on, g + 1], network.time_s[g + 1])
    return until


class _Sent(NamedTuple):
    """Packets in the order they are sent. (K,)."""

    sent_s: Floats
    size_bytes: Floats
    path: Ints  # -1: none


class _Paths(NamedTuple):
    """The links of path w are `link[first[w] : first[w + 1]]`."""

    first: Longs
    link: Ints


class _Links(NamedTuple):
    """A `Network`, and until when what is there at a knot stays: -inf where there is nothing."""

    time_s: Floats  # (G,)
    delay_s: Floats  # (L, G)
    rate_bps: Floats  # (L, G)
    up_until_s: Floats  # (L, G)
    buffer_bytes: Floats  # (L,)


class _Fates(NamedTuple):
    """A `Trace` while it is written. (K,)."""

    received_s: Floats
    waited_s: Floats
    cause: NDArray[np.int8]


class _Slices(NamedTuple):
    """Slices of time, each with a list of the packets whose next event falls into it."""

    begin: Ints  # (buckets,) the first packet of a slice, -1 for none
    after: Ints  # (K,) the packet after one in its list, -1 for none


def _over_time(network: Network) -> _Links:
    return _Links(
        network.time_s,
        np.ascontiguousarray(network.delay_s),
        np.ascontiguousarray(network.rate_bps),
        _up_until(network),
        network.buffer_bytes,
    )


def _buckets(sent: _Sent, paths: _Paths) -> int:
    """Return into how many slices of time the events go."""
    events = int(np.diff(paths.first)[sent.path[sent.path >= 0]].sum())
    return int(np.clip(events // A_BUCKET, 1, BUCKETS_MAX))


@making
def _run(
    sent: _Sent, paths: _Paths, links: _Links, lost_in_flight: bool, buckets: int, fates: _Fates
) -> None:
    """Take events in order of time: each is a packet that comes to a link or to its end.

    Slices of time hold lists of packets; the slice at hand is a heap, so an event that falls into
    it again finds its place. Packets are never copied: one is in one place at a time.
    """
    sent_s, size_bytes, path = sent
    first, link = paths
    knot_s, _, _, _, buffer_bytes = links
    received_s, waited_s, cause = fates
    count = len(sent_s)
    start, span = sent_s[0], sent_s[count - 1] - sent_s[0]
    per_s = buckets / span if span > 1e-9 else 0.0
    last = buckets - 1.0
    now_s = sent_s.copy()
    (begin, after), place = _laid_out(sent, paths, buckets, per_s, fates)
    free_s = np.full(len(buffer_bytes), -np.inf)
    due_s, heap = np.empty(count), np.empty(count, np.int32)
    knot = 0
    for slot in range(buckets):
        size, k = 0, begin[slot]
        while k >= 0:
            size = _push(due_s, heap, size, now_s[k], k)
            k = after[k]
        while size > 0:
            t, k = due_s[0], heap[0]
            while knot + 1 < len(knot_s) and knot_s[knot + 1] <= t:
                knot += 1
            at = link[place[k]]
            free = free_s[at]
            out, then, why = _pass(links, at, knot, t, size_bytes[k], free, lost_in_flight)
            if why in (ARRIVED, CUT_OFF):
                waited_s[k] += max(free - t, 0.0)
                free_s[at] = out
            place[k] += 1
            later = -1
            if why != ARRIVED:
                cause[k] = why
            elif place[k] == first[path[k] + 1]:
                received_s[k], cause[k] = then, ARRIVED
            else:
                later = int(min(last, (then - start) * per_s))
            if later == slot:
                _sink(due_s, heap, size, then, k)
                continue
            size -= 1
            _sink(due_s, heap, size, due_s[size], heap[size])
            if later >= 0:
                now_s[k] = then
                after[k], begin[later] = begin[later], k


@making
def _laid_out(
    sent: _Sent, paths: _Paths, buckets: int, per_s: float, fates: _Fates
) -> tuple[_Slices, Longs]:
    """Return the slices, and where on its way each packet is: at the first link."""
    sent_s, _, path = sent
    count, start = len(sent_s), sent_s[0]
    begin = np.full(buckets, -1, np.int32)
    after = np.empty(count, np.int32)
    place = np.zeros(count, np.int64)
    for k in range(count - 1, -1, -1):
        if path[k] >= 0:
            place[k] = paths.first[path[k]]
            if place[k] == paths.first[path[k] + 1]:
                fates.received_s[k], fates.cause[k] = sent_s[k], ARRIVED
                continue
            slot = int(min(buckets - 1.0, (sent_s[k] - start) * per_s))
            after[k], begin[slot] = begin[slot], k
    return _Slices(begin, after), place


@kernel
def _pass(
    links: _Links,
    at: int,
    knot: int,
    t: float,
    size_bytes: float,
    free_s: float,
    lost_in_flight: bool,
) -> tuple[float, float, int]:
    """Return when a packet's last bit leaves a link and arrives, and what stopped it.

    It comes at `t`, when `knot` was the last, and may be sent from `free_s` on.
    """
    knot_s, delay_s, rate_bps, up_until_s, buffer_bytes = links
    end = up_until_s[at, knot]
    begin = max(t, free_s)
    if not t < end:
        return t, t, LINK_GONE
    if (begin - t) * rate_bps[at, knot] / 8 + size_bytes > buffer_bytes[at]:
        return t, t, BUFFER_FULL
    while knot + 1 < len(knot_s) and knot_s[knot + 1] <= begin:
        knot += 1
    out = begin + size_bytes * 8 / rate_bps[at, knot]
    if not out < end:
        return t, t, LINK_GONE
    while knot + 1 < len(knot_s) and knot_s[knot + 1] <= out:
        knot += 1
    delay = delay_s[at, knot]
    if knot + 1 < len(knot_s) and out > knot_s[knot]:
        part = (out - knot_s[knot]) / (knot_s[knot + 1] - knot_s[knot])
        delay += part * (delay_s[at, knot + 1] - delay)
    if lost_in_flight and out + delay > end:
        return out, out, CUT_OFF
    return out, out + delay, ARRIVED


@kernel
def _push(due_s: Floats, heap: Ints, size: int, t: float, k: int) -> int:
    """Add packet k to the heap, earliest on top, ties by number; return the new size."""
    here = size
    while here > 0:
        above = (here - 1) >> 1
        if due_s[above] < t or (due_s[above] == t and heap[above] < k):
            break
        due_s[here], heap[here] = due_s[above], heap[above]
        here = above
    due_s[here], heap[here] = t, k
    return size + 1


@kernel
def _sink(due_s: Floats, heap: Ints, size: int, t: float, k: int) -> None:
    """Put packet k at the top and let it sink to its place."""
    here = 0
    while 2 * here + 1 < size:
        child = 2 * here + 1
        other = child + 1
        if other < size and (
            due_s[other] < due_s[child]
            or (due_s[other] == due_s[child] and heap[other] < heap[child])
        ):
            child = other
        if t < due_s[child] or (t == due_s[child] and k < heap[child]):
            break
        due_s[here], heap[here] = due_s[child], heap[child]
        here = child
    due_s[here], heap[here] = t, k
