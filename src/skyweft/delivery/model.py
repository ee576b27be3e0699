"""What devices have to say, when they wake to say it, and how it travels on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from skyweft.delivery.uplinks import Uplink, uplinks
from skyweft.scenario.contention import Shared
from skyweft.scenario.entry import Count, Entry, Latitude, Longitude, Share
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.parts import Rule, Settings
from skyweft.scenario.quantities import Distance, Factor, PositiveTime, Time
from skyweft.scenario.raw import (
    Found,
    Plain,
    carriers,
    is_number,
    moves,
    names,
    rows,
    table,
    there,
    valid,
)
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link, Radio, Terminal
from skyweft.scenario.waveforms import AnyWaveform, shared_kinds, waveform_named
from skyweft.scenario.words import listed, unknown

Complaints = Iterator[tuple[str, str]]  # key and words

ATTEMPTS_CONFIRMED = 8  # transmissions of a confirmed message unless given, as LoRaWAN's NbTrans


class Burst(Entry):
    """An event, such as a flood, about which many devices report at once."""

    start_s: Time
    """When it strikes, from the run's start."""
    spread_s: Time = 0.0
    """The reports are generated within this time from then on, evenly spread."""
    share: Share = 1.0
    """Part of the devices concerned, drawn at random, that report."""
    latitude_deg: Latitude = 0.0
    """Of its centre."""
    longitude_deg: Longitude = 0.0
    """Of its centre."""
    radius_m: Distance | None = None
    """Devices this near to the centre, in a straight line, are concerned; all unless given."""


class Blind(Entry):
    """Send as soon as there is something to send."""

    kind: Literal["blind"]


class Schedule(Entry):
    """Send in slots of one's own: every device has one in each cycle, in the group's order."""

    kind: Literal["schedule"]
    cycle_s: PositiveTime
    """Slots come again after this time, counted from the run's start."""
    slots: Count
    """Slots of a cycle; devices of more than that share them in turn."""


class Pass(Entry):
    """Wait for the next pass that an almanac predicts. Of devices that stand still."""

    kind: Literal["pass"]
    elevation_min_deg: Annotated[float, Field(ge=0, lt=90)] | None = None
    """A pass begins when a receiver is above this; the rule's own least elevation unless given."""
    spread_s: Time = 60.0
    """Send within this time after the predicted moment, evenly spread, but still in that pass."""
    age_s: Time = 0.0
    """The almanac is renewed this often, by each device at its own moment; 0: always fresh."""
    error_s: Time = 0.0
    """Standard deviation of its error in time at that age, to which it grows from none."""

    @model_validator(mode="after")
    def _old_enough(self) -> Self:
        if self.error_s and not self.age_s:
            raise ValueError("error_s needs an age_s at which the almanac is as wrong as that")
        return self


class Beacon(Entry):
    """Wake now and then, listen for a receiver's beacon, and send after the first that is received.

    Of devices that stand still. Whoever has the receiver in view is taken to hear its beacon.
    """

    kind: Literal["beacon"]
    check_s: PositiveTime = 600.0
    """Between two times of listening, each for the longest period of the beacons."""
    spread_s: Time = 0.0
    """Send within this time after the beacon, evenly spread."""


Wake = Annotated[Blind | Schedule | Pass | Beacon, Field(discriminator="kind")]


