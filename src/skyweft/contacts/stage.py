"""The stage `contacts`: who can meet whom, joined over the borders of blocks and summed up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.contacts import access
from skyweft.contacts.access import ContactStatistics
from skyweft.contacts.arrow import (
    CONTACT_STATISTICS,
    CONTACTS,
    contact_statistics_table,
    contacts_table,
)
from skyweft.contacts.finding import find_contacts, join
from skyweft.contacts.meetings import Meetings
from skyweft.contacts.metrics import metrics
from skyweft.contacts.pairs import pairs, unsearched
from skyweft.contacts.product import Contacts, Numbered
from skyweft.motion.beside import reported
from skyweft.motion.stage import MOTION
from skyweft.scenario.terminals import Link
from skyweft.stage import Block, Context, Estimate, Journal, Metrics, Product, Stage, State, Whole
from skyweft.world.clock import Clock

Ints = NDArray[np.int64]

BLOCK = Product[Numbered]("contacts", Numbered.columns, Numbered.of)
MEETINGS = Product[Meetings]("meetings", Meetings.columns, Meetings.of)

PAIRS_MAX = 4_000_000  # rows of the statistics; beyond, they would outgrow memory
DAY_S = 86_400.0
# Measured on two cores with the shipped scenarios; the samples' part is the stage `link_samples`.
SECONDS_PAIR_DAY, BYTES_PAIR_DAY = 22.5e-6, 440.0
PAIR_DAYS = 4e5  # of one block; a pair of low orbit and place meets about four times a day
LINK_READS = (
    "between",
    "pattern",
    "grid_offset",
    "file",
    "elevation_min_deg",
    "range_max_m",
    "grazing_altitude_m",
    "windows",
)
LATER = ("end_s", "culmination_s", "elevation_max_deg", "range_min_m", "cut_end")


class ContactsStage(Stage):
    """Contacts: every scenario has them."""

    key = "contacts"
    needs = ("motion",)
    reads = (
        "platforms.*.terminals",
        "terminals.*.kind",
        "terminals.*.mask",
        *(f"links.*.{key}" for key in LINK_READS),
    )
    gives = (BLOCK,)
    gives_whole = (MEETINGS,)
    tables = (CONTACTS, CONTACT_STATISTICS)
    share = 0.15

    def estimate(self, context: Context) -> Estimate:
        """Say how many pairs there are, and what they take."""
        scenario, counts = context.scenario, context.once(pairs)
        pair_days = sum(counts) * scenario.duration_s / DAY_S
        said, warned, facts = [], [], []
        for number, (link, count) in enumerate(zip(scenario.links, counts, strict=True)):
            lengths = _lengths(context, link)
            met = f"{count:,} pair{'s' * (count != 1)}" if link.windows else "no windows"
            beside = "".join(f"; {group}: {words}" for group, words in lengths.items())
            said.append(f"{link.between[0]} - {link.between[1]}: {met}{beside}")
            more = {"lengths": lengths} if lengths else {}
            facts.append({"between": list(link.between), "pairs": count, **more})
            if count == 0 and link.windows:
                warned.append(f"links[{number}]: no two platforms are there for it")
        return Estimate(
            pair_days * SECONDS_PAIR_DAY,
            pair_days * BYTES_PAIR_DAY,
            PAIR_DAYS / max(sum(counts), 1.0) * DAY_S,
            tuple(said),
            tuple(warned),
            {"links": facts},
        )

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


def _lengths(context: Context, link: Link) -> dict[str, str]:
    """Return how long the links of a grid or ring are, group by group."""
    if link.pattern not in ("grid", "ring") or not link.windows:
        return {}
    platforms = context.scenario.platforms
    return {
        group: reported(planes, link.grid_offset, ring=link.pattern == "ring")
        for group, planes in context.fleet.planes.items()
        if link.between[0] in platforms[group].terminals
    }


class _State(State):
    """Contacts that are open at the border, and how many have been numbered."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._open, self._number = Contacts.none(), np.zeros(0, np.int64)
        self._count = 0

    def block(self, block: Block) -> None:
        context = self._context
        found = find_contacts(
            context.scenario, context.fleet, block.get(MOTION), block.context.executor
        )
        now = self._numbered(found, block)
        block.give(BLOCK, now)
        first, self._count = self._count, self._count + len(now.number) - now.carried
        self._open, self._number = now.contacts.taking(now.open), now.number[now.open]
        ended = np.setdiff1d(np.arange(now.carried), now.open, assume_unique=True)
        begun = now.contacts.taking(slice(now.carried, None)).columns()
        block.journal.keep("begun", begun | {"first": np.array(first)})
        block.journal.keep("ended", _columns(now.contacts.taking(ended), now.number[ended]))

    def _numbered(self, found: Contacts, block: Block) -> Numbered:
        """Join windows to those left open at the border; number what is new in order of start."""
        before = len(self._open)
        whole = _settled(join(self._open, found), block.start_s, block.end_s)
        # Those left open began before the border and keep their order, so they are the first rows.
        for name in ("link", "source", "target", "start_s"):
            assert np.array_equal(getattr(whole, name)[:before], getattr(self._open, name))
        fresh = self._count + np.arange(len(whole) - before)
        still = np.flatnonzero(whole.cut_end & (not block.last))
        return Numbered(whole, np.concatenate([self._number, fresh]), before, still)

    def save(self, journal: Journal) -> None:
        columns = _columns(self._open, self._number)
        journal.keep("open", columns | {"count": np.array(self._count)})

    def load(self, journal: Journal) -> None:
        columns = journal.read("open")
        self._count = int(columns.pop("count"))
        self._number = columns.pop("number")
        self._open = Contacts(**columns)

    def close(self, whole: Whole) -> Metrics:
        context = whole.context
        meetings = Meetings.empty(context.fleet, len(context.rules))
        totals = _Pairs(len(context.names))
        whole.write(CONTACTS, self._rows(whole, meetings, totals))
        if totals.found is None:
            whole.leave_out(CONTACT_STATISTICS, f"more than {PAIRS_MAX:,} pairs met")
        else:
            rows = contact_statistics_table(totals.found, whole.end_s, context.names, context.rules)
            whole.write(CONTACT_STATISTICS, rows)
        whole.give(MEETINGS, meetings)
        return metrics(context.fleet, meetings, whole.end_s, unsearched(context.scenario))

    def _rows(self, whole: Whole, meetings: Meetings, totals: "_Pairs") -> Iterator[pa.Table]:
        """Yield the table block after block, and sum up over it."""
        context = whole.context
        clock = Clock.at(context.scenario.start)
        for first, some in _every(whole.journals):
            meetings.add(context.fleet, some)
            totals.add(some)
            yield contacts_table(some, first, clock, context.names, context.rules)


