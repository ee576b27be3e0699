"""Sums over messages by device, cell, hour and rule, for when there are too many to list.

What is generated near the end of a run has no time to arrive. So shares, delays and energies per
byte are of the messages observed for long enough: all whose lifetime ends within the run, whatever
became of them. Where a rule has no such messages they are watched for half the run instead.

Counts, delays in microseconds and energies in nanojoules are whole numbers, so sums do not depend
on the order of messages; ages need the order of delivery, and get it.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.coverage.measuring import Cells, cells
from skyweft.delivery.model import Deliveries as Asked
from skyweft.delivery.model import Messages
from skyweft.delivery.product import OPEN, RECEIVED, RESTRICTED, SUMMED, Deliveries
from skyweft.fleet import Fleet
from skyweft.kernels import kernel, making
from skyweft.scenario.scenario import Scenario
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

HOUR_S = 3_600.0
SHORTEST_S, SPAN = 0.01, 3.2e10  # of delays in histograms: up to ten years
FINE, COARSE = 24_200, 484  # bins, 0.1 % and 5 % wide
MICRO, NANO = 1e6, 1e9
COLUMNS = SUMMED + 9  # of a table of sums: by cause, eight others, the longest delay
STORED, AT_DEVICE = OPEN
AT_DEVICE_PART, ON_BOARD_PART = range(2)  # of delays


class Sums(NamedTuple):
    """Sums over the messages of each row. (K,), counts by cause (K, causes)."""

    cases: Longs  # by cause, of all messages
    energy_nj: Longs  # of all messages
    observed: Longs  # messages observed for long enough; the rest is of these
    observed_nj: Longs
    arrived: Longs  # of them, in time
    arrived_bytes: Longs
    delay_us: Longs  # of those that arrived, in all
    at_device_us: Longs
    on_board_us: Longs
    longest_s: Floats
    bins: Ints  # (K, B) of delays, or (K, 0)

    @classmethod
    def empty(cls, rows: int, bins: int) -> "Sums":
        """Return sums over nothing."""
        # One table behind all columns: the sums of a row lie beside each other in memory.
        table = np.zeros((rows, COLUMNS), np.int64)
        longest = table.T[-1].view(np.float64)
        counts = table.T[SUMMED : SUMMED + len(cls._fields) - 3]
        spread = np.zeros((rows, bins), np.int32)
        return cls._make([table[:, :SUMMED], *counts, longest, spread])

    def row(self, row: int) -> "Sums":
        """Return one row as a table of its own."""
        return Sums(*(sums[row : row + 1] for sums in self))  # type: ignore[arg-type]

    def together(self) -> "Sums":
        """Return all rows as one."""
        whole = {name: entry.sum(axis=0, keepdims=True) for name, entry in self._asdict().items()}
        return Sums(**whole | {"longest_s": self.longest_s.max(keepdims=True, initial=0.0)})

    @property
    def generated(self) -> Longs:
        """Return how many messages were generated."""
        return self.cases.sum(axis=1)

    @property
    def delivered(self) -> Longs:
        """Return how many arrived."""
        return self.cases[:, RECEIVED]

    def share_delivered(self) -> Floats:
        """Return which part of the observed arrived in time, or NaN."""
        return over(self.arrived, self.observed)

    def delays_mean_s(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the mean delay, and of it what passed at devices, on board and in transit."""
        whole, at_device, on_board = (
            over(delays_us / MICRO, self.arrived)
            for delays_us in (self.delay_us, self.at_device_us, self.on_board_us)
        )
        return whole, at_device, on_board, whole - at_device - on_board

    def delay_s(self, share: float) -> Floats:
        """Return the delay that `share` of those arrived do not exceed, to half a bin, or NaN."""
        return within(self.bins, share)

    def energy_per_byte_j(self) -> Floats:
        """Return the energy spent for each byte that arrived, or NaN."""
        return over(self.observed_nj / NANO, self.arrived_bytes)


