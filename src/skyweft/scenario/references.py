"""What must hold between the tables of a scenario: names that meet names.

Works on plain tables, before or after the models have checked them, so that a wrong name and a
wrong number are reported in the same round; anything of the wrong shape is left to the models.
"""

from collections.abc import Iterator, Mapping

from pydantic import TypeAdapter

from skyweft.scenario import uplinks
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.motion import Motion
from skyweft.scenario.raw import (
    Error,
    Found,
    Plain,
    all_carriers,
    model_of,
    moves,
    moving,
    names,
    rows,
    table,
    there,
    valid,
)
from skyweft.scenario.terminals import Link, Terminal
from skyweft.scenario.waveforms import AnyWaveform, link_errors, ready_made
from skyweft.scenario.words import Step, place, shown, unknown

PLATFORMS_MAX = 10_000_000
# Keys of `[[packets]]` that speak of the links, and what they are unless given.
SHARED = (("step_s", 1.0), ("processing_s", 0.0), ("buffer_bytes", 1e6), ("background", False))


def references(data: Plain) -> Iterator[Error]:
    """Yield place and words of every name that leads nowhere."""
    for look in (_platforms, _links, _coverage, _asked, _gateways, uplinks.references):
        for steps, words in look(data):
            yield place(steps), words
    yield from _budgets(data)


def _platforms(data: Plain) -> Found:
    terminals = table(data, "terminals")
    total = 0
    for group, each in table(data, "platforms").items():
        seen = set()
        for row, name in names(each, "terminals"):
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
                f'"{link["pattern"]}" needs groups that fill planes (walker, or tle with planes '
                f'and per_plane); "{group}", which carries "{terminal}", does not',
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


def _coverage(data: Plain) -> Found:
    coverage = data.get("coverage")
    if not isinstance(coverage, Mapping):
        return
    groups = table(data, "platforms")
    for key in ("platforms", "sites"):
        for row, name in names(coverage, key):
            if not there(data, "platforms", name):
                yield ("coverage", key, row), unknown(name, groups, "group of platforms")
            elif key == "sites" and (kind := moves(data, name)):
                words = f'"{name}" moves ({kind}); sites must stand still'
                yield ("coverage", key, row), words


def _gateways(data: Plain) -> Found:
    gateways = data.get("gateways")
    if not isinstance(gateways, Mapping):
        return
    for row, name in names(gateways, "sites"):
        where = ("gateways", "sites", row)
        if not there(data, "platforms", name):
            yield where, unknown(name, table(data, "platforms"), "group of platforms")
        elif kind := moves(data, name):
            yield where, f'"{name}" moves ({kind}); gateways must stand still'
    if gateways.get("demand_bps") is None and not data.get("flows"):
        yield ("gateways",), "give demand_bps, or [[flows]] whose demand they are to carry"


def _asked(data: Plain) -> Found:
    ends = ("sources", "targets")
    for asked, keys in (("routes", ends), ("flows", ends), ("failures", ("platforms",))):
        for row, rule in rows(data, asked):
            for key in keys:
                for end, name in names(rule, key):
                    if not there(data, "platforms", name):
                        words = unknown(name, table(data, "platforms"), "group of platforms")
                        yield (asked, row, key, end), words
                    elif rule.get("gravity") is not None:
                        yield from _standing(data, name, (asked, row, key, end))
    yield from _failing_links(data)
    yield from _steps(data)
    yield from _packets(data)


def _failing_links(data: Plain) -> Found:
    count = len(rows(data, "links"))
    for row, cause in rows(data, "failures"):
        below = cause.get("links")
        for at, number in enumerate(below if isinstance(below, list | tuple) else []):
            if isinstance(number, int) and number >= count:
                words = f"there is no links[{number}]; there are {count}, counted from 0"
                yield ("failures", row, "links", at), words


def _standing(data: Plain, name: str, where: tuple[Step, ...]) -> Found:
    if kind := moves(data, name):
        yield where, f'"{name}" moves ({kind}); gravity needs places that stand still'


def _steps(data: Plain) -> Found:
    """Flows share links, so they are looked at together."""
    steps = [(row, rule.get("step_s", 60.0)) for row, rule in rows(data, "flows")]
    for row, step_s in steps[1:]:
        if step_s != steps[0][1]:
            words = f"is {step_s} but flows[{steps[0][0]}] has {steps[0][1]}: flows share links, "
            yield ("flows", row, "step_s"), words + "so all have the same step"


def _packets(data: Plain) -> Found:
    """Packets share links and lie within the run; whether a platform is there, the fleet knows."""
    whole_s = data.get("duration_s")
    asked = rows(data, "packets")
    for row, rule in asked:
        start_s, lasts_s = rule.get("start_s", 0.0), rule.get("duration_s", 60.0)
        valid = all(_number(each) for each in (start_s, lasts_s, whole_s))
        if valid and start_s + lasts_s > whole_s:
            words = f"start_s and duration_s end at {start_s + lasts_s:g} s, after the run's "
            yield ("packets", row), words + f"{whole_s:g} s"
        if rule.get("background") is True and not rows(data, "flows"):
            yield ("packets", row, "background"), "there are no [[flows]] to take off the rates"
        for key, usual in SHARED:
            here, first = (each.get(key, usual) for each in (rule, asked[0][1]))
            if here != first:
                words = f"is {shown(here)} but packets[{asked[0][0]}] has {shown(first)}: "
                yield ("packets", row, key), words + "packets share links, so all have the same"


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
