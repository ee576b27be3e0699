"""The stage `gateways`: where to build ground stations."""

from collections.abc import Iterator

from skyweft.fleet import Fleet
from skyweft.network.amounts import doubtful, unheeded
from skyweft.network.flows.demand import wanted
from skyweft.network.graph.block import NETWORK
from skyweft.network.placement.arrow import GATEWAY_CAPACITY, GATEWAYS, sites_table, times_table
from skyweft.network.placement.ground import Downlinks, check, downlinks, join, siting
from skyweft.network.placement.metrics import metrics
from skyweft.network.placement.model import Gateways
from skyweft.network.reads import OF_RATES
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Metrics, Stage, State, Whole


class GatewaysStage(Stage):
    """Gateways to choose: where the scenario has `[gateways]`."""

    key = "gateways"
    needs = ("graph",)
    models = (Gateways,)
    reads = (*OF_RATES, "flows", "gateways")
    tables = (GATEWAYS, GATEWAY_CAPACITY)
    share = 0.02

    def wanted(self, scenario: Scenario) -> bool:
        """Whether there are candidates."""
        return scenario.settings(Gateways) is not None

    def warnings(self, scenario: Scenario) -> Iterator[str]:
        """Name a step so long that only the run's first moment is looked at."""
        asked = scenario.settings(Gateways)
        if asked is not None:
            yield from doubtful(scenario, self.key, asked)
            yield from unheeded(scenario)

    def check(self, context: Context) -> None:
        """Refuse a plan that nothing is asked of, or that is too large."""
        check(context.scenario, context.fleet, context.once(wanted))

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    def __init__(self, context: Context) -> None:
        self._context = context

    def block(self, block: Block) -> None:
        context = self._context
        network = block.get(NETWORK).seen_by(block)
        down = downlinks(network, context.once(wanted), context.executor)
        block.journal.keep("downlinks", down.columns())

    def close(self, whole: Whole) -> Metrics:
        asked = whole.context.scenario.settings(Gateways)
        assert asked is not None
        found = siting(
            join([Downlinks(**journal.read("downlinks")) for journal in whole.journals]),
            asked.target_share,
        )
        fleet: Fleet = whole.context.fleet
        whole.write(GATEWAYS, sites_table(found, fleet, whole.context.names))
        whole.write(GATEWAY_CAPACITY, times_table(found))
        return {"gateways": metrics(found, fleet.names)}


STAGE = GatewaysStage()
