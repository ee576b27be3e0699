"""What a scenario will come to, before it runs: who there is, what follows, how long, how much.

The estimates of time and size are rough (a factor of three either way): they tell seconds from
hours and megabytes from a full disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from skyweft.contacts.pairs import pairs as count_pairs
from skyweft.motion.beside import told
from skyweft.motion.fleet import assemble
from skyweft.motion.product import Fleet
from skyweft.motion.propagate import step_s
from skyweft.run.figures import deliveries, failures
from skyweft.run.sound import sound
from skyweft.scenario.review import review
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link

DAY_S = 86_400.0
# Measured on two cores with the shipped scenarios, compiled code in the cache.
START_S = 3.0
SECONDS_PAIR_DAY = 30e-6
SECONDS_MOVER_DAY = 0.3e-3
BYTES_START = 200e3
BYTES_PAIR_DAY = 2_200.0
BYTES_MOVER_DAY = 40e3
BYTES_PLATFORM = 100.0
SECONDS_MESSAGE = 3e-6
BYTES_THING, BYTES_ROW = 60.0, 35.0
USUAL_STEP_S = 60.0  # of samples and knots in those measurements
SAMPLES_TIME, SAMPLES_SIZE = 0.25, 0.8  # share of the samples in what a pair takes


@dataclass(frozen=True, slots=True)
class Outlook:
    """What `check` tells of a sound scenario."""

    scenario: Scenario
    fleet: Fleet
    pairs: tuple[int, ...]  # of each rule: how many may meet at all
    warnings: tuple[str, ...]

    @property
    def time_s(self) -> float:
        """Wall time of the run, roughly."""
        pairs, movers = self._busy(SAMPLES_TIME), self._movers * self._knots
        each_day = pairs * SECONDS_PAIR_DAY + movers * SECONDS_MOVER_DAY
        messages_s = self.messages * SECONDS_MESSAGE
        return START_S + messages_s + each_day * self.scenario.duration_s / DAY_S

    @property
    def size_bytes(self) -> float:
        """Of the run's folder, roughly."""
        pairs, movers = self._busy(SAMPLES_SIZE), self._movers * self._knots
        each_day = pairs * BYTES_PAIR_DAY + movers * BYTES_MOVER_DAY
        standing = BYTES_START + len(self.fleet.names) * BYTES_PLATFORM
        if self.messages:
            rows = self.messages if deliveries.listed(self.scenario, self.fleet) else 0.0
            standing += len(self.fleet.names) * BYTES_THING + rows * BYTES_ROW
        return standing + each_day * self.scenario.duration_s / DAY_S

    @property
    def messages(self) -> float:
        """Return about how many messages things will make."""
        return deliveries.expected(self.scenario, self.fleet)

    @property
    def _movers(self) -> int:
        return int(np.count_nonzero(self.fleet.mover >= 0))

    @property
    def _knots(self) -> float:
        return USUAL_STEP_S / step_s(self.scenario, self.fleet)

    def _busy(self, share: float) -> float:
        """Return how many pairs of usual sampling come to the same, by the samples' share."""
        return sum(
            count * (1 - share + share * USUAL_STEP_S / link.sample_s)
            for count, link in zip(self.pairs, self.scenario.links, strict=True)
        )

    def facts(self) -> dict[str, Any]:
        """Return everything as plain values."""
        counts = np.bincount(self.fleet.group, minlength=len(self.fleet.groups))
        return {
            "name": self.scenario.name,
            "start": self.scenario.start.isoformat().replace("+00:00", "Z"),
            "duration_s": self.scenario.duration_s,
            "platforms": dict(zip(self.fleet.groups, counts.tolist(), strict=True)),
            "geometry": list(self.fleet.echo),
            "links": [
                {"between": list(link.between), "pairs": pairs, **self._lengths(link)}
                for link, pairs in zip(self.scenario.links, self.pairs, strict=True)
            ],
            "failures": failures.summary(self.scenario, self.fleet),
            "messages": round(self.messages),
            "warnings": list(self.warnings),
            "estimate": {"time_s": round(self.time_s, 1), "size_bytes": round(self.size_bytes)},
        }

    def _lengths(self, link: Link) -> dict[str, dict[str, str]]:
        """Return how long the links of a grid or ring are, group by group."""
        if link.pattern not in ("grid", "ring") or not link.windows:
            return {}
        return {
            "lengths": {
                group: told(planes, link.grid_offset, ring=link.pattern == "ring")
                for group, planes in self.fleet.planes.items()
                if link.between[0] in self.scenario.platforms[group].terminals
            }
        }

    def lines(self) -> list[str]:
        """Return the same for reading."""
        facts = self.facts()
        rules = [
            f"{each['between'][0]} - {each['between'][1]}: "
            + (_count(each["pairs"], "pair") if link.windows else "no windows")
            + "".join(f"; {group}: {words}" for group, words in each.get("lengths", {}).items())
            for each, link in zip(facts["links"], self.scenario.links, strict=True)
        ]
        said = [f"about {_count(facts['messages'], 'message')}"] if facts["messages"] else []
        return [
            facts["name"],
            f"{facts['start']}, {_time(self.scenario.duration_s)}",
            *_section("platforms", facts["geometry"]),
            *_section("links", rules),
            *_section("failures", failures.told(self.scenario, facts["failures"])),
            *_section("messages", said),
            *_section("warnings", facts["warnings"]),
            "",
            f"{_count(len(self.fleet.names), 'platform')}, {_count(sum(self.pairs), 'pair')}; "
            f"a run takes about {_time(self.time_s)} and {_size(self.size_bytes)}",
        ]


def outlook(scenario: Scenario) -> Outlook:
    """Assemble a scenario and say what it will come to.

    Parameters
    ----------
    scenario : Scenario
        What `load` returned.

    Returns
    -------
    Outlook
        Geometry, counts, warnings and rough estimates of time and size.

    Raises
    ------
    ScenarioError
        A file the scenario names is not sound.
    """
    fleet = assemble(scenario)
    sound(scenario, fleet)
    pairs = tuple(count_pairs(scenario, fleet))
    none = [
        f"links[{row}]: no two platforms are there for it"
        for row, count in enumerate(pairs)
        if count == 0 and scenario.links[row].windows
    ]
    return Outlook(scenario, fleet, pairs, (*review(scenario), *none, *fleet.warnings))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    below = [f"  {line}" for line in lines]
    return ["", title, *below] if below else []


def _time(time_s: float) -> str:
    for size_s, unit in ((DAY_S, "days"), (3_600.0, "hours"), (60.0, "minutes")):
        if time_s >= 2 * size_s:
            return f"{time_s / size_s:.3g} {unit}"
    return f"{time_s:.3g} seconds"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _size(size_bytes: float) -> str:
    for size, unit in ((1e9, "GB"), (1e6, "MB")):
        if size_bytes >= size:
            return f"{size_bytes / size:,.{0 if size_bytes >= 10 * size else 1}f} {unit}"
    return f"{max(size_bytes / 1e3, 1):.0f} kB"
