"""Reads the options behind an address: what of the entities, which, in what order, how many."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from skyweft.sensorthings.model.entities import ENTITIES, Entity, Link
from skyweft.sensorthings.refusing import RefusalError

TOP, TOP_MAX = 100, 10_000  # entities of a page
SKIP_MAX = 1 << 62
EXPANDED_MAX = 6  # links over links
LENGTH_MAX = 16_000  # characters
_WHOLE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a set."""

    filter: str | None = None
    expand: tuple[tuple[Link, "Options"], ...] = ()
    select: tuple[str, ...] | None = None
    orderby: tuple[tuple[str, bool], ...] = ()  # expression, descending
    top: int | None = None
    skip: int = 0
    count: bool = False
    arrays: bool = False  # $resultFormat=dataArray
    said: dict[str, str] = field(default_factory=dict)  # as it was written

    @property
    def page(self) -> int:
        """Return how many entities fit on a page."""
        return min(TOP if self.top is None else self.top, TOP_MAX)


def options(query: str, entity: Entity) -> Options:
    """Read the part of an address behind the question mark.

    Raises
    ------
    RefusalError
        An option is unknown, given twice or has a value that it cannot have.
    """
    if len(query) > LENGTH_MAX:
        raise RefusalError(400, f"options of at most {LENGTH_MAX:,} characters are read", "?")
    try:
        pairs = [
            [unquote_plus(half, errors="strict") for half in option.partition("=")[::2]]
            for option in query.split("&")
            if option
        ]
    except UnicodeDecodeError as error:
        raise RefusalError(400, f"options are UTF-8: {error}", "?") from None
    if "\0" in "".join(value for _, value in pairs):
        raise RefusalError(400, "options hold no character U+0000", "?")
    # What has no $ is no option of the standard: others may put their own there.
    return _options([(key, value) for key, value in pairs if key.startswith("$")], entity, 0)


def _options(pairs: list[tuple[str, str]], entity: Entity, depth: int) -> Options:
    said: dict[str, str] = {}
    for key, value in pairs:
        if key in said:
            raise RefusalError(400, f"{key} is given twice", key)
        said[key] = value.strip()
    known = {"$filter", "$expand", "$select", "$orderby", "$top", "$skip", "$count"}
    if depth == 0:
        known.add("$resultFormat")
    if unknown := sorted(said.keys() - known):
        raise RefusalError(400, f"{unknown[0]} is none of {', '.join(sorted(known))}", unknown[0])
    return Options(
        filter=said.get("$filter"),
        expand=_expand(said["$expand"], entity, depth) if "$expand" in said else (),
        select=_select(said["$select"], entity) if "$select" in said else None,
        orderby=tuple(_orderby(said["$orderby"])) if "$orderby" in said else (),
        top=_whole("$top", said["$top"]) if "$top" in said else None,
        skip=_whole("$skip", said.get("$skip", "0")),
        count=_truth("$count", said.get("$count", "false")),
        arrays=_arrays(said.get("$resultFormat"), entity),
        said=said,
    )


def _whole(key: str, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise RefusalError(400, f"{key} is a whole number from 0 on, not {text!r}", key)
    return int(text)


def _truth(key: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise RefusalError(400, f"{key} is true or false, not {text!r}", key)
    return text == "true"


def _arrays(text: str | None, entity: Entity) -> bool:
    if text is not None and (text != "dataArray" or entity.name != "Observation"):
        raise RefusalError(
            400, "$resultFormat=dataArray, of Observations, is all there is", "$resultFormat"
        )
    return text is not None


def _select(text: str, entity: Entity) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        there = name in ("id", "@iot.id", "@iot.selfLink") or entity.property(name)
        if not (there or entity.link(name)):
            raise RefusalError(400, f"a {entity.name} has no {name!r}", "$select")
    return names


def _orderby(text: str) -> Iterator[tuple[str, bool]]:
    for part in parted(text, ",", "$orderby"):
        words = part.rsplit(None, 1)
        last = words[-1] if len(words) == 2 else ""
        direction = last if last.lower() in ("asc", "desc") else ""  # clients write DESC too
        if expression := part.removesuffix(direction).strip():
            yield expression, direction.lower() == "desc"
        else:
            raise RefusalError(400, "$orderby names what to order by", "$orderby")


def _expand(text: str, entity: Entity, depth: int) -> tuple[tuple[Link, Options], ...]:
    if depth == EXPANDED_MAX:
        raise RefusalError(400, f"$expand goes over at most {EXPANDED_MAX} links", "$expand")
    found: dict[str, tuple[Link, Options]] = {}
    for part in parted(text, ",", "$expand"):
        link, read = _expanded(part, entity, depth)
        if link.name in found:
            before = found[link.name][1]
            if before.said or read.said:
                raise RefusalError(400, f"{link.name} is expanded twice", "$expand")
            read = Options(expand=(*before.expand, *read.expand))
        found[link.name] = link, read
    return tuple(found.values())


def _expanded(part: str, entity: Entity, depth: int) -> tuple[Link, Options]:
    """Read a link, with what is asked of it in brackets, or the links behind it."""
    path, bracket, inner = part.partition("(")
    name, slash, further = path.strip().partition("/")
    link = entity.link(name)
    if link is None:
        raise RefusalError(400, f"a {entity.name} has no link {name!r}", "$expand")
    target = ENTITIES[link.target]
    if slash:
        return link, Options(expand=_expand(further + bracket + inner, target, depth + 1))
    if not bracket:
        return link, Options()
    if not inner.endswith(")"):
        raise RefusalError(400, f"the brackets of {name} are not closed", "$expand")
    pairs = [option.partition("=")[::2] for option in parted(inner[:-1], ";", "$expand")]
    return link, _options([(key.strip(), value) for key, value in pairs], target, depth + 1)


def parted(text: str, mark: str, key: str) -> list[str]:
    """Part a text where a mark stands outside brackets and quotes."""
    parts, depth, quoted, begin = [], 0, False, 0
    for place, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if depth < 0:
                break
            if character == mark and not depth:
                parts.append(text[begin:place])
                begin = place + 1
    if depth or quoted:
        raise RefusalError(400, f"brackets or quotes of {text!r} are not closed", key)
    parts.append(text[begin:])
    if not all(part.strip() for part in parts):
        raise RefusalError(400, f"nothing stands beside a {mark!r} of {text!r}", key)
    return [part.strip() for part in parts]
