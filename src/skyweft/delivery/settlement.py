"""Messages in a run: received block by block, downlinked once all is known; tables, metrics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.columns import Table, named, worded
from skyweft.contacts.product import Contacts
from skyweft.contacts.stage import every
from skyweft.contacts.usable import usable
from skyweft.delivery.access.energy import battery_life_s
from skyweft.delivery.arrow import (
    DELAY_CDF,
    DELIVERIES,
    DELIVERIES_BY_CELL,
    DELIVERIES_BY_DEVICE,
    DELIVERIES_BY_HOUR,
    GATEWAY_USAGE,
    STORAGE_OCCUPANCY,
)
from skyweft.delivery.cutting import cut, unrestricted
from skyweft.delivery.model import Deliveries as Asked
from skyweft.delivery.model import Messages
from skyweft.delivery.onboard.deliver import UnderWay, Use
from skyweft.delivery.onboard.timetable import Samples, Timetable, Withheld, messengers, timetable
from skyweft.delivery.onboard.waiting import PassedOver, passed_over
from skyweft.delivery.product import CAUSES, OPEN, RECEIVED, SUMMED, Deliveries, Receptions
from skyweft.delivery.totals import (
    AT_DEVICE_PART,
    ON_BOARD_PART,
    Sums,
    Totals,
    bin_end_s,
    over,
    within,
)
from skyweft.fleet import Fleet
from skyweft.links.arrow import LINK_SAMPLES
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Energy, Radio
from skyweft.stage import Context, Journal, Whole
from skyweft.store.parquet import read
from skyweft.store.writing import Writing

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RECEIVED_IN = "received"  # what the journal calls it
ROWS_MAX = 2_000_000  # of deliveries.parquet unless the scenario asks for it
SHARES = (0.05, 0.5, 0.95, 0.99)  # of the delays in summary.json
PARTS = (0.5, 0.95)  # of the delays at devices and on board
IN_A_ROW = 2  # visits without being served from which on a platform is told of
NAMED = 5  # such platforms that a warning names
FAIR = "longest_waiting"
EXPIRED = "expired"
POINTS_MAX = 1_000  # of a rule's curve of delays
LOST = tuple(
    (code, f"lost_{cause.replace(' ', '_')}")
    for code, cause in enumerate(CAUSES[:SUMMED])
    if code != RECEIVED and code not in OPEN
)
SAMPLED = ("contact", "time_s", "delay_s", "rate_bps", "rate_reverse_bps")


def expected(scenario: Scenario, fleet: Fleet) -> float:
    """Return about how many messages a scenario makes."""
    total = 0.0
    for rule in scenario.rules(Messages):
        devices = len(fleet.rows_of(rule.source))
        total += devices * (scenario.duration_s / rule.period_s if rule.period_s else 1.0)
    return total


def listed(scenario: Scenario, fleet: Fleet) -> bool:
    """Return whether a row a message is written."""
    wanted = Asked.of(scenario).rows
    return expected(scenario, fleet) <= ROWS_MAX if wanted is None else wanted


def _ahead(journals: Sequence[Journal]) -> Iterator[Receptions]:
    """Read blocks in order, each while the one before is worked on."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(_received, journals[0])
        for journal in journals[1:]:
            now, coming = coming.result(), reader.submit(_received, journal)
            yield now
        yield coming.result()


