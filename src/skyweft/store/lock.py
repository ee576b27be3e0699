"""One process at a time writes into a folder.

The lock is the operating system's, so it goes with its owner however that ends; the file that
bears it says who the owner is. Where a file system knows no locks, what the file says counts.
"""

import errno
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.naming import cut, escaped

LOCK = ".lock"
TRIES_MAX = 1_000  # to make a folder that others take away
PROCESS_MAX = 2**31 - 1  # of numbers that any system gives
_UNKNOWN = frozenset({errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK, errno.EINVAL})


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder for this process; one that is empty in the end goes.

    Parameters
    ----------
    folder : Path
        Is made where it is missing.

    Raises
    ------
    ScenarioError
        Somebody else has it.
    OSError
        It cannot be written.
    """
    number = _taken(folder)
    try:
        _sign(number)
        yield
    finally:
        with suppress(OSError):
            (folder / LOCK).unlink()
        os.close(number)
        with suppress(OSError):  # not empty, or a disk of its own, mounted there
            folder.rmdir()


def _taken(folder: Path) -> int:
    """Return the locked file; it is the one that others will find under its name."""
    path, tries = folder / LOCK, 0
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            number = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except (FileNotFoundError, FileExistsError):
            tries += 1
            if tries > TRIES_MAX:
                raise
            continue  # its owner has just left it empty, and taken it away
        free = False
        try:
            owner = _owner(number)
            free = _lock(number, owner)
            if not free:
                raise ScenarioError(
                    f"{folder} is in use: {_words(owner)} writes into it; wait until that is done, "
                    "or choose another folder"
                )
            if _is(number, path):
                return number
            free = False  # its owner has just taken it away: another file has the name now
        finally:
            if not free:
                os.close(number)


def _lock(number: int, owner: dict[str, object]) -> bool:
    """Lock an open file; return whether nobody else had."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(number, 1 << 20, os.SEEK_SET)  # a locked byte cannot be read: none of the text
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _UNKNOWN:
            return not _lives(owner)
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        raise
    return True


def _lives(owner: dict[str, object]) -> bool:
    """Whether the process that signed may still be there; of another machine that is unknown."""
    process = _process(owner)
    if process is None:
        return False
    if owner.get("machine") != socket.gethostname():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    began = _began(process)  # the number may be another process's by now
    return began is None or owner.get("began") in (None, began)


def _process(owner: dict[str, object]) -> int | None:
    """Return the number that signed; None where it is no process's."""
    found = owner.get("process")
    return found if type(found) is int and 0 < found <= PROCESS_MAX else None


def _began(process: int) -> str | None:
    """Return what tells a process from a later one of its number; None where nothing does.

    References
    ----------
    proc_pid_stat(5): the 22nd field, counted after the name, which may hold anything.
    """
    try:
        fields = (
            Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
        )
        return fields[19]
    except (OSError, IndexError):
        return None


def _sign(number: int) -> None:
    process = os.getpid()
    text = json.dumps(
        {"process": process, "machine": socket.gethostname(), "began": _began(process)}
    )
    os.ftruncate(number, 0)
    os.lseek(number, 0, os.SEEK_SET)
    os.write(number, text.encode())


def _owner(number: int) -> dict[str, object]:
    """Read who signed; nothing where that is not known."""
    os.lseek(number, 0, os.SEEK_SET)
    try:
        found = json.loads(os.read(number, 4096))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _words(owner: dict[str, object]) -> str:
    process, machine = _process(owner), owner.get("machine")
    if process is None:
        return "another process"
    if machine == socket.gethostname():
        return f"process {process}"
    return f"process {process} on {escaped(cut(str(machine), 64))}"


def _is(number: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(number), path.stat())
    except FileNotFoundError:
        return False
