"""Which messages devices make in a stretch of time.

Every message has its own draws, so a stretch cut into pieces gives the same messages. A daily
profile bends time: messages are even, or random, in a time that runs as fast as the profile says.
"""

from concurrent.futures import Executor
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.channel import channels_of
from skyweft.delivery.access.chunks import over
from skyweft.delivery.access.random import CONCERNED, GAP, LATE, PHASE, REPORT, uniform, uniforms
from skyweft.delivery.model import Burst, Messages
from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.kernels import making
from skyweft.scenario.scenario import Scenario
from skyweft.world.ellipsoid import to_ecef

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY_S, HOUR_S = 86_400.0, 3_600.0
# What the shortest block of a run holds in memory, some 500 bytes each while they contend.
SHORT_S, SHORT_MAX = 600.0, 2e7
AIR_MAX_S = 60.0  # who receives a transmission is decided where everybody is when it begins


@dataclass(frozen=True, slots=True)
class Generated:
    """Messages that were generated, (M,), by rule, device and number."""

    rule: NDArray[np.int16]
    device: NDArray[np.int32]
    number: Ints
    created_s: Floats

    def __len__(self) -> int:
        return len(self.created_s)

    @classmethod
    def joined(cls, parts: list["Generated"]) -> "Generated":
        """Return the rows of all parts, one after the other."""
        kinds = (np.int16, np.int32, np.int64, np.float64)
        columns = zip((field.name for field in fields(cls)), kinds, strict=True)
        return cls(
            *(
                np.concatenate([np.empty(0, kind), *(getattr(part, name) for part in parts)])
                for name, kind in columns
            )
        )


@dataclass(frozen=True, slots=True)
class Renewal:
    """Where the random arrivals of a rule's devices stand: what each makes next. Written into."""

    number: Ints
    at_s: Floats  # in bent time


class _When(NamedTuple):
    """The stretch, and how a rule's messages lie in time."""

    hours: Floats  # (25,) bent time at the full hours, or (0,)
    second: Floats  # (T,) each device's time of day at the start
    period_s: float
    start_s: float
    end_s: float


def check(scenario: Scenario, fleet: Fleet) -> None:
    """Refuse traffic of which ten minutes do not fit in memory, and messages as long as a pass.

    Raises
    ------
    ScenarioError
        Everything wrong, a line each, with its place.
    """
    errors = []
    for number, (rule, channel) in enumerate(
        zip(scenario.rules(Messages), channels_of(scenario).of_rule, strict=True)
    ):
        slowest_s = float(channel.air_s[list(channel.lanes)].max())
        if slowest_s > AIR_MAX_S:
            errors.append(
                f"messages[{number}].size_bytes: {rule.size_bytes:,} bytes are {slowest_s:,.0f} s "
                f"on the air, in which a low satellite comes and goes; at most {AIR_MAX_S:g} s"
            )
        devices = len(fleet.rows_of(rule.source))
        often = min(SHORT_S, scenario.duration_s) / rule.period_s if rule.period_s else 1.0
        if devices * often > SHORT_MAX:
            key = "period_s" if rule.period_s else "source"
            errors.append(
                f"messages[{number}].{key}: {devices:,} devices make {devices * often:.3g} "
                "messages "
                f"in ten minutes; at most {SHORT_MAX:,.0f} fit in memory"
            )
    if errors:
        raise ScenarioError("\n".join(errors))


def renewal(scenario: Scenario, fleet: Fleet, number: int) -> Renewal:
    """Return the first random arrivals of a rule's devices."""
    rule = scenario.rules(Messages)[number]
    devices = fleet.rows_of(rule.source)
    none = np.zeros(len(devices), np.int64)
    gap = -np.log1p(-uniforms(scenario.seed, number, devices, none, GAP))
    return Renewal(none, gap * (rule.period_s or 0.0))


def generated(
    scenario: Scenario,
    fleet: Fleet,
    number: int,
    start_s: float,
    end_s: float,
    state: Renewal | None,
    executor: Executor,
) -> Generated:
    """Return the messages of one rule from `start_s` to before `end_s`.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.
    number : int
        The rule's place among `[[messages]]`.
    start_s, end_s : float
        From the scenario's start. [s]
    state : Renewal or None
        Of random arrivals, as the stretch before left it; brought forward to `end_s`.
    executor : Executor
        Threads that share the devices.
    """
    rule = scenario.rules(Messages)[number]
    devices = fleet.rows_of(rule.source)
    if rule.burst is not None:
        return _reports(scenario, fleet, number, rule.burst, devices, start_s, end_s)
    hours, second = _profile(scenario, fleet, rule, devices)

    def work(some: slice) -> Generated:
        when = _When(hours, second[some], float(rule.period_s or 0.0), start_s, end_s)
        key = scenario.seed, number, devices[some]
        if state is not None:
            device, count, created_s = _random(*key, when, state.number[some], state.at_s[some])
        else:
            device, count, created_s = _periodic(*key, when, rule.jitter_s)
        return Generated(np.full(len(device), number, np.int16), device, count, created_s)

    return Generated.joined(over(executor, work, len(devices)))


