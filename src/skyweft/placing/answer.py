"""Turns what was solved into what a planner reads."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.placing.choosing import Placed
from skyweft.placing.covering import Problem
from skyweft.placing.options import Options, World, environments, nearest
from skyweft.placing.product import Flight, Point, Refused, Station
from skyweft.placing.reach import ENVIRONMENTS
from skyweft.placing.rotation import timetable
from skyweft.placing.staying import band, shift
from skyweft.world.clock import Clock

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FULL = 1 - 1e-6  # of a point's need that counts as all of it
BUSY = 1 - 1e-6


@dataclass(frozen=True, slots=True)
class Solved:
    """A world, its options, what was solved, and the answer."""

    world: World
    options: Options
    problem: Problem  # of the options that nothing forbids
    placed: Placed

    def option(self, row: int) -> int:
        """Return the option that a row of the problem is."""
        return int(self.options.allowed[row])


def groups(solved: Solved) -> dict[int, str]:
    """Return the name of every chosen row of the problem."""
    names = list(solved.world.placing.fleets)
    found, counts = {}, dict.fromkeys(names, 0)
    for row in solved.placed.chosen:
        name = names[solved.problem.kind[row]]
        counts[name] += 1
        found[int(row)] = f"{name}-{counts[name]:02d}"
    return found


def stations(solved: Solved) -> tuple[Station, ...]:
    """Return every station."""
    world, problem = solved.world, solved.problem
    names = list(world.placing.fleets)
    usual = ENVIRONMENTS.index(world.placing.line_of_sight.environment)
    common = int(np.bincount(solved.options.level).argmax())  # most points stand so high
    found = []
    for row, group in groups(solved).items():
        option = solved.option(row)
        craft = world.placing.fleets[names[problem.kind[row]]]
        place = int(solved.options.candidate[option])
        entries = problem.entries(row)
        share, point = solved.placed.share[entries], problem.cover.point[entries]
        where = band(solved.options.motion[option])
        known, at = solved.options.table, solved.options.reach[option, common]
        there = np.flatnonzero((known.rate_bps[at] > 0) & known.seen[at, usual])
        asked = world.placing.backhaul.share_min > 0 or craft.rate_max_bps is not None
        found.append(
            Station(
                group=group,
                fleet=names[problem.kind[row]],
                candidate=world.candidates.names[place],
                latitude_deg=float(world.candidates.latitude_deg[place]),
                longitude_deg=float(world.candidates.longitude_deg[place]),
                altitude_m=(where.low_m, where.high_m),
                craft=int(problem.cost[row]),
                reach_m=float((there.max(initial=-1) + 1) * known.step_m[at]),
                points=int(np.count_nonzero(share > 1e-9)),
                weight_served=float(share @ problem.weight[point]),
                rate_bps=float(share @ world.wanted.rate_bps[point]),
                carrier_share=float(share @ problem.cover.carrier[entries]),
                backhaul_bps=float(solved.options.capacity_bps[option]) if asked else None,
            )
        )
    return tuple(found)


def refused(solved: Solved) -> tuple[Refused, ...]:
    """Return where craft cannot be, those for one reason together."""
    names = list(solved.world.placing.fleets)
    counts: dict[tuple[str, str], int] = {}
    for kind, words in zip(solved.options.kind, solved.options.forbidden, strict=True):
        if words:
            key = names[kind], words
            counts[key] = counts.get(key, 0) + 1
    return tuple(Refused(name, count, words) for (name, words), count in counts.items())


def points(solved: Solved) -> tuple[Point, ...]:
    """Return every point of demand with what becomes of it."""
    wanted, placed, problem = solved.world.wanted, solved.placed, solved.problem
    share = np.bincount(problem.cover.point, placed.share, len(wanted.weight)).astype(np.float64)
    names = groups(solved)
    by: list[list[str]] = [[] for _ in wanted.weight]
    for row, group in names.items():
        entries = problem.entries(row)
        for point in problem.cover.point[entries][placed.share[entries] > 1e-9]:
            by[point].append(group)
    reasons = _reasons(solved, share)
    return tuple(
        Point(
            name=wanted.points.names[u],
            latitude_deg=float(wanted.points.latitude_deg[u]),
            longitude_deg=float(wanted.points.longitude_deg[u]),
            weight=float(wanted.weight[u]),
            rate_bps=float(wanted.rate_bps[u]),
            served_share=float(min(share[u], 1.0)),
            served_by=tuple(by[u]),
            reason=reasons[u],
        )
        for u in range(len(wanted.weight))
    )


class _Known(NamedTuple):
    """What reasons are made of, (U,) columns."""

    away_m: Floats
    rate_bps: Floats
    likely: Floats
    reached: Ints  # options that reach it
    allowed: Ints  # of these, those that nothing forbids


def _reasons(solved: Solved, share: Floats) -> list[str]:
    """Return why points are not served in full; "" for those that are."""
    world, options, problem = solved.world, solved.options, solved.problem
    count = len(share)
    away_m, rate_bps, likely = nearest(
        options.table,
        np.stack([reach.probability for reach in options.reaches]),
        options.reach,
        world.candidates.ground_m[options.candidate],
        world.wanted.points.ground_m,
        options.level,
        environments(world),
    )
    point = options.cover.point
    known = _Known(
        away_m,
        rate_bps,
        likely,
        np.bincount(point, minlength=count),
        np.bincount(problem.cover.point, minlength=count),
    )
    full = _full(solved)
    owner = np.repeat(np.arange(len(options.kind)), np.diff(options.cover.first))
    first = np.full(count, -1)  # an option that reaches the point
    first[point] = owner
    found = []
    for u in range(count):
        if share[u] >= FULL:
            found.append("")
        elif known.allowed[u]:
            found.append(full.get(u, "no craft is left that would serve more by serving it"))
        else:
            found.append(_out_of_reach(solved, known, u, int(first[u])))
    return found


def _full(solved: Solved) -> dict[int, str]:
    """Return what is full of the stations that reach a point, by point."""
    problem, found = solved.problem, {}
    for row, group in groups(solved).items():
        entries = problem.entries(row)
        share = solved.placed.share[entries]
        limits = {
            "carriers have": problem.cover.carrier[entries],
            "backhaul has": problem.cover.backhaul[entries],
        }
        for name, load in limits.items():
            if share @ load >= BUSY:
                for point in problem.cover.point[entries]:
                    found[int(point)] = f"the {name} no room left at {group}, and no craft is left"
    return found


def _out_of_reach(solved: Solved, known: _Known, point: int, option: int) -> str:
    """Say why no option reaches a point."""
    if known.reached[point]:
        name = list(solved.world.placing.fleets)[solved.options.kind[option]]
        return (
            f"reached only from where craft cannot be: {name}: {solved.options.forbidden[option]}"
        )
    if point in solved.options.cover.hidden:
        return "terrain hides it from every craft in reach"
    if known.rate_bps[point] > 0:
        asked = solved.world.placing.line_of_sight.probability_min
        return (
            f"line of sight too unlikely: {known.likely[point]:.2f} from the best candidate, "
            f"{asked:g} is asked for"
        )
    return f"no link closes: the nearest candidate is {known.away_m[point] / 1e3:,.0f} km away"


def flights(solved: Solved) -> tuple[Flight, ...]:
    """Return who flies when, for stations that are held in turn."""
    world, found = solved.world, []
    clock = Clock.at(world.scenario.start)
    fleets = list(world.placing.fleets.values())
    for row, group in groups(solved).items():
        place = int(solved.options.candidate[solved.option(row)])
        where = world.candidates.latitude_deg[place], world.candidates.longitude_deg[place]
        flown = shift(fleets[solved.problem.kind[row]], *map(float, where))
        if flown is None:
            continue
        table = timetable(flown, world.scenario.duration_s)
        times = [
            clock.utc(moment_s)
            for moment_s in (table.takeoff_s, table.arrival_s, table.departure_s, table.landing_s)
        ]
        for craft, *moments in zip(table.craft, *times, strict=True):
            found.append(Flight(group, f"{group}.{craft + 1}", *moments))
    return tuple(found)
