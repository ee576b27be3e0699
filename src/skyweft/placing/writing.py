"""Writes a placement: a scenario that `skyweft run` takes, tables, and a map."""

import csv
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.placing.answer import Solved, groups
from skyweft.placing.product import Placement
from skyweft.placing.rotation import timetable
from skyweft.placing.staying import band, placed, shift
from skyweft.scenario.reading import load
from skyweft.store.toml_writer import toml

SCENARIO, DEMAND, STATIONS, TIMETABLE = (
    "scenario.toml",
    "demand.csv",
    "stations.csv",
    "timetable.csv",
)
SITES, TRACK = "places.csv", "{group}.csv"


def refuse_taken(folder: Path, force: bool) -> None:
    """Refuse a folder that holds something.

    Raises
    ------
    ScenarioError
        It does, and is not to be replaced.
    """
    if folder.exists() and not folder.is_dir():
        raise ScenarioError(f"{folder} is a file; a folder to write into is needed")
    if folder.is_dir() and any(folder.iterdir()):
        if not force:
            raise ScenarioError(f"{folder} is there already; --force replaces it")
        if not (folder / DEMAND).is_file():
            raise ScenarioError(f"{folder} holds no placement; it is left as it is")


def write(solved: Solved, found: Placement, folder: Path) -> list[Path]:
    """Write all files of a placement into a folder, all or none; return them, the scenario first.

    Raises
    ------
    ScenarioError
        The scenario that is written would be none: a name that is taken, say.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        _scenario(solved, draft)
        _rows(draft / DEMAND, map(asdict, found.points))
        _rows(draft / STATIONS, map(asdict, found.stations))
        _rows(draft / TIMETABLE, map(asdict, found.timetable))
        _map(found, draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    first = folder / SCENARIO
    return [first, *sorted(path for path in folder.iterdir() if path != first)]


def _map(found: Placement, folder: Path) -> None:
    from skyweft.placing.drawing import write_maps

    write_maps(found, folder)


def _rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as CSV; nothing where there is none."""
    listed = list(rows)
    if not listed:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(listed[0])
        writer.writerows([_cell(entry) for entry in row.values()] for row in listed)


def _cell(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _scenario(solved: Solved, folder: Path) -> None:
    world = solved.world
    tables = world.scenario.model_dump(exclude_unset=True)
    own = {world.placing.demand.group, *world.placing.fleets}
    platforms = {name: table for name, table in tables["platforms"].items() if name not in own}
    points = world.wanted.points
    _rows(
        folder / SITES,
        (
            {"name": name, "latitude_deg": y, "longitude_deg": x, "altitude_m": z}
            for name, y, x, z in zip(
                points.names,
                points.latitude_deg,
                points.longitude_deg,
                points.altitude_m,
                strict=True,
            )
        ),
    )
    demand = world.placing.demand
    platforms[demand.group] = {
        "layer": "ground",
        "motion": {"kind": "sites", "file": SITES},
        "terminals": demand.terminals,
    }
    for row, group in groups(solved).items():
        if group in platforms:
            raise ScenarioError(f"platforms.{group}: a placed group would be called so: rename one")
        platforms[group] = _group(solved, row, group, folder)
    tables["platforms"] = platforms
    _without_idle_links(tables)
    tables["name"] = f"{tables['name']}, placed"
    relative = _relative(tables, folder)
    load(relative, beside=folder / SCENARIO)  # with its files, as `skyweft run` will
    text = toml(load(relative, look=False, beside=Path(SCENARIO)))
    (folder / SCENARIO).write_text(text, encoding="utf-8")


def _without_idle_links(tables: dict[str, Any]) -> None:
    """Take out rules of links for terminals that nobody carries, now that it is known who flies."""
    carried = {
        terminal
        for group in tables["platforms"].values()
        for terminal in group.get("terminals", ())
    }
    links = tables.get("links", [])
    kept = [row for row, link in enumerate(links) if carried.issuperset(link["between"])]
    if len(kept) == len(links):
        return
    tables["links"] = [links[row] for row in kept]
    for key, rules in tables.items():
        if key != "links" and isinstance(rules, list):
            tables[key] = [each for rule in rules if (each := _renumbered(rule, kept)) is not None]


def _renumbered(rule: Any, kept: list[int]) -> Any:
    """Return a rule that calls links by their numbers with the new ones; None if all are gone."""
    numbers = rule.get("links") if isinstance(rule, dict) else None
    if not numbers:
        return rule
    left = [kept.index(row) for row in numbers if row in kept]
    return {**rule, "links": left} if left else None


def _relative(value: Any, folder: Path) -> Any:
    """Return tables with the names of files as seen from a folder."""
    if isinstance(value, dict):
        return {key: _relative(entry, folder) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_relative(entry, folder) for entry in value]
    if isinstance(value, str) and Path(value).is_absolute() and Path(value).is_file():
        return Path(os.path.relpath(value, folder)).as_posix()
    return value


def _group(solved: Solved, row: int, group: str, folder: Path) -> dict[str, Any]:
    """Return the tables of one placed group."""
    world, option = solved.world, solved.option(row)
    craft = list(world.placing.fleets.values())[solved.problem.kind[row]]
    place = int(solved.options.candidate[option])
    where = (
        float(world.candidates.latitude_deg[place]),
        float(world.candidates.longitude_deg[place]),
        float(world.candidates.altitude_m[place]),
    )
    found: dict[str, Any] = {"layer": craft.layer, "terminals": craft.terminals}
    flown = shift(craft, *where[:2])
    if flown is None:
        found["motion"] = placed(craft, *where)
    else:
        table = timetable(flown, world.scenario.duration_s)
        assert craft.rotation is not None
        base = craft.rotation.base_latitude_deg, craft.rotation.base_longitude_deg, 0.0
        there = (*where[:2], band(solved.options.motion[option]).low_m)
        columns = (table.takeoff_s, table.arrival_s, table.departure_s, table.landing_s)
        _track(folder / TRACK.format(group=group), group, table.craft, columns, (base, there))
        found["motion"] = {"kind": "track", "file": TRACK.format(group=group)}
    if craft.energy is not None:
        found["energy"] = craft.energy.model_dump(exclude_unset=True)
    return found


def _track(
    path: Path,
    group: str,
    craft: Any,
    columns: Sequence[Any],
    places: tuple[tuple[float, float, float], tuple[float, float, float]],
) -> None:
    """Write the flights of craft that relieve one another."""
    base, there = places
    rows = []
    for number in range(int(craft.max()) + 1):
        before = -np.inf
        for k in np.flatnonzero(craft == number):
            for column, where in zip(columns, (base, there, there, base), strict=True):
                if column[k] > before:  # where it stays no time, one row is enough
                    before = float(column[k])
                    rows.append(
                        {
                            "name": f"{group}.{number + 1}",
                            "time_s": before,
                            "latitude_deg": where[0],
                            "longitude_deg": where[1],
                            "altitude_m": where[2],
                        }
                    )
    _rows(path, rows)
