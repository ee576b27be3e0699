"""The functions of `$filter` (OGC 18-088, clause 9.3.3.5) in SQL."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

from skyweft.sensorthings.asking.terms import Kind, Term, Terms
from skyweft.sensorthings.keeping.sql_functions import RELATIONS
from skyweft.sensorthings.model.times import instant, now
from skyweft.sensorthings.refusing import RefusalError

_PLACES: dict[str, int] = {"number": 0, "text": 1, "truth": 2}
# Name: kinds of arguments, kind of the answer, SQL of them.
_PLAIN: dict[str, tuple[tuple[Kind, ...], Kind, str]] = {
    "contains": (("text", "text"), "truth", "(sta_indexof({0}, {1}) >= 0)"),
    "substringof": (("text", "text"), "truth", "(sta_indexof({1}, {0}) >= 0)"),
    "startswith": (("text", "text"), "truth", "sta_startswith({0}, {1})"),
    "endswith": (("text", "text"), "truth", "sta_endswith({0}, {1})"),
    "length": (("text",), "number", "sta_length({0})"),
    "indexof": (("text", "text"), "number", "sta_indexof({0}, {1})"),
    "substring": (("text", "number", "number"), "text", "sta_substring({0}, {1}, {2})"),
    "tolower": (("text",), "text", "sta_lower({0})"),
    "toupper": (("text",), "text", "sta_upper({0})"),
    "trim": (("text",), "text", "sta_trim({0})"),
    "concat": (("text", "text"), "text", "({0} || {1})"),
    "round": (("number",), "number", "sta_round({0})"),
    "floor": (("number",), "number", "sta_floor({0})"),
    "ceiling": (("number",), "number", "sta_ceiling({0})"),
}
_PARTS: dict[str, Kind] = {
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "second"), "number"),
    "fractionalseconds": "number",
    "date": "text",
    "time": "text",
}
_MOMENTS: dict[str, Callable[[], int]] = {
    "now": now,
    "mindatetime": lambda: instant("0001-01-01T00:00:00Z"),
    "maxdatetime": lambda: instant("9999-12-31T23:59:59.999999Z"),
}
# Of two times, each from its start until before its end.
_TEMPORAL = {
    "before": "{1} <= {2}",
    "after": "{0} >= {3}",
    "meets": "({1} = {2} OR {3} = {0})",
    "during": "{0} >= {2} AND {1} <= {3}",
    "overlaps": "{0} < {3} AND {2} < {1}",
    "starts": "{0} = {2} AND {1} <= {3}",
    "finishes": "{1} = {3} AND {0} >= {2}",
}
_LATER = ("geo.distance", "geo.length", "st_relate")


def as_kind(term: Term, kind: Kind, where: str) -> Term:
    """Return a value as one of a kind; one that may be of any is null where it is of another.

    Raises
    ------
    RefusalError
        It is of another kind.
    """
    if term.kind == kind:
        return term
    if term.kind == "null":
        return Term(kind, ("NULL",) * (2 if kind == "time" else 1))
    if term.kind == "any" and kind in _PLACES:
        return Term(kind, (term.sql[_PLACES[kind]],))
    if term.kind == "any" and kind == "time":
        start = f"sta_instant({term.sql[1]})"
        return Term("time", (start, f"({start} + 1)"))
    raise RefusalError(400, f"{where} is of {kind}, not of {term.kind}", "$filter")


def call(name: str, arguments: Sequence[Term], terms: Terms) -> Term:
    """Return the answer of a function.

    Raises
    ------
    RefusalError
        There is none of this name, or its arguments are others.
    """
    if name in _PLAIN:
        kinds, kind, sql = _PLAIN[name]
        if name == "substring" and len(arguments) == 2:
            arguments = (*arguments, Term("number", ("-1",)))
        return Term(kind, (sql.format(*_taken(name, arguments, kinds)),))
    if name in _PARTS:
        (start, _) = _taken(name, arguments, ("time",))
        return Term(_PARTS[name], (f"sta_part({terms.bind(name)}, {start})",))
    if name == "totaloffsetminutes":  # all times are kept and told in UTC
        (start, _) = _taken(name, arguments, ("time",))
        return Term("number", (f"(0 * {start})",))
    if name in _MOMENTS:
        _taken(name, arguments, ())
        start = terms.bind(_MOMENTS[name]())
        return Term("time", (start, f"({start} + 1)"))
    if name in _TEMPORAL:
        four = _taken(name, arguments, ("time", "time"))
        return Term("truth", (f"({_TEMPORAL[name].format(*four)})",))
    relation = name.removeprefix("st_").removeprefix("geo.")
    if relation in RELATIONS and (name.startswith("st_") or name == "geo.intersects"):
        return _related(name, relation, arguments, terms)
    if name in _LATER:
        raise RefusalError(501, f"{name} is not there yet", "$filter")
    raise RefusalError(400, f"there is no function {name[:40]}", "$filter")


def _taken(name: str, arguments: Sequence[Term], kinds: Sequence[Kind]) -> list[str]:
    """Return the SQL of arguments, which must be as many and of these kinds."""
    if len(arguments) != len(kinds):
        words = f"{name} takes {len(kinds)} arguments, not {len(arguments)}"
        raise RefusalError(400, words, "$filter")
    pairs = zip(arguments, kinds, strict=True)
    return [sql for term, kind in pairs for sql in as_kind(term, kind, name).sql]


def _related(name: str, relation: str, arguments: Sequence[Term], terms: Terms) -> Term:
    if find_spec("shapely") is None:
        words = f"{name} needs shapely: pip install 'skyweft[platform]'"
        raise RefusalError(501, words, "$filter")
    pair = ", ".join(_taken(name, arguments, ("geometry", "geometry")))
    return Term("truth", (f"sta_related({terms.bind(relation)}, {pair})",))
