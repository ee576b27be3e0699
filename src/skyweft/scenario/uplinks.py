"""By which rule a device's messages go to whoever receives them, and what must hold for that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from skyweft.scenario.contention import Shared
from skyweft.scenario.messages import Beacon, Messages
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.raw import (
    Found,
    Plain,
    carriers,
    moves,
    names,
    rows,
    table,
    there,
    valid,
)
from skyweft.scenario.terminals import Link, Radio, Terminal
from skyweft.scenario.waveforms import (
    AnyWaveform,
    known_waveforms,
    shared_kinds,
    waveform_named,
)
from skyweft.scenario.words import listed, unknown

Complaints = Iterator[tuple[str, str]]  # key and words


@dataclass(frozen=True, slots=True)
class Uplink:
    """A rule by which a device is received: its place among `[[links]]`, and the two terminals."""

    link: int
    device: str
    receiver: str


def uplinks(
    carried: Sequence[str], links: Mapping[int, Link], waveforms: Mapping[str, Waveform]
) -> list[Uplink]:
    """Return the random-access rules of whoever carries these terminals, in the file's order."""
    found, known = [], known_waveforms(waveforms)
    for number, link in links.items():
        name = link.waveform
        if name is None or name not in known:
            continue
        if not isinstance(waveform_named(name, waveforms), Shared):
            continue
        one, other = link.between
        if one in carried and other not in carried:
            found.append(Uplink(number, one, other))
        elif other in carried and one not in carried:
            found.append(Uplink(number, other, one))
    return found


@dataclass(frozen=True, slots=True)
class _Models:
    """What of the file is valid."""

    data: Plain
    terminals: dict[str, Terminal]
    waveforms: dict[str, Waveform]
    links: dict[int, Link]


def references(data: Plain) -> Found:
    """Yield place and words of everything that keeps messages from being sent at all."""
    asked = rows(data, "messages")
    if not asked:
        return
    links = valid(TypeAdapter(Link), {str(row): link for row, link in rows(data, "links")})
    models = _Models(
        data,
        valid(TypeAdapter[Terminal](Terminal), table(data, "terminals")),
        valid(TypeAdapter[Waveform](AnyWaveform), table(data, "waveforms")),
        {int(row): link for row, link in links.items()},
    )
    messages = valid(TypeAdapter(Messages), {str(row): each for row, each in asked})
    for row, rule in asked:
        missing = False
        for key in ("source", "target"):
            name = rule.get(key)
            if isinstance(name, str) and not there(data, "platforms", name):
                words = unknown(name, table(data, "platforms"), "group of platforms")
                yield ("messages", row, key), words
                missing = missing or key == "source"
        if str(row) in messages and not missing:
            for key, words in _messages(messages[str(row)], models):
                yield ("messages", row, *([key] if key else [])), words


def _messages(rule: Messages, models: _Models) -> Complaints:
    group = models.data["platforms"][rule.source]
    carried = [name for _, name in names(group, "terminals")] if isinstance(group, Mapping) else []
    found = uplinks(carried, models.links, models.waveforms)
    if not found:
        words = (
            f'"{rule.source}" is joined to no receiver: a rule in [[links]] is needed between one '
            f"of its terminals and another, with a waveform of {listed(shared_kinds())}"
        )
        yield "source", words
        return
    several = {(uplink.device, models.links[uplink.link].waveform) for uplink in found}
    if len(several) > 1:
        said = " and ".join(f"{device} with {waveform}" for device, waveform in sorted(several))
        yield "source", f'"{rule.source}" would send in two ways: {said}; give it one'
        return
    name = models.links[found[0].link].waveform
    assert name is not None
    waveform = waveform_named(name, models.waveforms)
    assert isinstance(waveform, Shared)
    if words := waveform.unfit(rule.size_bytes):
        yield "size_bytes", words
    yield from _event(rule, models.data)
    for uplink in found:
        yield from _uplink(rule, uplink, models)
    if isinstance(rule.wake, Beacon):
        ends = [models.terminals.get(uplink.receiver) for uplink in found]
        radios = [each for each in ends if isinstance(each, Radio)]
        if radios and not any(each.reception.beacon_period_s for each in radios):
            yield "wake", "no receiver sends beacons: give its terminal reception.beacon_period_s"


def _event(rule: Messages, data: Plain) -> Complaints:
    kind = moves(data, rule.source)
    if rule.profile is not None and kind:
        yield "profile", f'"{rule.source}" moves ({kind}); hours need devices that stand still'
    if rule.wake.kind in ("pass", "beacon") and kind:
        yield "wake", f'"{rule.source}" moves ({kind}); only what stands still waits for passes'
    if rule.burst is None:
        return
    whole_s = data.get("duration_s")
    # What is no duration at all is said at its own key.
    if isinstance(whole_s, int | float) and 0 < whole_s <= rule.burst.start_s:
        yield "burst", f"start_s is {rule.burst.start_s:g} s, but the run ends at {whole_s:g} s"
    if rule.burst.radius_m is not None and kind:
        yield "burst", f'"{rule.source}" moves ({kind}); radius_m needs devices that stand still'


def _uplink(rule: Messages, uplink: Uplink, models: _Models) -> Complaints:
    """Say what keeps a rule of the links from carrying messages."""
    link = models.links[uplink.link]
    place = f"links[{uplink.link}]"
    if link.pattern != "all":
        yield "source", f"{place} has the pattern {link.pattern!r}; devices talk to all in view"
    for group in carriers(models.data, uplink.receiver):
        layers = [table(models.data, "platforms").get(each, {}).get("layer")
                  for each in (rule.source, group)]  # fmt: skip
        if layers[0] == layers[1]:
            words = f'"{rule.source}" and "{group}" under {place} are both in the layer '
            yield "source", f'{words}"{layers[0]}"; receivers must be in another one'
    device, receiver = (models.terminals.get(name) for name in (uplink.device, uplink.receiver))
    if not (isinstance(device, Radio) and isinstance(receiver, Radio)):
        return
    if not (device.transmits and receiver.receives):
        yield "source", f"{uplink.device} must transmit and {uplink.receiver} receive under {place}"
    if rule.confirmed and not (device.receives and receiver.transmits):
        words = (
            f"{uplink.receiver} must transmit acknowledgements, and {uplink.device} receive them"
        )
        yield "confirmed", words
    for name, end in ((uplink.device, device), (uplink.receiver, receiver)):
        if end.mask is not None:
            words = f"terminals.{name} has a mask, which random access does not look at yet"
            yield "source", words
