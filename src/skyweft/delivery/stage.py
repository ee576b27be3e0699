"""The stage `deliveries`: messages of things, from random access to their target."""

from dataclasses import fields

import numpy as np

from skyweft.delivery.access import traffic
from skyweft.delivery.access.hear import begin, hear
from skyweft.delivery.access.tables import Carry
from skyweft.delivery.arrow import (
    DELIVERIES,
    DELIVERIES_BY_CELL,
    DELIVERIES_BY_HOUR,
    DELIVERIES_BY_THING,
    DELIVERY_DELAYS,
    DOWNLINKS,
    STORES,
)
from skyweft.delivery.product import CAUSES, CAUSES_MAX
from skyweft.delivery.settlement import (
    HEARD_IN,
    expected,
    listed,
    metrics,
    settle,
    tables,
    warnings,
)
from skyweft.errors import RangeError
from skyweft.motion.stage import MOTION
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Estimate, Journal, Metrics, Stage, State, Whole

SECONDS_MESSAGE = 3e-6
BYTES_THING, BYTES_ROW = 60.0, 35.0
MESSAGES = 2e6  # of one block: about a gigabyte while they contend for the medium


class DeliveriesStage(Stage):
    """Deliveries: where the scenario has `[[messages]]`."""

    key = "deliveries"
    needs = ("motion", "contacts", "links")
    reads = (
        "step_s",
        "platforms.*.terminals",
        "platforms.*.relay",
        "platforms.*.storage",
        "terminals",
        "waveforms",
        "links",
        "messages",
        "deliveries",
    )
    tables = (
        DELIVERIES,
        DELIVERIES_BY_THING,
        DELIVERIES_BY_CELL,
        DELIVERIES_BY_HOUR,
        DELIVERY_DELAYS,
        STORES,
        DOWNLINKS,
    )
    share = 0.3

    def wanted(self, scenario: Scenario) -> bool:
        """Whether the scenario has any."""
        return bool(scenario.messages)

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
            len(fleet) * BYTES_THING + rows * BYTES_ROW,
            MESSAGES / max(count, 1.0) * scenario.duration_s,
            (f"about {count:,.0f} message{'s' * (round(count) != 1)}",),
            facts={"messages": round(count)},
        )

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    """Messages that have been made and not yet heard."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._carry = begin(context.scenario, context.fleet)
        self._causes: tuple[str, ...] = ()  # of restrictions, in the order they were first told

    def block(self, block: Block) -> None:
        """Note what was heard; it is brought down once all blocks are known."""
        context = self._context
        assert context.executor is not None
        stretch = block.get(MOTION), block.start_s, block.end_s
        self._causes = tuple(dict.fromkeys([*self._causes, *block.restrictions.causes]))
        if len(CAUSES) + len(self._causes) > CAUSES_MAX:
            raise RangeError(f"restrictions have more than {CAUSES_MAX - len(CAUSES)} causes")
        heard, self._carry = hear(
            context.scenario,
            context.fleet,
            *stretch,
            self._carry,
            context.executor,
            block.restrictions.coded(self._causes),
        )
        block.journal.keep(
            HEARD_IN, {each.name: getattr(heard, each.name) for each in fields(heard)}
        )

    def save(self, journal: Journal) -> None:
        journal.keep("carry", self._carry.columns())
        journal.keep("causes", {"causes": np.array(self._causes, np.str_)})

    def load(self, journal: Journal) -> None:
        self._carry = Carry.of(journal.read("carry"))
        self._causes = tuple(str(each) for each in journal.read("causes")["causes"])

    def close(self, whole: Whole) -> Metrics:
        context = whole.context
        found = settle(whole)
        for table, rows in tables(context, found, self._causes):
            whole.write(table, rows)
        if found.rows is None:
            whole.leave_out(
                DELIVERIES, "a row a message is written only if deliveries.rows asks for it"
            )
        figures = metrics(context.scenario, context.fleet, found)
        for line in warnings(context.scenario, figures):
            whole.warn(line)
        return {"deliveries": figures}


STAGE = DeliveriesStage()
