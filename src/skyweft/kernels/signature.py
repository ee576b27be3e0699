"""Types of a kernel's arguments as text, and back: what a kernel was compiled for.

The text is Python's own for literals: nested tuples whose first word says what they are.
"""

import re
from ast import literal_eval
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numba.np.numpy_support import from_dtype
from numpy.lib.format import descr_to_dtype, dtype_to_descr

READ_ONLY = "r"
_ARRAY = re.compile(r"(\w+)\[(\d+)([CFA])\](r?)")
types: Any = import_module("numba.core.types")  # more than its stubs know


class UnwrittenError(Exception):
    """A type has no text here."""


def written(signature: Sequence[Any]) -> str:
    """Return the types of arguments as text.

    Raises
    ------
    UnwrittenError
        A type is none that kernels of ours take.
    """
    return repr(tuple(_words(kind) for kind in getattr(signature, "args", signature)))


def read(text: str) -> tuple[Any, ...]:
    """Return the types that `written` put into a text.

    Raises
    ------
    UnwrittenError
        It is no such text, or names what is not there (any more).
    """
    try:
        return tuple(_type(kind) for kind in literal_eval(text))
    except (ValueError, SyntaxError, TypeError, AttributeError, ImportError) as error:
        raise UnwrittenError(f"{text}: {error}") from error


def _words(kind: Any) -> Any:
    if isinstance(kind, types.Array):
        dtype = _words(kind.dtype)
        if isinstance(dtype, str) and kind.aligned:
            return f"{dtype}[{kind.ndim}{kind.layout}]{'' if kind.mutable else READ_ONLY}"
        return ("array", dtype, kind.ndim, kind.layout, kind.mutable, kind.aligned)
    if isinstance(kind, types.NamedTuple | types.NamedUniTuple):
        home = kind.instance_class
        return (f"{home.__module__}:{home.__qualname__}", *map(_words, kind.types))
    if isinstance(kind, types.BaseTuple):
        return ("tuple", *map(_words, kind.types))
    if isinstance(kind, types.Record):
        return ("record", dtype_to_descr(np.dtype(kind.dtype)))
    if isinstance(kind, types.Omitted):
        return ("omitted", kind.value)
    if isinstance(kind, types.Literal):
        return ("literal", kind.literal_value)
    if isinstance(kind, types.Dispatcher):
        function = kind.dispatcher.py_func
        return ("kernel", f"{function.__module__}:{function.__qualname__}")
    if isinstance(kind, types.Number | types.Boolean | types.NoneType | types.UnicodeType):
        return _plain(str(kind))
    raise UnwrittenError(str(kind))


def _plain(name: str) -> str:
    return {"bool": "boolean"}.get(name, name)


def _type(words: Any) -> Any:
    if isinstance(words, str):
        if array := _ARRAY.fullmatch(words):
            name, ndim, layout, how = array.groups()
            return types.Array(getattr(types, name), int(ndim), layout, how == READ_ONLY)
        return getattr(types, words)
    match words:
        case ("array", dtype, ndim, layout, mutable, aligned):
            return types.Array(_type(dtype), ndim, layout, not mutable, aligned=aligned)
        case ("tuple", *parts):
            return types.BaseTuple.from_types(tuple(map(_type, parts)))
        case ("record", descr):
            return from_dtype(descr_to_dtype(descr))
        case ("omitted", value):
            return types.Omitted(value)
        case ("literal", value):
            return types.literal(value)
        case ("kernel", where):
            return types.Dispatcher(_found(where))
        case (str(where), *parts) if ":" in where:
            return types.BaseTuple.from_types(tuple(map(_type, parts)), _found(where))
    raise UnwrittenError(repr(words))


def _found(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
