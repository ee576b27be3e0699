"""The stage `handover`: which server a user is on, and how far that is from the best."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.network.graph.block import NETWORK, Network
from skyweft.network.handover.arrow import (
    HANDOVER_STATISTICS,
    HANDOVERS,
    NO_SERVER,
    Changes,
    course,
    handovers_table,
    statistics_table,
)
from skyweft.network.handover.candidates import candidates
from skyweft.network.handover.model import Handover
from skyweft.network.handover.rules import (
    NAMES,
    NOBODY,
    Course,
    Memory,
    Terms,
    follow,
    optimum_bits,
    remembered,
)
from skyweft.network.reads import OF_RATES
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Estimate, Journal, Metrics, Stage, State, Whole

Longs = NDArray[np.int64]

MARGIN_DB, AHEAD_S = 3.0, 10.0
STEPS_MAX = 50_000_000  # of all users together: a quarter of an hour
STEP_COST_S = 2e-5


class HandoverStage(Stage):
    """Handover: where the scenario has `[[handover]]`."""

    key = "handover"
    needs = ("graph",)
    models = (Handover,)
    reads = (*OF_RATES, "handover")
    tables = (HANDOVERS, HANDOVER_STATISTICS)
    share = 0.05

    def wanted(self, scenario: Scenario) -> bool:
        """Whether the scenario has any."""
        return bool(scenario.rules(Handover))

    def check(self, context: Context) -> None:
        """Refuse users that pass traffic on themselves, and more steps than can be followed."""
        scenario = context.scenario
        lines = [
            f"handover[{number}].platforms: {group} passes traffic on: it is a server, not a user "
            "(relay = false)"
            for number, rule in enumerate(scenario.rules(Handover))
            for group in rule.platforms
            if scenario.platforms[group].passes_on
        ]
        steps = _steps(context)
        if steps > STEPS_MAX:
            lines.append(
                f"handover: {steps:,.0f} steps of all users; at most {STEPS_MAX:,}: a longer step_s"
            )
        if lines:
            raise ScenarioError("\n".join(lines))

    def estimate(self, context: Context) -> Estimate:
        """Say how long following takes."""
        return Estimate(_steps(context) * STEP_COST_S)

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


def _steps(context: Context) -> float:
    return sum(
        context.scenario.duration_s / rule.step_s * len(_users(context, rule))
        for rule in context.scenario.rules(Handover)
    )


def _users(context: Context, rule: Handover) -> Longs:
    return np.concatenate([context.fleet.rows_of(group) for group in rule.platforms]).astype(int)


def terms(rule: Handover) -> Terms:
    """Return what a rule states, with what it takes unless given."""
    return Terms(
        NAMES.index(rule.rule),
        MARGIN_DB if rule.hysteresis_db is None else rule.hysteresis_db,
        rule.time_to_trigger_s or 0.0,
        AHEAD_S if rule.ahead_s is None else rule.ahead_s,
        rule.step_s,
        rule.interruption_s,
    )


class _State(State):
    """Where every user is, and what it has carried and could have."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._rules = list(enumerate(context.scenario.rules(Handover)))
        self._users = [_users(context, rule) for _, rule in self._rules]
        servers = sum(
            len(context.fleet.rows_of(name))
            for name, group in context.scenario.platforms.items()
            if group.passes_on
        )
        self._memory = [[remembered(servers) for _ in users] for users in self._users]
        self._carried = [np.zeros(len(users)) for users in self._users]

    def block(self, block: Block) -> None:
        network = block.get(NETWORK).seen_by(block)
        rows = [
            row
            for (number, rule), users in zip(self._rules, self._users, strict=True)
            for row in self._changes(network, number, rule, users)
        ]
        changes, names = Changes.of(rows), block.context.names
        block.journal.keep("changes", changes._asdict())
        block.write(HANDOVERS, lambda: handovers_table(changes, names))

    def _changes(
        self, network: Network, number: int, rule: Handover, users: Longs
    ) -> Iterator[tuple[float, ...]]:
        """Follow a rule's users through a block; yield rows of `Changes`."""
        asked, platform = candidates(network, rule, users), network.relays.platform
        for k, (user, some) in enumerate(zip(users, asked.of_user, strict=True)):
            memory = self._memory[number][k]
            before, count = int(memory.serving[0]), len(asked.time_s)
            out = Course(np.zeros(count, np.int32), np.zeros(count, np.int8), np.zeros(1))
            follow(terms(rule), some, memory, out)
            self._carried[number][k] += out.carried_bits[0]
            for t in np.flatnonzero(np.diff(out.server, prepend=np.int32(before))):
                after, cause = int(out.server[t]), int(out.cause[t])
                ends = (_row(platform, server) for server in (before, after))
                why = NO_SERVER if after == NOBODY else cause
                yield (number, asked.time_s[t], int(user), *ends, why)
                before = after

    def save(self, journal: Journal) -> None:
        for number, users in enumerate(self._users):
            if len(users):
                kept = zip(*self._memory[number], strict=True)
                stacked = dict(zip(Memory._fields, map(np.stack, kept), strict=True))
                journal.keep(f"memory {number}", {**stacked, "bits": self._carried[number].copy()})

    def load(self, journal: Journal) -> None:
        for number, users in enumerate(self._users):
            if len(users):
                kept = journal.read(f"memory {number}")
                self._carried[number] = kept.pop("bits")
                self._memory[number] = [
                    Memory(**{name: column[k].copy() for name, column in kept.items()})
                    for k in range(len(users))
                ]

    def close(self, whole: Whole) -> Metrics:
        kept = [journal.read("changes") for journal in whole.journals]
        changes = Changes(*(np.concatenate([k[name] for k in kept]) for name in Changes._fields))
        rows = [
            self._summed(changes, number, k, whole.end_s)
            for number, users in enumerate(self._users)
            for k in range(len(users))
        ]
        whole.write(HANDOVER_STATISTICS, statistics_table(rows, whole.context.names))
        return {"handover": [_metrics(rule, number, rows) for number, rule in self._rules]}

    def _summed(self, changes: Changes, number: int, k: int, end_s: float) -> dict[str, Any]:
        rule, user = self._rules[number][1], int(self._users[number][k])
        mine = np.flatnonzero((changes.rule == number) & (changes.platform == user))
        found = course(changes, mine, rule.stay_s, end_s)
        served_s, many = found.pop("served_s"), found.pop("changes")
        carried = float(self._carried[number][k])
        optimum = max(optimum_bits(self._memory[number][k]), carried)
        return {
            "rule": number,
            "platform": user,
            "served_share": served_s / end_s,
            **found,
            "handovers_per_h": found["handovers"] / served_s * 3_600 if served_s else np.nan,
            "interrupted_s": many * rule.interruption_s,
            "carried_bits": carried,
            "optimum_bits": optimum,
            "gap_share": 1 - carried / optimum if optimum else 0.0,
        }


def _row(platform: NDArray[np.int32], server: int) -> int:
    return int(platform[server]) if server != NOBODY else NOBODY


def _metrics(rule: Handover, number: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a rule comes to over all its users."""
    mine = [row for row in rows if row["rule"] == number]
    optimum = sum(row["optimum_bits"] for row in mine)
    carried = sum(row["carried_bits"] for row in mine)
    return {
        "platforms": list(rule.platforms),
        "rule": rule.rule,
        "served_share": float(np.mean([row["served_share"] for row in mine])),
        "handovers": int(sum(row["handovers"] for row in mine)),
        "ping_pongs": int(sum(row["ping_pongs"] for row in mine)),
        "interrupted_s": float(sum(row["interrupted_s"] for row in mine)),
        "gap_share": 1 - carried / optimum if optimum else 0.0,
    }


STAGE = HandoverStage()
