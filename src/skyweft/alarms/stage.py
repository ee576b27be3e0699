"""The stage `alarms`: what of the observations raised an alarm, and when that was known."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.alarms.arrow import ALARMS
from skyweft.alarms.history import Alarm, followed, silences
from skyweft.alarms.model import Alarms, NoData
from skyweft.columns import named
from skyweft.delivery.model import Messages
from skyweft.drawing.reading import codes, numbers
from skyweft.errors import ScenarioError
from skyweft.observations.arrow import OBSERVATIONS
from skyweft.observations.sampling import carrier
from skyweft.observations.sensors.model import Observations
from skyweft.quality.flags import FAIL, MISSING
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Estimate, Metrics, Stage, State, Whole

READ = ("rule", "platform", "phenomenon_s", "received_s", "result", "quality")
SECONDS_SAMPLE, BYTES_ALARM = 2e-5, 100.0
TIMES = ("raised_s", "cleared_s", "extreme", "detected_s", "clearing_detected_s", "withdrawn_s")


class AlarmsStage(Stage):
    """Alarms: where the scenario says what of observations raises one."""

    key = "alarms"
    needs = ("observations",)
    models = (Alarms,)
    reads = ("messages", "observations", "alarms")
    tables = (ALARMS,)
    share = 0.01

    def wanted(self, scenario: Scenario) -> bool:
        """Whether it says so of any."""
        return bool(scenario.rules(Alarms))

    def check(self, context: Context) -> None:
        """Refuse alarms that cannot be told apart, and silences that are none."""
        scenario = context.scenario
        errors = [*_alike(scenario), *_always_silent(scenario)]
        if errors:
            raise ScenarioError("\n".join(errors))

    def estimate(self, context: Context) -> Estimate:
        """Say how many devices are watched."""
        scenario, fleet = context.scenario, context.fleet
        streams = scenario.rules(Observations)
        devices = [
            len(fleet.rows_of(streams[rule.observations].source)) for rule in scenario.rules(Alarms)
        ]
        return Estimate(
            SECONDS_SAMPLE * sum(devices) * scenario.duration_s / 3_600,
            BYTES_ALARM * sum(devices),
            said=(f"{sum(devices):,} devices under {len(devices):,} alarms",),
        )

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State()


class _State(State):
    """Nothing goes from block to block: late values change what was."""

    def block(self, block: Block) -> None:
        return

    def close(self, whole: Whole) -> Metrics:
        observations = whole.written(OBSERVATIONS, READ)
        tables, summed = [], []
        for number, rule in enumerate(whole.context.scenario.rules(Alarms)):
            found = list(_of_rule(whole, rule, observations))
            tables.append(_table(number, rule, found))
            summed.append({"rule": number, **_figures(rule, [alarm for _, alarm in found])})
        whole.write(ALARMS, tables)
        return {"alarms": summed}


def _alike(scenario: Scenario) -> Iterator[str]:
    first: dict[tuple[int, str], int] = {}
    for number, rule in enumerate(scenario.rules(Alarms)):
        other = first.setdefault((rule.observations, rule.name), number)
        if other != number:
            yield f'alarms[{number}].name: "{rule.name}" is alarms[{other}] already'


def _always_silent(scenario: Scenario) -> Iterator[str]:
    """Name alarms that the plan of sending alone would raise."""
    for number, rule in enumerate(scenario.rules(Alarms)):
        watched = scenario.rules(Observations)[rule.observations]
        sending = scenario.rules(Messages)[carrier(scenario, watched)]
        if isinstance(rule.condition, NoData) and sending.arrivals == "periodic":
            apart_s = (sending.period_s or 0.0) + sending.jitter_s - _waited_s(watched)
            apart_s = max(apart_s, watched.sample_period_s or 0.0)
            if rule.condition.after_s < apart_s:
                yield (
                    f"alarms[{number}].condition.after_s: {rule.condition.after_s:g}, and samples "
                    f"are up to {apart_s:g} s apart when all arrive"
                )


def _of_rule(whole: Whole, rule: Alarms, observations: pa.Table) -> Iterator[tuple[str, Alarm]]:
    """Yield device and alarm of one rule; a device that never spoke has silences, too."""
    context = whole.context
    watched = context.scenario.rules(Observations)[rule.observations]
    mine = observations.filter(pc.equal(observations.column("rule"), rule.observations))
    names, row = codes(mine, "platform")
    time_s, received_s, result, quality = (
        numbers(mine, column) for column in ("phenomenon_s", "received_s", "result", "quality")
    )
    usable = (quality != FAIL) & (quality != MISSING) & (received_s <= whole.end_s)
    used = np.flatnonzero(usable)
    used = used[np.argsort(row[used], kind="stable")]
    parts = np.split(used, np.searchsorted(row[used], np.arange(1, len(names))))
    of_device = dict(zip(names, parts, strict=False))
    for device in context.fleet.rows_of(watched.source):
        name = context.names[int(device)].as_py()
        some = of_device.get(name, used[:0])
        if isinstance(rule.condition, NoData):
            brought_s = _brought_s(context.scenario, watched)
            found = silences(rule.condition, time_s[some], received_s[some], whole.end_s, brought_s)
        else:
            found = followed(rule.condition, time_s[some], result[some], received_s[some])
        yield from ((name, alarm) for alarm in found)


def _brought_s(scenario: Scenario, watched: Observations) -> float:
    """Return how long after its phenomenon time an observation arrives at the latest."""
    sending = scenario.rules(Messages)[carrier(scenario, watched)]
    return sending.lifetime_s + _waited_s(watched)


def _waited_s(watched: Observations) -> float:
    """Return how long the first sample of a message waits for the last."""
    return (watched.samples - 1) * (watched.sample_period_s or 0.0)


def _table(number: int, rule: Alarms, found: Sequence[tuple[str, Alarm]]) -> pa.Table:
    platforms = pa.array([name for name, _ in found], pa.string()).dictionary_encode()
    rows = np.array([astuple(alarm) for _, alarm in found], np.float64).reshape(-1, len(TIMES))
    return ALARMS.build(
        {
            "rule": np.full(len(found), number, np.int32),
            "alarm": named(np.zeros(len(found), np.int32), pa.array([rule.name])),
            "platform": named(np.asarray(platforms.indices), platforms.dictionary),
            **dict(zip(TIMES, rows.T, strict=True)),
        }
    )


def _figures(rule: Alarms, found: Sequence[Alarm]) -> dict[str, Any]:
    """Return a rule's key figures, ready for JSON."""
    true = [alarm for alarm in found if math.isnan(alarm.withdrawn_s)]
    delay_s = [alarm.detected_s - alarm.raised_s for alarm in true]
    return {
        "name": rule.name,
        "observations": rule.observations,
        "condition": rule.condition.kind,
        "raised": len(true),
        "standing": sum(math.isnan(alarm.cleared_s) for alarm in true),
        "withdrawn": len(found) - len(true),
        "detection_p50_s": float(np.median(delay_s)) if delay_s else None,
        "detection_max_s": max(delay_s, default=None),
    }


STAGE = AlarmsStage()
