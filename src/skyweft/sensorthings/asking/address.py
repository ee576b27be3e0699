"""Reads addresses such as `Things(1)/Datastreams(2)/Observations` (OGC 18-088, clause 9.2)."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from skyweft.sensorthings.model.entities import ENTITIES, SETS, Entity, Link
from skyweft.sensorthings.refusing import RefusalError

HOPS_MAX = 10
_SEGMENT = re.compile(r"([A-Za-z]+)(?:\(([^()]*)\))?")
_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Hop:
    """A piece of an address that leads to entities: over a link, but for the first."""

    entity: Entity
    link: Link | None
    id: int | None

    @property
    def many(self) -> bool:
        """Whether it leads to a set."""
        return self.id is None and (self.link is None or self.link.many)


@dataclass(frozen=True, slots=True)
class Address:
    """What an address leads to: entities, and a property of one."""

    hops: tuple[Hop, ...]
    within: tuple[str, ...] = ()  # the property, and the members below it
    raw: bool = False  # $value
    refs: bool = False  # $ref

    @property
    def entity(self) -> Entity:
        """Return of what kind the entities are."""
        return self.hops[-1].entity

    @property
    def many(self) -> bool:
        """Whether it leads to a set."""
        return self.hops[-1].many

    @property
    def last(self) -> str:
        """Return the last piece's name."""
        return self.hops[-1].link.name if self.hops[-1].link else self.entity.plural


def address(path: str) -> Address:
    """Read an address, without what stands before its first set.

    Raises
    ------
    RefusalError
        No entity has such a link or property.
    """
    pieces = [unquote(piece) for piece in path.strip("/").split("/")]
    hops: list[Hop] = []
    while pieces and (hop := _hop(pieces[0], hops)):
        if len(hops) == HOPS_MAX:
            raise RefusalError(400, f"an address leads over at most {HOPS_MAX} entities", path)
        hops.append(hop)
        pieces.pop(0)
    if not hops:
        raise RefusalError(404, f"there is no {pieces[0]}: there are {', '.join(SETS)}", path)
    raw, refs = pieces[-1:] == ["$value"], pieces == ["$ref"]
    within = tuple(pieces[:-1] if raw or refs else pieces)
    found = Address(tuple(hops), within, raw, refs)
    if within and (found.many or not _has(found.entity, within)):
        raise RefusalError(404, f"{found.last} has no {'/'.join(within)}", path)
    if raw and not within:
        raise RefusalError(400, "$value is of a property", path)
    return found


def _hop(piece: str, hops: list[Hop]) -> Hop | None:
    """Return where a piece leads to; None where it is no entity's."""
    found = _SEGMENT.fullmatch(piece)
    if not found or (hops and hops[-1].many):
        return None
    name, number = found.groups()
    link = hops[-1].entity.link(name) if hops else None
    entity = ENTITIES[link.target] if link else SETS.get(name) if not hops else None
    if not entity or (number is not None and link and not link.many):
        return None
    if number is not None and not _ID.fullmatch(number):
        raise RefusalError(404, f"there is no {piece}: ids are whole numbers", piece)
    return Hop(entity, link, None if number is None else int(number))


def _has(entity: Entity, within: tuple[str, ...]) -> bool:
    first, *rest = within
    if first in ("id", "@iot.id"):
        return not rest
    prop = entity.property(first)
    return prop is not None and (not rest or prop.kind in ("object", "any", "result"))
