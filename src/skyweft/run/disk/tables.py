"""Every table of a run's folder: its columns, their types, units and meaning.

The one list `TABLES` makes the Arrow tables, their field metadata and the page
of the documentation. Products themselves know nothing of Arrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Array = NDArray[Any]

NAMES_WHOLE = 65_536  # up to here every row group may carry the whole list of names


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, Arrow type ("name": text from a dictionary), unit and meaning."""

    name: str
    kind: str
    unit: str
    meaning: str


_TYPES: dict[str, pa.DataType] = {
    "name": pa.dictionary(pa.int32(), pa.string()),
    "names": pa.list_(pa.field("element", pa.dictionary(pa.int32(), pa.string()))),
    "text": pa.string(),
    "moment": pa.timestamp("ms", tz="UTC"),
    "float64": pa.float64(),
    "float32": pa.float32(),
    "int64": pa.int64(),
    "int32": pa.int32(),
    "bool": pa.bool_(),
}

_PAIR = (
    Column("link", "name", "", "rule that allows it: the two terminals, source/target"),
    Column("source", "name", "", "platform that carries the rule's first terminal"),
    Column("target", "name", "", "platform that carries the rule's second terminal"),
)

_SUMS = (
    Column("made", "int64", "1", "messages: the sum of the next eleven columns"),
    Column("delivered", "int64", "1", "how many arrived within their lifetime"),
    Column("lost_no_satellite", "int64", "1", "nobody in view who could have heard them"),
    Column("lost_margin", "int64", "1", "too weak at everybody in view"),
    Column("lost_doppler", "int64", "1", "off by more than the receivers tolerate"),
    Column("lost_collision", "int64", "1", "to another transmission"),
    Column("lost_receiver_busy", "int64", "1", "receivers sent, or had no decoder left"),
    Column("lost_duty_cycle", "int64", "1", "the thing had used up its air time"),
    Column("lost_storage", "int64", "1", "dropped on board to make room"),
    Column("lost_expired", "int64", "1", "older than their lifetime before they arrived"),
    Column(
        "lost_gateway_busy", "int64", "1", "likewise, since antennas served others all the time"
    ),
    Column("stored", "int64", "1", "neither delivered nor lost when the run ends"),
    Column("stored_at_device", "int64", "1", "of these, not yet sent or to be sent again"),
    Column("stored_on_board", "int64", "1", "of these, on board"),
    Column("observed", "int64", "1", "whose lifetime ends within the run: the rest is of these"),
    Column("observed_delivered", "int64", "1", "how many of them arrived"),
    Column("share_delivered", "float64", "1", "observed_delivered over observed"),
    Column("delay_mean_s", "float64", "s", "from creation to arrival; NaN without any, as below"),
    Column("delay_max_s", "float64", "s", "longest"),
    Column("delay_at_device_mean_s", "float64", "s", "of the mean: until sending began"),
    Column("delay_on_board_mean_s", "float64", "s", "waiting aboard platforms"),
    Column("delay_in_transit_mean_s", "float64", "s", "being sent, and as light"),
    Column("energy_j", "float64", "J", "spent on sending and listening, by all that were made"),
    Column("energy_byte_j", "float64", "J", "by those observed, for each byte of theirs delivered"),
)
_DELAYS = tuple(
    Column(f"delay_p{share}_s", "float64", "s", f"not exceeded by {share} % of them")
    for share in ("05", "50", "95", "99")
)

