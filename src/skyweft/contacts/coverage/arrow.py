"""The table of coverage."""

from dataclasses import fields

import pyarrow as pa

from skyweft.columns import Column, Table
from skyweft.contacts.coverage.measuring import Coverage

COVERAGE = Table(
    "coverage",
    "one row a cell or site",
    (
        Column("name", "text", "", "the site; empty for a cell of the grid"),
        Column("latitude_deg", "float64", "deg", "of the site, or halving the cell's area"),
        Column("longitude_deg", "float64", "deg", "of the site, or the cell's middle"),
        Column(
            "coverage_fraction", "float64", "1", "share of the run's time with a platform in view"
        ),
        Column("in_view_mean", "float64", "1", "platforms in view, mean over the run's time"),
        Column("in_view_min", "int32", "1", "fewest platforms in view at any time"),
        Column("in_view_max", "int32", "1", "most platforms in view at any time"),
        Column("longest_gap_s", "float64", "s", "longest time without any"),
        Column("longest_gap_cut", "bool", "", "whether an end of the run cuts that gap"),
        Column("revisit_mean_s", "float64", "s", "mean of the gaps seen whole; NaN without any"),
        Column(
            "response_time_mean_s", "float64", "s", "mean wait from a random moment until covered"
        ),
        Column("gaps", "int64", "1", "gaps seen whole"),
        Column("passes_per_day", "float64", "1/d", "windows of single platforms a day"),
        Column("latitude_min_deg", "float64", "deg", "southern border of the cell; NaN for a site"),
        Column("latitude_max_deg", "float64", "deg", "northern border of the cell"),
        Column("longitude_min_deg", "float64", "deg", "western border of the cell"),
        Column("longitude_max_deg", "float64", "deg", "eastern border of the cell"),
    ),
)


def coverage_table(coverage: Coverage) -> pa.Table:
    """Return one row a cell or site."""
    return COVERAGE.build({field.name: getattr(coverage, field.name) for field in fields(coverage)})
