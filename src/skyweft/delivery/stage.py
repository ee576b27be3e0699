"""The stage `deliveries`: messages of devices, from random access to their target."""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from skyweft.delivery.access import traffic
from skyweft.delivery.access.reception import begin, receive
from skyweft.delivery.access.tables import Carry
from skyweft.delivery.arrow import (
    DELAY_CDF,
    DELIVERIES,
    DELIVERIES_BY_CELL,
    DELIVERIES_BY_DEVICE,
    DELIVERIES_BY_HOUR,
    GATEWAY_USAGE,
    STORAGE_OCCUPANCY,
)
from skyweft.delivery.cutting import failing, note
from skyweft.delivery.model import Deliveries, Messages
from skyweft.delivery.onboard.timetable import messengers, targets
from skyweft.delivery.product import CAUSES, CAUSES_MAX
from skyweft.delivery.settlement import (
    RECEIVED_IN,
    expected,
    listed,
    metrics,
    settle,
    tables,
    warnings,
)
from skyweft.errors import RangeError
from skyweft.motion.stage import MOTION
from skyweft.network.failures.model import Failures
from skyweft.network.graph.causes import CAUSES as OWN
from skyweft.scenario.contention import Shared
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.waveforms import waveform_named
from skyweft.stage import (
    Block,
    Context,
    Estimate,
    Journal,
    Metrics,
    Restrictions,
    Stage,
    State,
    Whole,
)

SECONDS_MESSAGE = 3e-6
BYTES_DEVICE, BYTES_ROW = 60.0, 35.0
MESSAGES = 2e6  # of one block: about a gigabyte while they contend for the channel


class DeliveriesStage(Stage):
    """Deliveries: where the scenario has `[[messages]]`."""

    key = "deliveries"
    version = 3
    needs = ("motion", "contacts", "links")
    models = (Messages, Deliveries)
    reads = (
        "seed",
        "step_s",
        "platforms.*.terminals",
        "platforms.*.relay",
        "platforms.*.storage",
        "terminals",
        "waveforms",
        "links",
        "failures",
        "messages",
        "deliveries",
    )
    tables = (
        DELIVERIES,
        DELIVERIES_BY_DEVICE,
        DELIVERIES_BY_CELL,
        DELIVERIES_BY_HOUR,
        DELAY_CDF,
        STORAGE_OCCUPANCY,
        GATEWAY_USAGE,
    )
    share = 0.3

    def wanted(self, scenario: Scenario) -> bool:
        """Whether the scenario has any."""
        return bool(scenario.rules(Messages))

    def warnings(self, scenario: Scenario) -> Iterator[str]:
        """Name stores that keep nothing, and what only messages would read."""
        sizes = [rule.size_bytes for rule in scenario.rules(Messages)]
        for name, group in scenario.platforms.items():
            if group.storage is None:
                continue
            if not sizes:
                yield f"platforms.{name}.storage: there are no [[messages]] to keep"
            elif group.storage.bytes < max(sizes):
                yield (
                    f"platforms.{name}.storage.bytes: {group.storage.bytes:g} cannot keep a "
                    f"message of {max(sizes)} bytes, so those are lost there"
                )
        if not sizes and Deliveries.key in scenario.model_fields_set:
            yield "deliveries: there are no [[messages]]"
        if sizes:
            yield from _unheard(scenario)

    def check(self, context: Context) -> None:
        """Refuse traffic that does not fit in memory, and messages as long as a pass."""
        traffic.check(context.scenario, context.fleet)

    def estimate(self, context: Context) -> Estimate:
        """Say how many messages there will be, and what they take."""
        scenario, fleet = context.scenario, context.fleet
        count = expected(scenario, fleet)
        rows = count if listed(scenario, fleet) else 0.0
        return Estimate(
            count * SECONDS_MESSAGE,
            len(fleet) * BYTES_DEVICE + rows * BYTES_ROW,
            MESSAGES / max(count, 1.0) * scenario.duration_s,
            (f"about {count:,.0f} message{'s' * (round(count) != 1)}",),
            facts={"messages": round(count)},
        )

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    """Messages that have been generated and not yet received."""

    def __init__(self, context: Context) -> None:
        self._context = context
        scenario, fleet = context.scenario, context.fleet
        self._carry = begin(scenario, fleet)
        self._causes = OWN  # of restrictions, in the order they were first told
        self._failing = failing(scenario, fleet)
        self._within, self._goals = messengers(scenario, fleet), targets(scenario, fleet)

    def block(self, block: Block) -> None:
        """Note what was received; it is brought down once all blocks are known."""
        context = self._context
        assert context.executor is not None
        stretch = block.get(MOTION), block.start_s, block.end_s
        self._causes = tuple(dict.fromkeys([*self._causes, *block.restrictions.causes]))
        if len(CAUSES) + len(self._causes) > CAUSES_MAX:
            most = CAUSES_MAX - len(CAUSES) - len(OWN)
            raise RangeError(f"restrictions have more than {most} causes")
        note(block, context, self._within, self._goals)
        received, self._carry = receive(
            context.scenario,
            context.fleet,
            *stretch,
            self._carry,
            context.executor,
            Restrictions.joined([self._failing, block.restrictions]).coded(self._causes),
        )
        block.journal.keep(
            RECEIVED_IN, {field.name: getattr(received, field.name) for field in fields(received)}
        )

    def save(self, journal: Journal) -> None:
        journal.keep("carry", self._carry.columns())
        journal.keep("causes", {"causes": np.array(self._causes, np.str_)})

    def load(self, journal: Journal) -> None:
        self._carry = Carry.of(journal.read("carry"))
        self._causes = tuple(str(cause) for cause in journal.read("causes")["causes"])

    def close(self, whole: Whole) -> Metrics:
        context = whole.context
        found = settle(whole, self._causes)
        for table, rows in tables(context, found, self._causes):
            whole.write(table, rows)
        if found.rows is None:
            whole.leave_out(
                DELIVERIES, "a row a message is written only if deliveries.rows asks for it"
            )
        summed = metrics(context.scenario, context.fleet, found)
        for line in warnings(context.scenario, summed):
            whole.warn(line)
        return {"deliveries": summed}


def _unheard(scenario: Scenario) -> Iterator[str]:
    """Name failures of links that would be drawn pair by pair for a million devices."""
    for number, rule in enumerate(scenario.rules(Failures)):
        for link in rule.links:
            name = scenario.links[link].waveform
            if name is not None and isinstance(waveform_named(name, scenario.waveforms), Shared):
                yield (
                    f"failures[{number}].links: links[{link}] is random access, whose pairs do not "
                    "fail one by one for messages; platforms do"
                )


STAGE = DeliveriesStage()
