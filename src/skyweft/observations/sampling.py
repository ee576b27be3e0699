"""Messages of a run as samples of its datastreams: all that were generated, arrived or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.delivery.model import Messages
from skyweft.delivery.totals import observed_s
from skyweft.drawing.reading import codes, numbers
from skyweft.fleet import Fleet
from skyweft.observations.sensors.codec import decode, encode
from skyweft.observations.sensors.model import Observations
from skyweft.observations.sensors.terms import Samples, quantity
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Context
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stream:
    """Samples of one datastream, of each device in order of phenomenon time. Shapes (N,).

    Attributes
    ----------
    at : Samples
        Whose and when.
    result_s, received_s : float64
        When its message was generated, and arrived; NaN where it did not. [s]
    result : float64
        As the message carries it.
    clipped : bool
        Whether its bytes could not tell the value.
    expected, arrived : bool
        Whether the message counts in shares, and arrived in the time that it has for that.
    """

    at: Samples
    result_s: Floats
    received_s: Floats
    result: Floats
    clipped: Flags
    expected: Flags
    arrived: Flags


def carrier(scenario: Scenario, rule: Observations) -> int:
    """Return which of the scenario's `[[messages]]` carries a datastream."""
    if rule.messages is not None:
        return rule.messages
    return next(
        k for k, sending in enumerate(scenario.rules(Messages)) if sending.source == rule.source
    )


def stream(context: Context, number: int, deliveries: pa.Table, end_s: float) -> Stream:
    """Return all samples of a datastream.

    Parameters
    ----------
    context : Context
        What was run.
    number : int
        Which of `[[observations]]`.
    deliveries : pyarrow.Table
        The table of that name: every message that was generated.
    end_s : float
        How far the run came.

    Raises
    ------
    ScenarioError
        A file of values does not cover the samples.
    """
    scenario, fleet = context.scenario, context.fleet
    rule = scenario.rules(Observations)[number]
    place = carrier(scenario, rule)
    mine = deliveries.filter(pc.equal(deliveries.column("rule"), place))
    names, row = codes(mine, "source")
    device = _rows(context, names)[row]
    sequence = numbers(mine, "sequence_number").astype(np.int64)
    created_s, received_s = numbers(mine, "created_s"), numbers(mine, "delivered_s")
    before = np.arange(rule.samples)[::-1] * (rule.sample_period_s or 0.0)
    taken_s = created_s[:, None] - before
    counted = sequence[:, None] * rule.samples + np.arange(rule.samples)
    device, taken_s, counted = (
        np.broadcast_to(values, taken_s.shape).ravel()
        for values in (device[:, None], taken_s, counted)
    )
    order = np.lexsort((counted, taken_s, device))
    message = order // rule.samples
    at = Samples(
        device[order],
        counted[order],
        taken_s[order],
        _longitudes(fleet, device[order]),
        np.datetime64(scenario.start.replace(tzinfo=None), "us"),
    )
    sent = encode(rule.encoding, quantity(rule, number, scenario.seed, at))
    lifetime_s = np.array([scenario.rules(Messages)[place].lifetime_s])
    watched_s = float(observed_s(lifetime_s, end_s)[0])
    expected = created_s + watched_s <= end_s
    arrived = expected & (received_s - created_s <= watched_s)
    return Stream(
        at,
        created_s[message],
        received_s[message],
        decode(rule.encoding, sent.data),
        sent.clipped,
        expected[message],
        arrived[message],
    )


def _rows(context: Context, names: Sequence[str]) -> NDArray[np.int64]:
    """Return the fleet's rows of some names."""
    found = pc.index_in(pa.array(names, pa.string()), value_set=context.names)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def _longitudes(fleet: Fleet, device: NDArray[np.int64]) -> Floats:
    """Return where devices stand; NaN for those that move."""
    who, place = np.unique(device, return_inverse=True)
    found = np.full(len(who), np.nan)
    stands = np.flatnonzero(fleet.site[who] >= 0)
    found[stands] = ellipsoid.to_geodetic(fleet.sites.position_m[fleet.site[who[stands]]])[1]
    return found[place]