class Each(NamedTuple):
    """What is counted of each message. (M,)."""

    cause: NDArray[np.int8]
    hour: Ints
    observed: Flags
    arrived: Flags  # observed, and in time
    delay_s: Floats
    at_device_s: Floats
    on_board_s: Floats
    place: Floats  # of the delay in histograms, from 0 to 1
    spent_nj: Longs
    size: Longs  # bytes


class _Passed(NamedTuple):
    """Columns of `Deliveries`, (M,), with all causes of restrictions as one."""

    rule: NDArray[np.int16]
    created_s: Floats
    delivered_s: Floats
    at_device_s: Floats
    in_transit_s: Floats
    energy_j: NDArray[np.float32]
    cause: NDArray[np.int8]


class Ages(NamedTuple):
    """How old what is known of each device is. (T,) devices, (H,) hours."""

    first_s: Floats  # when the first message of a device arrived, NaN: none has
    last_s: Floats  # up to when ages are summed
    generated_s: Floats  # when the freshest message that has arrived was generated
    area: Floats  # integral of the age since `first_s`
    hour_area: Floats  # of all devices
    hour_s: Floats  # device-seconds

    @classmethod
    def empty(cls, devices: int, hours: int) -> "Ages":
        """Return what is known before any message: nothing."""
        table = np.zeros((devices, 4))
        table[:, 0] = np.nan
        return cls(*table.T, *np.zeros((2, hours)))


def within(bins: Ints, share: float) -> Floats:
    """Return the delay that `share` of those in histograms (K, B) do not exceed, or NaN.

    The first bin holds all that is shorter than any other, nothing at all most of the time: 0.
    """
    upto = np.cumsum(bins, axis=1, dtype=np.int64)
    wanted = np.maximum(np.ceil(share * upto[:, -1]), 1)
    place = (upto < wanted[:, None]).sum(axis=1)
    middle = np.where(place > 0, SHORTEST_S * SPAN ** ((place + 0.5) / bins.shape[1]), 0.0)
    return np.where(upto[:, -1] > 0, middle, np.nan)


def observed_s(lifetime_s: Floats, end_s: float) -> Floats:
    """Return for how long a rule's messages are observed before they count in shares [s].

    Their lifetime, where a run until `end_s` sees any of them to their end; else half the run.
    """
    return np.where(lifetime_s < end_s, lifetime_s, 0.5 * end_s)


def bin_end_s(place: NDArray[Any], bins: int) -> Floats:
    """Return the longest delay of bins of a histogram."""
    ends_s: Floats = SHORTEST_S * SPAN ** ((place + 1) / bins)
    return ends_s


