"""The stages of one block of time, and the files it leaves behind."""

import json
import math
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.contacts import coverage as measuring
from skyweft.contacts.coverage import CoverageState
from skyweft.contacts.finding import find, join
from skyweft.contacts.product import Contacts
from skyweft.delivery.access import hear as listening
from skyweft.delivery.access.tables import Carry
from skyweft.errors import RangeError
from skyweft.links.budget import budget
from skyweft.motion.product import Fleet, Motion
from skyweft.motion.propagate import propagate, step_s
from skyweft.network.flows import shares as sharing
from skyweft.network.flows.demand import Wanted
from skyweft.network.product import Beams, Loads, Routes, Shares
from skyweft.network.queues import laying
from skyweft.network.queues.sending import asked
from skyweft.network.routing.routes import pieces
from skyweft.network.siting import ground
from skyweft.run.disk.columns import (
    beams_table,
    links_table,
    loads_table,
    routes_table,
    rule_names,
    shares_table,
    tracks_table,
)
from skyweft.run.disk.folder import BOUND, draft_of, keep, part_of
from skyweft.run.disk.jsonfile import read_json, write_json
from skyweft.run.disk.parquet import TableWriter, write
from skyweft.run.disk.writing import Writing
from skyweft.run.figures import deliveries, gateways, packets
from skyweft.run.figures.tally import Rates, Seen
from skyweft.run.work import carry
from skyweft.run.work.carry import Numbered
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Progress = Callable[[float, float, str], None]

VARIABLES_MAX = 150_000  # of the bound on throughput: seconds, not minutes
SAMPLES_AT_ONCE = 500_000  # links, for memory and for writing some while others are computed
TRACK_BYTES_MAX = 200e6  # of tracks.parquet before compression
KNOT_BYTES = 32
TRAFFIC = ("shares", "loads", "beams")  # tables of the flows
THINNED_MAX_S = 300.0  # wider apart, cubic Hermite would be off by a kilometre

# Where in a block the bar stands when a stage begins.
MOTION, CONTACTS, LINKS, ROUTES, SHARES = 0.0, 0.1, 0.25, 0.6, 0.7
GATEWAYS, PACKETS, COVERAGE, MESSAGES = 0.8, 0.82, 0.85, 0.9


@dataclass(slots=True)
class Job:
    """A run under way: what stays the same in all blocks, and what one hands to the next."""

    scenario: Scenario
    fleet: Fleet
    folder: Path
    origin: str  # what the first block follows
    borders_s: Floats
    executor: ThreadPoolExecutor
    progress: Progress
    flows: Wanted
    coverage: CoverageState | None = None
    access: Carry | None = None  # of messages not yet heard
    open: Numbered = field(
        default_factory=lambda: Numbered(
            carry.no_contacts(), np.zeros(0, np.int64), Seen.nothing(0)
        )
    )
    contacts: int = 0  # numbered so far
    links: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))  # of packets
    seconds: dict[str, float] = field(default_factory=dict)
    names: pa.Array = None
    rules: pa.Array = None

    def __post_init__(self) -> None:
        self.names = pa.array(self.fleet.names, pa.string())
        self.rules = pa.array(rule_names(self.scenario), pa.string())
        if self.scenario.coverage is not None:
            self.coverage = measuring.start(self.scenario, self.fleet)
        if self.scenario.messages:
            self.access = listening.begin(self.scenario, self.fleet)

    @contextmanager
    def stage(self, name: str, number: int, share: float) -> Iterator[None]:
        """Time a stage of a block and show it."""
        self.show(name, number, share)
        began = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - began

    def show(self, name: str, number: int, share: float) -> None:
        """Tell how far the run has come."""
        start_s, end_s = self.borders_s[number : number + 2]
        done_s = float(start_s + share * (end_s - start_s) - self.borders_s[0])
        self.progress(done_s, float(self.borders_s[-1] - self.borders_s[0]), name)


def run_block(job: Job, number: int, writing: Writing) -> None:
    """Compute one block and hand its files to `writing`; the last piece makes it count."""
    part = part_of(job.folder, number)
    draft = draft_of(part)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    start_s, end_s = (float(each) for each in job.borders_s[number : number + 2])
    with job.stage("motion", number, MOTION):
        motion = propagate(job.scenario, job.fleet, start_s, end_s, job.executor)
    knots = kept_knots(job, motion)
    if len(knots):
        writing.put(lambda: _write_tracks(job, motion, knots, draft))
    with job.stage("contacts", number, CONTACTS):
        found = find(job.scenario, job.fleet, motion, job.executor)
        now = _numbered(job, number, found, writing)
    with job.stage("links", number, LINKS):
        rates = _links(job, number, motion, now, draft, writing)
    if job.scenario.routes:
        with job.stage("routes", number, ROUTES):
            _routes(job, motion, now.contacts, draft, writing)
    if job.scenario.flows:
        with job.stage("shares", number, SHARES):
            _shares(job, motion, now.contacts, draft, writing)
            if number == 0:
                write_json(draft / BOUND, _bound(job, motion, now.contacts))
    if job.scenario.gateways is not None:
        with job.stage("gateways", number, GATEWAYS):
            known = job.scenario, job.fleet, motion, now.contacts, job.flows
            gateways.save(draft / gateways.FILE, ground.downlinks(*known, job.executor))
    if job.scenario.packets:
        with job.stage("packets", number, PACKETS):
            _packets(job, motion, now.contacts, draft)
    if job.coverage is not None:
        with job.stage("coverage", number, COVERAGE):
            job.coverage.add(motion, job.executor)
            carry.save_coverage(draft / "coverage.npz", job.coverage)
    if job.access is not None:
        with job.stage("messages", number, MESSAGES):
            _messages(job, motion, start_s, end_s, draft, writing)
    _hand_on(job, number, now, rates, motion.warnings, draft, writing)


