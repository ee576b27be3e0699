"""Makes a run's whole tables out of its finished blocks, and moves them into its folder."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa

from skyweft.contacts import coverage as measuring
from skyweft.contacts.coverage import Coverage
from skyweft.contacts.product import Contacts
from skyweft.motion.product import Fleet
from skyweft.network.flows.demand import Wanted
from skyweft.network.siting.ground import siting
from skyweft.run.disk.columns import (
    access_table,
    contacts_table,
    coverage_table,
    platforms_table,
    rule_names,
)
from skyweft.run.disk.folder import BOUND, PARTS, finished, publishing
from skyweft.run.disk.jsonfile import read_json, write_json
from skyweft.run.disk.names import MANIFEST, SCENARIO, SUMMARY
from skyweft.run.disk.parquet import TableWriter, write
from skyweft.run.disk.splice import splice
from skyweft.run.disk.writing import Writing
from skyweft.run.figures import (
    access,
    beams,
    deliveries,
    failures,
    gateways,
    packets,
    routing,
    throughput,
)
from skyweft.run.figures.access import Access
from skyweft.run.figures.summary import summarise
from skyweft.run.figures.tally import Meetings, Rates
from skyweft.run.work import carry
from skyweft.run.work.carry import Numbered
from skyweft.scenario.review import review
from skyweft.scenario.scenario import Scenario
from skyweft.world.clock import Clock

PAIRS_MAX = 4_000_000  # rows of access.parquet; beyond, it would outgrow memory


@dataclass(frozen=True, slots=True)
class Done:
    """A run whose blocks are finished, all or some."""

    scenario: Scenario
    text: str  # scenario.toml
    fleet: Fleet
    folder: Path
    plan: Mapping[str, Any]
    origin: str  # `fingerprint` of the plan: what the first block follows
    overrides: Sequence[str]
    flows: Wanted
    seconds: dict[str, float]
    threads: int

    @property
    def parts(self) -> list[Path]:
        """Return the folders of the finished blocks, in order of time, up to the first gap."""
        return finished(self.folder, self.origin)

    @property
    def finished_s(self) -> float:
        """Return how far the run came."""
        return float(self.plan["borders_s"][len(self.parts)])

    @property
    def complete(self) -> bool:
        """Return whether that is all the way."""
        return len(self.parts) == len(self.plan["borders_s"]) - 1


def finish(done: Done) -> None:
    """Write tables, summary and manifest, and move them into the run's folder."""
    began = perf_counter()
    parts = done.parts
    draft = done.folder / PARTS / "whole.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    left_out: dict[str, str] = {}
    joining = Writing(done.threads)
    for name in ("links", "routes", "shares", "loads", "beams", "tracks"):
        files = [part / f"{name}.parquet" for part in parts]
        joining.put(partial(_join_files, files, draft / f"{name}.parquet"))
    try:
        figures = _rest(done, parts, draft, left_out)
    finally:
        joining.finish()
    if not (draft / "tracks.parquet").exists():
        left_out["tracks"] = "no movers, or too large even with knots five minutes apart"
    (draft / SCENARIO).write_bytes(done.text.encode())
    warnings = [*_warnings(done, parts), *deliveries.warnings(done.scenario, figures["deliveries"])]
    write_json(draft / SUMMARY, {**figures, "warnings": warnings})
    done.seconds["tables"] = perf_counter() - began
    write_json(draft / MANIFEST, _manifest(done, warnings, left_out))
    publishing(done.folder).put(draft, last=done.complete)


