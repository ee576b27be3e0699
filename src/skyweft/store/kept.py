"""Finished work of earlier runs, by the key of all it depends on.

An entry is a folder of files with their checksums; whoever takes one over gets every file or none.
Files are linked where the disk can, so that an entry beside its run takes no room of its own. What
was not asked for longest goes first when there is too much.

Knows keys, names of files and their checksums, and nothing of what is in them.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from skyweft.errors import ScenarioError
from skyweft.files import cache_folder
from skyweft.store import journal

FOLDER = "reuse"
SIZE_MAX = "SKYWEFT_REUSE_BYTES"
SIZE_MAX_BYTES = 10_000_000_000


@contextmanager
def nothing_reused() -> Iterator[None]:
    """Have runs in here, and processes they start, neither take over nor keep anything."""
    before = os.environ.get(SIZE_MAX)
    os.environ[SIZE_MAX] = "0"
    try:
        yield
    finally:
        os.environ.pop(SIZE_MAX)
        if before is not None:
            os.environ[SIZE_MAX] = before


class Kept:
    """Entries in a folder that many processes may use at once.

    Parameters
    ----------
    folder : Path
        Is made where it is missing.
    size_max_bytes : float
        Of all entries together; 0 keeps nothing and finds nothing.
    """

    def __init__(self, folder: Path, size_max_bytes: float) -> None:
        self._folder, self._size_max_bytes = folder, size_max_bytes
        self._added_bytes = 0

    @classmethod
    def of_user(cls) -> "Kept":
        """Return the entries in the user's cache folder; `$SKYWEFT_REUSE_BYTES` bounds them.

        Raises
        ------
        ScenarioError
            The bound is no number of bytes.
        """
        text = os.environ.get(SIZE_MAX, "")
        try:
            most = float(text) if text else SIZE_MAX_BYTES
        except ValueError:
            most = -1
        if not most >= 0:
            raise ScenarioError(f"{SIZE_MAX}={text}: a number of bytes is needed, 0 for no reuse")
        return cls(cache_folder() / FOLDER, most)

    @classmethod
    def nothing(cls) -> "Kept":
        """Return what keeps nothing."""
        return cls(Path(), 0)

    def __bool__(self) -> bool:
        return self._size_max_bytes > 0

    def holds(self, key: str) -> bool:
        """Whether there is an entry; its files are not looked at."""
        return bool(self) and (self._place(key) / journal.SEAL).is_file()

    def take(self, key: str, into: Path) -> Any:
        """Put the files of an entry into a folder; return what was noted with it.

        Parameters
        ----------
        key : str
            Of the entry. One that is damaged goes.
        into : Path
            A folder that holds none of these files.

        Returns
        -------
        object
            None where there is no such entry, or it is not as it was sealed: then `into` is as
            before.
        """
        place, names = self._place(key), list[str]()
        try:
            files, note = journal.sealed(place), journal.note(place, "note")
            for name, then in files.items():
                names.append(name)
                _copied(place / name, into / name)
                if journal.describe(into / name) != then:
                    raise ScenarioError(f"{place / name} is not as it was written")
            os.utime(place)
        except (OSError, ScenarioError):
            for name in names:
                (into / name).unlink(missing_ok=True)
            self._drop(place)
            return None
        return note

    def keep(self, key: str, files: Mapping[Path, journal.Described | None], note: Any) -> None:
        """Keep files under a key, unless it is there; what would be too much is not kept.

        Parameters
        ----------
        key : str
            Stands for all that the files' bytes depend on.
        files : mapping of Path
            Whom nobody writes into any more, each with what `journal.describe` says of it where
            that is known.
        note : object
            Ready for JSON, not None.
        """
        place = self._place(key)
        if not self or self.holds(key):
            return
        draft = self._folder / f".{uuid4().hex}.draft"
        try:
            self._added_bytes += sum(file.stat().st_size for file in files)
            if self._added_bytes > self._size_max_bytes:
                return
            draft.mkdir(parents=True)
            for kept in files:
                _copied(kept, draft / kept.name)
            reported = {
                path.name: known or journal.describe(draft / path.name)
                for path, known in files.items()
            }
            place.parent.mkdir(exist_ok=True)
            journal.seal(draft, place, known=reported, note=note)
        except OSError:  # a full disk, or another process was faster: the run itself goes on
            pass
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def trim(self) -> None:
        """Drop the entries that were not asked for longest, until the rest fit."""
        if not self:
            return
        found = []
        for place in self._folder.glob("??/*"):
            with suppress(OSError):
                size_bytes = sum(path.stat().st_size for path in place.iterdir())
                found.append((place.stat().st_mtime, size_bytes, place))
        over = sum(size_bytes for _, size_bytes, _ in found) - self._size_max_bytes
        for _, size_bytes, place in sorted(found):
            if over <= 0:
                return
            self._drop(place)
            over -= size_bytes

    def _place(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _drop(self, place: Path) -> None:
        """Take an entry away in one step, so that nobody finds half of it."""
        gone = self._folder / f".{uuid4().hex}.gone"
        with suppress(OSError):
            place.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _copied(file: Path, to: Path) -> None:
    """Give a file a second name, or copy it where the disk knows no such thing."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copyfile(file, to)
