"""What the command line says of observations at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, proportion


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how much of each datastream is known and how old it is, a line each."""
    for row in summary["observations"]:
        name = f"observations of {row['name']} ({row['source']})"
        if row["completeness"] is None:
            yield f"{name}: no message's lifetime ends within the run"
            continue
        late, age = row["delay_p50_s"], row["age_mean_s"]
        fresh = "" if late is None else f", median delay {measured(late, 's')}"
        old = "" if age is None else f", mean age {measured(age, 's')}"
        silent = row["silent_devices"]
        quiet = f"; {silent:,} of {row['devices']:,} devices silent" if silent else ""
        flagged = [f"{row[flag]:,} {flag}" for flag in ("suspect", "failed") if row[flag]]
        doubtful = f"; {', '.join(flagged)}" if flagged else ""
        yield f"{name}: {proportion(row['completeness'])} arrived{fresh}{old}{quiet}{doubtful}"