def _rest(done: Done, parts: list[Path], draft: Path, left_out: dict[str, str]) -> dict[str, Any]:
    """Write the tables that are not joined as they are; return the key figures."""
    meetings, pairs = _contacts(done, parts, draft / "contacts.parquet")
    names, rules = _words(done)
    if pairs is None:
        left_out["access"] = f"more than {PAIRS_MAX:,} pairs met"
    else:
        write(
            "access", access_table(pairs, done.finished_s, names, rules), draft / "access.parquet"
        )
    write("platforms", platforms_table(done.scenario, done.fleet), draft / "platforms.parquet")
    covered = _coverage(done, parts[-1])
    if covered is not None:
        write("coverage", coverage_table(covered), draft / "coverage.parquet")
    if done.scenario.failures:
        outages = failures.outages_table(done.scenario, done.fleet, _words(done)[0])
        write("outages", outages, draft / "outages.parquet")
    ways = _routes(done, parts, draft)
    return summarise(
        done.scenario,
        done.fleet,
        done.finished_s,
        meetings,
        _rates(done, parts),
        covered,
        ways,
        _flows(done, parts),
        _gateways(done, parts, draft),
        _packets(done, parts, draft),
        _deliveries(done, parts, draft, left_out),
    )


def _routes(done: Done, parts: list[Path], draft: Path) -> list[dict[str, Any]] | None:
    """Write what ways amount to; return their key figures, or None where none were asked."""
    if not done.scenario.routes:
        return None
    files = [part / "routes.parquet" for part in parts]
    found = routing.sum_up(done.scenario, done.fleet, files)
    names, _ = _words(done)
    pairs = routing.pair_table(found.pairs, names)
    write("route_statistics", pairs, draft / "route_statistics.parquet")
    write("route_times", routing.snapshot_table(found.snapshots), draft / "route_times.parquet")
    return routing.summary(done.scenario, found)


def _flows(done: Done, parts: list[Path]) -> dict[str, Any] | None:
    """Return the key figures of the flows, or None where there are none."""
    if not done.scenario.flows:
        return None
    shares, loads = (
        throughput.batches([part / f"{name}.parquet" for part in parts])
        for name in ("shares", "loads")
    )
    names = _words(done)[0]
    found = throughput.sum_up(shares, loads, names)
    rows = throughput.batches([part / "beams.parquet" for part in parts])
    use = beams.summary(beams.beam_use(rows, names, len(found.time_s)))
    return {**throughput.summary(found, read_json(parts[0] / BOUND)), "beams": use}


def _gateways(done: Done, parts: list[Path], draft: Path) -> dict[str, Any] | None:
    """Write which gateways to build; return the key figures, or None where there is no choice."""
    asked = done.scenario.gateways
    if asked is None:
        return None
    down = gateways.load([part / gateways.FILE for part in parts])
    found = siting(down, asked.target_share)
    sites = gateways.sites_table(found, done.fleet, _words(done)[0])
    write("gateways", sites, draft / "gateways.parquet")
    write("gateway_times", gateways.times_table(found), draft / "gateway_times.parquet")
    return gateways.summary(found, done.fleet.names)


def _packets(done: Done, parts: list[Path], draft: Path) -> list[dict[str, Any]] | None:
    """Send packets and write what becomes of them; return the key figures, or None without."""
    if not done.scenario.packets:
        return None
    rows, totals = packets.send(done.scenario, done.fleet, parts, done.finished_s)
    write("packets", packets.packets_table(rows, _words(done)[0]), draft / "packets.parquet")
    return packets.summary(totals, done.fleet.names)


def _deliveries(
    done: Done, parts: list[Path], draft: Path, left_out: dict[str, str]
) -> dict[str, Any] | None:
    """Bring messages down and write what became of them; return the key figures, or None."""
    if not done.scenario.messages:
        return None
    contacts = (some for _, some in _whole_contacts(parts))
    known = done.scenario, done.fleet
    found = deliveries.settle(*known, parts, contacts, done.plan["borders_s"], done.threads)
    deliveries.save_tables(*known, found, _words(done)[0], draft)
    if found.rows is None:
        left_out["deliveries"] = "a row a message is written only if deliveries.rows asks for it"
    return deliveries.summary(*known, found)


def _words(done: Done) -> tuple[pa.Array, pa.Array]:
    return pa.array(done.fleet.names, pa.string()), pa.array(rule_names(done.scenario), pa.string())


