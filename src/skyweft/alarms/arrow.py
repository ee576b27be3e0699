"""The table of the stage `alarms`."""

from skyweft.columns import Column, Table

ALARMS = Table(
    "alarms",
    "one row an alarm of a device, by rule, device and event time",
    (
        Column("rule", "int32", "", "place among the scenario's [[alarms]], from 0"),
        Column("alarm", "name", "", "its name"),
        Column("platform", "name", "", "the device"),
        Column("raised_s", "float64", "s", "event time: phenomenon time of what raised it"),
        Column("detected_s", "float64", "s", "when it was first known"),
        Column("cleared_s", "float64", "s", "event time of what cleared it; NaN while it stands"),
        Column("clearing_detected_s", "float64", "s", "when that was known; or NaN"),
        Column("withdrawn_s", "float64", "s", "when late values showed it had never been; or NaN"),
        Column("extreme", "float64", "", "the worst value, in the datastream's unit; or NaN"),
    ),
)
"""Of those withdrawn the event times are what was last believed."""
