"""The stage `failures`: who is out of order, and when."""

from collections.abc import Iterator

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.network.failures.arrow import OUTAGES, metrics, outages_table, reported
from skyweft.network.failures.model import Failures
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.words import suggestion
from skyweft.stage import Block, Context, Estimate, Metrics, Stage, State, Whole


class FailuresStage(Stage):
    """Failures: where the scenario has `[[failures]]`."""

    key = "failures"
    needs = ("motion",)
    models = (Failures,)
    reads = ("seed", "failures", "links")
    tables = (OUTAGES,)
    share = 0.01

    def wanted(self, scenario: Scenario) -> bool:
        """Whether the scenario has any."""
        return bool(scenario.rules(Failures))

    def check(self, context: Context) -> None:
        """Refuse failures of platforms that nobody knows, and of more than there are."""
        lines = [
            line
            for number, rule in enumerate(context.scenario.rules(Failures))
            for line in _wrong(f"failures[{number}]", rule, context.fleet)
        ]
        if lines:
            raise ScenarioError("\n".join(lines))

    def estimate(self, context: Context) -> Estimate:
        """Say who is out of order."""
        summed = context.once(metrics)
        said = tuple(reported(context.scenario, summed))
        return Estimate(said=said, facts={"failures": summed})

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State()


class _State(State):
    """Nothing is handed on: what fails, and when, is known from the seed."""

    def block(self, block: Block) -> None:
        pass

    def close(self, whole: Whole) -> Metrics:
        context = whole.context
        whole.write(OUTAGES, outages_table(context.scenario, context.fleet, context.names))
        return {"failures": context.once(metrics)}


def _wrong(place: str, failures: Failures, fleet: Fleet) -> Iterator[str]:
    for words in _strangers(failures, fleet):
        yield f"{place}.names{words}"
    members = len({row for group in failures.platforms for row in fleet.rows_of(group).tolist()})
    if failures.count is not None and failures.count > members:
        words = f"{failures.count:,} of {members:,} platforms; allowed: at most all of them"
        yield f"{place}.count: {words}"


def _strangers(failures: Failures, fleet: Fleet) -> Iterator[str]:
    """Name what is no member of the groups that may fail."""
    members = [fleet.names[row] for group in failures.platforms for row in fleet.rows_of(group)]
    for place, name in enumerate(failures.names):
        if name not in members:
            groups = ", ".join(failures.platforms)
            yield f"[{place}]: {name!r} is no platform of {groups}{suggestion(name, members)}"


STAGE = FailuresStage()
