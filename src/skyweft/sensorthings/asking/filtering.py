"""`$filter` and `$orderby` in SQL: every value is bound, no text of a request stands in it.

A time is from its first microsecond until before its end; a moment lasts one. What is compared with
null is equal to null alone.
"""

from collections.abc import Sequence
from typing import Any

from skyweft.sensorthings.asking import functions
from skyweft.sensorthings.asking.grammar import Tree, tree
from skyweft.sensorthings.asking.terms import Kind, Term, Terms
from skyweft.sensorthings.model.entities import Entity

_COMPARED = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_RECKONED = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def condition(text: str, terms: Terms) -> str:
    """Return the condition of a `$filter` in SQL.

    Raises
    ------
    RefusalError
        It cannot be read, compares what cannot be compared, or asks for what is not there.
    """
    found = functions.as_kind(_term(tree(text), terms), "truth", "$filter")
    return terms.exists(found.only)


def ordering(orderby: tuple[tuple[str, bool], ...], entity: Entity, values: dict[str, Any]) -> str:
    """Return what to order by in SQL: by the id where all else is equal.

    Raises
    ------
    RefusalError
        It is no property.
    """
    found = []
    for path, descending in orderby:
        terms = Terms(entity, values)
        columns = terms.property(path, "$orderby").sql
        found += [terms.first(column) + (" DESC" if descending else "") for column in columns]
    return ", ".join([*found, "t.id"])


def _term(node: Tree, terms: Terms) -> Term:
    kind, parts, _ = node
    if kind == "path":
        return terms.property(parts, "$filter")
    if kind == "time":
        start = terms.bind(parts.start_us)
        end_us = parts.end_us if (parts.end_us or 0) > parts.start_us else parts.start_us + 1
        return Term("time", (start, terms.bind(end_us)))
    if kind in ("null", "truth", "number", "text", "duration", "geometry"):
        return Term(kind, (terms.bind(parts),))
    if kind == "call":
        name, *arguments = parts
        made = [_term(argument, terms) for argument in arguments]
        return functions.call(str(name), made, terms)
    if kind in ("either", "both", "denied"):
        truths = [functions.as_kind(_term(part, terms), "truth", kind).only for part in parts]
        return Term("truth", (_logical(kind, truths),))
    if kind == "negative":
        return Term(
            "number", (f"(-{functions.as_kind(_term(parts[0], terms), 'number', '-').only})",)
        )
    one, operator, other = parts
    made = [_term(one, terms), _term(other, terms)]
    if kind == "compared":
        return Term("truth", (compared(str(operator), *made),))
    return _reckoned(str(operator), *made)


def _logical(kind: str, truths: Sequence[str]) -> str:
    """Join truths so that the tree of SQL stays flat, however many there are."""
    if kind == "denied":
        return f"(NOT {truths[0]})"
    if len(truths) == 1:
        return truths[0]
    half = len(truths) // 2
    word = "OR" if kind == "either" else "AND"
    return f"({_logical(kind, truths[:half])} {word} {_logical(kind, truths[half:])})"


def compared(operator: str, one: Term, other: Term) -> str:
    """Return the comparison of two values in SQL, which is never null."""
    if "null" in (one.kind, other.kind):
        alike = _both_null(one, other)
        return {"eq": alike, "ne": f"(NOT {alike})"}.get(operator, "0")
    if "time" in (one.kind, other.kind):
        return _times(
            operator, *(functions.as_kind(term, "time", operator) for term in (one, other))
        )
    if one.kind == other.kind == "any":
        pairs = zip(one.sql, other.sql, strict=True)
        if operator == "ne":
            return "(" + " OR ".join(f"{a} IS NOT {b}" for a, b in pairs) + ")"
        if operator == "eq":
            return "(" + " AND ".join(f"{a} IS {b}" for a, b in pairs) + ")"
        return "(" + " OR ".join(_plain(operator, a, b) for a, b in pairs) + ")"
    kind: Kind = other.kind if one.kind == "any" else one.kind
    pair = [functions.as_kind(term, kind, operator).only for term in (one, other)]
    return _plain(operator, *pair)


def _both_null(one: Term, other: Term) -> str:
    return "(" + " AND ".join(f"{column} IS NULL" for column in (*one.sql, *other.sql)) + ")"


def _plain(operator: str, one: str, other: str) -> str:
    if operator in ("eq", "ne"):
        return f"({one} IS {'NOT ' * (operator == 'ne')}{other})"
    return f"ifnull({one} {_COMPARED[operator]} {other}, 0)"


def _times(operator: str, one: Term, other: Term) -> str:
    (start, end), (first, last) = one.sql, other.sql
    same = f"({start} IS {first} AND {end} IS {last})"
    if operator in ("eq", "ne"):
        return same if operator == "eq" else f"(NOT {same})"
    apart = f"{end} <= {first}" if operator in ("lt", "le") else f"{start} >= {last}"
    or_same = f" OR {start} = {first} AND {end} = {last}" * (operator in ("le", "ge"))
    return f"ifnull({apart}{or_same}, 0)"


def _reckoned(operator: str, one: Term, other: Term) -> Term:
    kinds = one.kind, other.kind
    if operator in ("add", "sub"):
        sign = _RECKONED[operator]
        if kinds == ("duration", "duration"):
            return Term("duration", (f"({one.only} {sign} {other.only})",))
        if kinds == ("time", "duration"):
            start, end = (f"({column} {sign} {other.only})" for column in one.sql)
            return Term("time", (start, end))
        if kinds == ("time", "time") and operator == "sub":
            return Term("duration", (f"({one.sql[0]} - {other.sql[0]})",))
    left, right = (functions.as_kind(term, "number", operator).only for term in (one, other))
    if operator == "mod":
        return Term("number", (f"sta_remainder({left}, {right})",))
    return Term("number", (f"({left} {_RECKONED[operator]} {right})",))
