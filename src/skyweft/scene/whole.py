"""Writes the scene of a run, or of a piece of its time."""

from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.scenario.scenario import Scenario
from skyweft.scene.budget import PAGE, Budget
from skyweft.scene.container import pack
from skyweft.scene.meetings import Met, met, shortened_s, thinned
from skyweft.scene.positions import NODE_S, Steps, blocks, steps
from skyweft.scene.scene_platforms import Cast, cast
from skyweft.stage.registry import ask, stages
from skyweft.stage.scenery import Scenery, View
from skyweft.store.identity import digest
from skyweft.store.reading import Folder
from skyweft.world.clock import Clock
from skyweft.world.sun import sun_direction

Arrays = dict[str, NDArray[Any]]

FORMAT = 1
SUN_S = 600.0
LOOK_S = 86_400.0  # contacts are not looked for further ahead than this


def scene(
    run: Folder, from_s: float = 0.0, to_s: float | None = None, budget: Budget = PAGE
) -> bytes:
    """Return what a page needs to draw a run between two moments.

    Parameters
    ----------
    run : Folder
        Its scenario must be readable by this version.
    from_s, to_s : float
        Seconds from the scenario's start; the run's end unless given. Both are moved outwards to
        whole two minutes, and the end comes earlier where the budget is small: the header says
        what is covered.
    budget : Budget
        What may be in it at most.

    Returns
    -------
    bytes
        Header and arrays as docs/design/0005-scene.md lays them down.

    Raises
    ------
    ScenarioError
        A table is missing or damaged, or the window lies outside the run.
    """
    from_s, to_s = _window(run, from_s, to_s)
    who = cast(run, budget.sites)
    apart, notes = _steps(run, who)
    rules = run.scenario.rule_names
    to_s = min(to_s, from_s + min(apart.longest_s, apart.fitting_s(budget.tracks_bytes), LOOK_S))
    found = met(run, who, rules, from_s, to_s)
    to_s = _inwards(
        from_s, to_s, shortened_s(found, from_s, to_s, budget.contacts), run.simulated_s
    )
    found, missing = thinned(found, to_s, budget.contacts)
    pairs = np.array([found.rule, found.source, found.target])
    view = View(run, who.names, pairs, from_s, to_s, budget.loads, budget.path_nodes)
    added = [each for stage in stages() if (each := ask(stage, "scene", view, Scenery))]
    track, arrays = _places(run, who, apart, from_s, to_s)
    arrays |= {"sun": _sun(run.scenario, from_s, to_s), **_contacts(found)}
    for addition in added:
        arrays |= addition.arrays
    header = {
        **_head(run, who, track, rules),
        **{key: words for addition in added for key, words in addition.header.items()},
        "from_s": from_s,
        "to_s": to_s,
        "notes": [
            *who.notes,
            *notes,
            *missing,
            *(note for addition in added for note in addition.notes),
        ],
        **({"figures": run.summary()} if from_s == 0 else {}),
    }
    return pack(header, arrays)


def _window(run: Folder, from_s: float, to_s: float | None) -> tuple[float, float]:
    """Return whole two minutes around what is asked for, within the run."""
    to_s = run.simulated_s if to_s is None else to_s
    if not (0 <= from_s < run.simulated_s and from_s < to_s):
        raise ScenarioError(
            f"from {from_s:g} s to {to_s:g} s is no time of this run, "
            f"which goes from 0 to {run.simulated_s:g} s"
        )
    return from_s // NODE_S * NODE_S, min(-(-to_s // NODE_S) * NODE_S, run.simulated_s)


def _inwards(from_s: float, to_s: float, until_s: float, simulated_s: float) -> float:
    """Return the last whole two minutes up to both ends; never less than one piece."""
    if min(to_s, until_s) >= simulated_s:
        return simulated_s
    whole_s = min(to_s, until_s) // NODE_S * NODE_S
    return min(max(whole_s, from_s + NODE_S), simulated_s)


def _steps(run: Folder, who: Cast) -> tuple[Steps, list[str]]:
    """Return the nodes' steps; a note where movers have no positions."""
    if not who.moves.any():
        return Steps(()), []
    if run.has_tracks:
        return steps(run, who), []
    return Steps(()), [f"movers are not drawn: {run.manifest['left_out']['tracks']}"]


def _places(
    run: Folder, who: Cast, apart: Steps, from_s: float, to_s: float
) -> tuple[NDArray[np.int32], Arrays]:
    """Return the track of every platform, and where all of them are."""
    track = np.full(len(who), -1, np.int32)
    arrays: Arrays = {"site": who.site_m.astype(np.float32)}
    before = 0
    for number, block in enumerate(blocks(run, who, apart, from_s, to_s) if apart.of else ()):
        track[block.rows] = before + np.arange(len(block.rows))
        before += len(block.rows)
        arrays |= {
            f"track.{number}.time": block.time_s,
            f"track.{number}.position": block.position_m,
            f"track.{number}.velocity": block.velocity_m_s,
        }
    return track, arrays


def _sun(scenario: Scenario, from_s: float, to_s: float) -> NDArray[np.float32]:
    time_s = np.arange(from_s, to_s + SUN_S, SUN_S)
    clock = Clock.at(scenario.start, scenario.world.earth_orientation == "tables")
    return np.column_stack([time_s, sun_direction(clock, time_s).T]).astype(np.float32)


def _contacts(found: Met) -> Arrays:
    return {
        "contact.rule": found.rule,
        "contact.source": found.source,
        "contact.target": found.target,
        "contact.start": found.start_s.astype(np.float32),
        "contact.end": found.end_s.astype(np.float32),
    }


def _head(run: Folder, who: Cast, track: NDArray[np.int32], rules: list[str]) -> dict[str, Any]:
    """Return what is said of the run in words."""
    scenario = run.scenario
    relay = {
        name: platform.layer != "ground" if platform.relay is None else platform.relay
        for name, platform in scenario.platforms.items()
    }
    return {
        "format": FORMAT,
        "skyweft": version("skyweft"),
        "name": scenario.name,
        "description": scenario.description,
        "start": _utc(scenario.start),
        "duration_s": scenario.duration_s,
        "simulated_s": run.simulated_s,
        "complete": run.complete,
        "hash": digest(run.manifest),
        "groups": [{**group, "relay": relay[group["name"]]} for group in who.groups],
        "platforms": {
            "name": who.names.to_pylist(),
            "group": who.group.tolist(),
            "track": track.tolist(),
        },
        "rules": [
            {
                "name": name,
                "kind": scenario.terminals[link.between[0]].kind,
                "elevation_min_deg": link.elevation_min_deg or None,
                "between": list(link.between),
                "beams": link.beams
                and {"count": link.beams.count, "width_deg": link.beams.width_deg},
            }
            for name, link in zip(rules, scenario.links, strict=True)
        ],
    }


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
