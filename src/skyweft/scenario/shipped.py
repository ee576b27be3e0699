"""The scenarios that come with skyweft: where they are, what they say, which files they need."""

import os
import shutil
import tomllib
from pathlib import Path

from skyweft.errors import ScenarioError


def folder() -> Path:
    """Return the folder of the shipped scenarios: in the wheel, else at the root of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parents[1] / "scenarios"


def names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return sorted(path.stem for path in folder().glob("*.toml"))


def find(name: str) -> Path:
    """Return the file of the shipped scenario called `name`."""
    plain = name.removesuffix(".toml")
    if plain not in names():
        raise ScenarioError(
            f"no scenario called {name} is shipped; there are: {', '.join(names())}"
        )
    return folder() / f"{plain}.toml"


def scenario_file(word: str | Path) -> Path:
    """Return the file that a word names; where none does, the shipped scenario of that name."""
    text = os.fspath(word)
    if text in names() and not Path(text).is_file():
        return find(text)
    return Path(word)


def hint(path: Path) -> str:
    """Say how to get a shipped scenario that was asked for as if it were there."""
    if path.stem in names():
        return f"; `skyweft scenarios {path.stem}` copies the shipped one out"
    return ""


def descriptions() -> dict[str, str]:
    """Return the shipped scenarios with a line on each."""
    found = {}
    for name in names():
        data = tomllib.loads(find(name).read_text(encoding="utf-8"))
        found[name] = str(data.get("description") or data.get("name", ""))
    return found


def files(name: str) -> list[Path]:
    """Return a shipped scenario's file and the files it names, all in its folder."""
    path = find(name)
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    beside = {found.name: found for found in path.parent.iterdir() if found.is_file()}
    named = [beside[text] for text in _texts(data) if text in beside]
    return [path, *dict.fromkeys(named)]


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for entry in value.values() for text in _texts(entry)]
    if isinstance(value, list):
        return [text for entry in value for text in _texts(entry)]
    return [value] if isinstance(value, str) else []


def copy(name: str, to: Path) -> list[Path]:
    """Copy a shipped scenario with its files into the folder `to`; never over another file.

    Scenarios share files of places: one that is there already, byte for byte, stays.
    """
    if to.exists() and not to.is_dir():
        raise ScenarioError(f"{to} is a file; a folder to copy into is needed")
    sources = files(name)
    targets = [to / source.name for source in sources]
    missing = [pair for pair in zip(sources, targets, strict=True) if not _same(*pair)]
    taken = [target for _, target in missing if target.exists()]
    if targets[0].exists() and not taken:
        taken = targets[:1]
    if taken:
        raise ScenarioError(
            "\n".join(f"{target} is there already; it is left as it is" for target in taken)
        )
    to.mkdir(parents=True, exist_ok=True)
    try:
        for source, target in missing:
            shutil.copyfile(source, target)
    except OSError:
        for _, target in missing:
            target.unlink(missing_ok=True)
        raise
    return targets


def _same(source: Path, target: Path) -> bool:
    return target.is_file() and target.read_bytes() == source.read_bytes()
