"""What leads on from a place in the air: to a satellite, an airship or a site of the scenario."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.fleet import Fleet, Sites
from skyweft.motion.propagate import propagate
from skyweft.placing.model import Backhaul
from skyweft.placing.reach import Rule, rates
from skyweft.scenario.scenario import Scenario
from skyweft.world.ellipsoid import SEMI_MAJOR_M, to_geodetic, up

Floats = NDArray[np.float64]

TOGETHER_S = 7_200.0  # of tracks that are held at once
AT_ONCE = 65_536  # links that are worked out together


@dataclass(frozen=True, slots=True)
class Onward:
    """What places have onward, (O,) columns."""

    rate_bps: Floats  # kept up for the share of the time that was asked for
    share: Floats  # of the snapshots with any rate at all


def onward(
    scenario: Scenario,
    fleet: Fleet,
    links: list[Rule],
    layer: str,
    places: Sites,
    asked: Backhaul,
) -> Onward:
    """Return the backhaul of places over the whole scenario.

    At every snapshot the best of all links counts; of each rule's the nearest platform's.

    Parameters
    ----------
    scenario, fleet
        Its platforms, and where they are.
    links : list
        Rules between craft and platforms.
    layer : str
        Of the craft.
    places : Sites
        (O,) where craft would be.
    asked : Backhaul
        How often, and for how long it must hold.
    """
    time_s = np.arange(0.0, scenario.duration_s, asked.step_s)
    best = np.zeros((len(time_s), len(places.up)))
    for start_s in np.arange(0.0, scenario.duration_s, TOGETHER_S):
        end_s = min(start_s + TOGETHER_S, scenario.duration_s)
        now = np.flatnonzero((time_s >= start_s) & (time_s < end_s))
        if len(now):
            motion = propagate(scenario, fleet, start_s, end_s)
            knots = motion.tracks.time_s
            knot = np.clip(np.searchsorted(knots, time_s[now]), 0, len(knots) - 1)
            position_m = np.empty((len(now), len(fleet), 3))
            moves = fleet.mover >= 0
            position_m[:, moves] = np.moveaxis(
                motion.tracks.position_m[fleet.mover[moves]][:, :, knot], 2, 0
            )
            position_m[:, ~moves] = motion.sites.position_m[fleet.site[~moves]]
            for rule in links:
                rate_bps = _rule(scenario, fleet, rule, layer, places, position_m)
                best[now] = np.maximum(best[now], rate_bps)
    ordered = np.sort(best, axis=0)
    # At most so many snapshots may be worse than what counts.
    worse = int(np.floor((1 - asked.share_min) * len(time_s) + 1e-9))
    return Onward(ordered[min(worse, len(time_s) - 1)], np.mean(best > 0, axis=0))


def _rule(
    scenario: Scenario,
    fleet: Fleet,
    rule: Rule,
    layer: str,
    places: Sites,
    position_m: Floats,
) -> Floats:
    """Return the rate to the nearest platform that a rule lets each place see, (T, O)."""
    link = scenario.links[rule.link]
    rows = fleet.rows_with(scenario, link.between[1 if rule.craft_first else 0])
    found = np.zeros((len(position_m), len(places.up)))
    order = ("ground", "air", "near_space", "space")
    for other in {fleet.layers[fleet.group[row]] for row in rows}:
        mine = np.array([row for row in rows if fleet.layers[fleet.group[row]] == other])
        height = order.index(other) - order.index(layer)
        when: list[NDArray[np.int64]] = []
        who: list[NDArray[np.int64]] = []
        place: list[NDArray[np.int64]] = []
        for now, at_m in enumerate(position_m[:, mine]):
            nearest, seen = _nearest(places, at_m, height, link.elevation_min_deg, link.range_max_m)
            when.append(np.full(np.count_nonzero(seen), now))
            who.append(mine[nearest[seen]])
            place.append(np.flatnonzero(seen))
        t, row, o = (np.concatenate(column) for column in (when, who, place))
        for low in range(0, len(t), AT_ONCE):
            piece = slice(low, low + AT_ONCE)
            there_m = position_m[t[piece], row[piece]]
            latitude, longitude, _ = to_geodetic(there_m)
            rate_bps = rates(
                scenario,
                rule,
                (layer, other),
                Sites(places.position_m[o[piece]], places.up[o[piece]]),
                Sites(there_m, up(latitude, longitude)),
            )
            cell = t[piece], o[piece]
            found[cell] = np.maximum(found[cell], rate_bps)
    return found


def _nearest(
    places: Sites, at_m: Floats, height: int, elevation_min_deg: float, range_max_m: float | None
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the nearest platform that each place may see, and whether it may see any."""
    to_m = at_m[None] - places.position_m[:, None]
    range_m = np.linalg.norm(to_m, axis=2)
    with np.errstate(invalid="ignore"):
        above = np.einsum("opx,ox->op", to_m, places.up) / range_m
        if height < 0:  # elevation counts at the lower end
            latitude, longitude, _ = to_geodetic(at_m)
            above = -np.einsum("opx,px->op", to_m, up(latitude, longitude)) / range_m
        if height:
            allowed = above >= np.sin(np.radians(elevation_min_deg))
        else:  # in one layer the Earth alone is in the way
            across_m = np.linalg.norm(np.cross(places.position_m[:, None], at_m[None]), axis=2)
            allowed = (across_m >= range_m * SEMI_MAJOR_M) | (above >= 0)
    if range_max_m is not None:
        allowed &= range_m <= range_max_m
    range_m = np.where(allowed, range_m, np.inf)
    nearest = np.argmin(range_m, axis=1)
    return nearest, np.isfinite(range_m[np.arange(len(nearest)), nearest])
