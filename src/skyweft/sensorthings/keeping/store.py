"""The store: one file of SQLite, which is written by one and read by many at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from threading import Lock
from time import monotonic

from skyweft.errors import ScenarioError
from skyweft.sensorthings.keeping.schema import bring_up_to_date
from skyweft.sensorthings.keeping.sql_functions import register
from skyweft.sensorthings.refusing import RefusalError

FILE = "skyweft.sqlite"
LIMIT_S = 20.0  # of one answer, however much it looks at
_STEPS = 20_000  # of SQLite's machine between two looks at the clock
_WAIT_S = 30.0  # for another process that writes


class Store:
    """Entities and observations in a folder.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._turn, self._shelf = Lock(), Lock()
        self._idle: list[Connection] = []
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._writer = self._opened()
            # What was acknowledged survives whatever happens to the process or the machine.
            self._writer.execute("PRAGMA journal_mode = WAL")
            self._writer.execute("PRAGMA synchronous = FULL")
            bring_up_to_date(self._writer, str(self._path))
        except sqlite3.Error as error:
            raise ScenarioError(f"{self._path}: {error}") from error

    def _opened(self) -> Connection:
        found = sqlite3.connect(
            self._path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        found.row_factory = sqlite3.Row
        found.execute("PRAGMA foreign_keys = ON")
        register(found)
        return found

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state; end what takes too long."""
        with self._shelf:
            mine = self._idle.pop() if self._idle else None
        mine = mine or self._opened()
        try:
            mine.execute("BEGIN")
            with _in_time(mine):
                yield mine
        finally:
            if mine.in_transaction:
                mine.execute("ROLLBACK")
            with self._shelf:
                self._idle.append(mine)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the connection that writes: all of it is kept at the end, or nothing."""
        with self._turn:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                with _in_time(self._writer):
                    yield self._writer
                self._writer.execute("COMMIT")
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def close(self) -> None:
        """Close all connections."""
        for connection in (*self._idle, self._writer):
            connection.close()


@contextmanager
def _in_time(connection: Connection) -> Iterator[None]:
    end_s = monotonic() + LIMIT_S
    connection.set_progress_handler(lambda: monotonic() > end_s, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            words = f"the answer would take longer than {LIMIT_S:g} s; ask for less at once"
            raise RefusalError(503, words) from error
        raise
    finally:
        connection.set_progress_handler(None, 0)
