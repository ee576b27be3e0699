"""Whether what is read is what was written: checksums beside the files, in the form of `sha256sum`.

`sha256sum --check SHA256SUMS` in a folder says the same as the readers here. Where the list is
missing nothing is held against it: whoever copies some files alone can still read them.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.store.journal import Described, describe
from skyweft.store.names import SUMS

REMEMBERED = 256  # files that were looked at, as they were then

_State = tuple[int, int, int]


def write_sums(folder: Path) -> Mapping[str, Described]:
    """List the checksums of all files of a folder in it; return sizes and checksums.

    References
    ----------
    GNU coreutils manual, "md5sum invocation": a checksum, two blanks, the name of the file.
    """
    found = {path.name: describe(path) for path in sorted(folder.iterdir())}
    lines = (f"{about['sha256']}  {name}\n" for name, about in found.items())
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return {**found, SUMS: describe(folder / SUMS)}


def intact(path: Path) -> Path:
    """Return a file's path; ScenarioError where a byte of it is not as it was written.

    A file is read to its end once, and again when it has changed.
    """
    listed = path.with_name(SUMS)
    if listed.is_file():
        wanted = _listed(listed, _state(listed)).get(path.name)
        if wanted is None:
            raise ScenarioError(f"{path} cannot be read: {SUMS} beside it does not list it")
        if _digest(path, _state(path)) != wanted:
            raise ScenarioError(
                f"{path} cannot be read: it is not as it was written, by the checksum in {SUMS}; "
                "run again, or take it from a copy"
            )
    return path


def _state(path: Path) -> _State:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(REMEMBERED)
def _listed(path: Path, _: _State) -> Mapping[str, str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    rows = (line.partition("  ") for line in lines)
    return {name: checksum for checksum, _, name in rows}


@lru_cache(REMEMBERED)
def _digest(path: Path, _: _State) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
