"""Every craft at every candidate: whom it would reach, what it would cost, what forbids it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Sites
from skyweft.kernels import making
from skyweft.motion.members import Setting
from skyweft.motion.sites import stand
from skyweft.placing.backhaul import Onward, onward
from skyweft.placing.covering import Cover, Problem
from skyweft.placing.model import Craft, Placing
from skyweft.placing.reach import ENVIRONMENTS, Reach, Table, pairs, reach, rules, table
from skyweft.placing.reading import Points, Wanted
from skyweft.placing.staying import band, middle, motion_at, needed, shift, why_not
from skyweft.placing.terrain import Ends, Ground, seen
from skyweft.scenario.motion import Loiter, Motion
from skyweft.scenario.scenario import Scenario
from skyweft.weather.model import Weather
from skyweft.world.clock import Clock
from skyweft.world.constants import EARTH_RADIUS_MEAN_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL_M = 200.0  # points of heights that differ by less are reached as the worst of them


class World(NamedTuple):
    """What a placement is made in."""

    placing: Placing
    scenario: Scenario  # with everything that is there before
    fleet: Fleet
    wanted: Wanted
    candidates: Points
    ground: Ground | None = None  # what hides


@dataclass(frozen=True, slots=True)
class Options:
    """Every craft at every candidate, (O,) rows."""

    kind: Ints  # of `placing.fleets`
    candidate: Ints
    motion: tuple[Motion, ...]
    cost: Ints  # craft it takes
    forbidden: tuple[str, ...]  # why; "" where nothing does
    capacity_bps: Floats  # of the backhaul, or what it may pass on
    reach: Ints  # (O, B) of `table`, by level of the points
    level: Ints  # (U,) of every point
    table: Table
    reaches: tuple[Reach, ...]
    cover: "Reached"

    @property
    def allowed(self) -> Ints:
        """Options that nothing forbids."""
        return np.flatnonzero([not area for area in self.forbidden])


class Reached(NamedTuple):
    """Whom every option reaches, forbidden or not; E entries."""

    first: Ints  # (O + 1,)
    point: Ints
    rate_bps: Floats  # either way, of the whole carrier
    hidden: Ints = np.empty(0, np.int64)  # points that terrain hides from an option in reach
    void: int = 0  # places of profiles over which the terrain's file has no height


def options(world: World) -> Options:
    """Return every craft at every candidate.

    Raises
    ------
    ScenarioError
        A motion that is none; terminals that no link joins.
    """
    placing, candidates = world.placing, world.candidates
    parts = [_of_kind(world, row, name) for row, name in enumerate(placing.fleets)]
    level, heights_m = _levels(world.wanted.points.altitude_m)
    reaches: dict[tuple[int, float, float], list[int]] = {}
    found: list[Reach] = []
    which, motions = [], []
    for row, part in enumerate(parts):
        craft = placing.fleets[part.name]
        for motion in part.motion:
            where = band(motion)
            key = (row, where.low_m, where.high_m)
            if key not in reaches:
                reaches[key] = list(range(len(found), len(found) + len(heights_m)))
                found += [_reach(world, part.name, craft, motion, heights) for heights in heights_m]
            which.append(reaches[key])
            motions.append(motion)
    known = table(found, placing.line_of_sight.probability_min)
    candidate = np.concatenate([part.candidate for part in parts])
    reached = Reached(
        *pairs(
            known,
            np.array(which),
            candidates.ground_m[candidate],
            world.wanted.points.ground_m,
            level,
            environments(world),
        )
    )
    reached = _over_the_ground(world, reached, candidate, motions)
    return Options(
        np.repeat(np.arange(len(parts)), [len(part.motion) for part in parts]),
        candidate,
        tuple(motions),
        np.concatenate([part.cost for part in parts]),
        tuple(words for part in parts for words in part.forbidden),
        np.concatenate([part.capacity_bps for part in parts]),
        np.array(which),
        level,
        known,
        tuple(found),
        reached,
    )


def _over_the_ground(
    world: World, reached: Reached, candidate: Ints, motions: list[Motion]
) -> Reached:
    """Leave out points that terrain hides."""
    if world.ground is None:
        return reached
    points, places = world.wanted.points, world.candidates
    bands = [band(motion) for motion in motions]
    ends = Ends(
        np.stack([points.latitude_deg, points.longitude_deg, points.altitude_m], axis=1),
        np.stack(
            [
                places.latitude_deg[candidate],
                places.longitude_deg[candidate],
                np.array([where.low_m for where in bands]),
            ],
            axis=1,
        ),
        np.array([where.radius_m for where in bands]),
    )
    owner = np.repeat(np.arange(len(motions)), np.diff(reached.first))
    free, void = seen(world.ground, ends, owner, reached.point)
    first = np.concatenate([[0], np.cumsum(np.bincount(owner[free], minlength=len(motions)))])
    hidden = np.unique(reached.point[~free])
    return Reached(first, reached.point[free], reached.rate_bps[free], hidden, void)


def environments(world: World) -> Ints:
    """Return the environment of every point, (U,) of `ENVIRONMENTS`."""
    usual = world.placing.line_of_sight.environment
    return np.array(
        [ENVIRONMENTS.index(environment or usual) for environment in world.wanted.environment]
    )


class _Part(NamedTuple):
    """Options of one kind."""

    name: str
    candidate: Ints
    motion: list[Motion]
    cost: Ints
    forbidden: list[str]
    capacity_bps: Floats


def _of_kind(world: World, row: int, name: str) -> _Part:
    craft, places = world.placing.fleets[name], world.candidates
    where = list(zip(places.latitude_deg, places.longitude_deg, places.altitude_m, strict=True))
    hovers = craft.motion["kind"] == "loiter" and "altitude_m" not in craft.motion
    if hovers and not all(height > 0 for _, _, height in where):
        raise ScenarioError(
            f"place.fleets.{name}.motion: altitude_m is missing, there and of candidates: give one"
        )
    # Heights of candidates are for those that hover: for others, one of each place is enough.
    one = np.unique(np.array(where)[:, :2], axis=0, return_index=True)[1]
    rows = np.arange(len(where)) if hovers else np.sort(one)
    motions = [motion_at(name, craft, where[row]) for row in rows]
    forbidden = _forbidden(world, name, motions)
    cost = np.ones(len(rows), np.int64)
    for k, place in enumerate(rows):
        craft_needed, why = needed(shift(craft, *where[place][:2]), world.scenario.duration_s)
        cost[k] = craft_needed
        if not why and cost[k] > craft.count:
            why = f"held by {cost[k]} in turn, there are {craft.count}"
        forbidden[k] = forbidden[k] or why
    capacity_bps = np.full(len(rows), craft.rate_max_bps or np.inf)
    if world.placing.backhaul.share_min > 0:
        onwards = _onward(world, name, craft, motions)
        capacity_bps = np.minimum(capacity_bps, onwards.rate_bps)
        asked = world.placing.backhaul.share_min
        for k in map(int, np.flatnonzero(onwards.rate_bps <= 0)):
            forbidden[k] = forbidden[k] or (
                f"no backhaul: linked onward {onwards.share[k]:.1%} of the time, at least "
                f"{asked:.1%} is asked for"
            )
    return _Part(name, rows, motions, cost, forbidden, capacity_bps)


def _forbidden(world: World, name: str, motions: list[Motion]) -> list[str]:
    """Return why craft cannot stay; Sun and wind of a degree of latitude are taken as one."""
    scenario, craft = world.scenario, world.placing.fleets[name]
    setting = Setting(
        clock=Clock.at(scenario.start, tables=scenario.world.earth_orientation == "tables"),
        duration_s=scenario.duration_s,
        seed=scenario.seed,
        wind=(scenario.settings(Weather) or Weather()).wind,
    )
    known: dict[int, str] = {}
    found = []
    for motion in motions:
        latitude = 0 if isinstance(motion, Loiter) else round(middle(motion)[0])
        if latitude not in known:
            known[latitude] = why_not(name, craft, motion, setting)
        found.append(known[latitude])
    return found


def _levels(altitude_m: Floats) -> tuple[Ints, list[tuple[float, float]]]:
    """Return the level of every point, and the least and greatest height of each level."""
    step = np.floor((altitude_m - altitude_m.min()) / LEVEL_M)
    level = np.unique(step, return_inverse=True)[1].ravel()
    ends = [altitude_m[level == number] for number in range(int(level.max()) + 1)]
    return level, [(float(some.min()), float(some.max())) for some in ends]


def _reach(
    world: World, name: str, craft: Craft, motion: Motion, heights_m: tuple[float, float]
) -> Reach:
    """Return the reach of craft of one kind and band for points between two heights."""
    placing, points = world.placing, world.wanted.points
    links = rules(world.scenario, craft.terminals, placing.demand.terminals)
    if not links:
        raise ScenarioError(
            f"place.fleets.{name}.terminals: no rule of links joins one of them with one of "
            "place.demand.terminals"
        )
    where = band(motion)
    # The horizon of both, or what is asked for.
    farthest_m = sum(
        np.sqrt(2 * EARTH_RADIUS_MEAN_M * max(height_m, 10.0))
        for height_m in (where.high_m, heights_m[1])
    )
    farthest_m = min(float(farthest_m), placing.distance_max_m or np.inf)
    latitude = float(np.mean(points.latitude_deg))
    sight = placing.line_of_sight
    return reach(world.scenario, links, craft.layer, where, heights_m, latitude, farthest_m, sight)


def _onward(world: World, name: str, craft: Craft, motions: list[Motion]) -> Onward:
    """Return the backhaul of craft of one kind, at the lowest they fly."""
    there = {
        terminal
        for group in world.scenario.platforms
        if group in standing(world)
        for terminal in world.scenario.platforms[group].terminals
    }
    links = rules(world.scenario, craft.terminals, sorted(there))
    if not links:
        raise ScenarioError(
            f"place.fleets.{name}.terminals: no rule of links leads on from one of them to a "
            "platform of the scenario; give one, or set place.backhaul.share_min = 0"
        )
    where = np.array([(*middle(motion), band(motion).low_m) for motion in motions])
    places: Sites = stand(*where.T)
    return onward(world.scenario, world.fleet, links, craft.layer, places, world.placing.backhaul)


def standing(world: World) -> Mapping[str, object]:
    """Return the groups that are there before anything is placed."""
    new = {world.placing.demand.group, *world.placing.fleets}
    return {
        name: platform for name, platform in world.scenario.platforms.items() if name not in new
    }


def problem(world: World, found: Options) -> Problem:
    """Return what is to be solved: options that nothing forbids.

    Parameters
    ----------
    world, found
        The options there are.
    """
    placing, wanted = world.placing, world.wanted
    reached = found.cover
    owner = np.repeat(np.arange(len(found.kind)), np.diff(reached.first))
    point, rate_bps = reached.point, reached.rate_bps
    carriers = np.array([fleet.carriers for fleet in placing.fleets.values()])
    need_bps = wanted.rate_bps[point]
    with np.errstate(divide="ignore"):
        backhaul = need_bps / found.capacity_bps[owner]
    lengths = np.bincount(owner, minlength=len(found.kind))
    cover = Cover(
        np.concatenate([[0], np.cumsum(lengths)]),
        point,
        need_bps / (rate_bps * carriers[found.kind[owner]]),
        np.where(np.isfinite(backhaul), backhaul, 0.0),
    )
    places = np.stack([world.candidates.latitude_deg, world.candidates.longitude_deg], axis=1)
    site = np.unique(places, axis=0, return_inverse=True)[1].ravel()
    whole = Problem(
        cover,
        wanted.weight,
        found.kind,
        site[found.candidate],
        found.cost,
        np.array([fleet.count for fleet in placing.fleets.values()]),
    )
    return whole.taking(found.allowed)


@making
def nearest(
    known: Table,
    probability: Floats,
    which: Ints,
    place_m: Floats,
    point_m: Floats,
    level: Ints,
    environment: Ints,
) -> tuple[Floats, Floats, Floats]:
    """Return for every point how far the nearest option is, and the best of those with a rate.

    Parameters
    ----------
    known : Table
        Reaches.
    probability : (L, ENVIRONMENTS, R)
        Of a line of sight.
    which, place_m, point_m, level, environment
        As in `reach.pairs`.

    Returns
    -------
    away_m, rate_bps, likely : (U,)
        Distance, greatest rate, greatest probability where there is a rate; 0 without.
    """
    step, rate = known.step_m, known.rate_bps
    points = len(point_m)
    away, fast, likely = np.full(points, np.inf), np.zeros(points), np.zeros(points)
    for u in range(points):
        for o in range(len(which)):
            x = place_m[o, 0] - point_m[u, 0]
            y = place_m[o, 1] - point_m[u, 1]
            z = place_m[o, 2] - point_m[u, 2]
            chord = np.sqrt(x * x + y * y + z * z)
            away[u] = min(away[u], chord)
            w = which[o, level[u]]
            rung = int(chord / step[w])
            if rung < rate.shape[1] and rate[w, rung] > 0.0:
                fast[u] = max(fast[u], rate[w, rung])
                likely[u] = max(likely[u], probability[w, environment[u], rung])
    return away, fast, likely