TABLES: dict[str, tuple[Column, ...]] = {
    "platforms": (
        Column("name", "text", "", "platform, as in every other table"),
        Column("group", "name", "", "its group in the scenario"),
        Column("layer", "name", "", "space, near_space, air or ground"),
        Column("motion", "name", "", "way of moving: `kind` of the group's motion"),
        Column("moves", "bool", "", "whether it has a track; false for what stands"),
        Column("plane", "int32", "", "orbital plane, from 0; null where members fill no planes"),
        Column("slot", "int32", "", "place in the plane, from 0; null likewise"),
        Column("latitude_deg", "float64", "deg", "geodetic, WGS84; null for movers"),
        Column("longitude_deg", "float64", "deg", "null for movers"),
        Column("altitude_m", "float64", "m", "above the WGS84 ellipsoid; null for movers"),
        Column("terminals", "text", "", "its terminals, separated by spaces"),
    ),
    "contacts": (
        Column("contact", "int64", "", "number of the contact, also its row: order of start"),
        *_PAIR,
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
    "links": (
        Column("contact", "int64", "", "row of contacts.parquet"),
        *_PAIR,
        Column("time_s", "float64", "s", "from the scenario's start"),
        Column("range_m", "float64", "m", "slant range"),
        Column(
            "elevation_deg", "float32", "deg", "of the higher end at the lower; NaN in one layer"
        ),
        Column("delay_s", "float64", "s", "one way, at the speed of light"),
        Column("doppler_hz", "float32", "Hz", "of the source's carrier at the target; NaN: none"),
        Column("doppler_rate_hz_s", "float32", "Hz/s", "its change"),
        Column("loss_db", "float32", "dB", "free space and every fixed loss; NaN: no carrier"),
        Column("cn0_dbhz", "float32", "dBHz", "carrier over noise density, source to target"),
        Column("margin_db", "float32", "dB", "over the most robust mode's threshold"),
        Column("rate_bps", "float64", "bit/s", "source to target; 0 where nothing can be sent"),
        Column(
            "doppler_reverse_hz",
            "float32",
            "Hz",
            "of the target's carrier at the source; NaN: none",
        ),
        Column("doppler_rate_reverse_hz_s", "float32", "Hz/s", "its change"),
        Column("loss_reverse_db", "float32", "dB", "target to source; NaN: no carrier"),
        Column("cn0_reverse_dbhz", "float32", "dBHz", "target to source"),
        Column("margin_reverse_db", "float32", "dB", "target to source"),
        Column("rate_reverse_bps", "float64", "bit/s", "target to source"),
    ),
    "routes": (
        Column("route", "int32", "", "place of the rule among the scenario's [[routes]], from 0"),
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("source", "name", "", "platform the way starts from"),
        Column("target", "name", "", "platform it leads to"),
        Column("rank", "int32", "1", "1 is the best; more with `alternatives` or `apart`"),
        Column("reachable", "bool", "", "whether there is a way"),
        Column("delay_s", "float64", "s", "one way: propagation and processing; NaN without a way"),
        Column("length_m", "float64", "m", "sum of the straight links; NaN without a way"),
        Column("hops", "int32", "1", "links on the way; 0 without one"),
        Column("entry", "name", "", "first platform after the source; null without a way"),
        Column("reason", "name", "", "why there is no way; empty where there is"),
        Column("mark", "int32", "", "equal for ways over the same platforms"),
        Column("path", "names", "", "all platforms of the way; empty unless `paths` is asked for"),
    ),
    "shares": (
        Column("rule", "int32", "", "place of the rule among the scenario's [[flows]], from 0"),
        Column("flow", "int32", "", "number of the flow: the same pair and rule at all times"),
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("source", "name", "", "platform that sends"),
        Column("target", "name", "", "platform that receives"),
        Column("demand_bps", "float64", "bit/s", "what it would send; inf: what there is"),
        Column("rate_bps", "float64", "bit/s", "what it gets"),
        Column("bottleneck_from", "name", "", "where the link that holds it back begins, or null"),
        Column("bottleneck_to", "name", "", "where that link ends; null where no link does"),
        Column("limit", "name", "", "why it does not get more; empty where it gets all it wants"),
    ),
    "loads": (
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("source", "name", "", "platform where the directed link begins"),
        Column("target", "name", "", "platform where it ends"),
        Column("load_bps", "float64", "bit/s", "sum of what flows send over it; never 0"),
        Column("capacity_bps", "float64", "bit/s", "rate of the contacts between the two"),
        Column("utilisation", "float64", "1", "load over capacity"),
    ),
    "beams": (
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("link", "name", "", "rule whose end has the beams"),
        Column("platform", "name", "", "who forms it"),
        Column("beam", "int32", "", "number there, from 0; beams are steered anew every time"),
        Column("centre", "name", "", "the user it is steered at, its first one"),
        Column("direction", "name", "", "`sends` to its users, or `receives` from them"),
        Column("users", "int32", "1", "how many it serves; never 0"),
        Column("load_bps", "float64", "bit/s", "sum of what flows send over it"),
        Column("capacity_bps", "float64", "bit/s", "what it carries with this mix of users"),
        Column("utilisation", "float64", "1", "share of its time in use"),
    ),
    "gateways": (
        Column("site", "name", "", "the candidate; those chosen come first, by rank"),
        Column("latitude_deg", "float64", "deg", "geodetic, WGS84"),
        Column("longitude_deg", "float64", "deg", "east"),
        Column("chosen", "bool", "", "whether it belongs to the fewest that carry what is asked"),
        Column("rank", "int32", "", "from 1, what adds most first; null where not chosen"),
        Column("rate_mean_bps", "float64", "bit/s", "what it could take down, mean over snapshots"),
        Column("share_linked", "float64", "1", "share of snapshots with a link that leads on"),
        Column("gain_mean_bps", "float64", "bit/s", "of the need, what those before it leave"),
        Column("reason", "name", "", "why it is not chosen; empty where it is"),
    ),
    "gateway_times": (
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("need_bps", "float64", "bit/s", "what all sites together should take down"),
        Column("asked_bps", "float64", "bit/s", "the share of it that the plan must reach"),
        Column("possible_bps", "float64", "bit/s", "what all candidates together could"),
        Column("carried_bps", "float64", "bit/s", "what the chosen do; at most the need"),
        Column("reason", "name", "", "why less than asked; empty where it is reached"),
    ),
    "outages": (
        Column("failure", "int32", "", "place of the cause among the scenario's [[failures]]"),
        Column("platform", "name", "", "what is out of order and carries no traffic"),
        Column("start_s", "float64", "s", "from the scenario's start"),
        Column("end_s", "float64", "s", "from the scenario's start; at most the run's end"),
    ),
    "packets": (
        Column("rule", "int32", "", "place of the rule among the scenario's [[packets]], from 0"),
        Column("flow", "int32", "", "number of the pair: the same pair and rule at all times"),
        Column("time_s", "float64", "s", "start of the step; packets count when they are sent"),
        Column("source", "name", "", "platform that sends"),
        Column("target", "name", "", "platform that receives"),
        Column("sent", "int64", "1", "packets: the sum of the next six columns"),
        Column("received", "int64", "1", "how many arrive, whenever"),
        Column("lost_no_way", "int64", "1", "no way when they were sent"),
        Column("lost_no_capacity", "int64", "1", "nothing fits through a link on the way"),
        Column("lost_buffer", "int64", "1", "the buffer of a link was full"),
        Column("lost_link_ended", "int64", "1", "a link ended before them, or while on it"),
        Column("under_way", "int64", "1", "not there yet 10 s after the last sending, or the end"),
        Column("delay_min_s", "float64", "s", "of those received; NaN without any, as below"),
        Column("delay_mean_s", "float64", "s", "from sending to the last bit's arrival"),
        Column("delay_p50_s", "float64", "s", "not exceeded by half of them"),
        Column("delay_p95_s", "float64", "s", "by 95 %"),
        Column("delay_p99_s", "float64", "s", "by 99 %"),
        Column("delay_max_s", "float64", "s", "longest"),
        Column("waited_mean_s", "float64", "s", "in queues, mean of those received"),
        Column("jitter_s", "float64", "s", "mean change of delay since the one received before"),
        Column("reordered", "int64", "1", "arrived after one of the pair that was sent later"),
    ),
    "deliveries": (
        Column("rule", "int32", "", "place among the scenario's [[messages]], from 0"),
        Column("source", "name", "", "the thing that made it"),
        Column("number", "int64", "", "the thing's how manieth of the rule, from 0"),
        Column("created_s", "float64", "s", "from the scenario's start; the rows' order"),
        Column("heard_s", "float64", "s", "last bit at the first receiver; NaN: nobody heard it"),
        Column("delivered_s", "float64", "s", "last bit at its target; NaN: lost or stored"),
        Column("delay_s", "float64", "s", "from creation to arrival; NaN likewise"),
        Column("receiver", "name", "", "whose copy arrived, else who heard it first, or null"),
        Column("target", "name", "", "where it arrived; null where it did not"),
        Column("hops", "int32", "1", "links it went over, the thing's own included"),
        Column("attempts", "int32", "1", "transmissions"),
        Column("energy_j", "float32", "J", "spent on sending and listening"),
        Column("cause", "name", "", "why it did not arrive; empty where it did"),
        Column(
            "delay_at_device_s", "float64", "s", "of the delay: until sending began; NaN likewise"
        ),
        Column("delay_on_board_s", "float64", "s", "waiting aboard platforms"),
        Column("delay_in_transit_s", "float64", "s", "being sent, and as light"),
    ),
    "deliveries_by_thing": (
        Column("name", "text", "", "the thing"),
        Column("group", "name", "", "its group in the scenario"),
        *_SUMS,
        Column("age_mean_s", "float64", "s", "age of information since the first arrival; or NaN"),
        Column("battery_years", "float64", "a", "if all life were like the run; NaN: not given"),
    ),
    "deliveries_by_cell": (
        Column("latitude_deg", "float64", "deg", "halving the cell's area"),
        Column("longitude_deg", "float64", "deg", "the cell's middle"),
        Column("latitude_min_deg", "float64", "deg", "southern border"),
        Column("latitude_max_deg", "float64", "deg", "northern border"),
        Column("longitude_min_deg", "float64", "deg", "western border"),
        Column("longitude_max_deg", "float64", "deg", "eastern border"),
        Column("things", "int64", "1", "standing in the cell; cells without any are left out"),
        *_SUMS,
        *_DELAYS,
        Column("age_mean_s", "float64", "s", "mean of its things' mean ages of information"),
        Column("battery_years", "float64", "a", "mean of its things'"),
    ),
    "deliveries_by_hour": (
        Column("time_s", "float64", "s", "start of the hour; messages count when they are made"),
        *_SUMS,
        *_DELAYS,
        Column("age_mean_s", "float64", "s", "age of information in the hour, mean over things"),
    ),
    "delivery_delays": (
        Column("rule", "int32", "", "place among the scenario's [[messages]], from 0"),
        Column("delay_s", "float64", "s", "from creation to arrival, in steps of 0.1 %"),
        Column("share", "float64", "1", "of the rule's observed messages, arrived by then"),
    ),
    "stores": (
        Column("time_s", "float64", "s", "from the scenario's start"),
        Column("platform", "name", "", "who carries messages"),
        Column("stored_bytes", "int64", "byte", "aboard at that moment, copies included"),
        Column("stored", "int64", "1", "copies of messages aboard"),
    ),
    "downlinks": (
        Column("time_s", "float64", "s", "start of the step"),
        Column("target", "name", "", "where messages arrive"),
        Column("served_s", "float64", "s", "antennas' time on passes in the step, added up"),
        Column(
            "missed_s", "float64", "s", "of passes of who could send, while all antennas served"
        ),
        Column("came_bytes", "int64", "byte", "what arrived, further copies included"),
        Column("came", "int64", "1", "copies of messages that arrived"),
    ),
    "route_statistics": (
        Column("route", "int32", "", "place of the rule among the scenario's [[routes]], from 0"),
        Column("source", "name", "", "platform the ways start from"),
        Column("target", "name", "", "platform they lead to"),
        Column("snapshots", "int32", "1", "how many"),
        Column("share_reachable", "float64", "1", "share of them with a way"),
        Column("delay_min_s", "float64", "s", "one way; NaN where there never is one, as below"),
        Column("delay_median_s", "float64", "s", "over the snapshots with a way"),
        Column("delay_p95_s", "float64", "s", "not exceeded in 95 % of them"),
        Column("delay_max_s", "float64", "s", "longest"),
        Column("rtt_median_s", "float64", "s", "twice the median: there and back the same way"),
        Column("jitter_s", "float64", "s", "mean change of the delay from snapshot to snapshot"),
        Column("hops_min", "int32", "1", "fewest links; 0 without a way"),
        Column("hops_mean", "float64", "1", "mean number of links"),
        Column("hops_max", "int32", "1", "most links"),
        Column("distance_m", "float64", "m", "great circle between the two, mean over time"),
        Column("stretch_light", "float64", "1", "mean delay over the great circle's at c"),
        Column("stretch_fibre", "float64", "1", "likewise at c / 1.468: the shortest fibre"),
        Column("changes", "int32", "1", "snapshots with another way than the one before"),
        Column("changes_per_h", "float64", "1/h", "of the time between snapshots that have ways"),
        Column("handovers", "int32", "1", "snapshots with another first platform"),
        Column("handovers_per_h", "float64", "1/h", "likewise"),
        Column("interruption_s", "float64", "s", "handovers times 0.1 s, an assumption"),
        Column("outages", "int32", "1", "runs of snapshots without a way"),
        Column("outage_max_s", "float64", "s", "longest of them"),
        Column("source_alone", "int32", "1", "snapshots with nobody in range of the source"),
        Column("target_alone", "int32", "1", "with nobody in range of the target"),
        Column("islands", "int32", "1", "with no way between the two"),
        Column("absent", "int32", "1", "with source or target not there"),
        Column("reason", "name", "", "the most frequent of these; empty where always reachable"),
    ),
    "route_times": (
        Column("route", "int32", "", "place of the rule among the scenario's [[routes]], from 0"),
        Column("time_s", "float64", "s", "snapshot, from the scenario's start"),
        Column("pairs", "int32", "1", "how many are asked for"),
        Column("reachable", "int32", "1", "pairs with a way"),
        Column("delay_median_s", "float64", "s", "one way, over these pairs; NaN without any"),
        Column("delay_p95_s", "float64", "s", "not exceeded by 95 % of them"),
        Column("hops_mean", "float64", "1", "mean number of links"),
        Column("compared", "int32", "1", "pairs with a way now and one snapshot before"),
        Column("changes", "int32", "1", "of these, with another way than before"),
        Column("handovers", "int32", "1", "of these, with another first platform than before"),
    ),
    "coverage": (
        Column("name", "text", "", "the site; empty for a cell of the grid"),
        Column("latitude_deg", "float64", "deg", "of the site, or halving the cell's area"),
        Column("longitude_deg", "float64", "deg", "of the site, or the cell's middle"),
        Column("share_covered", "float64", "1", "share of the run's time with a platform in view"),
        Column("in_view_mean", "float64", "1", "platforms in view, mean over the run's time"),
        Column("in_view_min", "int32", "1", "fewest platforms in view at any time"),
        Column("in_view_max", "int32", "1", "most platforms in view at any time"),
        Column("longest_gap_s", "float64", "s", "longest time without any"),
        Column("longest_gap_cut", "bool", "", "whether an end of the run cuts that gap"),
        Column("revisit_mean_s", "float64", "s", "mean of the gaps seen whole; NaN without any"),
        Column("wait_mean_s", "float64", "s", "mean wait from a random moment until covered"),
        Column("gaps", "int64", "1", "gaps seen whole"),
        Column("passes_per_day", "float64", "1/d", "windows of single platforms a day"),
        Column("latitude_min_deg", "float64", "deg", "southern border of the cell; NaN for a site"),
        Column("latitude_max_deg", "float64", "deg", "northern border of the cell"),
        Column("longitude_min_deg", "float64", "deg", "western border of the cell"),
        Column("longitude_max_deg", "float64", "deg", "eastern border of the cell"),
    ),
    "access": (
        *_PAIR,
        Column("contacts", "int64", "1", "how many"),
        Column("total_s", "float64", "s", "sum of their durations"),
        Column("mean_s", "float64", "s", "mean duration"),
        Column("min_s", "float64", "s", "shortest duration"),
        Column("max_s", "float64", "s", "longest duration"),
        Column("gap_mean_s", "float64", "s", "mean time between two contacts; NaN with only one"),
        Column("gap_max_s", "float64", "s", "longest time without, the run's ends included"),
        Column("share", "float64", "1", "share of the run's time in contact"),
        Column("elevation_best_deg", "float32", "deg", "highest; NaN where there is no elevation"),
    ),
    "tracks": (
        Column("name", "name", "", "the mover; standing platforms are in platforms.parquet"),
        Column("time_s", "float64", "s", "knot, from the scenario's start"),
        Column("x_m", "float32", "m", "ITRS; single precision, within 0.5 m below 8 000 km"),
        Column("y_m", "float32", "m", "ITRS; NaN where the mover is absent"),
        Column("z_m", "float32", "m", "ITRS"),
        Column("vx_m_s", "float32", "m/s", "ITRS, as seen from the turning Earth"),
        Column("vy_m_s", "float32", "m/s", "ITRS"),
        Column("vz_m_s", "float32", "m/s", "ITRS; cubic Hermite between knots"),
    ),
}


def schema(table: str) -> pa.Schema:
    """Return the Arrow schema of a table; every field's metadata states unit and meaning."""
    return pa.schema(
        [
            pa.field(each.name, _TYPES[each.kind]).with_metadata(
                {"unit": each.unit, "meaning": each.meaning}
            )
            for each in TABLES[table]
        ]
    )


def build(table: str, columns: Mapping[str, Array | Sequence[Any] | pa.Array]) -> pa.Table:
    """Make a table from columns, zero-copy where NumPy's and Arrow's types agree.

    Parameters
    ----------
    table : str
        A key of `TABLES`.
    columns : mapping of str to array
        Exactly its columns, in any order.

    Returns
    -------
    pyarrow.Table
        With the schema of `schema(table)`.
    """
    wanted = schema(table)
    assert set(columns) == set(wanted.names), set(columns) ^ set(wanted.names)
    arrays = [
        each if isinstance(each, pa.Array) else pa.array(each, type=field.type)
        for field in wanted
        for each in [columns[field.name]]
    ]
    return pa.Table.from_arrays(arrays, schema=wanted)


def named(codes: Array, names: pa.Array) -> pa.Array:
    """Return text for rows of a list of names, as a dictionary array.

    Parameters
    ----------
    codes : (K,) int
        Rows of `names`.
    names : pyarrow.StringArray
        A long list is cut down to the names that occur, since each row group stores its own.

    Returns
    -------
    pyarrow.DictionaryArray
    """
    if len(names) > NAMES_WHOLE:
        used, codes = np.unique(codes, return_inverse=True)
        names = names.take(pa.array(used))
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32, copy=False)), names)


def reference() -> str:
    """Return the tables as Markdown, for the documentation."""
    parts = []
    for table, columns in TABLES.items():
        rows = [
            f"| `{each.name}` | {_kind(each)} | {each.unit} | {each.meaning} |" for each in columns
        ]
        head = ["| column | type | unit | meaning |", "|---|---|---|---|"]
        parts.append("\n".join([f"## {table}.parquet", "", *head, *rows]))
    return "\n\n".join(parts) + "\n"


def _kind(column: Column) -> str:
    plain = {"name": "text (dictionary)", "names": "list of text", "moment": "timestamp"}
    return plain.get(column.kind, column.kind)