def _received(journal: Journal) -> Receptions:
    return Receptions(**journal.read(RECEIVED_IN))


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of all messages of a run."""

    totals: Totals
    use: Use
    table: Timetable
    rows: Deliveries | None  # None: too many to list
    passed_over: PassedOver
    kept_back: dict[str, int]  # what is on board at the end and would not be but for a cause


def settle(whole: Whole, causes: Sequence[str]) -> Settled:
    """Bring down what was received in the finished blocks of a run.

    Contacts come with their true ends. With one thread, messages are brought down and counted in
    turn; else side by side. `causes` are those of restrictions.
    """
    scenario, fleet, end_s = whole.context.scenario, whole.context.fleet, whole.end_s
    table = _timetable(whole, causes)
    in_flight = UnderWay.begin(scenario, fleet, table, end_s)
    totals = Totals.empty(scenario, fleet, end_s)
    wanted, kept = listed(scenario, fleet), []
    blocks = zip(whole.borders_s[1:], _ahead(whole.journals), strict=True)
    counting = Writing(whole.context.threads)
    try:
        for some in in_flight.through(blocks):
            counting.put(partial(totals.add, some))
            if wanted:
                kept.append(some)
    finally:
        counting.finish()
    totals.finish()
    rows = Deliveries.sorted(kept) if wanted else None
    waited = passed_over(table, in_flight.noticed)
    kept_back = {
        word: int(number)
        for word, number in zip([*CAUSES, *causes], in_flight.kept_back, strict=False)
        if number and word != EXPIRED
    }
    return Settled(totals, in_flight.use, table, rows, waited, kept_back)


def _timetable(whole: Whole, causes: Sequence[str]) -> Timetable:
    """Return the network as messages find it, what is cut out of it applied."""
    scenario, fleet, end_s = whole.context.scenario, whole.context.fleet, whole.end_s
    met, number = _relevant(every(whole), messengers(scenario, fleet))
    samples = _samples(whole.files(LINK_SAMPLES), number)
    cuts = cut(whole, met, number, causes)
    if not len(cuts.contact):
        return timetable(scenario, fleet, met, samples, end_s)
    pieces, row = usable(met, cuts)
    withheld = Withheld(met, cuts, unrestricted(whole, number, samples))
    return timetable(scenario, fleet, pieces, samples.of_pieces(row), end_s, withheld)


def _relevant(contacts: Iterable[Contacts], within: Flags) -> tuple[Contacts, NDArray[np.int64]]:
    """Return the contacts of platforms that carry messages, and their numbers in the run."""
    kept, numbers, before = [], [np.zeros(0, np.int64)], 0
    for some in contacts:
        rows = np.flatnonzero(within[some.source] & within[some.target])
        kept.append([getattr(some, field.name)[rows] for field in fields(Contacts)])
        numbers.append(before + rows)
        before += len(some)
    columns = (np.concatenate(column) for column in zip(*kept, strict=True))
    return Contacts(*columns), np.concatenate(numbers)


def _samples(files: Sequence[Path], number: NDArray[np.int64]) -> Samples:
    """Return the link samples of some contacts, renumbered from 0."""
    kept = [[np.zeros(0, kind) for kind in (np.int64, *[np.float64] * 4)]]
    for file in files:
        table = read(file, SAMPLED)
        columns = [table[name].to_numpy() for name in SAMPLED]
        mine = np.isin(columns[0], number)
        kept.append([column[mine] for column in columns])
    contact, *rest = (np.concatenate(column) for column in zip(*kept, strict=True))
    order = np.lexsort((rest[0], contact))
    return Samples(np.searchsorted(number, contact[order]), *(column[order] for column in rest))


def tables(
    context: Context, found: Settled, causes: Sequence[str] = ()
) -> Iterator[tuple[Table, pa.Table]]:
    """Yield all tables on messages; `causes` are those of restrictions."""
    scenario, fleet, names = context.scenario, context.fleet, context.names
    totals, table = found.totals, found.table
    if found.rows is not None:
        yield DELIVERIES, rows_table(found.rows, names, causes)
    yield DELIVERIES_BY_DEVICE, _by_device(scenario, fleet, totals, names)
    yield DELIVERIES_BY_CELL, _by_cell(scenario, fleet, totals)
    yield DELIVERIES_BY_HOUR, _by_hour(totals)
    yield DELAY_CDF, _delay_curves(totals)
    yield STORAGE_OCCUPANCY, _stores(found.use, table, names)
    yield GATEWAY_USAGE, _downlinks(found.use, table, names)


def rows_table(rows: Deliveries, names: pa.Array, causes: Sequence[str] = ()) -> pa.Table:
    """Return a row a message; `causes` are those of restrictions."""
    plain = {field.name: getattr(rows, field.name) for field in fields(rows)}
    for name in ("receiver", "target"):
        codes = plain[name]
        plain[name] = pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), names)
    plain["source"] = named(plain.pop("device"), names)
    plain["sequence_number"] = plain.pop("number")
    plain["loss_cause"] = worded(plain.pop("cause"), [*CAUSES, *causes])
    whole = {name: plain[name].astype(np.int32) for name in ("rule", "hops", "attempts")}
    delays_s = {
        "delay_s": rows.delivered_s - rows.created_s,
        "delay_at_device_s": plain.pop("at_device_s"),
        "delay_on_board_s": rows.on_board_s,
        "delay_in_transit_s": plain.pop("in_transit_s"),
    }
    return DELIVERIES.build(plain | whole | delays_s)


def _sums(sums: Sums) -> dict[str, NDArray[Any]]:
    """Return the columns that all sums have."""
    lost = {name: sums.cases[:, code] for code, name in LOST}
    on_board, at_device = (sums.cases[:, code] for code in OPEN)
    delays_s = zip(
        ("", "at_device_", "on_board_", "in_transit_"), sums.delays_mean_s(), strict=True
    )
    return {
        "generated": sums.generated,
        "delivered": sums.delivered,
        **lost,
        "stored": on_board + at_device,
        "stored_at_device": at_device,
        "stored_on_board": on_board,
        "observed": sums.observed,
        "observed_delivered": sums.arrived,
        "share_delivered": sums.share_delivered(),
        **{f"delay_{part}mean_s": delay_s for part, delay_s in delays_s},
        "delay_max_s": np.where(sums.arrived > 0, sums.longest_s, np.nan),
        "energy_j": sums.energy_nj / 1e9,
        "energy_per_byte_j": sums.energy_per_byte_j(),
    }


def _delays(sums: Sums) -> dict[str, Floats]:
    return {f"delay_p{round(100 * share):02}_s": sums.delay_s(share) for share in SHARES}


def _by_device(scenario: Scenario, fleet: Fleet, totals: Totals, names: pa.Array) -> pa.Table:
    columns = _sums(totals.devices)
    return DELIVERIES_BY_DEVICE.build(
        columns
        | {
            "name": names.take(pa.array(totals.device)),
            "group": named(fleet.group[totals.device], pa.array(fleet.groups)),
            "age_mean_s": totals.age_mean_s(),
            "battery_life_s": battery_lives_s(scenario, fleet, totals),
        },
    )


def battery_lives_s(scenario: Scenario, fleet: Fleet, totals: Totals) -> Floats:
    """Return how long each device's battery would last; NaN where nothing is said of it. (T,)."""
    found = np.full(len(totals.device), np.nan)
    group = fleet.group[totals.device]
    for number, name in enumerate(fleet.groups):
        for terminal in scenario.platforms[name].terminals:
            energy = _energy(scenario, terminal)
            mine = group == number
            if energy is not None and energy.battery_j is not None and mine.any():
                spent_j = totals.devices.energy_nj[mine] / 1e9
                found[mine] = battery_life_s(energy, spent_j, totals.end_s)
    return found


