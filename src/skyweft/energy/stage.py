"""The stage `energy`: charge of every platform that states what it lives on.

An emptied battery silences its platform in links, routes and messages. Consumption is stated, not
found: traffic does not change it. Airships have settled their charge in flight.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from skyweft.columns import named
from skyweft.energy.arrow import ECLIPSES, ENERGY
from skyweft.energy.charge import Nights, tally
from skyweft.energy.members import Members, Stretch, gone_on, members
from skyweft.fleet import Floats
from skyweft.motion.stage import MOTION
from skyweft.scenario.scenario import Scenario
from skyweft.stage import (
    Block,
    Context,
    Estimate,
    Journal,
    Metrics,
    Restriction,
    Stage,
    State,
    Whole,
)
from skyweft.world.clock import Clock
from skyweft.world.constants import WATT_HOUR_J

CAUSE = "no energy"
APART_S = 1e-6  # a shorter stretch with energy is none
ROW_S, ROWS_MAX, ROW_BYTES = 600.0, 3e6, 12.0
BLOCK_BYTES, KNOT_BYTES = 256e6, 120.0  # while a group's charge goes on
SECONDS_KNOT = 4e-7
USUAL_STEP_S = 60.0


class EnergyStage(Stage):
    """Energy: where a group of platforms states it."""

    key = "energy"
    needs = ("motion",)
    reads = ("step_s",)
    tables = (ENERGY, ECLIPSES)
    restricts = True
    share = 0.05

    def wanted(self, scenario: Scenario) -> bool:
        """Whether any group states its energy."""
        return any(platform.energy is not None for platform in scenario.platforms.values())

    def estimate(self, context: Context) -> Estimate:
        """Say what batteries take."""
        scenario = context.scenario
        many = sum(len(member.rows) for member in members(scenario, context.fleet))
        step_s = scenario.step_s or USUAL_STEP_S
        rows = many * scenario.duration_s / _row_s(many, scenario.duration_s)
        return Estimate(
            many * scenario.duration_s / step_s * SECONDS_KNOT,
            rows * ROW_BYTES,
            BLOCK_BYTES / (KNOT_BYTES * max(many, 1)) * step_s,
        )

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    def __init__(self, context: Context) -> None:
        scenario, fleet = context.scenario, context.fleet
        self._fleet = fleet
        self._groups = list(members(scenario, fleet))
        self._nights = [group.beginning() for group in self._groups]
        self._shadow_s = np.full(len(fleet), np.nan)  # since when in it, where it goes on
        self._clock = Clock.at(scenario.start, tables=scenario.world.earth_orientation == "tables")
        many = sum(len(group.rows) for group in self._groups)
        self._row_s = _row_s(many, scenario.duration_s)

    def block(self, block: Block) -> None:
        motion, names = block.get(MOTION), block.context.names
        for some, nights in zip(self._groups, self._nights, strict=True):
            stretch = gone_on(some, self._fleet, motion, self._clock, nights)
            tally(stretch.time_s, stretch.lit, stretch.settled, nights)
            block.restrict(*_silent(some, stretch, block))
            rows = _rows(some, stretch, self._row_s, names)
            block.write(ENERGY, lambda rows=rows: rows)  # type: ignore[misc]
            shadows = self._eclipses(stretch, block, names)
            if shadows.num_rows:
                block.write(ECLIPSES, lambda shadows=shadows: shadows)  # type: ignore[misc]

    def _eclipses(self, stretch: Stretch, block: Block, names: pa.Array) -> pa.Table:
        """Return the eclipses that end in a block, or with the run."""
        who, start_s, end_s = stretch.eclipses
        begun = np.where(start_s <= block.start_s, self._shadow_s[who], start_s)
        begun = np.where(np.isnan(begun), start_s, begun)
        self._shadow_s[who[start_s <= block.start_s]] = np.nan
        open_ = (end_s >= block.end_s) & ~np.bool_(block.last)
        self._shadow_s[who[open_]] = begun[open_]
        found = {"start_s": begun[~open_], "end_s": end_s[~open_]}
        return ECLIPSES.build({"platform": named(who[~open_].astype(np.int32), names), **found})

    def save(self, journal: Journal) -> None:
        for number, nights in enumerate(self._nights):
            kept = {name: entry.copy() for name, entry in nights._asdict().items()}
            journal.keep(f"nights {number}", kept)
        journal.keep("shadows", {"since_s": self._shadow_s.copy()})

    def load(self, journal: Journal) -> None:
        self._nights = [
            Nights(**journal.read(f"nights {number}")) for number in range(len(self._groups))
        ]
        self._shadow_s = journal.read("shadows")["since_s"]

    def close(self, whole: Whole) -> Metrics:
        if not any(group.layer == "space" for group in self._groups):
            whole.leave_out(ECLIPSES, "no satellite states its energy")
        pairs = zip(self._groups, self._nights, strict=True)
        return {
            "energy": [self._figures(*pair, whole.end_s) for pair in pairs if len(pair[0].rows)]
        }

    def _figures(self, some: Members, nights: Nights, end_s: float) -> dict[str, object]:
        """Return what a group's batteries came to."""
        battery_j, worst = some.supply.battery_j, int(np.argmin(nights.least_j))
        # A night that the run's end cuts off leaves what it has left so far.
        so_far_j = np.where(np.isnan(nights.dusk_j), np.inf, nights.charge_j - nights.denied_j)
        margin_j, open_j = float(nights.margin_j.min()), float(so_far_j.min())
        cut, margin_j = open_j < margin_j, min(margin_j, open_j)
        return {
            "group": some.group,
            "platforms": len(some.rows),
            "charge_min": float(nights.least_j[worst] / battery_j),
            "charge_min_platform": self._fleet.names[some.rows[worst]],
            "discharge_max": float(nights.deepest_j.max() / battery_j),
            "dark_max_s": float(nights.longest_s.max()),
            "night_margin_wh": margin_j / WATT_HOUR_J if np.isfinite(margin_j) else None,
            "night_margin_cut": cut,
            "no_energy_share": float(nights.silent_s.mean() / end_s),
        }


