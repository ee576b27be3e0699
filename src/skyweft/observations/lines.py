"""What the command line says of observations at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, proportion


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how much of each datastream is known and how old it is, a line each."""
    for each in summary["observations"]:
        name = f"observations of {each['name']} ({each['source']})"
        if each["completeness"] is None:
            yield f"{name}: no message's lifetime ends within the run"
            continue
        late, age = each["delay_p50_s"], each["age_mean_s"]
        fresh = "" if late is None else f", median delay {measured(late, 's')}"
        old = "" if age is None else f", mean age {measured(age, 's')}"
        silent = each["silent_devices"]
        quiet = f"; {silent:,} of {each['devices']:,} devices silent" if silent else ""
        yield f"{name}: {proportion(each['completeness'])} arrived{fresh}{old}{quiet}"
