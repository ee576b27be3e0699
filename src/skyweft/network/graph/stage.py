"""The stage `graph`: the network over a block of time, for all stages that ask for it."""

from skyweft.contacts.stage import BLOCK
from skyweft.motion.stage import MOTION
from skyweft.network.graph.arrow import RESTRICTIONS, restrictions_table
from skyweft.network.graph.block import NETWORK, Network
from skyweft.network.reads import OF_RATES
from skyweft.stage import Block, Context, Metrics, Stage, State, Whole


class GraphStage(Stage):
    """The network: every scenario has one, and nothing of it is made before it is asked for."""

    key = "graph"
    needs = ("motion", "contacts")
    reads = OF_RATES
    gives = (NETWORK,)
    tables = (RESTRICTIONS,)
    share = 0.001

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    def __init__(self, context: Context) -> None:
        self._context = context

    def block(self, block: Block) -> None:
        scenario, fleet = self._context.scenario, self._context.fleet
        known = block.get(MOTION), block.get(BLOCK).contacts
        block.give(NETWORK, Network(scenario, fleet, *known, block.restrictions))

    def close(self, whole: Whole) -> Metrics:
        whole.write(RESTRICTIONS, restrictions_table(whole.restrictions, self._context.names))
        return {}


STAGE = GraphStage()
