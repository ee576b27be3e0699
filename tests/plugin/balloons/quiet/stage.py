"""Quiet hours: groups that must not send or receive for a while, such as during a launch."""

from skyweft.columns import Column, Table
from skyweft.scenario.parts import Rule
from skyweft.scenario.raw import Found, Plain, rows, strangers
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Metrics, Restriction, Stage, State, Whole


class Quiet(Rule):
    """A while in which a group must be quiet."""

    key = "quiet"
    words = "When groups must not send or receive: one `[[quiet]]` a while."

    platforms: list[str]
    """Groups of them."""
    start_s: float
    """From the scenario's start."""
    end_s: float
    """The first moment they may send again."""
    cause: str = "quiet hours"
    """What tables say of links and messages that it keeps from working."""

    @classmethod
    def references(cls, data: Plain) -> Found:
        for row, rule in rows(data, cls.key):
            yield from strangers(data, rule, (cls.key, row), "platforms")


HOURS = Table(
    "quiet_hours",
    "one row a platform and a while in which it is quiet",
    (
        Column("platform", "name", "", "who"),
        Column("start_s", "float64", "s", "from the scenario's start"),
        Column("end_s", "float64", "s", "the first moment it may send again"),
    ),
)


class QuietStage(Stage):
    """Quiet hours: where the scenario has `[[quiet]]`."""

    key, needs, tables, models, restricts = "quiet", ("motion",), (HOURS,), (Quiet,), True
    reads = ("quiet",)

    def wanted(self, scenario: Scenario) -> bool:
        return bool(scenario.rules(Quiet))

    def open(self, context: Context) -> "Hours":
        return Hours(context)


class Hours(State):
    def __init__(self, context: Context) -> None:
        fleet, rules = context.fleet, context.scenario.rules(Quiet)
        groups = [(rule, group) for rule in rules for group in rule.platforms]
        self.rows = [(row, rule) for rule, group in groups for row in fleet.rows_of(group).tolist()]

    def block(self, block: Block) -> None:
        for row, rule in self.rows:
            if block.start_s <= rule.start_s < block.end_s:
                block.restrict(Restriction(row, rule.start_s, rule.end_s, rule.cause))

    def close(self, whole: Whole) -> Metrics:
        names = [whole.context.fleet.names[row] for row, _ in self.rows]
        spans = {key: [getattr(rule, key) for _, rule in self.rows] for key in ("start_s", "end_s")}
        whole.write(HOURS, HOURS.build({"platform": names, **spans}))
        quiet_s = sum(spans["end_s"]) - sum(spans["start_s"])
        return {"quiet": {"platforms": len(set(names)), "quiet_s": quiet_s}}


STAGE = QuietStage()
