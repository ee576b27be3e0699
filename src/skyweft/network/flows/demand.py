"""Every flow of a scenario: from whom to whom, and how much it would send.

Reads the files that `[[flows]]` name, so that all their errors come before any work. How demand
is modelled is in `traffic.py`, what of it gets through in `shares.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.motion.notation import notation
from skyweft.motion.tables import complain, read_table
from skyweft.network.flows.model import Flows, Gravity
from skyweft.network.flows.traffic import Demand, daily_factor, gravity, hours_of, read_demand
from skyweft.protocols.records import Errors
from skyweft.scenario.motion import Sites
from skyweft.scenario.scenario import Scenario
from skyweft.world.ellipsoid import to_geodetic

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

PAIRS_MAX = 4_000_000  # of a rule: its routes are found for all its sources to all its targets
POPULATION = (0.0, 1e12)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every flow of a scenario, rule after rule. Columns have shape (F,)."""

    rule: NDArray[np.int16]  # place in the scenario's [[flows]]
    source: Ints  # rows of Fleet
    target: Ints
    demand_bps: Floats  # before any daily profile; inf: takes what there is

    def __post_init__(self) -> None:
        assert len(self.rule) == len(self.source) == len(self.target) == len(self.demand_bps)
        assert np.all(np.diff(self.rule) >= 0)
        assert np.all(self.demand_bps >= 0)

    def __len__(self) -> int:
        return len(self.rule)


def wanted(scenario: Scenario, fleet: Fleet) -> Wanted:
    """Return every flow of a scenario, from its groups and the files it names.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.

    Returns
    -------
    Wanted
        Pairs of sources and targets that are different platforms, sources first; for a matrix the
        pairs of its file, also one of a platform with itself.

    Raises
    ------
    ScenarioError
        Everything wrong with the files and the pairs, a line each, with its place.
    """
    found: list[Demand] = []
    errors: list[str] = []
    for number, rule in enumerate(scenario.rules(Flows)):
        try:
            found.append(_ruled(scenario, fleet, rule))
        except ScenarioError as error:
            errors += [f"flows[{number}]{line}" for line in str(error).splitlines()]
    if errors:
        raise ScenarioError("\n".join(errors))
    return Wanted(
        rule=np.repeat(np.arange(len(found)), [len(rates) for rates in found]).astype(np.int16),
        source=np.concatenate([np.empty(0, np.int32), *(rates.source for rates in found)]),
        target=np.concatenate([np.empty(0, np.int32), *(rates.target for rates in found)]),
        demand_bps=np.concatenate([np.empty(0), *(rates.demand_bps for rates in found)]),
    )


def demand_at(scenario: Scenario, flows: Wanted, time_s: float, position_m: Floats) -> Floats:
    """Return what every flow would send at an instant, by the hour at its source.

    Parameters
    ----------
    scenario : Scenario
        With the profiles of `[[flows]]`.
    flows : Wanted
        F flows.
    time_s : float
        The instant, from the scenario's start. [s]
    position_m : (N, 3)
        Where every platform is then, ITRS. [m]

    Returns
    -------
    demand_bps : (F,)
        What is elastic stays so, at any hour. [bit/s]
    """
    demand_bps = flows.demand_bps.copy()
    start = scenario.start
    start_h = start.hour + start.minute / 60 + (start.second + start.microsecond / 1e6) / 3600
    hour = hours_of(np.array([time_s]), start_h)
    for number, rule in enumerate(scenario.rules(Flows)):
        if rule.profile is not None:
            mine = np.flatnonzero((flows.rule == number) & np.isfinite(demand_bps))
            x_m, y_m, _ = position_m[flows.source[mine]].T
            east_deg = np.nan_to_num(np.degrees(np.arctan2(y_m, x_m)))
            demand_bps[mine] *= daily_factor(rule.profile, east_deg, hour)[:, 0]
    return demand_bps


def _ruled(scenario: Scenario, fleet: Fleet, rule: Flows) -> Demand:
    """Return the pairs of one `[[flows]]` as rows of the fleet; errors say where within it."""
    sources, targets = (_rows(fleet, groups) for groups in (rule.sources, rule.targets))
    if rule.matrix is not None:
        found = _from_matrix(rule.matrix, fleet, sources, targets)
        _guard(np.unique(found.source), np.unique(found.target))
        return found
    _guard(sources, targets)
    if rule.gravity is not None:
        return _by_gravity(scenario, fleet, rule.gravity, rule, sources, targets)
    source, target = np.repeat(sources, len(targets)), np.tile(targets, len(sources))
    apart = source != target
    if not apart.any():
        raise ScenarioError(": sources and targets hold no two different platforms")
    each_bps = np.inf if rule.demand_bps is None else rule.demand_bps
    return Demand(source[apart], target[apart], np.full(np.count_nonzero(apart), each_bps))


