"""A journal of folders that are whole or not there.

A folder is filled under another name, sealed with the checksums of its files, and renamed into
place. Each seal names the one before it: what follows a folder that was made again, with other
bytes, is known to follow another. A sealed folder has reached the disk, so a power cut takes
only what was not sealed yet.

Knows names of files and their checksums, and nothing of what is in them.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from skyweft.errors import ScenarioError
from skyweft.store.jsonfile import read_json, write_json

SEAL = "seal.json"

Described = Mapping[str, int | str]


def seal(
    draft: Path,
    place: Path,
    after: str = "",
    known: Mapping[str, Described] | None = None,
    **notes: Any,
) -> None:
    """Vouch for the files of a draft and rename it into place; what was there goes.

    Parameters
    ----------
    draft, place : Path
        Folders of files, on one disk.
    after : str
        `mark` of the folder that this one follows.
    known : mapping, optional
        What `describe` has found of all files just before, to spare looking again.
    **notes
        Kept in the seal.
    """
    files = known or {path.name: describe(path) for path in sorted(draft.iterdir())}
    write_json(draft / SEAL, {"after": after, "files": dict(files), **notes})
    sync(draft)
    if place.exists():
        shutil.rmtree(place)
    draft.replace(place)
    sync(place.parent)


def damage(place: Path) -> str:
    """Say how a folder differs from what was sealed; nothing where every byte is the same."""
    if not place.is_dir():
        return "is not there"
    try:
        files = sealed(place)
    except ScenarioError:
        return f"{SEAL} is missing or damaged"
    found = {path.name for path in place.iterdir()} - {SEAL}
    for name in sorted({*files, *found}):
        if name not in found:
            return f"{name} is missing"
        if name not in files:
            return f"{name} was not there"
        if not _same(place / name, files[name]):
            return f"{name} is not as it was written"
    return ""


def _same(path: Path, then: Described) -> bool:
    try:
        return describe(path) == then
    except OSError:  # a folder, or a disk that cannot read it any more
        return False


def sealed(place: Path) -> Mapping[str, Described]:
    """Return size and checksum of every file that was sealed, by its name."""
    return _read(place)["files"]


def note(place: Path, name: str) -> Any:
    """Return what was noted under a name; None where nothing was."""
    return _read(place).get(name)


def mark(place: Path) -> str:
    """Return what the seal of the next folder says of this one."""
    text = json.dumps(_read(place), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def follows(place: Path, after: str) -> bool:
    """Whether a folder was sealed as the next one after a mark; its files are not looked at."""
    try:
        return bool(_read(place).get("after") == after)
    except ScenarioError:
        return False


def describe(path: Path) -> dict[str, int | str]:
    """Return size and checksum of a file, once it has reached the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
        return {
            "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
            "size_bytes": file.tell(),
        }


def sync(folder: Path) -> None:
    """Wait until the names in a folder have reached the disk."""
    if os.name == "nt":  # no handle of a folder there; the file system keeps a log of its own
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems refuse it for folders
            os.fsync(number)
    finally:
        os.close(number)


def _read(place: Path) -> dict[str, Any]:
    found = read_json(place / SEAL)
    if not isinstance(found.get("files"), dict):
        raise ScenarioError(f"{place / SEAL} is damaged")
    return found
