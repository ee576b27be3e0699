"""When a device with a message sends: at once, in its slot, in a predicted pass, after a beacon."""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.channel import RuleChannel
from skyweft.delivery.access.chunks import over
from skyweft.delivery.access.random import ALMANAC, MOMENT, PHASE, uniform, uniforms
from skyweft.delivery.access.receiving import Receivers
from skyweft.delivery.access.tables import Messages
from skyweft.delivery.model import Beacon, Blind, Pass, Schedule
from skyweft.delivery.model import Messages as Rule
from skyweft.delivery.product import cause_codes
from skyweft.fleet import Fleet, Motion
from skyweft.kernels import making
from skyweft.motion.hermite import states_at
from skyweft.motion.propagate import propagate, step_s
from skyweft.scenario.scenario import Scenario
from skyweft.stage import NOTHING, Restrictions

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Stretch = tuple[float, float]

STEP_S = 10.0  # at which an almanac is looked at: passes are found so much too late at most
SIGMAS = 4.0  # beyond which an almanac is never wrong


class _Waiting(NamedTuple):
    """Devices with messages, (M,): where they stand, and from when until when they wait."""

    site_m: Floats
    up: Floats
    created_s: Floats
    until_s: Floats


class _Facing(NamedTuple):
    """Receivers, (R,): where they are, and how low and how far they are received."""

    place: NDArray[np.floating]  # at every look, or of every beacon
    sine: Singles
    range_m: Singles


class _Almanac(NamedTuple):
    """What devices know of passes in a stretch of time."""

    seed: int
    rule: int
    start_s: float
    end_s: float
    low: int  # the first look, in steps
    age_s: float
    error_s: float
    spread_s: float


class _Beacons(NamedTuple):
    """All beacons of a stretch, receiver by receiver. (R,) or (R + 1,)."""

    low: Ints
    first: Ints
    at_s: Floats
    period_s: Floats
    sent_s: Floats
    barred: NDArray[np.int8]  # of each beacon: 0, or 1 and the place of why it is not sent


