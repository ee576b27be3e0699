"""How far a craft reaches: rate and line of sight by distance, as the links of a run have them.

A craft is not a point: it flies a pattern of some radius in a band of heights. What counts at a
distance is the least over all of that, so whoever is reached is so at every moment.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Motion, Sites, Tracks
from skyweft.kernels import making
from skyweft.links.budget import rates_at
from skyweft.motion.sites import stand
from skyweft.placing.line_of_sight import TR_38811, by_curve, by_table
from skyweft.placing.model import LineOfSight
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

RUNGS = 2_048
ENVIRONMENTS = tuple(TR_38811)


class Band(NamedTuple):
    """Where one craft may be around its place."""

    low_m: float
    high_m: float
    radius_m: float


class Reach(NamedTuple):
    """What a craft does for points at 0, 1, ... times `step_m` from it over the ground."""

    step_m: float
    rate_bps: Floats  # (R,) either way; 0 beyond its reach
    elevation_deg: Floats  # (R,) the least
    probability: Floats  # (ENVIRONMENTS, R) of a line of sight


class Rule(NamedTuple):
    """A rule of `[[links]]` between a craft and others."""

    link: int
    craft_first: bool  # whether the craft is its source


def rules(scenario: Scenario, craft: list[str], others: list[str]) -> list[Rule]:
    """Return which links join terminals of a craft with those of others.

    Patterns name satellites of a shell, or platforms one by one: no craft is among them.
    """
    found = []
    for row, link in enumerate(scenario.links):
        if link.pattern != "all":
            continue
        one, other = link.between
        if one in craft and other in others:
            found.append(Rule(row, craft_first=True))
        elif other in craft and one in others:
            found.append(Rule(row, craft_first=False))
    return found


def rates(
    scenario: Scenario, rule: Rule, layers: tuple[str, str], craft: Sites, other: Sites
) -> Floats:
    """Return what a link carries either way between craft and others, pair by pair. [bit/s].

    Parameters
    ----------
    scenario : Scenario
        Whose rule it is.
    rule : Rule
        Of its links.
    layers : tuple
        Of the craft and of the others.
    craft, other : Sites
        (K,) each.
    """
    count = len(craft.up)
    row = np.arange(count, dtype=np.int32)
    fleet = Fleet(
        names=tuple(map(str, range(2 * count))),
        groups=("craft", "other"),
        layers=layers,
        group=np.repeat(np.array([0, 1], np.int32), count),
        mover=np.full(2 * count, -1, np.int32),
        site=np.arange(2 * count, dtype=np.int32),
        movers=(),
        sites=Sites(
            np.concatenate([craft.position_m, other.position_m]),
            np.concatenate([craft.up, other.up]),
        ),
        planes={},
        derived_geometry=(),
        warnings=(),
    )
    nobody = np.empty((0, 3, 2))
    motion = Motion(Tracks(np.array([0.0, 1.0]), nobody, nobody), fleet.sites)
    ends = (row, row + count) if rule.craft_first else (row + count, row)
    zero, cut = np.zeros(count), np.zeros(count, bool)
    contacts = Contacts(
        link=np.full(count, rule.link, np.int16),
        source=ends[0].astype(np.int32),
        target=ends[1].astype(np.int32),
        start_s=zero,
        end_s=np.ones(count),
        culmination_s=zero,
        elevation_max_deg=zero.astype(np.float32),
        range_min_m=zero,
        cut_start=cut,
        cut_end=cut,
    )
    there, back = rates_at(scenario, fleet, motion, contacts, row.astype(np.int64), zero)
    return np.minimum(there, back)


def reach(
    scenario: Scenario,
    links: list[Rule],
    layer: str,
    band: Band,
    heights_m: tuple[float, float],
    latitude_deg: float,
    farthest_m: float,
    sight: LineOfSight,
) -> Reach:
    """Return what a craft does for points on the ground, by distance.

    Parameters
    ----------
    scenario, links, layer
        The rules between craft and points, and the craft's layer.
    band : Band
        Where it may be.
    heights_m : tuple
        Least and greatest of the points.
    latitude_deg : float
        Where; elevations at a distance change by less than a thousandth over the Earth.
    farthest_m : float
        To look. [m]
    sight : LineOfSight
        How probable a line of sight is.
    """
    step_m = farthest_m / (RUNGS - 2)
    away_m = np.linspace(0.0, step_m * (RUNGS - 1), RUNGS)
    # Far points are worst seen when it is low and they are high, and farthest when it is high.
    seen = [
        _rungs(scenario, links, layer, latitude_deg, away_m, heights)
        for heights in ((band.low_m, heights_m[1]), (band.high_m, heights_m[0]))
    ]
    # A rung stands for all distances to the next one, and the craft for its whole pattern.
    aside = 2 * int(np.ceil(band.radius_m / step_m + 1)) + 1
    rate_bps, elevation_deg = (
        minimum_filter1d(np.minimum(*column), aside, mode="nearest")
        for column in zip(*seen, strict=True)
    )
    if sight.model == "tr38811":
        probability = np.stack(
            [by_table(elevation_deg, environment) for environment in ENVIRONMENTS]
        )
    else:
        assert sight.a is not None
        assert sight.b is not None
        curve = by_curve(elevation_deg, sight.a, sight.b)
        probability = np.stack([curve] * len(ENVIRONMENTS))
    return Reach(step_m, rate_bps, elevation_deg, probability)


def _rungs(
    scenario: Scenario,
    links: list[Rule],
    layer: str,
    latitude_deg: float,
    away_m: Floats,
    heights_m: tuple[float, float],
) -> tuple[Floats, Floats]:
    """Return rate and elevation of points straight east, by the chord on the ground."""
    parallel_m = float(
        np.linalg.norm(stand(*np.array([[latitude_deg], [0.0], [0.0]])).position_m[0, :2])
    )
    east_deg = np.degrees(2 * np.arcsin(np.minimum(away_m / (2 * parallel_m), 1.0)))
    same = np.full(len(away_m), latitude_deg)
    other = stand(same, east_deg, np.full(len(away_m), heights_m[1]))
    craft = stand(same, np.zeros(len(away_m)), np.full(len(away_m), heights_m[0]))
    to_m = craft.position_m - other.position_m
    range_m = np.linalg.norm(to_m, axis=1)
    sine = np.einsum("kx,kx->k", to_m, other.up) / range_m
    elevation_deg = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))  # rounding, overhead
    rate_bps = np.zeros(len(away_m))
    for rule in links:
        link = scenario.links[rule.link]
        allowed = elevation_deg >= link.elevation_min_deg
        if link.range_max_m is not None:
            allowed &= range_m <= link.range_max_m
        found = rates(scenario, rule, (layer, "ground"), craft, other)
        rate_bps = np.maximum(rate_bps, np.where(allowed, found, 0.0))
    return rate_bps, elevation_deg


class Table(NamedTuple):
    """Several reaches, as a kernel looks them up: L of them, R rungs each."""

    step_m: Floats  # (L,)
    rate_bps: Floats  # (L, R)
    seen: Bools  # (L, ENVIRONMENTS, R) likely enough


def table(reaches: list[Reach], probability_min: float) -> Table:
    """Return reaches side by side."""
    return Table(
        np.array([reach.step_m for reach in reaches]),
        np.stack([reach.rate_bps for reach in reaches]),
        np.stack([reach.probability >= probability_min for reach in reaches]),
    )


@making
def pairs(
    known: Table,
    which: Ints,
    place_m: Floats,
    point_m: Floats,
    level: Ints,
    environment: Ints,
) -> tuple[Ints, Ints, Floats]:
    """Return first entry of every option, and of every entry point and rate.

    Parameters
    ----------
    known : Table
        Reaches.
    which : (O, B)
        The reach of every option, by level of the points.
    place_m, point_m : (O, 3), (U, 3)
        Both on the ellipsoid. [m]
    level, environment : (U,)
        Of the points.
    """
    step, rate, seen = known.step_m, known.rate_bps, known.seen
    rungs = rate.shape[1]
    first = np.zeros(len(which) + 1, np.int64)
    point = np.empty(1024, np.int64)
    found = np.empty(1024)
    count = 0
    for o in range(len(which)):
        for u in range(len(point_m)):
            w = which[o, level[u]]
            x = place_m[o, 0] - point_m[u, 0]
            y = place_m[o, 1] - point_m[u, 1]
            z = place_m[o, 2] - point_m[u, 2]
            rung = int(np.sqrt(x * x + y * y + z * z) / step[w])
            if rung < rungs and rate[w, rung] > 0.0 and seen[w, environment[u], rung]:
                if count == len(point):
                    point = np.concatenate((point, np.empty(count, np.int64)))
                    found = np.concatenate((found, np.empty(count)))
                point[count] = u
                found[count] = rate[w, rung]
                count += 1
        first[o + 1] = count
    return first, point[:count].copy(), found[:count].copy()