def _numbered(job: Job, number: int, found: Contacts, writing: Writing) -> Numbered:
    """Join windows to those left open at the border; number what is new in order of start."""
    before = len(job.open.contacts)
    whole = _settled(join(job.open.contacts, found), *job.borders_s[[number, number + 1]])
    # Those left open began before the border and keep their order, so they are the first rows.
    for name in ("link", "source", "target", "start_s"):
        assert np.array_equal(getattr(whole, name)[:before], getattr(job.open.contacts, name))
    fresh = len(whole) - before
    numbers = np.concatenate([job.open.number, job.contacts + np.arange(fresh)])
    now = Numbered(whole, numbers, Seen.nothing(len(whole)))
    # Last samples are known only to the thread that writes: it gets to this before it needs them.
    opened = job.open.seen
    writing.put(lambda: now.seen.take_over(slice(before), opened, slice(None)))
    return now


def _settled(contacts: Contacts, start_s: float, end_s: float) -> Contacts:
    """Call cut only what the run's ends cut, or the end of this block.

    A window may end on a border to the last bit, or begin there: then it finds no other half.
    """
    return replace(
        contacts,
        cut_start=contacts.cut_start & ((contacts.start_s != start_s) | (start_s == 0)),
        cut_end=contacts.cut_end & (contacts.end_s >= end_s),
    )


def _links(
    job: Job, number: int, motion: Motion, now: Numbered, draft: Path, writing: Writing
) -> Rates:
    """Compute samples of some contacts at a time; write one lot while the next is computed."""
    rates = Rates.empty(len(job.scenario.links))
    writer = TableWriter("links", draft / "links.parquet")
    writing.at_end(writer.close)
    for lot in _lots(job, number, now.contacts):
        share = LINKS + (ROUTES - LINKS) * lot.start / max(1, len(now.contacts))
        job.show("links", number, share)
        _put_lot(job, motion, now, lot, rates, writer, writing)
    writing.put(writer.close)
    return rates


def _put_lot(
    job: Job,
    motion: Motion,
    now: Numbered,
    lot: slice,
    rates: Rates,
    writer: TableWriter,
    writing: Writing,
) -> None:
    some = carry.taking(now.contacts, lot)
    links = budget(job.scenario, job.fleet, motion, some, job.executor)
    seen = Seen(now.seen.time_s[lot], now.seen.rate_bps[lot])  # views: they move on

    def work() -> None:
        rates.add(some, links, seen)
        writer.write(links_table(links, some, now.number[lot], job.names, job.rules))

    writing.put(work)


def _routes(job: Job, motion: Motion, contacts: Contacts, draft: Path, writing: Writing) -> None:
    """Find the ways of some snapshots at a time; write some while others are found."""
    writer = TableWriter("routes", draft / "routes.parquet")
    writing.at_end(writer.close)
    for some in pieces(job.scenario, job.fleet, motion, contacts, job.executor):
        writing.put(partial(_put_routes, writer, some, job.names))
    writing.put(writer.close)


def _put_routes(writer: TableWriter, some: Routes, names: pa.Array) -> None:
    writer.write(routes_table(some, names))


def _shares(job: Job, motion: Motion, contacts: Contacts, draft: Path, writing: Writing) -> None:
    """Share the links at some snapshots at a time; write some while others are shared."""
    writers = [TableWriter(name, draft / f"{name}.parquet") for name in TRAFFIC]
    for writer in writers:
        writing.at_end(writer.close)
    known = job.scenario, job.fleet, motion, contacts, job.flows
    for some in sharing.pieces(*known, job.executor):
        writing.put(partial(_put_shares, job, writers, *some))
    for writer in writers:
        writing.put(writer.close)


def _packets(job: Job, motion: Motion, contacts: Contacts, draft: Path) -> None:
    """Note ways and links; the packets go once all blocks are known."""
    known = job.scenario, job.fleet, motion, contacts
    laid = laying.gather(*known, asked(job.scenario, job.fleet), job.links, job.executor)
    if laid is not None:
        job.links = laid.key
        laying.save(draft / packets.FILE, laid)


