"""The stage `observations`: what devices measure, and what of it arrives when."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.columns import named
from skyweft.delivery.arrow import DELIVERIES
from skyweft.delivery.model import Messages
from skyweft.delivery.settlement import expected, listed
from skyweft.delivery.totals import over
from skyweft.errors import ScenarioError
from skyweft.observations.arrow import BY_DEVICE, BY_HOUR, OBSERVATIONS
from skyweft.observations.freshness import ByDevice, by_device, by_hour
from skyweft.observations.judging import counted, flags
from skyweft.observations.sampling import Stream, carrier, stream
from skyweft.observations.sensors.codec import size_bytes
from skyweft.observations.sensors.model import Daily, Observations
from skyweft.observations.sensors.terms import uncovered
from skyweft.quality.flags import Flags
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Estimate, Metrics, Stage, State, Whole

SHARES = (0.5, 0.95)  # of the delays in summary.json
SECONDS_SAMPLE, BYTES_SAMPLE = 2e-6, 40.0
CARRIED = ("rule", "source", "sequence_number", "created_s", "delivered_s")


class ObservationsStage(Stage):
    """Observations: where the scenario says what devices measure."""

    key = "observations"
    needs = ("deliveries",)
    models = (Observations,)
    reads = ("seed", "messages", "deliveries", "observations")
    tables = (OBSERVATIONS, BY_DEVICE, BY_HOUR)
    share = 0.02

    def wanted(self, scenario: Scenario) -> bool:
        """Whether it says so of any."""
        return bool(scenario.rules(Observations))

    def check(self, context: Context) -> None:
        """Refuse values that their messages have no room for, and waves of days of who moves."""
        scenario, fleet = context.scenario, context.fleet
        errors = [*_too_large(scenario), *_alike(scenario)]
        for number, rule in enumerate(scenario.rules(Observations)):
            moves = bool(np.any(fleet.site[fleet.rows_of(rule.source)] < 0))
            errors += [
                f"observations[{number}].value[{place}]: a daily wave goes by the solar time where "
                f'a device stands, and "{rule.source}" moves'
                for place, term in enumerate(rule.value)
                if moves and isinstance(term, Daily)
            ]
            errors += [
                f"observations[{number}].value[{place}].file: {words}"
                for place, words in uncovered(rule, scenario.duration_s)
            ]
        if not listed(scenario, fleet):
            errors.append(
                "observations: they are made of the rows of messages, about "
                f"{expected(scenario, fleet):,.0f} here: ask for them by deliveries.rows = true"
            )
        if errors:
            raise ScenarioError("\n".join(errors))

    def estimate(self, context: Context) -> Estimate:
        """Say how many samples there will be, and how full their messages are."""
        scenario, fleet = context.scenario, context.fleet
        messages = scenario.rules(Messages)
        samples = sum(
            len(fleet.rows_of(rule.source))
            * rule.samples
            * scenario.duration_s
            / (messages[carrier(scenario, rule)].period_s or scenario.duration_s)
            for rule in scenario.rules(Observations)
        )
        full = [
            f"observations fill {used} of the {messages[place].size_bytes} bytes of messages"
            f"[{place}]"
            for place, used in _payloads(scenario).items()
        ]
        return Estimate(
            samples * SECONDS_SAMPLE,
            samples * BYTES_SAMPLE,
            said=(f"about {samples:,.0f} samples", *full),
            facts={"samples": round(samples)},
        )

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State()


class _State(State):
    """Nothing goes from block to block: what arrives is known once all have ended."""

    def block(self, block: Block) -> None:
        return

    def close(self, whole: Whole) -> Metrics:
        context = whole.context
        scenario, end_s = context.scenario, whole.end_s
        deliveries = whole.written(DELIVERIES, CARRIED)
        rows: list[list[pa.Table]] = [[], [], []]
        summed = []
        for number, rule in enumerate(scenario.rules(Observations)):
            some = stream(context, number, deliveries, end_s)
            devices, quality = by_device(some, end_s), flags(rule, some)
            tables = _tables(number, some, (devices, quality), context)
            for kept, table in zip(rows, tables, strict=True):
                kept.append(table)
            summed.append({"rule": number, **_figures(rule, some, devices), **counted(quality)})
            if clipped := int(some.clipped.sum()):
                whole.warn(
                    f"observations[{number}].encoding: {clipped:,} of {len(some.at):,} values are "
                    f"beyond what {rule.encoding.type} can tell here and were sent as its nearest"
                )
        for table, row in zip((OBSERVATIONS, BY_DEVICE, BY_HOUR), rows, strict=True):
            whole.write(table, row)
        return {"observations": summed}


def _payloads(scenario: Scenario) -> dict[int, int]:
    """Return the bytes that observations fill of each rule of messages that carries any."""
    found: dict[int, int] = {}
    for rule in scenario.rules(Observations):
        place = carrier(scenario, rule)
        found[place] = found.get(place, 0) + rule.samples * size_bytes(rule.encoding)
    return found


def _too_large(scenario: Scenario) -> Iterator[str]:
    for place, used in _payloads(scenario).items():
        room = scenario.rules(Messages)[place].size_bytes
        if used > room:
            yield (
                f"messages[{place}].size_bytes: {room}, and the observations that it carries have "
                f"{used} bytes"
            )


def _alike(scenario: Scenario) -> Iterator[str]:
    """Name datastreams that could not be told apart."""
    first: dict[tuple[str, str], int] = {}
    for number, rule in enumerate(scenario.rules(Observations)):
        other = first.setdefault((rule.source, rule.name), number)
        if other != number:
            yield (
                f'observations[{number}].name: "{rule.name}" of "{rule.source}" is '
                f"observations[{other}] already"
            )


def _tables(
    number: int, some: Stream, known: tuple[ByDevice, Flags], context: Context
) -> Iterator[pa.Table]:
    """Yield the rows of one datastream: arrivals, by device, by device and hour."""
    devices, quality = known
    streams = pa.array([rule.name for rule in context.scenario.rules(Observations)])

    def who(device: NDArray[np.int64]) -> dict[str, Any]:
        rule = np.full(len(device), number, np.int32)
        return {
            "rule": rule,
            "datastream": named(rule, streams),
            "platform": named(device.astype(np.int32), context.names),
        }

    there = np.isfinite(some.received_s)
    yield OBSERVATIONS.build(
        {
            **who(some.at.device[there]),
            "sequence_number": some.at.number[there],
            "phenomenon_s": some.at.time_s[there],
            "result_s": some.result_s[there],
            "received_s": some.received_s[there],
            "result": some.result[there],
            "quality": quality,
        }
    )
    for table, found in ((BY_DEVICE, devices), (BY_HOUR, by_hour(some))):
        columns = found._asdict()
        complete = over(found.arrived, found.expected)
        yield table.build({**who(columns.pop("device")), **columns, "completeness": complete})


def _figures(rule: Observations, some: Stream, devices: ByDevice) -> dict[str, object]:
    """Return a datastream's key figures, ready for JSON."""
    expected_, arrived = int(some.expected.sum()), int(some.arrived.sum())
    delay_s = (some.received_s - some.at.time_s)[some.arrived]
    known = devices.age_mean_s[np.isfinite(devices.age_mean_s)]
    return {
        "name": rule.name,
        "source": rule.source,
        "observed_property": rule.measured,
        "unit": rule.unit,
        "devices": len(devices.device),
        "samples": len(some.at),
        "expected": expected_,
        "arrived": arrived,
        "completeness": arrived / expected_ if expected_ else None,
        "clipped": int(some.clipped.sum()),
        **{
            f"delay_p{round(100 * share):02}_s": float(np.quantile(delay_s, share))
            if arrived
            else None
            for share in SHARES
        },
        "age_mean_s": float(known.mean()) if len(known) else None,
        "silent_devices": int(np.count_nonzero(devices.arrived == 0)),
    }


STAGE = ObservationsStage()
