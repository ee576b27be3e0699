"""The tables of the stage `observations`."""

from skyweft.columns import Column, Table

_COMPLETE = (
    Column("expected", "int64", "1", "samples of messages observed to the end of their lifetime"),
    Column("arrived", "int64", "1", "how many of them arrived"),
    Column("completeness", "float64", "1", "arrived over expected; NaN without any"),
)

_WHOSE = (
    Column("rule", "int32", "", "place among the scenario's [[observations]], from 0"),
    Column("datastream", "name", "", "its name"),
    Column("platform", "name", "", "the device"),
)

OBSERVATIONS = Table(
    "observations",
    "one row an observation that arrived, by datastream, device and phenomenon time",
    (
        *_WHOSE,
        Column("sequence_number", "int64", "", "the device's how manieth sample, from 0"),
        Column("phenomenon_s", "float64", "s", "when it was measured, from the scenario's start"),
        Column("result_s", "float64", "s", "when its message was generated"),
        Column("received_s", "float64", "s", "when its message arrived"),
        Column("result", "float64", "", "as the message carries it, in the datastream's unit"),
        Column(
            "quality", "int32", "", "QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing"
        ),
    ),
)
BY_DEVICE = Table(
    "observations_by_device",
    "one row a datastream and device: how much is known of it, and how fresh it is",
    (
        *_WHOSE,
        *_COMPLETE,
        Column("age_mean_s", "float64", "s", "age of information since the first arrival; or NaN"),
        Column("age_max_s", "float64", "s", "greatest since then; or NaN"),
        Column("latest_s", "float64", "s", "phenomenon time of the freshest that arrived; or NaN"),
        Column("latest_result", "float64", "", "its result"),
    ),
)
BY_HOUR = Table(
    "observations_by_hour",
    "one row a datastream, device and hour of phenomenon time with samples",
    (
        *_WHOSE,
        Column("time_s", "float64", "s", "start of the hour"),
        *_COMPLETE,
        Column("delay_mean_s", "float64", "s", "from measuring to arrival; NaN without any"),
    ),
)
