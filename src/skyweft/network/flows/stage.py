"""The stage `flows`: what traffic gets of the links, over time."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from skyweft.columns import Table
from skyweft.errors import RangeError, ScenarioError
from skyweft.motion.unread import PAIR, of_table
from skyweft.network.amounts import doubtful, too_many_snapshots, unheeded
from skyweft.network.flows import beam_use, layers, throughput
from skyweft.network.flows.arrow import (
    BEAMS,
    FLOW_RATES,
    LAYER_LOADS,
    LINK_LOADS,
    USERS_SERVED,
    beams_table,
    flow_rates_table,
    layer_loads_table,
    link_loads_table,
    users_served_table,
)
from skyweft.network.flows.demand import wanted
from skyweft.network.flows.model import Flows
from skyweft.network.flows.shares import Traffic, most, pieces
from skyweft.network.graph.block import NETWORK
from skyweft.network.reads import OF_RATES
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Journal, Metrics, Stage, State, Whole

VARIABLES_MAX = 150_000  # of the bound on throughput: seconds, not minutes


class FlowsStage(Stage):
    """Flows: where the scenario has `[[flows]]`."""

    key = "flows"
    needs = ("graph",)
    models = (Flows,)
    reads = (*OF_RATES, "flows")
    tables = (FLOW_RATES, LINK_LOADS, BEAMS, LAYER_LOADS, USERS_SERVED)
    share = 0.1

    def wanted(self, scenario: Scenario) -> bool:
        """Whether the scenario has any."""
        return bool(scenario.rules(Flows))

    def warnings(self, scenario: Scenario) -> Iterator[str]:
        """Name steps longer than the run, columns and keys of the links that nobody reads."""
        for number, rule in enumerate(scenario.rules(Flows)):
            place = f"flows[{number}]"
            yield from doubtful(scenario, place, rule)
            if rule.matrix is not None:
                yield from of_table(f"{place}.matrix", rule.matrix, (*PAIR, "demand_bps"))
            if rule.gravity is not None and (people := rule.gravity.population) is not None:
                yield from of_table(f"{place}.gravity.population", people, ("name", "population"))
        if scenario.rules(Flows):
            yield from unheeded(scenario)

    def check(self, context: Context) -> None:
        """Refuse more snapshots than fit, and what is wrong with the demand's files and pairs."""
        scenario = context.scenario
        lines = [
            line
            for number, rule in enumerate(scenario.rules(Flows))
            for line in too_many_snapshots(scenario, f"flows[{number}]", rule)
        ]
        if lines:
            raise ScenarioError("\n".join(lines))
        context.once(wanted)

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    def __init__(self, context: Context) -> None:
        self._context = context

    def block(self, block: Block) -> None:
        """Share the links at some snapshots at a time; write some while others are shared."""
        context = self._context
        flows = context.once(wanted)
        network = block.get(NETWORK).seen_by(block)
        assert context.executor is not None
        for some in pieces(network, flows, context.executor, context.policy):
            self._put(block, some)
        if block.start_s == 0:
            try:
                ceiling = most(network, flows, VARIABLES_MAX)
                bound_bps, why_not = ceiling.total_bps, ""
            except RangeError as error:
                bound_bps, why_not = np.nan, str(error)
            block.journal.keep(
                "bound", {"most_bps": np.array(bound_bps), "why_not": np.array(why_not)}
            )

    def _put(self, block: Block, some: Traffic) -> None:
        context = self._context
        shares, loads, beams = some
        causes = block.restrictions.causes
        block.write(FLOW_RATES, lambda: flow_rates_table(shares, context.names, causes))
        block.write(LINK_LOADS, lambda: link_loads_table(loads, context.names))
        block.write(BEAMS, lambda: beams_table(beams, context.names, context.rules))

    def close(self, whole: Whole) -> Metrics:
        names = whole.context.names

        def rows(table: Table) -> Iterator[pa.RecordBatch]:
            return throughput.batches(whole.files(table))

        found = throughput.sum_up(rows(FLOW_RATES), rows(LINK_LOADS), names)
        use = beam_use.metrics(beam_use.beam_use(rows(BEAMS), names, len(found.time_s)))
        whose = layers.Whose.of(whole.context.fleet)
        carried = layers.carried(rows(FLOW_RATES), rows(LINK_LOADS), names, whose)
        whole.write(LAYER_LOADS, layer_loads_table(carried))
        whole.write(USERS_SERVED, users_served_table(carried))
        figures = throughput.metrics(found, _bound(whole.journals[0]))
        return {"flows": {**figures, **layers.metrics(carried), "beams": use}}


def _bound(journal: Journal) -> dict[str, float | str]:
    """Return the most that any routes carry at the run's first moment, or why that is open."""
    kept = journal.read("bound")
    if why_not := str(kept["why_not"]):
        return {"why_not": why_not}
    return {"most_bps": float(f"{float(kept['most_bps']):.6g}")}  # what the solver vouches for


STAGE = FlowsStage()