def _join_files(parts: list[Path], whole: Path) -> None:
    """Join the blocks' tables; a single one is linked, which costs nothing."""
    parts = [part for part in parts if part.exists()]
    if len(parts) == 1:
        try:
            os.link(parts[0], whole)
        except OSError:  # not every file system has hard links
            shutil.copyfile(parts[0], whole)
    elif parts:
        splice(parts, whole)


def _contacts(done: Done, parts: list[Path], path: Path) -> tuple[Meetings, Access | None]:
    """Write contacts.parquet block after block, and sum up over it."""
    names, rules = _words(done)
    clock = Clock.at(done.scenario.start)
    meetings = Meetings.empty(done.fleet, len(rules))
    pairs: Access | None = access.nothing()
    writer, writing = TableWriter("contacts", path), Writing(done.threads)
    writing.at_end(writer.close)
    try:
        for first, some in _whole_contacts(parts):
            table = contacts_table(some, first, clock, names, rules)
            writing.put(partial(writer.write, table))
            meetings.add(done.fleet, some)
            if pairs is not None:
                pairs = access.join(pairs, _pairs(some, len(names)))
                pairs = pairs if len(pairs) <= PAIRS_MAX else None
        writing.put(writer.close)
    finally:
        writing.finish()
    return meetings, pairs


def _whole_contacts(parts: list[Path]) -> Iterator[tuple[int, Contacts]]:
    """Read the contacts that began in each block, with the ends that later blocks found."""
    ends = [carry.load_numbered(part / "ended.npz") for part in parts]
    ends.append(carry.load_numbered(parts[-1] / "open.npz"))
    for part in parts:
        first = int(read_json(part / "part.json")["first"])
        some = carry.load_contacts(part / "contacts.npz")
        yield first, _ended(some, first, ends)


def _ended(some: Contacts, first: int, ends: list[Numbered]) -> Contacts:
    """Replace rows by what is known of them at their end."""
    columns = {
        name: getattr(some, name)
        for name in ("end_s", "culmination_s", "elevation_max_deg", "range_min_m", "cut_end")
    }
    for each in ends:
        mine = (each.number >= first) & (each.number < first + len(some))
        rows = each.number[mine] - first
        for name, column in columns.items():
            column[rows] = getattr(each.contacts, name)[mine]
    return replace(some, **columns)


def _pairs(contacts: Contacts, count: int) -> Access:
    key = (contacts.link.astype(np.int64) * count + contacts.source) * count + contacts.target
    return access.tally(key, contacts.start_s, contacts.end_s, contacts.elevation_max_deg)


def _rates(done: Done, parts: list[Path]) -> Rates:
    rates = Rates.empty(len(done.scenario.links))
    for part in parts:
        rates.join(carry.load_rates(part / "rates.npz"))
    return rates


def _coverage(done: Done, last: Path) -> Coverage | None:
    if done.scenario.coverage is None:
        return None
    state = measuring.start(done.scenario, done.fleet)
    carry.load_coverage(last / "coverage.npz", state)
    return state.finish()


def _warnings(done: Done, parts: list[Path]) -> list[str]:
    lines = [*review(done.scenario), *done.fleet.warnings]
    for part in parts:
        lines += read_json(part / "part.json")["warnings"]
    return list(dict.fromkeys(lines))


def _manifest(done: Done, warnings: list[str], left_out: dict[str, str]) -> dict[str, Any]:
    return {
        "name": done.scenario.name,
        "complete": done.complete,
        "finished_s": done.finished_s,
        "duration_s": done.scenario.duration_s,
        "seed": done.scenario.seed,
        "overrides": list(done.overrides),
        "echo": list(done.fleet.echo),
        "warnings": warnings,
        "left_out": left_out,
        "seconds": {name: round(seconds, 3) for name, seconds in done.seconds.items()},
        **done.plan,
    }
