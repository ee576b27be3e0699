"""Compiled kernels in the cache folder: told apart by all they depend on, checked when taken.

A file is named by the digest of its kernel's code and of the types it was compiled for; its folder
by the compiler, the interpreter and the processor. So whatever another version, interpreter or
processor has left is not found, and what is found but is not what was written (a disk that was
full, a file from elsewhere) is set aside. Files are written under a name of their own and moved, so
that processes compiling at the same time, or stopped in between, spoil nothing. Where nothing can
be kept, kernels are compiled anew at every start, and the user is told once.
"""

import hashlib
import os
import pickle
import platform
import shutil
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import llvmlite
import numba
import numpy as np
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

from skyweft.files import cache_folder
from skyweft.kernels.signature import UnwrittenError, written
from skyweft.kernels.source import UntoldError, digest

FORM = "1"  # of the files
SUFFIX = ".kernel"
MADE_BY = "made_by.txt"
FOLDERS_MAX = 4  # of compilers, interpreters and processors; the one unused longest goes first
NO_MATTER = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")

# Asked before a kernel is looked for: returns once nobody else is compiling it for us.
Patience = Callable[[str, str], None]
_patience: list[Patience] = []


def home() -> Path:
    """Return the folder of every compiled kernel."""
    return Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder()) / "kernels"


def made_by(codegen: Any) -> str:
    """Say what compiles here, for whom: a line each."""
    triple, name, features = codegen.magic_tuple()
    switches = {key: entry for key, entry in os.environ.items() if key.startswith("NUMBA_")}
    return "\n".join(
        [
            f"skyweft's form {FORM}",
            f"numba {numba.__version__}, llvmlite {llvmlite.__version__}, numpy {np.__version__}",
            f"{platform.python_implementation()} {platform.python_version()}",
            f"{triple} {name}",
            str(features),
            *(f"{key}={entry}" for key, entry in sorted(switches.items()) if key not in NO_MATTER),
        ]
    )


def waiting_for(patience: Patience) -> Callable[[], None]:
    """Have every kernel asked for wait until `patience(name, types)` returns; undo it when called.

    `name` is "module:function", `types` those of its arguments as `signature.written` has them.
    """
    _patience.append(patience)
    return lambda: _patience.remove(patience)


class Kept(NullCache):  # type: ignore[misc]
    """One kernel's files, in numba's shape of a cache."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._code = ""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what was compiled for these types; None where it has to be compiled."""
        for watch in _patience[:]:
            watch(named(self._kernel), _types(sig))
        found = self._found(sig, target_context)
        if found is None:
            target_context.refresh()
        return found

    def _found(self, sig: Any, target_context: Any) -> Any:
        """Return what is kept for these types.

        What only a compiler needs, a quarter of a second of imports, is not loaded for that.
        """
        path = self._path(sig, target_context.codegen())
        if path is None:
            return None
        try:
            found = path.read_bytes()
        except OSError:
            return None
        rtsys.initialize(target_context)
        with suppress(Exception):
            if found[:32] == _seal(path, found[32:]):
                return CompileResult._rebuild(target_context, *pickle.loads(found[32:]))
        _set_aside(path)
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for these types."""
        path = self._path(sig, data.codegen)
        if path is None or data.lifted or data.objectmode:
            return
        text = dumps(data._reduce())
        _keep(path, _seal(path, text) + text, made_by(data.codegen))

    def there(self, sig: Any) -> bool:
        """Whether something is kept for these types."""
        path = self._path(sig, self._kernel.targetctx.codegen())
        return path is not None and path.is_file()

    def _path(self, sig: Any, codegen: Any) -> Path | None:
        try:
            self._code = self._code or digest(self._kernel)
            text = f"{self._code} {written(sig)}"
        except (UntoldError, UnwrittenError):
            return None
        name = self._kernel.py_func.__name__
        key = hashlib.sha256(text.encode()).hexdigest()[:32]
        return _folder(made_by(codegen)) / f"{name}-{key}{SUFFIX}"


def named(kernel: Any) -> str:
    """Return where a kernel is: "module:function"."""
    return f"{kernel.py_func.__module__}:{kernel.py_func.__qualname__}"


def _types(sig: Any) -> str:
    try:
        return written(sig)
    except UnwrittenError:
        return ""


def _folder(maker: str) -> Path:
    return home() / hashlib.sha256(maker.encode()).hexdigest()[:16]


def _seal(path: Path, text: bytes) -> bytes:
    """Return what shows that a file is whole and of this place: compiler, kernel and types."""
    place = f"{path.parent.name}/{path.name}".encode()
    return hashlib.sha256(place + b"\0" + text).digest()


def _set_aside(path: Path) -> None:
    with suppress(OSError):
        path.replace(path.with_suffix(".spoiled"))
    warnings.warn(
        f"{path} is not what was written there: it is set aside and compiled anew", stacklevel=2
    )


_failed: set[Path] = set()  # folders that nothing could be written to


def _keep(path: Path, text: bytes, maker: str) -> None:
    if path.parent in _failed:
        return
    draft = path.with_name(f"{path.name}.{uuid4().hex[:8]}.draft")
    try:
        if not path.parent.is_dir():
            _begin(path.parent, maker)
        draft.write_bytes(text)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        _failed.add(path.parent)
        warnings.warn(
            f"compiled kernels cannot be kept in {path.parent}: {error.strerror or error}; "
            "every start will compile them anew",
            stacklevel=2,
        )


def _begin(folder: Path, maker: str) -> None:
    """Make the folder of a compiler, interpreter and processor; tell of others that are there."""
    others = sorted(_others(folder), key=lambda each: each.stat().st_mtime)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MADE_BY).write_text(maker, encoding="utf-8")
    for oldest in others[: max(0, len(others) + 1 - FOLDERS_MAX)]:
        shutil.rmtree(oldest, ignore_errors=True)
    if others:
        what = _told(others[-1])
        warnings.warn(
            f"kernels compiled by {what} are set aside: this is {_short(maker)}", stacklevel=2
        )


def _others(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.parent.iterdir() if (path / MADE_BY).is_file()]
    except FileNotFoundError:
        return []


def _told(folder: Path) -> str:
    try:
        return _short((folder / MADE_BY).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return "another version"


def _short(maker: str) -> str:
    lines = [*maker.splitlines(), "", "", "", ""]
    return f"{lines[1].partition(',')[0]}, {lines[2]}, {lines[3].partition(' ')[2]}"