def _rows(fleet: Fleet, groups: Sequence[str]) -> Ints:
    return np.concatenate([fleet.rows_of(group) for group in dict.fromkeys(groups)])


def _guard(sources: Ints, targets: Ints) -> None:
    pairs = len(sources) * len(targets)
    if pairs > PAIRS_MAX:
        raise ScenarioError(
            f": {len(sources):,} sources and {len(targets):,} targets make {pairs:,} pairs, "
            f"at most {PAIRS_MAX:,} fit; split or thin the groups"
        )


def _from_matrix(path: Path, fleet: Fleet, sources: Ints, targets: Ints) -> Demand:
    rows = np.unique(np.concatenate([sources, targets]))
    names = [fleet.names[row] for row in rows]
    try:
        found = read_demand(path, names)
    except ScenarioError as error:
        raise _placed(".matrix", error) from error
    source, target = rows[found.source], rows[found.target]
    errors = [
        f".matrix: {path.name}: {fleet.names[row]} sends, but is in none of the groups of {key}"
        if key == "sources"
        else f".matrix: {path.name}: {fleet.names[row]} receives, but is in none of the groups of "
        f"{key}"
        for key, ends, group in (("sources", source, sources), ("targets", target, targets))
        for row in np.setdiff1d(ends, group).tolist()
    ]
    if not len(found):
        errors.append(f".matrix: {path.name}: no pair has a demand")
    complain(path, errors)
    return Demand(source, target, found.demand_bps)


def _by_gravity(
    scenario: Scenario, fleet: Fleet, model: Gravity, rule: Flows, sources: Ints, targets: Ints
) -> Demand:
    """Return demand from sources to targets by the populations of both."""
    groups = list(dict.fromkeys([*rule.sources, *rule.targets]))
    rows = _rows(fleet, groups)
    _guard(rows, rows)
    if model.population is None:
        mass = np.concatenate([_of_group(scenario, group) for group in groups])
    else:
        mass = _of_file(model.population, [fleet.names[row] for row in rows])
    latitude_deg, longitude_deg, _ = to_geodetic(fleet.sites.position_m[fleet.site[rows]])
    try:
        all_pairs = gravity(mass, latitude_deg, longitude_deg, 1.0, model.exponent)
    except ValueError as error:
        raise ScenarioError(f".gravity: {error}") from error
    source, target = rows[all_pairs.source], rows[all_pairs.target]
    asked = np.isin(source, sources) & np.isin(target, targets) & (all_pairs.demand_bps > 0)
    if not asked.any():
        raise ScenarioError(".gravity: no source and target have a population each")
    kept = np.flatnonzero(asked)
    if model.pairs is not None:
        greatest = np.argsort(-all_pairs.demand_bps[kept], kind="stable")[: model.pairs]
        kept = kept[np.sort(greatest)]
    pull = all_pairs.demand_bps[kept]
    return Demand(source[kept], target[kept], pull * (model.total_bps / pull.sum()))


def _of_group(scenario: Scenario, group: str) -> Floats:
    """Return the populations in the file that a group's places are from, in its order."""
    motion = scenario.platforms[group].motion
    if not isinstance(motion, Sites) or notation(motion.file) != "table":
        raise ScenarioError(
            f".gravity: the places of {group} are in no CSV file with populations: "
            "give gravity.population"
        )
    try:
        return read_table(motion.file, {"population": POPULATION}, {}).numbers["population"]
    except ScenarioError as error:
        raise _placed(".gravity", error) from error


def _of_file(path: Path, names: Sequence[str]) -> Floats:
    """Return the populations of some places; the file may hold more."""
    try:
        table = read_table(path, {"population": POPULATION}, {}, texts=("name",))
        line: dict[str, int] = {}
        errors = Errors(path.name)
        for k, name in enumerate(table.texts["name"]):
            if line.setdefault(name, k) != k:
                first = table.lines[line[name]]
                errors.add(f"line {table.lines[k]}", f"{name!r} is on line {first} already")
        for name in names:
            if name not in line:
                errors.add(name, "it is given no population")
        errors.complain()
    except ScenarioError as error:
        raise _placed(".gravity.population", error) from error
    return table.numbers["population"][[line[name] for name in names]]


def _placed(place: str, error: ScenarioError) -> ScenarioError:
    """Say where in the rule the file is named that is wrong."""
    return ScenarioError("\n".join(f"{place}: {line}" for line in str(error).splitlines()))