def over(value: NDArray[Any], by: NDArray[Any]) -> Floats:
    """Divide; NaN where there is nothing to divide by."""
    return np.divide(value, by, out=np.full(len(by), np.nan), where=by > 0)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all messages seen so far."""

    device: Ints  # (T,) rows of Fleet
    row_of: Ints  # (N,) the reverse, -1: no device
    cell: Ints  # (T,) -1: it moves
    grid: Cells
    size: Longs  # (R,) bytes
    observed_s: Floats  # (R,)
    observed_cases: Longs  # (R, causes) of the messages observed for so long
    part_bins: Ints  # (R, 2, B) of delays at the device and on board
    devices: Sums
    by_cell: Sums
    by_hour: Sums
    by_rule: Sums
    ages: Ages
    end_s: float

    @classmethod
    def empty(cls, scenario: Scenario, fleet: Fleet, end_s: float) -> "Totals":
        """Return sums over nothing, for the devices of a scenario."""
        sources = {rule.source for rule in scenario.rules(Messages)}
        mine = np.array([group in sources for group in fleet.groups])[fleet.group]
        device = np.flatnonzero(mine).astype(np.int32)
        row_of = np.full(len(fleet), -1, np.int32)
        row_of[device] = np.arange(len(device))
        grid = cells(Asked.of(scenario).cells)
        rules = len(scenario.rules(Messages))
        lifetime_s = np.array([rule.lifetime_s for rule in scenario.rules(Messages)])
        hours = max(1, int(np.ceil(end_s / HOUR_S - 1e-9)))
        return cls(
            device,
            row_of,
            _cell_of(fleet, device, grid),
            grid,
            np.array([rule.size_bytes for rule in scenario.rules(Messages)], np.int64),
            observed_s(lifetime_s, end_s),
            np.zeros((rules, SUMMED), np.int64),
            np.zeros((rules, 2, FINE), np.int32),
            Sums.empty(len(device), 0),
            Sums.empty(len(grid.latitude_deg), COARSE),
            Sums.empty(hours, COARSE),
            Sums.empty(rules, FINE),
            Ages.empty(len(device), hours),
            end_s,
        )

    def add(self, some: Deliveries) -> None:
        """Count messages; those delivered come in order of delivery, now and from call to call."""
        row = self.row_of[some.device]
        cause = np.minimum(some.cause, np.int8(RESTRICTED))  # all causes of restrictions as one
        parts = some.delivered_s, some.at_device_s, some.in_transit_s
        passed = _Passed(some.rule, some.created_s, *parts, some.energy_j, cause)
        each = _each(passed, self.size, self.observed_s, self.end_s, len(self.ages.hour_s))
        # A table at a time: in one loop over all of them each message would wait for its memory.
        _count(self.devices, row, each)
        _count(self.by_cell, self.cell[row], each)
        _count(self.by_hour, each.hour, each)
        _count(self.by_rule, some.rule, each)
        _part(self.observed_cases, self.part_bins, some.rule, each)
        _age_all(self.ages, row, some.created_s, some.delivered_s, some.cause)

    def finish(self) -> None:
        """Sum ages up to the end."""
        _age_on(self.ages, self.end_s)

    def age_mean_s(self) -> Floats:
        """Return each device's mean age of information since its first delivery, or NaN. (T,)."""
        ages = self.ages
        return over(ages.area, np.nan_to_num(ages.last_s - ages.first_s))


def _cell_of(fleet: Fleet, device: Ints, grid: Cells) -> Ints:
    """Return the cell each device stands in, or -1 for one that moves."""
    site = fleet.site[device]
    found = np.full(len(device), -1, np.int32)
    stands = np.flatnonzero(site >= 0)
    if not len(stands):
        return found
    latitude, longitude, _ = ellipsoid.to_geodetic(fleet.sites.position_m[site[stands]])
    north = np.unique(grid.latitude_max_deg)
    band = np.minimum(np.searchsorted(north, latitude, side="right"), len(north) - 1)
    first = np.searchsorted(grid.latitude_max_deg, north)
    width = 360.0 / np.diff(np.append(first, len(grid.latitude_max_deg)))
    place = np.floor(((longitude + 180) % 360) / width[band]).astype(np.int64)
    found[stands] = first[band] + place
    return found


@making
def _each(passed: _Passed, size: Longs, observed_s: Floats, end_s: float, hours: int) -> Each:
    rule, created_s, delivered_s, at_device_s, in_transit_s, energy_j, cause = passed
    count = len(rule)
    delay_s = delivered_s - created_s
    each = Each(
        cause,
        np.empty(count, np.int32),
        np.empty(count, np.bool_),
        np.empty(count, np.bool_),
        delay_s,
        at_device_s,
        delay_s - at_device_s - in_transit_s,
        np.empty(count),
        np.empty(count, np.int64),
        size[rule],
    )
    for m in range(count):
        each.hour[m] = min(int(created_s[m] / HOUR_S), hours - 1)
        each.spent_nj[m] = np.int64(np.rint(NANO * np.float64(energy_j[m])))
        watched_s = observed_s[rule[m]]
        each.observed[m] = created_s[m] + watched_s <= end_s
        each.arrived[m] = each.observed[m] and delay_s[m] <= watched_s
        if each.arrived[m]:
            each.place[m] = _place(delay_s[m])
    return each