@dataclass(frozen=True, slots=True)
class Waking:
    """What devices go by when they decide when to send."""

    scenario: Scenario
    fleet: Fleet
    motion: Motion
    receivers: Receivers
    executor: Executor
    restrictions: Restrictions = NOTHING

    def wake(
        self, number: int, channel: RuleChannel, messages: Messages, start_s: float, end_s: float
    ) -> None:
        """Write when messages of one rule that wait are first sent, and what they listened.

        Parameters
        ----------
        number, channel, start_s, end_s
            As in `due`.
        messages : Messages
            Of all rules.
        """
        mine = np.flatnonzero((messages.rule == number) & np.isnan(messages.due_s))
        if isinstance(self.scenario.rules(Rule)[number].wake, Blind):
            messages.due_s[mine] = messages.created_s[mine]
            return
        waiting = messages.taking(mine)
        messages.due_s[mine] = self.due(number, channel, waiting, start_s, end_s)
        messages.energy_j[mine], messages.cause[mine] = waiting.energy_j, waiting.cause

    def due(
        self, number: int, channel: RuleChannel, messages: Messages, start_s: float, end_s: float
    ) -> Floats:
        """Return when messages of one rule are first sent, as far as a stretch of time decides it.

        Parameters
        ----------
        number : int
            The rule's place among `[[messages]]`.
        channel : RuleChannel
            What its transmissions are like.
        messages : Messages
            Of that rule, generated but not sent yet, (M,).
        start_s, end_s : float
            The stretch, within the motion. [s]

        Returns
        -------
        due_s : (M,)
            NaN where that is not known yet; it may lie after the stretch. [s]
        """
        rule = self.scenario.rules(Rule)[number]
        match rule.wake:
            case Blind():
                return messages.created_s
            case Schedule():
                place = messages.device - self.fleet.rows_of(rule.source)[0]
                own_s = (place % rule.wake.slots) * (rule.wake.cycle_s / rule.wake.slots)
                cycles = np.ceil((messages.created_s - own_s) / rule.wake.cycle_s)
                later: Floats = np.maximum(cycles, 0) * rule.wake.cycle_s + own_s
                return later
            case Pass():
                return self._pass(number, rule.wake, channel, messages, (start_s, end_s))
            case Beacon():
                return self._beacon(number, rule.wake, channel, messages, (start_s, end_s))

    def _moments(self, number: int, messages: Messages, spread_s: float | Floats) -> Floats:
        key = self.scenario.seed, number, messages.device, messages.number
        return spread_s * uniforms(*key, MOMENT)

    def _facing(
        self, channel: RuleChannel, least_deg: float | None
    ) -> tuple[NDArray[np.int32], Singles, Singles]:
        """Return the receivers of a rule, the sines of their least elevations, and their range."""
        rows, sines, ranges_m = [], [], []
        for uplink in channel.uplinks:
            mine = self.fleet.rows_with(self.scenario, uplink.receiver)
            link = self.scenario.links[uplink.link]
            link_deg = link.elevation_min_deg
            degrees = link_deg if least_deg is None else max(least_deg, link_deg)
            rows.append(mine)
            sines.append(np.full(len(mine), np.sin(np.radians(degrees)), np.float32))
            ranges_m.append(np.full(len(mine), link.range_max_m or np.inf, np.float32))
        return np.concatenate(rows), np.concatenate(sines), np.concatenate(ranges_m)

    def _places(self, motion: Motion, row: int, time_s: Floats) -> Floats:
        """Return where a receiver is at many times, (T, 3)."""
        mover = int(self.fleet.mover[row])
        if mover < 0:
            return np.tile(motion.sites.position_m[self.fleet.site[row]], (len(time_s), 1))
        return states_at(motion.tracks, np.full(len(time_s), mover), time_s)[0]

    def _pass(
        self, number: int, wake: Pass, channel: RuleChannel, messages: Messages, stretch: Stretch
    ) -> Floats:
        if not len(messages):
            return np.empty(0)
        # What an almanac takes for now may be so much before or after.
        wrong_s = SIGMAS * wake.error_s
        motion, step = self.motion, step_s(self.scenario, self.fleet)
        ahead_s = wrong_s + wake.spread_s + STEP_S
        if wrong_s or wake.spread_s:
            first = np.floor(max(stretch[0] - wrong_s, 0.0) / step) * step
            last_s = np.ceil((stretch[1] + ahead_s) / step) * step
            motion = propagate(self.scenario, self.fleet, first, last_s, self.executor)
        knots = motion.tracks.time_s
        low = int(np.ceil(max(knots[0], stretch[0] - wrong_s) / STEP_S))
        high = int(np.floor(min(knots[-1], stretch[1] + ahead_s) / STEP_S))
        grid_s = np.arange(low, high + 1, dtype=np.float64) * STEP_S
        rows, sine, range_m = self._facing(channel, wake.elevation_min_deg)
        place = np.empty((len(grid_s), 3, len(rows)), np.float32)
        for k, row in enumerate(rows.tolist()):
            place[:, :, k] = self._places(motion, row, grid_s)
        until_s = messages.created_s + self.scenario.rules(Rule)[number].lifetime_s
        site, due_s = self.fleet.site[messages.device], np.full(len(messages), np.nan)
        wide_s = np.zeros(len(messages))
        key = self.scenario.seed, number
        almanac = _Almanac(*key, *stretch, low, wake.age_s, wake.error_s, wake.spread_s)
        facing = _Facing(place, sine, range_m)

        def work(some: slice) -> None:
            at, up = motion.sites.position_m[site[some]], motion.sites.up[site[some]]
            waiting = _Waiting(at, up, messages.created_s[some], until_s[some])
            _next_pass(messages.device[some], waiting, almanac, facing, due_s[some], wide_s[some])

        over(self.executor, work, len(messages))
        return due_s + self._moments(number, messages, wide_s)

    def _beacon(
        self, number: int, wake: Beacon, channel: RuleChannel, messages: Messages, stretch: Stretch
    ) -> Floats:
        rows, sine, range_m = self._facing(channel, None)
        of = self.receivers.places(rows)
        period_s, at_s = self.receivers.beacon_period_s[of], self.receivers.beacon_at_s[of]
        speaks = np.isfinite(period_s)
        rows, sine, range_m, of = rows[speaks], sine[speaks], range_m[speaks], of[speaks]
        period_s, at_s = period_s[speaks], at_s[speaks]
        # All beacons of the block, receiver by receiver.
        low = np.ceil((stretch[0] - at_s) / period_s).astype(np.int64)
        high = np.ceil((stretch[1] - at_s) / period_s).astype(np.int64)
        first = np.concatenate([[0], np.cumsum(high - low)])
        place, barred = np.empty((int(first[-1]), 3)), np.zeros(int(first[-1]), np.int8)
        for k, row in enumerate(rows.tolist()):
            time_s = at_s[k] + np.arange(low[k], high[k]) * period_s[k]
            place[first[k] : first[k + 1]] = self._places(self.motion, row, time_s)
            barred[first[k] : first[k + 1]] = self._barred(row, time_s)
        until_s = messages.created_s + self.scenario.rules(Rule)[number].lifetime_s
        site, due_s = self.fleet.site[messages.device], np.full(len(messages), np.nan)
        block = stretch[0], stretch[1], float(wake.check_s), float(period_s.max())
        beacons = _Beacons(low, first, at_s, period_s, self.receivers.beacon_s[of], barred)
        facing, sites = _Facing(place, sine, range_m), self.motion.sites

        def work(some: slice) -> None:
            at, up = sites.position_m[site[some]], sites.up[site[some]]
            waiting = _Waiting(at, up, messages.created_s[some], until_s[some])
            _next_beacon(waiting, block, beacons, facing, due_s[some], missed[some])

        missed = np.zeros(len(messages), np.int8)
        over(self.executor, work, len(messages))
        codes = np.append(np.int8(0), cause_codes(self.restrictions.causes))
        unheard = np.isnan(due_s) & (missed > 0)
        messages.cause[unheard] = codes[missed[unheard]]
        energy = channel.device.energy
        if energy is not None:
            received = ~np.isnan(due_s)
            listened_s = _listened_s(
                due_s[received] - messages.created_s[received], wake.check_s, float(period_s.max())
            )
            messages.energy_j[received] += energy.receive_w * listened_s
        return due_s + self._moments(number, messages, wake.spread_s)

    def _barred(self, row: int, time_s: Floats) -> NDArray[np.int8]:
        """Return which beacons of a receiver are not sent, and why."""
        if not len(self.restrictions):
            return np.zeros(len(time_s), np.int8)
        whom = np.full(len(time_s), row)
        factor, cause = self.restrictions.at(whom, whom, time_s)
        return np.where(factor == 0, 1 + cause, 0).astype(np.int8)


