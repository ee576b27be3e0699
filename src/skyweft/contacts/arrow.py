"""Tables of contacts: one by one, and summed up over each pair."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.columns import Column, Table, named
from skyweft.contacts.access import ContactStatistics
from skyweft.contacts.product import Contacts
from skyweft.world.clock import SECOND_NS, Clock, leap_seconds

Floats = NDArray[np.float64]

MILLI_NS = SECOND_NS // 1000

PAIR = (
    Column("link", "name", "", "rule that allows it: the two terminals, source/target"),
    Column("source", "name", "", "platform that carries the rule's first terminal"),
    Column("target", "name", "", "platform that carries the rule's second terminal"),
)

CONTACTS = Table(
    "contacts",
    "one row a contact, in order of start: row number and column `contact` agree",
    (
        Column("contact", "int64", "", "number of the contact, also its row: order of start"),
        *PAIR,
        Column("start_s", "float64", "s", "from the scenario's start"),
        Column("end_s", "float64", "s", "from the scenario's start"),
        Column("duration_s", "float64", "s", "end less start"),
        Column("start_utc", "moment", "UTC", "start, rounded to a millisecond"),
        Column("end_utc", "moment", "UTC", "end, rounded to a millisecond"),
        Column("culmination_s", "float64", "s", "of the highest elevation, else least range"),
        Column("elevation_max_deg", "float32", "deg", "NaN where the rule has no elevation"),
        Column("range_min_m", "float64", "m", "least within the contact"),
        Column("cut_start", "bool", "", "already up when the run begins"),
        Column("cut_end", "bool", "", "still up when the data end"),
    ),
)

CONTACT_STATISTICS = Table(
    "contact_statistics",
    "one row a pair and rule that met: number, durations, gaps, best elevation",
    (
        *PAIR,
        Column("contacts", "int64", "1", "how many"),
        Column("total_s", "float64", "s", "sum of their durations"),
        Column("mean_s", "float64", "s", "mean duration"),
        Column("min_s", "float64", "s", "shortest duration"),
        Column("max_s", "float64", "s", "longest duration"),
        Column("gap_mean_s", "float64", "s", "mean time between two contacts; NaN with only one"),
        Column("gap_max_s", "float64", "s", "longest time without, the run's ends included"),
        Column("contact_fraction", "float64", "1", "share of the run's time in contact"),
        Column("elevation_max_deg", "float32", "deg", "highest; NaN where there is no elevation"),
    ),
    optional=True,
)


def contacts_table(
    contacts: Contacts, first: int, clock: Clock, names: pa.Array, rules: pa.Array
) -> pa.Table:
    """Return contacts whose rows count on from `first`."""
    return CONTACTS.build(
        {
            "contact": np.arange(first, first + len(contacts)),
            "link": named(contacts.link, rules),
            "source": named(contacts.source, names),
            "target": named(contacts.target, names),
            "start_s": contacts.start_s,
            "end_s": contacts.end_s,
            "duration_s": contacts.end_s - contacts.start_s,
            "start_utc": utc_ms(clock, contacts.start_s),
            "end_utc": utc_ms(clock, contacts.end_s),
            "culmination_s": contacts.culmination_s,
            "elevation_max_deg": contacts.elevation_max_deg,
            "range_min_m": contacts.range_min_m,
            "cut_start": contacts.cut_start,
            "cut_end": contacts.cut_end,
        }
    )


def utc_ms(clock: Clock, time_s: Floats) -> NDArray[np.datetime64]:
    """Return UTC to the millisecond; a leap second shares its numbers with the second after it."""
    tai_ns = clock.tai_ns(time_s)
    utc_ns = tai_ns - leap_seconds().at_tai(tai_ns) * SECOND_NS
    return ((utc_ns + MILLI_NS // 2) // MILLI_NS).astype("datetime64[ms]")


def contact_statistics_table(
    access: ContactStatistics, duration_s: float, names: pa.Array, rules: pa.Array
) -> pa.Table:
    """Return one row a pair and rule that met at least once."""
    pair, target = np.divmod(access.key, len(names))
    link, source = np.divmod(pair, len(names))
    gaps = access.contacts - 1
    after_s = duration_s - access.last_s
    return CONTACT_STATISTICS.build(
        {
            "link": named(link, rules),
            "source": named(source, names),
            "target": named(target, names),
            "contacts": access.contacts,
            "total_s": access.total_s,
            "mean_s": access.total_s / access.contacts,
            "min_s": access.min_s,
            "max_s": access.max_s,
            "gap_mean_s": np.where(gaps > 0, access.gaps_s / np.maximum(gaps, 1), np.nan),
            "gap_max_s": np.maximum(np.maximum(access.gap_max_s, access.first_s), after_s),
            "contact_fraction": access.total_s / duration_s,
            "elevation_max_deg": access.elevation_max_deg,
        }
    )
