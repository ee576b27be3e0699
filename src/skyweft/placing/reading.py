"""Reads what a placement is asked of: a scenario with the table `[place]`, and its files."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.motion.geojson import read_points
from skyweft.motion.notation import notation, read_json
from skyweft.motion.sites import sites
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE, complain, read_table
from skyweft.placing.line_of_sight import TR_38811
from skyweft.placing.model import GRID_MAX, Candidates, Demand, Grid, Placing, Terrain
from skyweft.placing.terrain import Ground, heights
from skyweft.placing.terrain import read as read_terrain
from skyweft.scenario.motion import Sites
from skyweft.scenario.reading import text_of, toml_tables
from skyweft.scenario.words import place, shown
from skyweft.world.ellipsoid import to_ecef, to_geodetic, up

Floats = NDArray[np.float64]

KEY = "place"
WEIGHT, RATE = (0.0, 1e12), (1e-3, 1e15)
METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A placement that was asked for, and the scenario around it as plain tables."""

    placing: Placing
    scenario: dict[str, Any]
    path: Path


@dataclass(frozen=True, slots=True)
class Points:
    """Named places, (S,) each: degrees and metres."""

    names: tuple[str, ...]
    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    @property
    def position_m(self) -> Floats:
        """ITRS, (S, 3)."""
        return to_ecef(self.latitude_deg, self.longitude_deg, self.altitude_m)

    @property
    def ground_m(self) -> Floats:
        """ITRS, (S, 3), of what is straight below on the ellipsoid."""
        return to_ecef(self.latitude_deg, self.longitude_deg, np.zeros(len(self)))

    @property
    def up(self) -> Floats:
        """Geodetic verticals, (S, 3)."""
        return up(self.latitude_deg, self.longitude_deg)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Points to be served, (U,) columns."""

    points: Points
    weight: Floats
    rate_bps: Floats
    environment: tuple[str, ...]  # of each; "" where the file does not say


def read(path: Path) -> Asked:
    """Return what a file asks for.

    Raises
    ------
    ScenarioError
        With every error of `[place]`, a line each.
    """
    try:
        tables = deepcopy(toml_tables(text_of(path)))
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{path.name}: not TOML: {error}") from error
    if not isinstance(tables.get(KEY), dict):
        raise ScenarioError(
            f"{path.name}: {KEY}: is missing; needed: a table [place] with demand, candidates and "
            "fleets beside the scenario's"
        )
    asked = tables.pop(KEY)
    try:
        placing = Placing.model_validate(asked, context={"folder": path.parent, "look": True})
    except ValidationError as error:
        raise ScenarioError("\n".join(_lines(path.name, error))) from error
    return Asked(placing, tables, path)


def _lines(name: str, error: ValidationError) -> list[str]:
    """Say what is wrong, a line each."""
    found = []
    for fault in error.errors():
        words = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing":
            words = "is missing"
        elif fault["type"] == "extra_forbidden":
            words = "unknown key"
        elif fault["type"] != "value_error":
            words = f"{shown(fault['input'])} is not possible: {words}"
        found.append(f"{name}: {place((KEY, *fault['loc']))}: {words}")
    return found


def read_demand(asked: Demand) -> Wanted:
    """Return the points to be served.

    Raises
    ------
    ScenarioError
        Everything wrong with the file; no rate for a point.
    """
    path = asked.file
    kind = notation(path, ("table", "json"), "points of demand")
    points, numbers, texts = (_table if kind == "table" else _features)(path)
    count = len(points)
    rate_bps = numbers.get("rate_bps")
    if rate_bps is None:
        if asked.rate_bps is None:
            raise ScenarioError(
                f"{path.name}: no rate_bps; add it there, or give place.demand.rate_bps"
            )
        rate_bps = np.full(count, asked.rate_bps)
    elif asked.rate_bps is not None:
        raise ScenarioError(
            f"{path.name}: rate_bps is given there and as place.demand.rate_bps: give one"
        )
    environment = tuple(texts or [""] * count)
    strange = sorted({name for name in environment if name and name not in TR_38811})
    complain(
        path,
        [
            f"{path.name}: environment: {shown(name)} is not possible; allowed: "
            f"{', '.join(TR_38811)}"
            for name in strange
        ],
    )
    if "weight" in numbers and "population" in numbers:
        raise ScenarioError(f"{path.name}: both weight and population are there: leave one out")
    weight = numbers.get("weight", numbers.get("population", np.ones(count)))
    return Wanted(points, weight, rate_bps, environment)


def _table(path: Path) -> tuple[Points, dict[str, Floats], Sequence[str] | None]:
    table = read_table(
        path,
        needed={"latitude_deg": LATITUDE, "longitude_deg": LONGITUDE},
        optional={
            "altitude_m": ALTITUDE,
            "weight": WEIGHT,
            "population": WEIGHT,
            "rate_bps": RATE,
        },
        texts=("name",),
        texts_optional=("environment",),
    )
    numbers = dict(table.numbers)
    altitude_m = numbers.get("altitude_m", np.zeros(len(table)))
    places = numbers["latitude_deg"], numbers["longitude_deg"], altitude_m
    return (
        Points(tuple(table.texts["name"]), *places, table.warnings),
        numbers,
        table.texts.get("environment"),
    )


def _features(path: Path) -> tuple[Points, dict[str, Floats], Sequence[str] | None]:
    content = read_json(path)
    found = read_points(path, content)
    places = found.latitude_deg, found.longitude_deg, found.altitude_m
    points = Points(found.names, *places, found.warnings)
    features = content.get("features", [content])
    features = [feature for feature in features if feature.get("geometry")]
    if len(features) != len(points):
        raise ScenarioError(f"{path.name}: a point of demand is a Feature with one Point")
    numbers: dict[str, Floats] = {}
    errors = []
    for name, (low, high) in {"weight": WEIGHT, "population": WEIGHT, "rate_bps": RATE}.items():
        values = [feature.get("properties", {}).get(name) for feature in features]
        if all(value is None for value in values):
            continue
        for row, value in enumerate(values):
            real = isinstance(value, int | float) and not isinstance(value, bool)
            if not (real and low <= value <= high):
                errors.append(
                    f"{path.name}: features[{row}].properties.{name}: {shown(value)} is not "
                    f"possible; allowed: {low:g} to {high:g}"
                )
        if not errors:
            numbers[name] = np.array(values, np.float64)
    complain(path, errors)
    said = [str(feature.get("properties", {}).get("environment") or "") for feature in features]
    return points, numbers, said if any(said) else None


def read_candidates(asked: Candidates) -> Points:
    """Return where craft may be; heights are 0 where none is said.

    Raises
    ------
    ScenarioError
        Everything wrong with the file; a grid that is too fine.
    """
    if asked.grid is not None:
        return _grid(asked.grid)
    assert asked.file is not None
    found = sites("candidates", Sites(kind="sites", file=asked.file))
    assert found.sites is not None
    latitude, longitude, altitude = to_geodetic(found.sites.position_m)
    places = np.round(latitude, 9), np.round(longitude, 9), np.round(altitude, 4)
    return Points(found.names, *places, found.warnings)


def _grid(grid: Grid) -> Points:
    (south, north), (west, east) = grid.latitude_deg, grid.longitude_deg
    along = grid.spacing_m / METRES_A_DEGREE
    across = along / max(np.cos(np.radians((south + north) / 2)), 1e-3)
    heights = grid.altitude_m or [0.0]
    count = (int((north - south) / along) + 1) * (int((east - west) / across) + 1) * len(heights)
    if count > GRID_MAX:
        raise ScenarioError(
            f"place.candidates.grid: {count:,} candidates; at most {GRID_MAX:,} are looked at: "
            "a wider spacing_m"
        )
    # Centred, so that both borders are equally far from the outermost.
    rows = int((north - south) / along) + 1
    columns = int((east - west) / across) + 1
    latitude = (south + north) / 2 + along * (np.arange(rows) - (rows - 1) / 2)
    longitude = (west + east) / 2 + across * (np.arange(columns) - (columns - 1) / 2)
    where = np.array([(y, x, z) for y in latitude for x in longitude for z in heights])
    names = tuple(f"grid-{k + 1:0{len(str(count))}d}" for k in range(count))
    return Points(names, where[:, 0], (where[:, 1] + 180) % 360 - 180, where[:, 2])


def standing_on(
    asked: Terrain | None, wanted: Wanted, candidates: Points
) -> tuple[Wanted, Ground | None]:
    """Put points of demand on the ground, and return it.

    Raises
    ------
    ScenarioError
        The file cannot be read, or lacks a point or a candidate.
    """
    if asked is None:
        return wanted, None
    points = wanted.points
    latitude_deg, longitude_deg = (
        np.concatenate([getattr(points, name), getattr(candidates, name)])
        for name in ("latitude_deg", "longitude_deg")
    )
    terrain = read_terrain(asked.file, latitude_deg, longitude_deg)
    terrain = terrain._replace(height_m=terrain.height_m + np.float32(asked.above_ellipsoid_m))
    ground_m = heights(asked.file.name, terrain, points.latitude_deg, points.longitude_deg)
    altitude_m = np.maximum(points.altitude_m, ground_m + asked.antenna_m)
    stood = replace(wanted, points=replace(points, altitude_m=altitude_m))
    return stood, Ground(terrain, asked.effective_radius)
