"""What a user's file holds: every reader gets it here; and where the program keeps its own.

A file is a regular one of a size that is known before it is read. Pipes, devices and what a kernel
makes up while it is read may never end, so they are not waited for.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from skyweft.errors import ScenarioError


def contents(path: Path, most_bytes: int) -> bytes:
    """Return what a regular file of at most `most_bytes` holds.

    Parameters
    ----------
    path : Path
        Of the file.
    most_bytes : int
        Greatest size.

    Raises
    ------
    ScenarioError
        It is no file, larger, or cannot be read.
    """
    with _opened(path) as file:
        size, found = os.fstat(file.fileno()).st_size, b""
        if 0 < size <= most_bytes:
            found = file.read(size + 1)
            size = len(found)
    if size > most_bytes:
        most = f"at most {most_bytes / 1e6:.0f} MB is read"
        raise ScenarioError(f"{path.name}: {size / 1e6:,.0f} MB, {most}")
    return found


def beginning(path: Path, count: int) -> bytes:
    """Return the first bytes of a regular file, at most `count`.

    Raises
    ------
    ScenarioError
        It is no file, or cannot be read.
    """
    with _opened(path) as file:
        return file.read(count)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        _refuse_irregular(path, Path(path).stat())  # to open a device may already do something
        with open(path, "rb", opener=_at_once) as file:
            _refuse_irregular(path, os.fstat(file.fileno()))
            yield file
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{path.name}: cannot be read: {why}") from error


def _refuse_irregular(path: Path, about: os.stat_result) -> None:
    if stat.S_ISDIR(about.st_mode):
        raise ScenarioError(f"{path.name}: is a folder, a file is needed")
    if not stat.S_ISREG(about.st_mode):
        raise ScenarioError(f"{path.name}: is no regular file (a pipe, a socket or a device)")
    if about.st_size == 0 and about.st_dev == _kernels_own():
        raise ScenarioError(
            f"{path.name}: is no regular file (the kernel makes up what it holds while it is read)"
        )


def _kernels_own() -> int | None:
    """Return the device of `/proc`, whose files all say that they are empty."""
    try:
        proc = Path("/proc").stat()
        return proc.st_dev if proc.st_dev != Path("/").stat().st_dev else None
    except OSError:
        return None


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever is to write into a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def cache_folder() -> Path:
    """Return the folder to keep files in that can be had again, by the XDG rules."""
    own = os.environ.get("SKYWEFT_CACHE")
    if own:
        return Path(own)
    shared = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return (shared if shared.is_absolute() else Path.home() / ".cache") / "skyweft"
