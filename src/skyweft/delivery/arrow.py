"""Tables of messages: one by one, and summed up by device, cell and hour."""

from skyweft.columns import Column, Table

_SUMS = (
    Column("generated", "int64", "1", "messages: the sum of the next fifteen columns"),
    Column("delivered", "int64", "1", "how many arrived within their lifetime"),
    Column("lost_no_coverage", "int64", "1", "nobody in view who could have received them"),
    Column("lost_below_sensitivity", "int64", "1", "too weak at everybody in view"),
    Column("lost_doppler", "int64", "1", "off by more than the receivers tolerate"),
    Column("lost_collision", "int64", "1", "to another transmission"),
    Column("lost_receiver_busy", "int64", "1", "receivers sent, or had no decoder left"),
    Column("lost_duty_cycle", "int64", "1", "the device had used up its air time"),
    Column("lost_storage", "int64", "1", "dropped on board to make room"),
    Column("lost_expired", "int64", "1", "older than their lifetime before they arrived"),
    Column(
        "lost_gateway_contention",
        "int64",
        "1",
        "likewise, since antennas served others all the time",
    ),
    Column("lost_out_of_order", "int64", "1", "failures kept platforms from receiving or sending"),
    Column("lost_platform_failed", "int64", "1", "on board what failed never to be repaired"),
    Column("lost_battery", "int64", "1", "the device had emptied its battery"),
    Column("lost_restricted", "int64", "1", "likewise restrictions, the Sun, slew rate, latitude"),
    Column("stored", "int64", "1", "neither delivered nor lost when the run ends"),
    Column("stored_at_device", "int64", "1", "of these, not yet sent or to be sent again"),
    Column("stored_on_board", "int64", "1", "of these, on board"),
    Column("observed", "int64", "1", "whose lifetime ends within the run: the rest is of these"),
    Column("observed_delivered", "int64", "1", "how many of them arrived"),
    Column("share_delivered", "float64", "1", "observed_delivered over observed"),
    Column("delay_mean_s", "float64", "s", "from creation to arrival; NaN without any, as below"),
    Column("delay_at_device_mean_s", "float64", "s", "of the mean: until sending began"),
    Column("delay_on_board_mean_s", "float64", "s", "waiting on board platforms"),
    Column("delay_in_transit_mean_s", "float64", "s", "being sent, and as light"),
    Column("delay_max_s", "float64", "s", "longest"),
    Column(
        "energy_j", "float64", "J", "spent on sending and listening, by all that were generated"
    ),
    Column(
        "energy_per_byte_j", "float64", "J", "by those observed, for each byte of theirs delivered"
    ),
)

_DELAYS = tuple(
    Column(f"delay_p{share}_s", "float64", "s", f"not exceeded by {share} % of them")
    for share in ("05", "50", "95", "99")
)

DELIVERIES = Table(
    "deliveries",
    "one row a message, in order of creation",
    (
        Column("rule", "int32", "", "place among the scenario's [[messages]], from 0"),
        Column("source", "name", "", "the device that generated it"),
        Column("sequence_number", "int64", "", "the device's how manieth of the rule, from 0"),
        Column("created_s", "float64", "s", "from the scenario's start; the rows' order"),
        Column(
            "received_s", "float64", "s", "last bit at the first receiver; NaN: nobody received it"
        ),
        Column("delivered_s", "float64", "s", "last bit at its target; NaN: lost or stored"),
        Column("delay_s", "float64", "s", "from creation to arrival; NaN likewise"),
        Column(
            "delay_at_device_s", "float64", "s", "of the delay: until sending began; NaN likewise"
        ),
        Column("delay_on_board_s", "float64", "s", "waiting on board platforms"),
        Column("delay_in_transit_s", "float64", "s", "being sent, and as light"),
        Column("receiver", "name", "", "whose copy arrived, else who received it first, or null"),
        Column("target", "name", "", "where it arrived; null where it did not"),
        Column("hops", "int32", "1", "links it went over, the device's own included"),
        Column("attempts", "int32", "1", "transmissions"),
        Column("energy_j", "float32", "J", "spent on sending and listening"),
        Column("loss_cause", "name", "", "why it did not arrive; empty where it did"),
    ),
    optional=True,
)

DELIVERIES_BY_DEVICE = Table(
    "deliveries_by_device",
    "one row a device: what became of its messages",
    (
        Column("name", "text", "", "the device"),
        Column("group", "name", "", "its group in the scenario"),
        *_SUMS,
        Column("age_mean_s", "float64", "s", "age of information since the first arrival; or NaN"),
        Column("battery_life_s", "float64", "s", "if all life were like the run; NaN: not given"),
    ),
)

DELIVERIES_BY_CELL = Table(
    "deliveries_by_cell",
    "one row a cell with devices: what became of their messages",
    (
        Column("latitude_deg", "float64", "deg", "halving the cell's area"),
        Column("longitude_deg", "float64", "deg", "the cell's middle"),
        Column("latitude_min_deg", "float64", "deg", "southern border"),
        Column("latitude_max_deg", "float64", "deg", "northern border"),
        Column("longitude_min_deg", "float64", "deg", "western border"),
        Column("longitude_max_deg", "float64", "deg", "eastern border"),
        Column("devices", "int64", "1", "standing in the cell; cells without any are left out"),
        *_SUMS,
        *_DELAYS,
        Column("age_mean_s", "float64", "s", "mean of its devices' mean ages of information"),
        Column("battery_life_s", "float64", "s", "mean of its devices'"),
    ),
)

DELIVERIES_BY_HOUR = Table(
    "deliveries_by_hour",
    "one row an hour: what became of the messages generated in it",
    (
        Column(
            "time_s", "float64", "s", "start of the hour; messages count when they are generated"
        ),
        *_SUMS,
        *_DELAYS,
        Column("age_mean_s", "float64", "s", "age of information in the hour, mean over devices"),
    ),
)

DELAY_CDF = Table(
    "delay_cdf",
    "one row a point of a rule's curve: which part of its messages had arrived after which delay",
    (
        Column("rule", "int32", "", "place among the scenario's [[messages]], from 0"),
        Column("delay_s", "float64", "s", "from creation to arrival, in steps of 0.1 %"),
        Column("share", "float64", "1", "of the rule's observed messages, arrived by then"),
    ),
)

STORAGE_OCCUPANCY = Table(
    "storage_occupancy",
    "one row a step and platform: what platforms kept of messages over time",
    (
        Column("time_s", "float64", "s", "from the scenario's start"),
        Column("platform", "name", "", "who carries messages"),
        Column("stored_bytes", "int64", "byte", "on board at that moment, copies included"),
        Column("stored", "int64", "1", "copies of messages on board"),
    ),
)

GATEWAY_USAGE = Table(
    "gateway_usage",
    "one row a step and target: what the targets of messages took over time",
    (
        Column("time_s", "float64", "s", "start of the step"),
        Column("target", "name", "", "where messages arrive"),
        Column("served_s", "float64", "s", "antennas' time on passes in the step, added up"),
        Column(
            "unserved_s", "float64", "s", "of passes of who could send, while all antennas served"
        ),
        Column("arrived_bytes", "int64", "byte", "what arrived, further copies included"),
        Column("arrived", "int64", "1", "copies of messages that arrived"),
    ),
)