def _row_s(many: int, duration_s: float) -> float:
    """Return how far apart the rows of a platform are."""
    return ROW_S * max(1, int(np.ceil(many * duration_s / ROW_S / ROWS_MAX)))


def _rows(some: Members, stretch: Stretch, every_s: float, names: pa.Array) -> pa.Table:
    """Return a block's rows: a knot belongs to the block after it."""
    first_s = stretch.time_s[:-1]
    before_s = first_s - np.diff(stretch.time_s)
    kept = np.flatnonzero(np.floor(first_s / every_s) > np.floor(before_s / every_s))
    count = len(some.rows)

    def flat(value: Floats) -> Floats:
        return np.ascontiguousarray(value[:, kept]).ravel()

    return ENERGY.build(
        {
            "platform": named(np.repeat(some.rows.astype(np.int32), len(kept)), names),
            "time_s": np.tile(first_s[kept], count),
            "charge": flat(stretch.settled.charge_j[:, :-1]) / some.supply.battery_j,
            "light_w": flat(stretch.lit.light_w),
            "used_w": flat(stretch.settled.used_w),
        }
    )


def _silent(some: Members, stretch: Stretch, block: Block) -> Iterator[Restriction]:
    """Yield when in a block who has no energy."""
    if some.flight is not None:
        for start_s, end_s in some.flight.dark(block.start_s, block.end_s):
            for row in some.rows.tolist():
                yield Restriction(row, start_s, end_s, CAUSE)
        return
    time_s, settled = stretch.time_s, stretch.settled
    for p in np.flatnonzero((settled.silent_s > 0).any(axis=1)):
        begin_s = time_s[:-1] + settled.silent_from_s[p]
        there = np.flatnonzero(settled.silent_s[p] > 0)
        start_s, end_s = begin_s[there], begin_s[there] + settled.silent_s[p, there]
        apart = start_s[1:] > end_s[:-1] + APART_S
        first = start_s[np.concatenate([[True], apart])]
        last = end_s[np.concatenate([apart, [True]])]
        for low, high in zip(first.tolist(), last.tolist(), strict=True):
            yield Restriction(int(some.rows[p]), max(low, block.start_s), high, CAUSE)


STAGE = EnergyStage()