def _messages(
    job: Job, motion: Motion, start_s: float, end_s: float, draft: Path, writing: Writing
) -> None:
    """Note what was heard; it is brought down once all blocks are known."""
    assert job.access is not None
    known = job.scenario, job.fleet, motion, start_s, end_s, job.access
    heard, job.access = listening.hear(*known, job.executor)
    writing.put(partial(deliveries.save, draft / deliveries.FILE, heard))
    job.access.save(draft / deliveries.STATE)


def _bound(job: Job, motion: Motion, contacts: Contacts) -> dict[str, Any]:
    """Return the most that any ways could carry at the run's first moment, or why that is open."""
    known = job.scenario, job.fleet, motion, contacts, job.flows
    try:
        found = sharing.most(*known, VARIABLES_MAX)
    except RangeError as error:
        return {"why_not": str(error)}
    return {"most_bps": float(f"{found.total_bps:.6g}")}  # what the solver vouches for


def _put_shares(
    job: Job, writers: list[TableWriter], got: Shares, carried: Loads, beams: Beams
) -> None:
    writers[0].write(shares_table(got, job.names))
    writers[1].write(loads_table(carried, job.names))
    writers[2].write(beams_table(beams, job.names, job.rules))


def _lots(job: Job, number: int, contacts: Contacts) -> list[slice]:
    """Cut contacts where about `SAMPLES_AT_ONCE` samples have come together."""
    if not len(contacts):
        return []
    start_s, end_s = job.borders_s[number : number + 2]
    sample_s = np.array([link.sample_s for link in job.scenario.links])[contacts.link]
    lasts_s = np.minimum(contacts.end_s, end_s) - np.maximum(contacts.start_s, start_s)
    upto = np.cumsum(lasts_s / sample_s + 3)
    marks = np.arange(1, int(upto[-1] // SAMPLES_AT_ONCE) + 1) * SAMPLES_AT_ONCE
    cuts = np.unique([0, *np.searchsorted(upto, marks, side="right"), len(contacts)])
    return [slice(int(a), int(b)) for a, b in pairwise(cuts)]


def _hand_on(
    job: Job,
    number: int,
    now: Numbered,
    rates: Rates,
    warnings: tuple[str, ...],
    draft: Path,
    writing: Writing,
) -> None:
    """Split contacts into finished and open ones, write both, and rename the block into place."""
    last = number == len(job.borders_s) - 2
    carried = np.arange(len(now.number)) < len(job.open.number)
    still = now.contacts.cut_end & (not last)
    first, job.contacts = job.contacts, job.contacts + int(np.count_nonzero(~carried))
    rows = np.flatnonzero(still)
    opened = now.taking(rows)

    def work() -> None:
        # In line behind the samples: only now have all the last ones been seen.
        opened.seen.take_over(slice(None), now.seen, rows)
        carry.save_contacts(draft / "contacts.npz", carry.taking(now.contacts, ~carried))
        carry.save_numbered(draft / "ended.npz", now.taking(np.flatnonzero(carried & ~still)))
        carry.save_numbered(draft / "open.npz", opened)
        carry.save_rates(draft / "rates.npz", rates)
        about = {"first": first, "contacts": job.contacts, "warnings": list(warnings)}
        (draft / "part.json").write_text(json.dumps(about), encoding="utf-8")
        keep(job.folder, number, job.origin)

    writing.put(work)
    job.open = opened


def kept_knots(job: Job, motion: Motion) -> NDArray[np.int64]:
    """Return which knots of a block go into tracks.parquet: all, every second ..., or none."""
    every = _thinning(job)
    if not every:
        return np.zeros(0, np.int64)
    time_s = motion.tracks.time_s
    place = np.rint(time_s / step_s(job.scenario, job.fleet)).astype(np.int64)
    keep = place % every == 0
    # A border belongs to the block after it, the run's end to the last.
    keep[-1] = time_s[-1] >= job.borders_s[-1]
    return np.flatnonzero(keep)


def _thinning(job: Job) -> int:
    """Return the least thinning of knots that keeps the file in bounds; 0 where none does."""
    step = step_s(job.scenario, job.fleet)
    movers = int(np.count_nonzero(job.fleet.mover >= 0))
    every = max(1, math.ceil(movers * job.borders_s[-1] / step * KNOT_BYTES / TRACK_BYTES_MAX))
    return every if movers and (every == 1 or every * step <= THINNED_MAX_S) else 0


def _write_tracks(job: Job, motion: Motion, knots: NDArray[np.int64], draft: Path) -> None:
    write("tracks", tracks_table(job.fleet, motion, knots, job.names), draft / "tracks.parquet")


def resume_from(job: Job, parts: list[Path]) -> None:
    """Bring a job to where its finished blocks ended."""
    if not parts:
        return
    job.open = carry.load_numbered(parts[-1] / "open.npz")
    job.contacts = int(read_json(parts[-1] / "part.json")["contacts"])
    job.links = packets.links_so_far(parts)
    if job.coverage is not None:
        carry.load_coverage(parts[-1] / "coverage.npz", job.coverage)
    if job.access is not None:
        job.access = Carry.load(parts[-1] / deliveries.STATE)