def every(whole: Whole) -> Iterator[Contacts]:
    """Yield all contacts of a run, those that began in one block at a time."""
    return (some for _, some in _every(whole.journals_of(STAGE.key)))


def _every(journals: Sequence[Journal]) -> Iterator[tuple[int, Contacts]]:
    """Read the contacts that began in each block, with the ends that later blocks found."""
    ends = [journal.read("ended") for journal in journals]
    ends.append(journals[-1].read("open"))
    for journal in journals:
        columns = journal.read("begun")
        first = int(columns.pop("first"))
        yield first, _ended(Contacts(**columns), first, ends)


def _columns(contacts: Contacts, number: Ints) -> dict[str, NDArray[np.generic]]:
    return {**contacts.columns(), "number": number}


def _settled(contacts: Contacts, start_s: float, end_s: float) -> Contacts:
    """Call cut only what the run's ends cut, or the end of this block.

    A window may end on a border to the last bit, or begin there: then it finds no other half.
    """
    return replace(
        contacts,
        cut_start=contacts.cut_start & ((contacts.start_s != start_s) | (start_s == 0)),
        cut_end=contacts.cut_end & (contacts.end_s >= end_s),
    )


def _ended(some: Contacts, first: int, ends: Sequence[dict[str, NDArray[np.generic]]]) -> Contacts:
    """Replace rows by what is known of them at their end."""
    columns = {name: getattr(some, name) for name in LATER}
    for end in ends:
        number = end["number"].astype(np.int64)
        mine = (number >= first) & (number < first + len(some))
        for name, column in columns.items():
            column[number[mine] - first] = end[name][mine]
    return replace(some, **columns)


class _Pairs:
    """Statistics over each pair as far as contacts have been added; None once too many met."""

    def __init__(self, platforms: int) -> None:
        self._platforms = platforms
        self.found: ContactStatistics | None = access.nothing()

    def add(self, contacts: Contacts) -> None:
        """Add contacts, none of which starts before those of the last call."""
        if self.found is None:
            return
        link = contacts.link.astype(np.int64)
        key = (link * self._platforms + contacts.source) * self._platforms + contacts.target
        times = (contacts.start_s, contacts.end_s, contacts.elevation_max_deg)
        found = access.join(self.found, access.tally(key, *times))
        self.found = found if len(found) <= PAIRS_MAX else None


STAGE = ContactsStage()
