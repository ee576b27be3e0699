"""What a stage keeps of one block of time: the one way to persist anything between blocks.

A file holds the names of its columns and then each column as NumPy writes it, one behind the
other: read at the disk's pace, and nothing in it can run. `store` moves a block's files into place
and holds them to their checksums; a stage only names what it keeps.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
Put = Callable[[Callable[[], None]], None]


def _at_once(work: Callable[[], None]) -> None:
    work()


class Journal:
    """A stage's files in the folder of one block.

    Parameters
    ----------
    folder : Path
        Of the block.
    stage : str
        Key of the stage.
    put : callable, optional
        Takes work that is done later, in the order it was handed over; at once unless given.
    """

    def __init__(self, folder: Path, stage: str, put: Put = _at_once) -> None:
        self._folder, self._stage, self._put = folder, stage, put

    def keep(self, name: str, columns: Columns | Callable[[], Columns]) -> None:
        """Keep columns under a name.

        Parameters
        ----------
        name : str
            One or two words; of the stage's own.
        columns : mapping of str to array, or callable
            Arrays that nobody writes into any more; or a function that returns them once all that
            was handed over before has been written.
        """
        path = self._path(name)
        self._put(lambda: _write(path, columns() if callable(columns) else columns))

    def read(self, name: str) -> dict[str, NDArray[Any]]:
        """Return what was kept under a name.

        Raises
        ------
        FileNotFoundError
            Nothing was.
        """
        with self._path(name).open("rb") as held:
            names = np.load(held, allow_pickle=False)
            return {str(name): np.load(held, allow_pickle=False) for name in names}

    def holds(self, name: str) -> bool:
        """Whether anything was kept under a name."""
        return self._path(name).exists()

    def _path(self, name: str) -> Path:
        return self._folder / f"{self._stage}.{name}.npy"


def _write(path: Path, columns: Columns) -> None:
    with path.open("wb") as out:
        np.save(out, np.array(list(columns), np.str_), allow_pickle=False)
        for column in columns.values():
            np.save(out, np.asarray(column), allow_pickle=False)