def _energy(scenario: Scenario, terminal: str) -> Energy | None:
    radio = scenario.terminals[terminal]
    return radio.energy if isinstance(radio, Radio) else None


def _by_cell(scenario: Scenario, fleet: Fleet, totals: Totals) -> pa.Table:
    there = totals.cell >= 0
    cell = totals.cell[there]
    rows = len(totals.grid.latitude_deg)

    def mean(value: Floats) -> Floats:
        known = np.isfinite(value)
        counted = np.bincount(cell[known], minlength=rows)
        return over(np.bincount(cell[known], value[known], rows), counted)

    devices = np.bincount(cell, minlength=rows)
    columns = {
        **{field.name: getattr(totals.grid, field.name) for field in fields(totals.grid)},
        "devices": devices,
        **_sums(totals.by_cell),
        **_delays(totals.by_cell),
        "age_mean_s": mean(totals.age_mean_s()[there]),
        "battery_life_s": mean(battery_lives_s(scenario, fleet, totals)[there]),
    }
    return DELIVERIES_BY_CELL.build({name: column[devices > 0] for name, column in columns.items()})


def _by_hour(totals: Totals) -> pa.Table:
    ages = totals.ages
    return DELIVERIES_BY_HOUR.build(
        {
            "time_s": 3_600.0 * np.arange(len(ages.hour_s)),
            **_sums(totals.by_hour),
            **_delays(totals.by_hour),
            "age_mean_s": over(ages.hour_area, ages.hour_s),
        },
    )


