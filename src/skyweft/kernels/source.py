"""What a kernel's machine code is made from, as one digest: its own code and all that it reaches.

Numba's own cache looks at the file of a kernel alone, so a helper or a constant that changes in
another file would leave stale code behind. Here the digest covers everything the kernel names, and
nothing about where it lies: moving a file or a line changes no digest.
"""

import hashlib
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher
from numba.core.types import Type

_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))


class UntoldError(Exception):
    """A kernel reaches a value whose content cannot be told."""


def digest(kernel: Dispatcher) -> str:
    """Return the SHA-256 of a kernel's code, switches and all that both reach.

    Raises
    ------
    UntoldError
        It reaches a value that has no plain content.
    """
    walk = _Walk()
    walk.kernel(kernel)
    return walk.sum.hexdigest()


class _Walk:
    def __init__(self) -> None:
        self.sum = hashlib.sha256()
        self._met: dict[int, int] = {}

    def _say(self, *words: Any) -> None:
        for word in words:
            text = word if isinstance(word, bytes) else str(word).encode()
            self.sum.update(b"%d:" % len(text) + text)

    def kernel(self, kernel: Dispatcher) -> None:
        """Take in a kernel, or its number where it was met before."""
        known = self._met.setdefault(id(kernel), len(self._met))
        self._say("kernel", known)
        if known == len(self._met) - 1:
            options = {
                name: sorted(option) if isinstance(option, set) else option
                for name, option in kernel.targetoptions.items()
            }
            self._say(sorted(options.items()))
            self._function(kernel.py_func)

    def _function(self, function: Callable[..., Any]) -> None:
        self._code(function.__code__, function.__globals__)
        self._value(function.__defaults__)
        for cell in function.__closure__ or ():
            self._value(cell.cell_contents)

    def _code(self, code: CodeType, names: dict[str, Any]) -> None:
        self._say(code.co_name, code.co_code, code.co_varnames, code.co_freevars, code.co_names)
        self._say(code.co_argcount, code.co_kwonlyargcount, code.co_flags)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._code(constant, names)
            else:
                self._value(constant)
        for name in code.co_names:
            if name in names:
                self._say(name)
                self._value(names[name])

    def _value(self, value: Any) -> None:
        self._say(type(value).__qualname__)
        if isinstance(value, Dispatcher):
            self.kernel(value)
        elif isinstance(value, (*_PLAIN, Enum, np.generic, np.dtype, Type)):
            self._say(repr(value))
        elif isinstance(value, tuple | list | frozenset):
            for entry in sorted(value, key=repr) if isinstance(value, frozenset) else value:
                self._value(entry)
        elif isinstance(value, np.ndarray):
            self._say(value.dtype, value.shape, value.tobytes())
        elif isinstance(value, type):
            self._say(value.__module__, value.__qualname__, getattr(value, "_fields", ()))
        elif isinstance(value, ModuleType):
            self._module(value.__name__)
        elif isinstance(value, BuiltinFunctionType | np.ufunc):
            self._say(value.__name__)
        else:
            self._maker(value)

    def _maker(self, value: Any) -> None:
        """Take in a function that numba compiles in a way of its own: by the file it is from."""
        function = getattr(value, "_defn", value)
        if not isinstance(function, FunctionType):
            raise UntoldError(repr(value))
        self._say(function.__qualname__)
        self._module(function.__module__)

    def _module(self, name: str) -> None:
        self._say(name)
        package = name.partition(".")[0]
        if package != __name__.partition(".")[0]:
            return  # versions of others are told apart by the cache
        where = getattr(sys.modules[name], "__file__", None)
        if where is None:
            raise UntoldError(name)
        self._say(Path(where).read_bytes())