class Messages(Rule):
    """Short messages of a group of devices, sent by random access to whoever receives them."""

    key = "messages"
    words = "What devices have to say: one `[[messages]]` a kind."

    source: Annotated[str, Field(min_length=1)]
    """A group of platforms: the devices."""
    target: Annotated[str, Field(min_length=1)]
    """The group that the messages are for, such as gateways."""
    size_bytes: Annotated[int, Field(ge=1, le=1_000_000)]
    """What a message carries."""
    arrivals: Literal["periodic", "poisson", "burst"] = "periodic"
    """When messages are generated: at even distances, at random times, or once about an event."""
    period_s: PositiveTime | None = None
    """Between two messages of a device, on average; the first is at a random moment."""
    jitter_s: Time = 0.0
    """Periodic messages are late by up to this, evenly spread."""
    burst: Burst | None = None
    """The event that devices report about."""
    profile: Annotated[list[Factor], Field(min_length=24, max_length=24)] | None = None
    """Weights of the hours from 0 to 23 o'clock, mean solar time of the device, when messages are
    made; only their proportions count."""
    priority: Annotated[int, Field(ge=0, le=99)] = 0
    """0 is the most important."""
    lifetime_s: PositiveTime = 86_400.0
    """A message older than this is worth nothing."""
    confirmed: bool = False
    """Send again until a receiver has acknowledged, at most `attempts_max` times."""
    attempts_max: Annotated[int, Field(ge=1, le=100)] | None = None
    """Transmissions of a confirmed message; 8 unless given."""
    back_off_s: PositiveTime = 10.0
    """The next attempt follows after the wait for an acknowledgement and a random time up to this,
    doubled at every further attempt up to 64 times."""
    wake: Wake = Blind(kind="blind")
    """When a device with a message sends; the key `kind` picks one of the ways below."""

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of everything that keeps messages from being sent at all."""
        asked = rows(data, cls.key)
        if not asked:
            return
        links = valid(TypeAdapter(Link), {str(row): link for row, link in rows(data, "links")})
        models = _Models(
            data,
            valid(TypeAdapter[Terminal](Terminal), table(data, "terminals")),
            valid(TypeAdapter[Waveform](AnyWaveform), table(data, "waveforms")),
            {int(row): link for row, link in links.items()},
        )
        messages = valid(TypeAdapter(cls), {str(row): group for row, group in asked})
        for row, rule in asked:
            missing = False
            for key in ("source", "target"):
                name = rule.get(key)
                if isinstance(name, str) and not there(data, "platforms", name):
                    words = unknown(name, table(data, "platforms"), "group of platforms")
                    yield (cls.key, row, key), words
                    missing = missing or key == "source"
            if str(row) in messages and not missing:
                for key, words in _messages(messages[str(row)], models):
                    yield (cls.key, row, *([key] if key else [])), words

    @model_validator(mode="after")
    def _one_way_to_arise(self) -> Self:
        if self.arrivals == "burst":
            if self.burst is None:
                raise ValueError('arrivals = "burst" needs a table burst')
            idle = {"period_s", "jitter_s", "profile"} & self.model_fields_set
            if idle:
                raise ValueError(f"{sorted(idle)[0]} does not go with a burst")
        elif self.burst is not None:
            raise ValueError('burst goes with arrivals = "burst"')
        elif self.period_s is None:
            raise ValueError(f'arrivals = "{self.arrivals}" needs period_s')
        if self.jitter_s and self.arrivals == "poisson":
            raise ValueError("jitter_s is for periodic messages")
        if self.profile is not None and not any(self.profile):
            raise ValueError("profile: all hours are 0, so there would be no message")
        if self.attempts_max is not None and not self.confirmed:
            raise ValueError("attempts_max goes with confirmed = true")
        return self

    @property
    def attempts(self) -> int:
        """Return how often a message is sent at most."""
        return (self.attempts_max or ATTEMPTS_CONFIRMED) if self.confirmed else 1


class Deliveries(Settings):
    """How messages travel from whoever received them to their target, and what is written of it."""

    key = "deliveries"
    words = "How messages travel on, and what is written of them."

    forwarding: Literal["direct", "immediate", "store_and_forward"] = "store_and_forward"
    """Whether platforms hand messages to each other: `immediate`, to one that has a pass of the
    target; `store_and_forward`, also to one that will have one more than a second sooner."""
    rows: bool | None = None
    """Write a row a message into `deliveries.parquet`; up to two million messages unless given."""
    cells: Annotated[int, Field(ge=12, le=100_000)] = 1_000
    """Cells of equal area over the Earth that the devices are counted by."""
    step_s: Annotated[float, Field(ge=1, le=86_400)] = 600.0
    """Between the rows on stores and on what targets took."""

    @classmethod
    def field(cls) -> tuple[Any, Any]:
        """Return the type and the field of the scenario, where they stand unless given."""
        return cls, Field(default=cls(), description=cls.words)

    @classmethod
    def of(cls, scenario: Scenario) -> Self:
        """Return what a scenario says, or leaves as it is."""
        return scenario.settings(cls) or cls()


@dataclass(frozen=True, slots=True)
class _Models:
    """What of the file is valid."""

    data: Plain
    terminals: dict[str, Terminal]
    waveforms: dict[str, Waveform]
    links: dict[int, Link]


def _messages(rule: Messages, models: _Models) -> Complaints:
    group = table(models.data, "platforms").get(rule.source, {})
    carried = [name for _, name in names(group, "terminals")]
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
        radios = [end for end in ends if isinstance(end, Radio)]
        if radios and not any(radio.reception.beacon_period_s for radio in radios):
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
    if is_number(whole_s) and 0 < whole_s <= rule.burst.start_s:
        yield "burst", f"start_s is {rule.burst.start_s:g} s, but the run ends at {whole_s:g} s"
    if rule.burst.radius_m is not None and kind:
        yield "burst", f'"{rule.source}" moves ({kind}); radius_m needs devices that stand still'


def _uplink(rule: Messages, uplink: Uplink, models: _Models) -> Complaints:
    """Say what keeps a rule of the links from carrying messages."""
    link = models.links[uplink.link]
    place, groups = f"links[{uplink.link}]", table(models.data, "platforms")
    if link.pattern != "all":
        yield "source", f"{place} has the pattern {link.pattern!r}; devices talk to all in view"
    for group in carriers(models.data, uplink.receiver):
        own, other = (groups.get(name, {}).get("layer") for name in (rule.source, group))
        if own == other:
            words = f'"{rule.source}" and "{group}" under {place} are both in the layer '
            yield "source", f'{words}"{own}"; receivers must be in another one'
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