def _listened_s(waited_s: Floats, check_s: float, period_s: float) -> Floats:
    """Return how long devices listened in that time: one period at every check."""
    checks = np.floor(waited_s / check_s)
    return checks * period_s + np.minimum(waited_s - checks * check_s, period_s)


@making
def _wrong_by(seed: int, rule: int, device: int, renewed: float, error_s: float) -> float:
    """Return the error of one edition of a device's almanac at its full age."""
    n = int(renewed)
    radius = np.sqrt(-2.0 * np.log1p(-uniform(seed, rule, device, 2 * n, ALMANAC)))
    normal = radius * np.cos(2 * np.pi * uniform(seed, rule, device, 2 * n + 1, ALMANAC))
    return error_s * min(max(normal, -SIGMAS), SIGMAS)


@making
def _any_above(
    place: Singles, x: float, y: float, z: float, up: Floats, sine: Singles, range_m: Singles
) -> bool:
    """Whether any receiver, (3, R), is within range of a place, and above its least elevation."""
    px, py, pz = np.float32(x), np.float32(y), np.float32(z)
    ux, uy, uz = np.float32(up[0]), np.float32(up[1]), np.float32(up[2])
    found = np.int32(0)
    for r in range(len(sine)):
        dx, dy, dz = place[0, r] - px, place[1, r] - py, place[2, r] - pz
        rise, away_m = dx * ux + dy * uy + dz * uz, np.sqrt(dx * dx + dy * dy + dz * dz)
        found += np.int32((rise >= sine[r] * away_m) & (away_m <= range_m[r]))
    return bool(found > 0)


