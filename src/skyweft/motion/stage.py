"""The stage `motion`: where every platform is in each block of time."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Motion
from skyweft.motion import aircraft
from skyweft.motion.arrow import PLATFORMS, TRACKS, platforms_table, tracks_table
from skyweft.motion.flights import (
    FLIGHTS,
    STATION_KEEPING,
    flights_table,
    flying,
    metrics,
    station_keeping_table,
)
from skyweft.motion.propagate import propagate, step_s
from skyweft.scenario.energy import Energy
from skyweft.scenario.motion import Aircraft, Airship, Loiter, Sortie
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.words import listed
from skyweft.stage import (
    SHORTEST_S,
    Block,
    Context,
    Estimate,
    Metrics,
    Product,
    Stage,
    State,
    Whole,
)
from skyweft.stage.registry import stages
from skyweft.weather.model import Weather
from skyweft.world.clock import Clock
from skyweft.world.constants import DAY_S

MOTION = Product[Motion]("motion")

LAYERS = ("space", "near_space", "air", "ground")
# Measured on two cores with the shipped scenarios, knots a minute apart.
SECONDS_MOVER_DAY = 0.3e-3
BYTES_MOVER_DAY, BYTES_PLATFORM = 40e3, 100.0
USUAL_STEP_S = 60.0
BLOCK_BYTES = 128e6  # position and velocity at every knot of one block
STATE_BYTES = 48
SHORTEST_BYTES_MAX = 2e9  # of the shortest block
TRACK_BYTES_MAX, KNOT_BYTES = 200e6, 32  # of tracks.parquet before compression
THINNED_MAX_S = 300.0  # wider apart, cubic Hermite would be off by a kilometre


class MotionStage(Stage):
    """Motion: every scenario has it."""

    key = "motion"
    needs = ()
    models = (Weather,)
    reads = ("step_s", "platforms.*.terminals")
    gives = (MOTION,)
    tables = (PLATFORMS, TRACKS, FLIGHTS, STATION_KEEPING)
    share = 0.1

    def warnings(self, scenario: Scenario) -> Iterator[str]:
        """Say where a wind or energy is stated that nobody reads."""
        flying = any(
            isinstance(platform.motion, Airship | Aircraft)
            for platform in scenario.platforms.values()
        )
        if scenario.settings(Weather) is not None and not flying:
            yield "weather: nobody flies in the wind, so it changes nothing"
        still = [
            name
            for name, platform in scenario.platforms.items()
            if isinstance(platform.motion, Loiter | Sortie)
        ]
        if scenario.settings(Weather) is not None and flying and still:
            yield (
                f"weather: {listed(still, 'and')} keep their speed over the ground, as in still "
                "air: the wind acts on airships and solar aircraft"
            )
        if Energy.heeded_by not in {stage.key for stage in stages()}:
            for name, group in scenario.platforms.items():
                if group.energy is not None:
                    yield (
                        f"platforms.{name}.energy: the stage {Energy.heeded_by} is not there, so "
                        "an empty battery silences nobody"
                    )

    def check(self, context: Context) -> None:
        """Refuse knots so close that the tracks of the shortest block do not fit."""
        scenario, fleet = context.scenario, context.fleet
        movers, length_s = _movers(fleet), min(SHORTEST_S, scenario.duration_s)
        needed = STATE_BYTES * movers * length_s / step_s(scenario, fleet)
        if needed > SHORTEST_BYTES_MAX:
            raise ScenarioError(
                f"step_s: the tracks of {movers:,} movers over {length_s:g} s take "
                f"{needed / 1e9:,.1f} GB; at most {SHORTEST_BYTES_MAX / 1e9:g} GB: make it longer"
            )

    def estimate(self, context: Context) -> Estimate:
        """Say what tracks take."""
        scenario, fleet = context.scenario, context.fleet
        step, movers = step_s(scenario, fleet), _movers(fleet)
        mover_days = movers * USUAL_STEP_S / step * scenario.duration_s / DAY_S
        return Estimate(
            mover_days * SECONDS_MOVER_DAY,
            mover_days * BYTES_MOVER_DAY + len(fleet) * BYTES_PLATFORM,
            BLOCK_BYTES / (STATE_BYTES * max(movers, 1)) * step,
        )

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    def __init__(self, context: Context) -> None:
        self._context = context
        self._step_s = step_s(context.scenario, context.fleet)
        self._flying = bool(list(flying(context.fleet)))

    def block(self, block: Block) -> None:
        scenario, fleet = self._context.scenario, self._context.fleet
        motion = propagate(scenario, fleet, block.start_s, block.end_s, block.context.executor)
        block.give(MOTION, motion)
        for line in motion.warnings:
            block.warn(line)
        if self._flying:
            names = block.context.names
            block.write(FLIGHTS, lambda: flights_table(fleet, block.start_s, block.end_s, names))
        knots = self._kept(motion)
        if len(knots):
            names = block.context.names
            block.write(TRACKS, lambda: tracks_table(fleet, motion, knots, names))

    def _kept(self, motion: Motion) -> NDArray[np.int64]:
        """Return which knots of a block go into the table: all, every second ..., or none."""
        every = thinning(self._context.scenario, self._context.fleet)
        if not every:
            return np.zeros(0, np.int64)
        time_s = motion.tracks.time_s
        keep = np.rint(time_s / self._step_s).astype(np.int64) % every == 0
        # A border belongs to the block after it, the run's end to the last.
        keep[-1] = time_s[-1] >= self._context.scenario.duration_s
        return np.flatnonzero(keep)

    def close(self, whole: Whole) -> Metrics:
        scenario, fleet = whole.context.scenario, whole.context.fleet
        whole.write(PLATFORMS, platforms_table(scenario, fleet))
        if not thinning(scenario, fleet):
            whole.leave_out(TRACKS, "no movers, or too large even with knots five minutes apart")
        if self._flying:
            clock = Clock.at(scenario.start, tables=scenario.world.earth_orientation == "tables")
            end_s, names = whole.end_s, whole.context.names
            whole.write(STATION_KEEPING, station_keeping_table(fleet, clock, end_s, names))
        else:
            for table in (FLIGHTS, STATION_KEEPING):
                whole.leave_out(table, "nobody flies against the wind")
        layers = np.array(fleet.layers)[fleet.group]
        sites = int(np.count_nonzero(fleet.site >= 0))
        return {
            "platforms": {
                "total": len(fleet),
                "movers": len(fleet) - sites,
                "sites": sites,
                "by_layer": {layer: int(np.count_nonzero(layers == layer)) for layer in LAYERS},
            },
            **({"station_keeping": metrics(fleet, whole.end_s)} if self._flying else {}),
            **({"aircraft": soared} if (soared := aircraft.metrics(fleet, whole.end_s)) else {}),
        }


def thinning(scenario: Scenario, fleet: Fleet) -> int:
    """Return the least thinning of knots that keeps the table in bounds; 0 where none does."""
    step, movers = step_s(scenario, fleet), _movers(fleet)
    size_bytes = movers * scenario.duration_s / step * KNOT_BYTES
    every = max(1, math.ceil(size_bytes / TRACK_BYTES_MAX))
    return every if movers and (every == 1 or every * step <= THINNED_MAX_S) else 0


def _movers(fleet: Fleet) -> int:
    return int(np.count_nonzero(fleet.mover >= 0))


STAGE = MotionStage()
