"""`$filter` and `$orderby` in SQL."""

from typing import Any

from skyweft.sensorthings.asking.terms import Terms
from skyweft.sensorthings.model.entities import Entity
from skyweft.sensorthings.refusing import RefusalError


def condition(text: str, terms: Terms) -> str:
    """Return the condition of a `$filter` in SQL."""
    raise RefusalError(501, "$filter is not there yet", "$filter")


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
        found += [terms.first(each) + (" DESC" if descending else "") for each in columns]
    return ", ".join([*found, "t.id"])