@making
def _lasts(
    place: Singles,
    x: float,
    y: float,
    z: float,
    up: Floats,
    sine: Singles,
    range_m: Singles,
    most: int,
) -> int:
    """Return for how many steps, up to `most`, that pass goes on which lasts longest."""
    longest = 0
    for r in range(len(sine)):
        mine, steps = slice(r, r + 1), 0
        while (
            steps <= most
            and steps < len(place)
            and _any_above(place[steps, :, mine], x, y, z, up, sine[mine], range_m[mine])
        ):
            steps += 1
        longest = max(longest, steps - 1)
    return longest


@making
def _next_pass(
    device: NDArray[np.int32],
    waiting: _Waiting,
    almanac: _Almanac,
    facing: _Facing,
    due_s: Floats,
    wide_s: Floats,
) -> None:
    """Write the first moments at which devices expect a receiver to be up, and for how long.

    Nobody sends after the pass it has waited for, as its almanac has it then.
    """
    site_m, up, created_s, until_s = waiting
    seed, rule, start_s, end_s, low, age_s, error_s, spread_s = almanac
    place, sine, range_m = facing
    most = int(np.ceil(spread_s / STEP_S))
    for m in range(len(device)):
        phase = uniform(seed, rule, device[m], 1, PHASE)
        k = int(np.ceil(max(created_s[m], start_s) / STEP_S))
        edition, wrong_s = -1.0, 0.0
        while k * STEP_S < end_s and k * STEP_S <= until_s[m]:
            at = k
            if error_s > 0:
                renewed = k * STEP_S / age_s + phase
                if np.floor(renewed) != edition:
                    edition = np.floor(renewed)
                    wrong_s = _wrong_by(seed, rule, device[m], edition, error_s)
                at += int(np.rint(wrong_s * (renewed - edition) / STEP_S))
            at = min(max(at - low, 0), len(place) - 1)
            x, y, z = site_m[m]
            if _any_above(place[at], x, y, z, up[m], sine, range_m):
                due_s[m] = k * STEP_S
                steps = _lasts(place[at:], x, y, z, up[m], sine, range_m, most)
                wide_s[m] = min(spread_s, steps * STEP_S, until_s[m] - due_s[m])
                break
            k += 1


@making
def _next_beacon(
    waiting: _Waiting,
    block: tuple[float, float, float, float],
    beacons: _Beacons,
    facing: _Facing,
    due_s: Floats,
    missed: NDArray[np.int8],
) -> None:
    """Write when the first beacon that devices hear is over; and why one before was not sent."""
    site_m, up, created_s, until_s = waiting
    start_s, end_s, check_s, longest_s = block
    low, first, at_s, period_s, sent_s, barred = beacons
    place, sine, range_m = facing
    for m in range(len(created_s)):
        n = max(0, int(np.floor((start_s - created_s[m] - longest_s) / check_s)))
        while np.isnan(due_s[m]):
            opens_s = created_s[m] + n * check_s
            if opens_s >= end_s or opens_s > until_s[m]:
                break
            from_s, to_s = max(opens_s, start_s), min(opens_s + longest_s, end_s)
            soonest = np.inf
            for r in range(len(sine)):
                k = int(np.ceil((from_s - at_s[r]) / period_s[r]))
                while at_s[r] + k * period_s[r] < min(to_s, soonest):
                    at = first[r] + k - low[r]
                    dx = place[at, 0] - site_m[m, 0]
                    dy = place[at, 1] - site_m[m, 1]
                    dz = place[at, 2] - site_m[m, 2]
                    rise = dx * up[m, 0] + dy * up[m, 1] + dz * up[m, 2]
                    away_m = np.sqrt(dx * dx + dy * dy + dz * dz)
                    if rise >= sine[r] * away_m and away_m <= range_m[r]:
                        if barred[at] > 0:
                            missed[m] = barred[at]
                            k += 1
                            continue
                        soonest = at_s[r] + k * period_s[r]
                        due_s[m] = soonest + sent_s[r]
                        break
                    k += 1
            n += 1
