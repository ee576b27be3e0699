"""Place what flies so that the most is served."""

from pathlib import Path
from typing import Any

from skyweft.errors import ScenarioError
from skyweft.motion.fleet import build_fleet
from skyweft.placing.answer import Solved, flights, points, refused, stations
from skyweft.placing.choosing import TIME_MAX_S, place_most
from skyweft.placing.options import World, options, problem
from skyweft.placing.product import Placement
from skyweft.placing.reading import (
    Asked,
    Points,
    Wanted,
    read,
    read_candidates,
    read_demand,
    standing_on,
)
from skyweft.placing.writing import refuse_taken, write
from skyweft.scenario.reading import load


def place(
    path: str | Path,
    out: str | Path | None = None,
    *,
    force: bool = False,
    time_max_s: float = TIME_MAX_S,
) -> Placement:
    """Place aircraft and airships so that they serve the most weight of points of demand.

    Parameters
    ----------
    path : str or Path
        A scenario with a table `[place]`: demand, candidates, fleets.
    out : str or Path, optional
        Folder to write into: the scenario with what was placed, tables, a map. Nothing is written
        unless it is given.
    force : bool
        Whether to replace a placement that is there.
    time_max_s : float
        For branch and cut; after that the best so far counts, with the bound proven so far. [s]

    Returns
    -------
    Placement
        Stations, who is served, why others are not, who flies when, and the gap to the bound.

    Raises
    ------
    ScenarioError
        Every error of the file and of those it names, a line each.
    """
    folder = None if out is None else Path(out)
    if folder is not None:
        refuse_taken(folder, force)
    asked = read(Path(path).resolve())
    world, warnings = _world(asked)
    found = options(world)
    question = problem(world, found)
    solved = Solved(world, found, question, place_most(question, time_max_s))
    if void := found.cover.void:
        warnings += (
            f"terrain: the file has no height over {void:,} places that lines of sight pass: "
            "nothing hides there",
        )
    placement = _placement(solved, warnings)
    if folder is None:
        return placement
    files = write(solved, placement, folder)
    return _placement(solved, warnings, tuple(str(folder / file.name) for file in files))


def _placement(solved: Solved, warnings: tuple[str, ...], files: tuple[str, ...] = ()) -> Placement:
    placed = solved.placed
    return Placement(
        name=solved.world.scenario.name,
        stations=stations(solved),
        points=points(solved),
        timetable=flights(solved),
        refused=refused(solved),
        weight_total=float(solved.world.wanted.weight.sum()),
        weight_served=placed.served,
        weight_bound=min(placed.bound, float(solved.world.wanted.weight.sum())),
        by_branch_and_cut=placed.exact,
        files=files,
        warnings=warnings,
    )


def _world(asked: Asked) -> tuple[World, tuple[str, ...]]:
    """Return what a placement is made in, and what is to be warned of."""
    placing = asked.placing
    wanted, candidates = read_demand(placing.demand), read_candidates(placing.candidates)
    wanted, ground = standing_on(placing.terrain, wanted, candidates)
    scenario = load(_with_all(asked, wanted, candidates), beside=asked.path)
    fleet = build_fleet(scenario)
    world = World(placing, scenario, fleet, wanted, candidates, ground)
    warnings = (*wanted.points.warnings, *candidates.warnings, *fleet.warnings)
    return world, tuple(dict.fromkeys(warnings))


def _with_all(asked: Asked, wanted: Wanted, candidates: Points) -> dict[str, Any]:
    """Return the scenario's tables with a group for points and one a kind of craft, to be checked.

    What is read of them is their terminals and layers; where they are is found later.
    """
    placing = asked.placing
    tables = dict(asked.scenario)
    platforms = tables.get("platforms", {})
    if not isinstance(platforms, dict):
        return tables  # its error is said when it is read
    new = {placing.demand.group, *placing.fleets}
    if taken := sorted(new & platforms.keys()):
        raise ScenarioError(
            f"{asked.path.name}: platforms.{taken[0]}: [place] makes a group of that name: "
            "rename one"
        )
    one = {"kind": "fixed", "latitude_deg": float(wanted.points.latitude_deg[0])}
    one["longitude_deg"] = float(wanted.points.longitude_deg[0])
    groups: dict[str, Any] = {
        placing.demand.group: {
            "layer": "ground",
            "motion": one,
            "terminals": placing.demand.terminals,
        }
    }
    high = {
        "kind": "fixed",
        "latitude_deg": float(candidates.latitude_deg[0]),
        "longitude_deg": float(candidates.longitude_deg[0]),
        "altitude_m": 20e3,
    }
    for name, craft in placing.fleets.items():
        groups[name] = {"layer": craft.layer, "motion": high, "terminals": craft.terminals}
    return {**tables, "platforms": {**platforms, **groups}}
