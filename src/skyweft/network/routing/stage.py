"""The stage `routes`: by which routes traffic goes, over time."""

from collections.abc import Iterator

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.network.amounts import doubtful, too_many, too_many_snapshots, unheeded
from skyweft.network.graph.block import NETWORK
from skyweft.network.product import Routes
from skyweft.network.reads import OF_RATES
from skyweft.network.routing.arrow import ROUTE_SNAPSHOTS, ROUTE_STATISTICS, ROUTES, routes_table
from skyweft.network.routing.model import Routes as Rule
from skyweft.network.routing.routes import pieces
from skyweft.network.routing.summary import metrics, pair_table, snapshot_table, sum_up
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Metrics, Stage, State, Whole

ROWS_MAX = 10_000_000_000  # of a rule's table: a hundred gigabytes and days of work


class RoutesStage(Stage):
    """Routes: where the scenario has `[[routes]]`."""

    key = "routes"
    needs = ("graph",)
    models = (Rule,)
    reads = (*OF_RATES, "routes")  # what a metric may weigh
    tables = (ROUTES, ROUTE_STATISTICS, ROUTE_SNAPSHOTS)
    share = 0.1

    def wanted(self, scenario: Scenario) -> bool:
        """Whether the scenario has any."""
        return bool(scenario.rules(Rule))

    def warnings(self, scenario: Scenario) -> Iterator[str]:
        """Name steps longer than the run, and keys of the links that only messages heed."""
        for place, rule in enumerate(scenario.rules(Rule)):
            yield from doubtful(scenario, f"routes[{place}]", rule)
        if scenario.rules(Rule):
            yield from unheeded(scenario)

    def check(self, context: Context) -> None:
        """Refuse rules without a pair of platforms, or with more than fits."""
        scenario, fleet, lines = context.scenario, context.fleet, list[str]()
        for number, rule in enumerate(scenario.rules(Rule)):
            place = f"routes[{number}]"
            many = [*too_many_snapshots(scenario, place, rule)]
            lines += many or _too_many_rows(scenario, fleet, place, rule)
            groups = (*rule.sources, *rule.targets)
            ends = {fleet.names[row] for group in groups for row in fleet.rows_of(group)}
            if len(ends) < 2:
                lines.append(
                    f"routes[{number}]: sources and targets hold no two different platforms"
                )
        if lines:
            raise ScenarioError("\n".join(lines))

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    def __init__(self, context: Context) -> None:
        self._context = context

    def block(self, block: Block) -> None:
        """Find the routes of some snapshots at a time; write some while others are found."""
        network = block.get(NETWORK).seen_by(block)
        assert self._context.executor is not None
        for some in pieces(network, self._context.executor, self._context.policy):
            self._put(block, some)

    def _put(self, block: Block, some: Routes) -> None:
        causes = block.restrictions.causes
        block.write(ROUTES, lambda: routes_table(some, self._context.names, causes))

    def close(self, whole: Whole) -> Metrics:
        context = whole.context
        found = sum_up(context.scenario, context.fleet, whole.files(ROUTES))
        whole.write(ROUTE_STATISTICS, pair_table(found.pairs, context.names))
        whole.write(ROUTE_SNAPSHOTS, snapshot_table(found.snapshots))
        return {"routes": metrics(context.scenario, found, context.policy_name)}


def _too_many_rows(scenario: Scenario, fleet: Fleet, place: str, rule: Rule) -> Iterator[str]:
    """Say that a table would not fit."""
    sources, targets = (
        sum(len(fleet.rows_of(group)) for group in side) for side in (rule.sources, rule.targets)
    )
    count = scenario.duration_s / rule.step_s * sources * targets * rule.alternatives
    if count > ROWS_MAX:
        yield too_many(place, count, ROWS_MAX, "rows")


STAGE = RoutesStage()
