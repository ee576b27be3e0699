"""What a placement comes to: stations, who is served, why others are not, who flies when."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

NUMBER = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Station:
    """Where craft of one kind are, and what they do there."""

    group: str  # of platforms in the scenario that is written
    fleet: str
    candidate: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: tuple[float, float]  # least and greatest
    craft: int  # that hold it, in turn where there are several
    reach_m: float  # over the ground, to a point of the usual environment
    points: int  # it serves, in part or in full
    weight_served: float
    rate_bps: float  # of all it serves
    carrier_share: float  # of its carriers' time that this takes
    backhaul_bps: float | None  # what it could take on; None where none is asked


@dataclass(frozen=True, slots=True)
class Point:
    """A point of demand, and what becomes of it."""

    name: str
    latitude_deg: float
    longitude_deg: float
    weight: float
    rate_bps: float  # needed
    served_share: float  # of that
    served_by: tuple[str, ...]  # groups
    reason: str  # why not in full; "" where it is


@dataclass(frozen=True, slots=True)
class Flight:
    """One sortie of one aircraft: UTC."""

    group: str
    aircraft: str
    takeoff: str
    arrival: str
    departure: str
    landing: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Candidates at which craft of a kind cannot be."""

    fleet: str
    candidates: int
    reason: str


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement, and how good it is known to be. Make one with `skyweft.place`."""

    name: str
    stations: tuple[Station, ...]
    points: tuple[Point, ...]
    timetable: tuple[Flight, ...]
    refused: tuple[Refused, ...]
    weight_total: float
    weight_served: float
    weight_bound: float  # no placement serves more: proven
    by_branch_and_cut: bool
    files: tuple[str, ...]  # that were written, the scenario first
    warnings: tuple[str, ...]

    @property
    def gap(self) -> float:
        """By which part of the bound the answer might be too little."""
        if self.weight_bound <= 0:
            return 0.0
        return max(0.0, 1 - self.weight_served / self.weight_bound)

    def facts(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return {**asdict(self), "gap": self.gap}

    def lines(self) -> Iterator[str]:
        """Yield what fits on a screen."""
        share = self.weight_served / self.weight_total if self.weight_total else 0.0
        yield f"{self.weight_served:,.6g} of {self.weight_total:,.6g} served ({share:.1%})"
        how = "branch and cut" if self.by_branch_and_cut else "greedy choice and swaps"
        yield f"none serves more than {self.weight_bound:,.6g}: gap {self.gap:.2%}, by {how}"
        for station in self.stations:
            craft = f", {station.craft} in turn" if station.craft > 1 else ""
            yield (
                f"{station.group}: {station.candidate} at {station.latitude_deg:.4f}, "
                f"{station.longitude_deg:.4f}, {station.altitude_m[0]:,.0f} m{craft}: "
                f"{station.points} points, weight {station.weight_served:,.6g}, "
                f"{station.rate_bps / 1e6:,.1f} Mbit/s"
            )
        for fleet in dict.fromkeys(refusal.fleet for refusal in self.refused):
            reasons = [
                (refusal.reason, refusal.candidates)
                for refusal in self.refused
                if refusal.fleet == fleet
            ]
            for reason, count in alike(reasons):
                yield f"{fleet}: not at {count:,} candidates: {reason}"
        for reason, count in alike((point.reason, 1) for point in self.points if point.reason):
            yield f"not served in full, {count:,} points: {reason}"
        yield from self.files


def alike(reasons: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Yield reasons with how often they come, the most frequent first.

    Those that differ in numbers alone are one, told by the one that comes most often.
    """
    groups: dict[str, Counter[str]] = {}
    for reason, count in reasons:
        groups.setdefault(NUMBER.sub("#", reason), Counter())[reason] += count
    for found in sorted(groups.values(), key=lambda each: -each.total()):
        words = found.most_common(1)[0][0]
        yield words + (" (or other numbers)" if len(found) > 1 else ""), found.total()