@kernel
def _place(delay_s: float) -> float:
    """Return the place of a delay in histograms, from 0 to below 1."""
    place = np.log(max(delay_s, SHORTEST_S) / SHORTEST_S) / np.log(SPAN)
    return min(place, 1.0 - 1e-12)


@kernel
def _count(sums: Sums, row: NDArray[Any], each: Each) -> None:
    """Add messages to their rows; those whose row is -1 are passed over."""
    bins = sums.bins.shape[1]
    for m in range(len(row)):
        k = row[m]
        if k < 0:
            continue
        sums.cases[k, each.cause[m]] += 1
        sums.energy_nj[k] += each.spent_nj[m]
        if not each.observed[m]:
            continue
        sums.observed[k] += 1
        sums.observed_nj[k] += each.spent_nj[m]
        if each.arrived[m]:
            sums.arrived[k] += 1
            sums.arrived_bytes[k] += each.size[m]
            sums.delay_us[k] += np.int64(np.rint(MICRO * each.delay_s[m]))
            sums.at_device_us[k] += np.int64(np.rint(MICRO * each.at_device_s[m]))
            sums.on_board_us[k] += np.int64(np.rint(MICRO * each.on_board_s[m]))
            sums.longest_s[k] = max(sums.longest_s[k], each.delay_s[m])
            if bins:
                sums.bins[k, int(each.place[m] * bins)] += 1


@kernel
def _part(cases: Longs, bins: Ints, rule: NDArray[np.int16], each: Each) -> None:
    """Count what becomes of observed messages, and the parts of their delays."""
    count = bins.shape[2]
    for m in range(len(rule)):
        if not each.observed[m]:
            continue
        late = each.cause[m] == RECEIVED and not each.arrived[m]
        cases[rule[m], STORED if late else each.cause[m]] += 1
        if each.arrived[m]:
            at_device, on_board = _place(each.at_device_s[m]), _place(each.on_board_s[m])
            bins[rule[m], AT_DEVICE_PART, int(at_device * count)] += 1
            bins[rule[m], ON_BOARD_PART, int(on_board * count)] += 1


@kernel
def _age_all(
    ages: Ages, row: Ints, created_s: Floats, delivered_s: Floats, cause: NDArray[np.int8]
) -> None:
    for m in range(len(row)):
        if cause[m] == RECEIVED:
            _age(ages, row[m], created_s[m], delivered_s[m])


@kernel
def _age(ages: Ages, t: int, generated_s: float, now_s: float) -> None:
    """Sum a device's age up to now, and note what is freshest from now on."""
    if np.isnan(ages.first_s[t]):
        ages.first_s[t] = ages.last_s[t] = now_s
        ages.generated_s[t] = generated_s
        return
    _sum_up(ages, t, now_s)
    ages.generated_s[t] = max(ages.generated_s[t], generated_s)


@kernel
def _sum_up(ages: Ages, t: int, now_s: float) -> None:
    """Add the integral of an age that rises by a second a second, hour by hour."""
    while ages.last_s[t] < now_s:
        hour = min(int(ages.last_s[t] / HOUR_S), len(ages.hour_s) - 1)
        until_s = min(now_s, (hour + 1) * HOUR_S) if hour < len(ages.hour_s) - 1 else now_s
        lasts_s = until_s - ages.last_s[t]
        area = lasts_s * (0.5 * (until_s + ages.last_s[t]) - ages.generated_s[t])
        ages.area[t] += area
        ages.hour_area[hour] += area
        ages.hour_s[hour] += lasts_s
        ages.last_s[t] = until_s


@kernel
def _age_on(ages: Ages, end_s: float) -> None:
    for t in range(len(ages.first_s)):
        if not np.isnan(ages.first_s[t]):
            _sum_up(ages, t, end_s)