def _delay_curves(totals: Totals) -> pa.Table:
    """Return how many messages of each rule had arrived after which delay."""
    sums = totals.by_rule
    rows, delays_s, shares = [], [], []
    for rule, (bins, observed) in enumerate(zip(sums.bins, sums.observed, strict=True)):
        place = np.flatnonzero(bins)
        upto = np.cumsum(bins[place])
        keep = np.unique(np.linspace(0, len(place) - 1, min(len(place), POINTS_MAX)).astype(int))
        rows.append(np.full(len(keep), rule))
        delays_s.append(bin_end_s(place[keep], len(bins)))
        shares.append(upto[keep] / max(observed, 1))
    columns = {"rule": rows, "delay_s": delays_s, "share": shares}
    return DELAY_CDF.build({name: np.concatenate(column) for name, column in columns.items()})


def _stores(use: Use, table: Timetable, names: pa.Array) -> pa.Table:
    """Return what was on board at each step, a row a platform that ever kept anything, or could."""
    kept = np.flatnonzero(~table.anyones)
    steps = len(use.time_s)
    return STORAGE_OCCUPANCY.build(
        {
            "time_s": np.repeat(use.time_s, len(kept)),
            "platform": named(np.tile(table.node[kept], steps), names),
            "stored_bytes": use.stored_bytes[:, kept].ravel(),
            "stored": use.stored[:, kept].ravel(),
        },
    )


def _downlinks(use: Use, table: Timetable, names: pa.Array) -> pa.Table:
    """Return what targets took in each step, and how long their antennas served."""
    goals = np.flatnonzero(table.anyones)
    borders_s = use.time_s
    steps = len(borders_s) - 1
    seconds = {}
    for name, spans in (("served_s", table.held), ("unserved_s", table.missed)):
        rows = []
        for v in goals:
            mine = (spans.source == v) | (spans.target == v)
            rows.append(np.diff(_elapsed_s(spans.start_s[mine], spans.end_s[mine], borders_s)))
        seconds[name] = np.array(rows).reshape(len(goals), steps).T.ravel()
    return GATEWAY_USAGE.build(
        {
            "time_s": np.repeat(borders_s[:-1], len(goals)),
            "target": named(np.tile(table.node[goals], steps), names),
            **seconds,
            "arrived_bytes": use.arrived_bytes[:-1, goals].ravel(),
            "arrived": use.arrived[:-1, goals].ravel(),
        },
    )


def _elapsed_s(start_s: Floats, end_s: Floats, at_s: Floats) -> Floats:
    """Return how much of all spans together has passed at some moments."""

    def past(edge_s: Floats) -> Floats:
        edge_s = np.sort(edge_s)
        count = np.searchsorted(edge_s, at_s)
        upto = np.concatenate([[0.0], np.cumsum(edge_s)])
        return count * at_s - upto[count]

    return past(start_s) - past(end_s)


def metrics(scenario: Scenario, fleet: Fleet, found: Settled) -> dict[str, Any]:
    """Return the key metrics, ready for JSON."""
    totals = found.totals
    rules = totals.by_rule
    every = rules.together()
    lives_s = battery_lives_s(scenario, fleet, totals)
    group = fleet.group[totals.device]
    each_rule = []
    for number, rule in enumerate(scenario.rules(Messages)):
        mine = group == fleet.groups.index(rule.source)
        some = rules.row(number)
        each_rule.append(
            {
                "rule": number,
                "source": rule.source,
                "target": rule.target,
                "devices": int(np.count_nonzero(mine)),
                **_metrics(some),
                **_parts(totals, slice(number, number + 1)),
                "age_mean_s": _mean(totals.age_mean_s()[mine]),
                "battery_life_mean_s": _mean(lives_s[mine]),
            }
        )
    return {
        **_metrics(every),
        **_parts(totals, slice(None)),
        "rules": each_rule,
        "passed_over": _passed_over(fleet, found),
        "stored_causes": found.kept_back,
    }


