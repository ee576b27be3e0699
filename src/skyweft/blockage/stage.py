"""The stage `blockage`: trains in tunnels, and where terrain hides them, are linked with nobody."""

from collections.abc import Iterator
from math import inf, nextafter

from skyweft.blockage.arrow import BLOCKAGES, blockages_table
from skyweft.fleet import Fleet
from skyweft.motion.rail import trains
from skyweft.scenario.motion import Rail
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Metrics, Restriction, Stage, State, Whole


class BlockageStage(Stage):
    """Blockage: where a line has tunnels, or is hidden by terrain."""

    key = "blockage"
    needs = ("motion",)
    reads = ()
    tables = (BLOCKAGES,)
    restricts = True
    share = 0.01

    def wanted(self, scenario: Scenario) -> bool:
        """Whether any line says so."""
        ways = (platform.motion for platform in scenario.platforms.values())
        return any(isinstance(way, Rail) and (way.blocked or way.blocked_file) for way in ways)

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    def __init__(self, context: Context) -> None:
        self._fleet = context.fleet
        self._all = sorted(
            blockages(context.fleet, context.scenario.duration_s), key=lambda each: each.start_s
        )

    def block(self, block: Block) -> None:
        mine = [
            interval for interval in self._all if block.start_s <= interval.start_s < block.end_s
        ]
        block.restrict(*mine)
        names = block.context.names
        block.write(BLOCKAGES, lambda: blockages_table(mine, names))

    def close(self, whole: Whole) -> Metrics:
        fleet, found = self._fleet, []
        for row, mover in trains(fleet):
            rows = range(row, row + mover.count)
            mine = [
                interval
                for interval in self._all
                if interval.who in rows and interval.start_s < whole.end_s
            ]
            lost_s = sum(
                _union_s([interval for interval in mine if interval.who == k], whole.end_s)
                for k in rows
            )
            found.append(
                {
                    "group": fleet.groups[fleet.group[row]],
                    "platforms": mover.count,
                    "blockages": len(mine),
                    "blocked_share": lost_s / (mover.count * whole.end_s),
                    "longest_s": max(
                        (min(e.end_s, whole.end_s) - e.start_s for e in mine), default=0.0
                    ),
                }
            )
        return {"blockage": found}


def blockages(fleet: Fleet, end_s: float) -> Iterator[Restriction]:
    """Yield when whom something hides, from the run's start to its end."""
    for row, mover in trains(fleet):
        for train, start_s, last_s, cause in mover.blocked(end_s):
            # Both ends belong to it; of a restriction the end does not.
            yield Restriction(row + train, start_s, nextafter(last_s, inf), cause)


def _union_s(some: list[Restriction], end_s: float) -> float:
    """Return for how long at least one of some restrictions holds."""
    total, until_s = 0.0, 0.0
    for interval in some:
        last_s = min(interval.end_s, end_s)
        total += max(0.0, last_s - max(interval.start_s, until_s))
        until_s = max(until_s, last_s)
    return total


STAGE = BlockageStage()
