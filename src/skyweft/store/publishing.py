"""A set of files gets into a folder whole or not at all, wherever the process is stopped.

The set is sealed beside the folder by one rename: from then on it is the one that counts. What
remains is moving its files, which whoever comes next can finish. One file is the key: it goes
before the first file is moved and comes last, so whoever finds it finds the files it came with.

Knows names of files and their checksums, and nothing of what is in them.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.store import journal
from skyweft.store.checksums import write_sums
from skyweft.store.journal import seal, sealed, sync


@dataclass(frozen=True, slots=True)
class Publishing:
    """Where sets are published, one in place of the other."""

    folder: Path
    beside: Path  # a folder on the same disk, for sets on their way
    key: str  # name of the file without which there is no set
    owned: Callable[[str], bool]  # names for sets alone: what a set lacks goes with the one before

    @property
    def _set(self) -> Path:
        return self.beside / "set"

    def put(self, draft: Path, *, last: bool) -> None:
        """Publish the files of a draft and their checksums; after the last set `beside` goes."""
        seal(draft, self._set, known=write_sums(draft), last=last)
        self._install()

    def in_flight(self) -> bool:
        """Whether a set counts whose files are not all in the folder."""
        return self._set.is_dir()

    def settle(self) -> None:
        """Finish what a process that was stopped has begun; drop a set that is damaged."""
        shutil.rmtree(_gone(self.beside), ignore_errors=True)
        if not self.in_flight():
            return
        if self._sound():
            self._install()
            return
        if not (self._set / self.key).exists():
            (self.folder / self.key).unlink(missing_ok=True)
        _drop(self._set)

    def _sound(self) -> bool:
        """Whether every file of the set is as it was sealed, moved already or not."""
        try:
            files = sealed(self._set)
            return all(journal.describe(self._where(name)) == files[name] for name in files)
        except (ScenarioError, OSError):
            return False

    def _where(self, name: str) -> Path:
        return self._set / name if (self._set / name).exists() else self.folder / name

    def _install(self) -> None:
        files = sealed(self._set)
        left = [name for name in files if name != self.key and (self._set / name).exists()]
        if (self._set / self.key).exists():
            (self.folder / self.key).unlink(missing_ok=True)
            sync(self.folder)
            for path in sorted(self.folder.iterdir()):
                if path != self.beside and self.owned(path.name) and path.name not in files:
                    _remove(path)
            for name in left:
                (self._set / name).replace(self.folder / name)
            sync(self.folder)
            (self._set / self.key).replace(self.folder / self.key)
            sync(self.folder)
        _drop(self.beside if journal.note(self._set, "last") else self._set)


def _drop(folder: Path) -> None:
    """Take a folder away in one step; deleting it takes more."""
    gone = _gone(folder)
    shutil.rmtree(gone, ignore_errors=True)
    folder.replace(gone)
    shutil.rmtree(gone)


def _gone(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.draft")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
