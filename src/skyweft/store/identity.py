"""What a run's tables depend on, so that two runs can be told apart: scenario, inputs, versions."""

import hashlib
import json
import platform
from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from skyweft.errors import ScenarioError
from skyweft.scenario.losses import LOSSES
from skyweft.scenario.motion import MOTIONS
from skyweft.scenario.policies import POLICIES
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import ANTENNAS
from skyweft.scenario.waveforms import WAVEFORMS
from skyweft.stage.registry import STAGES, wanted

_STAGE = "stage "  # before the key of a stage, among the versions
PACKAGES = ("skyweft", "numpy", "numba", "pyarrow", "sgp4", "astropy-iers-data")


def identity(scenario: Scenario) -> dict[str, Any]:
    """Return versions, resolved scenario and inputs, ready for JSON.

    Parameters
    ----------
    scenario : Scenario
        Its files are read from end to end.

    Returns
    -------
    dict
        `versions` (of packages, those that add parts which take part among them, and of the stages'
        methods), `scenario` (the keys that were set),
        `inputs` (place in the scenario, file, size_bytes, sha256).

    Raises
    ------
    ScenarioError
        An input file cannot be read.
    """
    stages, plain = wanted(scenario), scenario.model_dump(mode="json", exclude_unset=True)
    return {
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
            **_taking_part(plain, [stage.key for stage in stages]),
            **{f"{_STAGE}{stage.key}": str(stage.version) for stage in stages},
        },
        "scenario": plain,
        "inputs": [_input(place, path) for place, path in input_files(scenario)],
    }


def _taking_part(scenario: Mapping[str, Any], stages: Collection[str]) -> dict[str, str]:
    """Return the packages, with versions, of whose parts a scenario says the kind, or is worked."""
    said = {value for _, value in _leaves(scenario, "") if isinstance(value, str)}
    found = STAGES.packages(stages)
    for registry in (MOTIONS, ANTENNAS, LOSSES, WAVEFORMS, POLICIES):
        found |= registry.packages(said)
    return dict(sorted(found.items()))


def gone(versions: Mapping[str, str]) -> list[str]:
    """Return the packages, with versions, that took part in a run and are not installed now."""
    ours = ("python", *PACKAGES)
    added = {name for name in versions if name not in ours and not name.startswith(_STAGE)}
    return [f"{name} {versions[name]}" for name in sorted(added) if not _installed(name)]


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def digest(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a manifest without how it came about: one scenario gives the same."""
    lasting = {key: entry for key, entry in manifest.items() if key not in ("seconds", "reused")}
    text = json.dumps(lasting, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(plan: Mapping[str, Any]) -> str:
    """Return a SHA-256 of an identity and its blocks' borders, by all that tables depend on."""
    parts = [_plain(plan), list(plan["scenario"]["platforms"]), plan["borders_s"]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs between two identities, a line each; nothing for runs that are one."""
    lines = [
        f"{place}: {_short(before)} then, {_short(after)} now"
        for place, before, after in _changed(_plain(then), _plain(now))
    ]
    orders = [list(manifest["scenario"]["platforms"]) for manifest in (then, now)]
    if not lines and orders[0] != orders[1]:
        lines.append("platforms: the groups are in another order")
    return lines


def _plain(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return place -> value; files by their content, wherever they lie."""
    places = {record["place"]: record for record in whole["inputs"]}
    values = dict(_leaves(_every_key(whole["scenario"]), ""))
    values |= {place: f"sha256 {entry['sha256'][:12]}" for place, entry in places.items()}
    values["policy"] = whole.get("policy")
    return values | dict(_leaves(whole["versions"], "version of "))


def _every_key(scenario: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a scenario with its defaults, so that one spelled out is no difference."""
    try:
        return read_scenario(scenario).model_dump(mode="json")
    except ValidationError:  # of a version with other rules
        return scenario


def read_scenario(scenario: Mapping[str, Any]) -> Scenario:
    """Return the model of a scenario that `identity` wrote; its files may be gone."""
    return Scenario.model_validate_json(json.dumps(scenario), context={"look": False})


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Walk through tables and lists down to plain values."""
    if isinstance(value, Mapping):
        dot = "." if place and not place.endswith(" ") else ""
        for key, entry in value.items():
            yield from _leaves(entry, f"{place}{dot}{key}")
    elif isinstance(value, list | tuple):
        for number, entry in enumerate(value):
            yield from _leaves(entry, f"{place}[{number}]")
    else:
        yield place, value


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for place in [*then, *(name for name in now if name not in then)]:
        before, after = then.get(place), now.get(place)
        if before != after:
            yield place, before, after


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def input_files(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    """Yield every file a scenario names, with its place."""
    yield from _files(scenario, "")


def _files(entry: Any, place: str) -> Iterator[tuple[str, Path]]:
    """Find every file a scenario names, with its place."""
    if isinstance(entry, Path):
        yield place, entry
    elif isinstance(entry, BaseModel):
        yield from _files({key: getattr(entry, key) for key in type(entry).model_fields}, place)
    elif isinstance(entry, Mapping):
        for key, below in entry.items():
            yield from _files(below, f"{place}.{key}" if place else str(key))
    elif isinstance(entry, list | tuple):
        for number, below in enumerate(entry):
            yield from _files(below, f"{place}[{number}]")


def _input(place: str, path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            size = source.tell()
    except OSError as error:
        raise ScenarioError(f"{place}: {path} cannot be read: {error.strerror}") from error
    return {"place": place, "file": str(path), "size_bytes": size, "sha256": digest}
