"""What a manifest must say so that its run can be shown."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from skyweft.errors import ScenarioError
from skyweft.renamed import NAMES, now_called
from skyweft.store.jsonfile import read_json
from skyweft.store.names import MANIFEST

_MISSING = "missing"


class _Input(BaseModel):
    place: str
    file: str
    sha256: str


class _Manifest(BaseModel):
    """The keys that readers rely on; a manifest holds more."""

    model_config = ConfigDict(strict=True)

    name: str
    complete: bool
    simulated_s: float
    derived_geometry: list[str]
    warnings: list[str]
    left_out: dict[str, str]
    scenario: dict[str, Any]
    duration_s: float | None = None
    seed: int | None = None
    overrides: list[str] | None = None
    versions: dict[str, str] | None = None
    inputs: list[_Input] | None = None
    seconds: dict[str, float] | None = None


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a run's manifest; ScenarioError names what is missing or of another kind."""
    path = folder / MANIFEST
    found = read_json(path)
    try:
        _Manifest.model_validate(found)
    except ValidationError as error:
        raise ScenarioError(
            f"{path} is damaged or was made by another version: {_wrong(error)}{_older(found)}"
        ) from error
    return found


def _older(found: Any) -> str:
    """Say which keys of an older manifest have other names now."""
    old = [key for key in found if now_called(key, NAMES)] if isinstance(found, dict) else []
    return "".join(f"; {key} is called {NAMES[key]} now: run it again" for key in old[:1])


def _wrong(error: ValidationError) -> str:
    places = [(".".join(map(str, fault["loc"])), fault["type"]) for fault in error.errors()]
    missing = [place for place, kind in places if kind == _MISSING]
    other = [place for place, kind in places if kind != _MISSING]
    words = [f"{', '.join(missing)} missing"] if missing else []
    words += [f"{', '.join(other)} not of its kind"] if other else []
    return "; ".join(words)