def _reports(
    scenario: Scenario,
    fleet: Fleet,
    number: int,
    burst: Burst,
    devices: NDArray[np.int32],
    start_s: float,
    end_s: float,
) -> Generated:
    """Return one message of each device that an event concerns."""
    if burst.radius_m is not None:
        centre = to_ecef(burst.latitude_deg, burst.longitude_deg, 0.0)
        away = fleet.sites.position_m[fleet.site[devices]] - centre
        devices = devices[np.einsum("ij,ij->i", away, away) <= burst.radius_m**2]
    none = np.zeros(len(devices), np.int64)
    key = scenario.seed, number, devices, none
    created_s = burst.start_s + burst.spread_s * uniforms(*key, REPORT)
    mine = (uniforms(*key, CONCERNED) < burst.share) & (created_s >= start_s) & (created_s < end_s)
    rule = np.full(np.count_nonzero(mine), number, np.int16)
    return Generated(rule, devices[mine], none[mine], created_s[mine])


def _profile(
    scenario: Scenario, fleet: Fleet, rule: Messages, devices: NDArray[np.int32]
) -> tuple[Floats, Floats]:
    """Return bent time at the full hours (25,), or nothing, and each device's hour at the start."""
    if rule.profile is None:
        return np.empty(0), np.zeros(len(devices))
    upto = np.concatenate([[0.0], np.cumsum(rule.profile)])
    x, y, _ = fleet.sites.position_m[fleet.site[devices]].T
    start = scenario.start
    utc_s = start.hour * HOUR_S + start.minute * 60.0 + start.second
    return upto * (DAY_S / upto[-1]), (utc_s + np.arctan2(y, x) / (2 * np.pi) * DAY_S) % DAY_S


@making
def _bent(second: float, hours: Floats) -> float:
    """Return bent time at a time of day."""
    hour = min(int(second / HOUR_S), 23)
    return hours[hour] + (second / HOUR_S - hour) * (hours[hour + 1] - hours[hour])


@making
def _bend(time_s: float, second: float, hours: Floats) -> float:
    """Return bent time since the scenario's start; `second` is the time of day then."""
    if len(hours) == 0:
        return time_s
    at = second + time_s
    days = np.floor(at / DAY_S)
    return days * DAY_S + _bent(at - days * DAY_S, hours) - _bent(second, hours)


@making
def _straighten(bent_s: float, second: float, hours: Floats) -> float:
    """Return the time since the scenario's start at which so much bent time has passed."""
    if len(hours) == 0:
        return bent_s
    at = bent_s + _bent(second, hours)
    days = np.floor(at / DAY_S)
    rest = at - days * DAY_S
    hour = 0
    while hour < 23 and hours[hour + 1] <= rest:
        hour += 1
    # Hours of no weight are passed over, so the last may be one: its width is zero.
    wide = hours[hour + 1] - hours[hour]
    share = min(max((rest - hours[hour]) / wide, 0.0), 1.0) if wide > 0 else 0.0
    return days * DAY_S + (hour + share) * HOUR_S - second


@making
def _periodic(
    seed: int, rule: int, devices: NDArray[np.int32], when: _When, jitter_s: float
) -> tuple[NDArray[np.int32], Ints, Floats]:
    """Return device, number and time of every message generated in a stretch at even distances."""
    hours, second, period_s, start_s, end_s = when
    device, number, created = np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0)
    size = 0
    for k in range(len(devices)):
        phase = uniform(seed, rule, devices[k], 0, PHASE)
        low = _bend(max(start_s - jitter_s, 0.0), second[k], hours) / period_s - phase
        high = _bend(end_s, second[k], hours) / period_s - phase
        # One more at either side, for rounding; the time itself decides.
        first, last = max(0, int(np.floor(low)) - 1), int(np.ceil(high)) + 1
        if size + last - first + 1 > len(device):
            more = 2 * len(device) + 4 * (last - first + 1)
            device = np.concatenate((device[:size], np.empty(more, np.int32)))
            number = np.concatenate((number[:size], np.empty(more, np.int64)))
            created = np.concatenate((created[:size], np.empty(more)))
        for n in range(first, last + 1):
            at = _straighten((phase + n) * period_s, second[k], hours)
            if jitter_s > 0:
                at += jitter_s * uniform(seed, rule, devices[k], n, LATE)
            if start_s <= at < end_s:
                device[size], number[size], created[size] = devices[k], n, at
                size += 1
    return device[:size], number[:size], created[:size]


@making
def _random(
    seed: int,
    rule: int,
    devices: NDArray[np.int32],
    when: _When,
    next_number: Ints,
    next_s: Floats,
) -> tuple[NDArray[np.int32], Ints, Floats]:
    """Return device, number and time of every random arrival before `end_s`; move the state on."""
    hours, second, period_s, _, end_s = when
    device, number, created = np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0)
    size = 0
    for k in range(len(devices)):
        at = _straighten(next_s[k], second[k], hours)
        while at < end_s:
            if size == len(device):
                more = len(device) + 2 * len(devices) + 16
                device = np.concatenate((device, np.empty(more, np.int32)))
                number = np.concatenate((number, np.empty(more, np.int64)))
                created = np.concatenate((created, np.empty(more)))
            device[size], number[size], created[size] = devices[k], next_number[k], at
            size += 1
            next_number[k] += 1
            next_s[k] -= period_s * np.log1p(-uniform(seed, rule, devices[k], next_number[k], GAP))
            at = _straighten(next_s[k], second[k], hours)
    return device[:size], number[:size], created[:size]
