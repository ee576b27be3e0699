"""What must hold between the tables of a scenario: names that meet names.

Works on plain tables, before or after the models have checked them, so that a wrong name and a
wrong number are reported in the same round; anything of the wrong shape is left to the models.
"""

from collections.abc import Iterator

from pydantic import TypeAdapter

from skyweft.scenario.modulations import Waveform
from skyweft.scenario.motion import Motion
from skyweft.scenario.parts import parts
from skyweft.scenario.raw import (
    Error,
    Found,
    Plain,
    all_carriers,
    model_of,
    moving,
    names,
    rows,
    table,
    there,
    valid,
)
from skyweft.scenario.terminals import Link, Terminal
from skyweft.scenario.waveforms import AnyWaveform, link_errors, ready_made
from skyweft.scenario.words import place, unknown

PLATFORMS_MAX = 10_000_000


def references(data: Plain) -> Iterator[Error]:
    """Yield place and words of every name that leads nowhere."""
    for look in (_platforms, _links, *(model.references for model in parts())):
        for steps, words in look(data):
            yield place(steps), words
    yield from _budgets(data)


def _platforms(data: Plain) -> Found:
    terminals = table(data, "terminals")
    total = 0
    for group, members in table(data, "platforms").items():
        seen = set()
        for row, name in names(members, "terminals"):
            where = ("platforms", group, "terminals", row)
            if name not in terminals and not there(data, "terminals", name):
                yield where, unknown(name, terminals, "terminal")
            if name in seen:
                yield where, f'"{name}" is named twice'
            seen.add(name)
        total += _count(moving(data, group))
    if total > PLATFORMS_MAX:
        yield ("platforms",), f"more than {PLATFORMS_MAX:_} platforms in all is more than fits"


def _count(way: Plain) -> int:
    """Count the platforms of a group as far as the scenario itself says so."""
    count = 1
    for key in (model_of(way) or Motion).factors:
        factor = way.get(key, 1)
        count *= factor if isinstance(factor, int) and factor > 0 else 1
    return count


def _links(data: Plain) -> Found:
    carried, known = all_carriers(data), [*ready_made(), *table(data, "waveforms")]
    for row, link in rows(data, "links"):
        ends = names(link, "between")
        valid = True
        for end, name in ends:
            where = ("links", row, "between", end)
            if not there(data, "terminals", name):
                yield where, unknown(name, table(data, "terminals"), "terminal")
                valid = False
            elif name not in carried:
                yield where, f'no platform carries the terminal "{name}"'
                valid = False
        if valid and len(ends) == 2:
            yield from _pair(data, row, link, carried[ends[0][1]], ends[0][1])
        waveform = link.get("waveform")
        if (
            isinstance(waveform, str)
            and waveform not in known
            and not there(data, "waveforms", waveform)
        ):
            yield ("links", row, "waveform"), unknown(waveform, known, "waveform")


def _pair(data: Plain, row: int, link: Plain, groups: list[str], terminal: str) -> Found:
    if link.get("pattern") not in ("grid", "ring"):
        return
    for group in groups:
        if not fills_planes(data, group):
            yield (
                ("links", row, "pattern"),
                f'"{link["pattern"]}" needs groups that fill planes (walker, or elements with '
                f'planes and per_plane); "{group}", which carries "{terminal}", does not',
            )


def _budgets(data: Plain) -> Iterator[Error]:
    """Pass on what the link models say of rules between terminals, as far as those are valid."""
    terminals = valid(TypeAdapter[Terminal](Terminal), table(data, "terminals"))
    waveforms = valid(TypeAdapter[Waveform](AnyWaveform), table(data, "waveforms"))
    rules = valid(TypeAdapter(Link), {str(row): link for row, link in rows(data, "links")})
    for row, link in rules.items():
        for where, words in link_errors([link], terminals, waveforms):
            yield where.replace("links[0]", f"links[{row}]", 1), words


def fills_planes(data: Plain, group: str) -> bool:
    """Whether the members of a group have slots in planes."""
    way = moving(data, group)
    return (model_of(way) or Motion).in_planes(way)
