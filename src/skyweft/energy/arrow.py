"""The tables of the stage `energy`."""

from skyweft.columns import Column, Table

ENERGY = Table(
    "energy",
    "one row a platform that states its energy and ten minutes; less often where they are many",
    (
        Column("platform", "name", "", "whose battery"),
        Column("time_s", "float64", "s", "from the scenario's start"),
        Column("charge", "float64", "1", "part of its battery that is full"),
        Column("light_w", "float64", "W", "what its array gives from then to the next knot"),
        Column("used_w", "float64", "W", "what it asks for meanwhile"),
    ),
    optional=True,
)
ECLIPSES = Table(
    "eclipses",
    "one row a satellite that states its energy and time in the Earth's shadow",
    (
        Column("platform", "name", "", "the satellite"),
        Column("start_s", "float64", "s", "from the scenario's start; of the run where cut"),
        Column("end_s", "float64", "s", "of the run where cut"),
    ),
    optional=True,
)
