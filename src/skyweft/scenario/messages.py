"""What devices have to say, how often, and when they wake to say it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skyweft.scenario.entry import Count, Entry, Latitude, Longitude, Share
from skyweft.scenario.quantities import (
    Distance,
    Factor,
    PositiveTime,
    Time,
)

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


class Messages(Entry):
    """Short messages of a group of devices, sent by random access to whoever receives them."""

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
