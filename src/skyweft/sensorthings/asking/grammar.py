"""Reads `$filter` expressions of OData into trees of plain tuples."""

from functools import cache
from importlib.util import find_spec
from typing import Any

from skyweft.sensorthings.model.times import duration, span
from skyweft.sensorthings.refusing import RefusalError

DEPTH_MAX = 60  # expressions in one another
NEEDS = "$filter needs lark: pip install 'skyweft[platform]'"
Tree = tuple[Any, ...]  # its kind, then what it is made of

_GRAMMAR = r"""
?start: either
?either: both | both (_OR both)+ -> either
?both: denied | denied (_AND denied)+ -> both
?denied: _NOT denied -> denied | compared
?compared: sum | sum COMPARISON sum -> compared
?sum: product | sum SIGN product -> reckoned
?product: atom | product TIMES atom -> reckoned
?atom: "(" either ")" | "-" atom -> negative
    | FUNCTION "(" [either ("," either)*] ")" -> call
    | NULL | TRUTH | MOMENT | DATE | CLOCK | DURATION | GEOGRAPHY | NUMBER | TEXT | PATH

_OR.9: /or(?![\w\/])/
_AND.9: /and(?![\w\/])/
_NOT.9: /not(?![\w\/])/
COMPARISON.9: /(eq|ne|gt|ge|lt|le)(?![\w\/])/
SIGN.9: /(add|sub)(?![\w\/])/
TIMES.9: /(mul|div|mod)(?![\w\/])/
NULL.8: /null(?![\w\/])/
TRUTH.8: /(true|false)(?![\w\/])/
FUNCTION.7: /[A-Za-z_][\w.]*(?=\()/
MOMENT.6: /\d{4}-\d\d-\d\dT[^\s,()'\/]+(\/[^\s,()'\/]+)?/
DATE.5: /\d{4}-\d\d-\d\d/
CLOCK.5: /\d\d:\d\d(:\d\d(\.\d{1,6})?)?/
DURATION.7: /duration'[^']*'/
GEOGRAPHY.7: /geography'[^']*'/
NUMBER.4: /\d+(\.\d+)?([eE][+-]?\d+)?/
TEXT: /'([^']|'')*'/
PATH: /[A-Za-z_@][\w.@]*(\/[\w.@:\-]+)*/
%ignore /\s+/
"""


def tree(text: str) -> Tree:
    """Read an expression.

    Raises
    ------
    RefusalError
        It is none, too deep, or the package that reads it is missing.
    """
    if not has_lark():
        raise RefusalError(501, NEEDS, "$filter")
    from lark.exceptions import LarkError, VisitError

    try:
        found: Tree = _parser().parse(text)
    except VisitError as error:
        raise error.orig_exc from None
    except LarkError as error:
        place = getattr(error, "column", None)
        where = f" at character {place}" if isinstance(place, int) and place > 0 else ""
        raise RefusalError(400, f"the expression cannot be read{where}", "$filter") from None
    return found


def has_lark() -> bool:
    """Whether the package that reads expressions is there."""
    return find_spec("lark") is not None


@cache
def _parser() -> Any:
    import lark

    class Trees(lark.Transformer):  # type: ignore[type-arg, unused-ignore, misc]
        """Makes tuples while the text is read, so that no text is too deep to be refused."""

    for name in ("either", "both", "denied", "compared", "reckoned", "negative", "call"):
        setattr(Trees, name, _grown(name))
    for name, reading in _READINGS.items():
        setattr(Trees, name, _leaf(reading))
    return lark.Lark(_GRAMMAR, parser="lalr", transformer=Trees())


def _grown(name: str) -> Any:
    def grow(_: Any, parts: list[Any]) -> Tree:
        made = [part for part in parts if part is not None]
        depth = 1 + max((term[-1] for term in made if isinstance(term, tuple)), default=0)
        if depth > DEPTH_MAX:
            words = f"expressions stand in one another, more than {DEPTH_MAX} deep"
            raise RefusalError(400, words, "$filter")
        return (name, made, depth)

    return grow


def _leaf(reading: Any) -> Any:
    def read(_: Any, token: Any) -> Any:
        try:
            return reading(str(token))
        except (ValueError, OverflowError) as error:
            raise RefusalError(400, str(error), "$filter") from None

    return read


def _number(text: str) -> Tree:
    value = int(text) if text.isdecimal() else float(text)
    if abs(value) >= (1 << 63 if isinstance(value, int) else float("inf")):
        raise ValueError(f"{text[:40]} is beyond the numbers of 64 bits")
    return ("number", value, 0)


def _clock(text: str) -> Tree:
    whole = text if text.count(":") == 2 else f"{text}:00"
    return ("text", whole.ljust(9, ".").ljust(15, "0"), 0)


_READINGS = {
    "NULL": lambda _: ("null", None, 0),
    "TRUTH": lambda text: ("truth", text == "true", 0),
    "MOMENT": lambda text: ("time", span(text), 0),
    "DATE": lambda text: ("text", text, 0),
    "CLOCK": _clock,
    "DURATION": lambda text: ("duration", duration(text[9:-1]), 0),
    "GEOGRAPHY": lambda text: ("geometry", text[10:-1], 0),
    "NUMBER": _number,
    "TEXT": lambda text: ("text", text[1:-1].replace("''", "'"), 0),
    "PATH": lambda text: ("path", text, 0),
}