def _metrics(sums: Sums) -> dict[str, Any]:
    columns = _sums(sums) | _delays(sums)
    return {name: column[0].item() for name, column in columns.items()}


def _parts(totals: Totals, rules: slice) -> dict[str, Any]:
    """Return how long messages of some rules were observed, the parts of their delays, causes."""
    bins = totals.part_bins[rules].sum(axis=0, keepdims=True)
    parts = (("at_device", AT_DEVICE_PART), ("on_board", ON_BOARD_PART))
    cases = totals.observed_cases[rules].sum(axis=0)
    names = [*LOST, *((code, CAUSES[code].replace(" ", "_")) for code in OPEN)]
    return {
        "observed_s": float(totals.observed_s[rules].max(initial=0.0)),
        **{
            f"delay_{name}_p{round(100 * share):02}_s": within(bins[:, part], share)[0].item()
            for name, part in parts
            for share in PARTS
        },
        "observed_causes": {name: int(cases[code]) for code, name in names},
    }


def _passed_over(fleet: Fleet, found: Settled) -> list[dict[str, Any]]:
    """Return who waited past visits in a row without being served, the longest first."""
    waited = found.passed_over
    order = np.lexsort((waited.node, -waited.unserved, -waited.in_a_row))
    return [
        {
            "platform": fleet.names[found.table.node[waited.node[k]]],
            "visits": int(waited.visits[k]),
            "unserved": int(waited.unserved[k]),
            "in_a_row": int(waited.in_a_row[k]),
        }
        for k in order[waited.in_a_row[order] >= IN_A_ROW]
    ]


def warnings(scenario: Scenario, metrics: Mapping[str, Any] | None) -> list[str]:
    """Return what of a run's messages would mislead whoever reads their figures alone.

    Parameters
    ----------
    scenario : Scenario
        What was run.
    figures : mapping or None
        From `summary`; None without messages.
    """
    if metrics is None:
        return []
    return [
        *_unobserved(scenario, metrics),
        *_starved(scenario, metrics["passed_over"]),
        *_kept_back(metrics["stored_causes"]),
    ]


def _unobserved(scenario: Scenario, metrics: Mapping[str, Any]) -> Iterator[str]:
    for number, (rule, metric) in enumerate(
        zip(scenario.rules(Messages), metrics["rules"], strict=True)
    ):
        place = f"messages[{number}].lifetime_s: {rule.lifetime_s:g} s"
        if metric["observed_s"] < rule.lifetime_s:
            yield (
                f"{place} end within the run for no message, so shares and delays tell what "
                f"arrives within half the run, {metric['observed_s']:g} s; a longer run or a "
                "shorter lifetime tells the whole"
            )
        elif not metric["observed"] and metric["generated"]:
            yield (
                f"{place} end within the run for none of its {metric['generated']:,} messages, so "
                "there are no shares or delays of them"
            )


def _starved(scenario: Scenario, waited: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not waited:
        return
    named = [
        f"{satellite['platform']} ({satellite['unserved']} of {satellite['visits']} visits, "
        f"{satellite['in_a_row']} in a row)"
        for satellite in waited[:NAMED]
    ]
    more = len(waited) - len(named)
    said = ", ".join(named) + (f" and {more:,} more" if more else "")
    limits = [
        f"links[{number}]"
        for number, link in enumerate(scenario.links)
        if (link.source_links_max or link.target_links_max) and link.choose != FAIR
    ]
    advice = (
        f'; choose = "{FAIR}" in {" and ".join(limits)} serves first who has waited longest'
        if limits
        else ""
    )
    who = "1 platform" if len(waited) == 1 else f"{len(waited):,} platforms"
    yield (
        f"messages: {who} with messages on board passed targets and were not served, "
        f"since all antennas served others: {said}{advice}"
    )


def _kept_back(causes: Mapping[str, int]) -> Iterator[str]:
    if causes:
        total, are = (
            sum(causes.values()),
            "message is" if sum(causes.values()) == 1 else "messages are",
        )
        listed = ", ".join(f"{cause} ({number:,})" for cause, number in causes.items())
        yield f"messages: {total:,} {are} on board at the end, kept from arriving by {listed}"


def _mean(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
