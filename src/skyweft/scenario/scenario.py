"""The whole of what a user decides."""

from itertools import islice
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from skyweft.scenario.deliveries import Deliveries, Storage
from skyweft.scenario.entry import Entry, Line, Moment
from skyweft.scenario.messages import Messages
from skyweft.scenario.motion import AnyMotion
from skyweft.scenario.network import Failures, Flows, Gateways, Packets, Routes
from skyweft.scenario.quantities import positive
from skyweft.scenario.references import references
from skyweft.scenario.terminals import Link, Terminal
from skyweft.scenario.waveforms import AnyWaveform

Layer = Literal["space", "near_space", "air", "ground"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
TEN_YEARS_S = 315_576_000
REFERENCES_MAX = 200  # that are put into words


class World(Entry):
    """Which Earth the run is on."""

    earth_orientation: Literal["tables", "none"] = "tables"
    """`none`: UT1 = UTC and no polar motion, to compare with simpler programs."""


class Platforms(Entry):
    """One group of platforms that move alike and carry the same terminals."""

    layer: Layer
    """Where they are at home; elevation is counted at the lower of two layers."""
    motion: AnyMotion
    """How they move; the key `kind` picks one of the ways below."""
    terminals: list[str] = Field(default=[])
    """Names from `[terminals]`: every platform of the group carries each of them."""
    relay: bool | None = None
    """Whether they pass traffic on; all but those on the ground do unless given."""
    storage: Storage | None = None
    """What each can keep of messages on their way; all there are unless given."""

    @property
    def passes_on(self) -> bool:
        """Return whether they pass traffic on."""
        return self.layer != "ground" if self.relay is None else self.relay


class Coverage(Entry):
    """Where and by whom coverage is measured."""

    platforms: Annotated[list[str], Field(min_length=1)]
    """Groups that cover."""
    sites: list[str] = Field(default=[])
    """Groups of standing platforms to measure at, beside the cells of the grid."""
    elevation_min_deg: Annotated[float, Field(ge=0, lt=90)] = 10.0
    """A platform covers a place from this elevation on."""
    cells: Annotated[int, Field(ge=12, le=100_000)] = 1_000
    """Cells of equal area over the latitudes asked for."""
    latitude_min_deg: Annotated[float, Field(ge=-90, le=90)] = -90.0
    """Southern border of the cells."""
    latitude_max_deg: Annotated[float, Field(ge=-90, le=90)] = 90.0
    """Northern border of the cells."""

    @model_validator(mode="after")
    def _south_to_north(self) -> Self:
        if self.latitude_min_deg >= self.latitude_max_deg:
            raise ValueError("latitude_min_deg must be below latitude_max_deg")
        return self


class Scenario(Entry):
    """All that the user decides."""

    name: Annotated[Line, Field(min_length=1)]
    """What the network is, for people."""
    description: str = ""
    """A line for lists of scenarios and for the report."""
    start: Moment
    """First moment of the run, UTC: `2026-07-01T00:00:00Z`, without quotes."""
    duration_s: Annotated[float, Field(ge=1, le=TEN_YEARS_S)]
    """Length of the run."""
    step_s: Annotated[float, positive("s", least=1e-3, most=300)] | None = None
    """Between the knots of the tracks; by the fastest turn (at most 60 s) unless given."""
    seed: Annotated[int, Field(ge=0, le=4_294_967_295)] = 0
    """Of everything drawn at random: the same scenario and seed give the same tables."""
    world: World = World()
    """Which Earth the run is on."""
    platforms: Annotated[dict[Name, Platforms], Field(min_length=1)]
    """Groups of platforms by name: `[platforms.NAME]`."""
    terminals: dict[Name, Terminal] = Field(default={})
    """Radios and lasers by name: `[terminals.NAME]`; the key `kind` says which."""
    waveforms: dict[Name, AnyWaveform] = Field(default={})
    """Waveforms with numbers of your own, by name: `[waveforms.NAME]`, each of a `kind`."""
    links: list[Link] = Field(default=[])
    """Rules of who may talk to whom: one `[[links]]` a rule."""
    routes: list[Routes] = Field(default=[])
    """Ways to find between groups of platforms: one `[[routes]]` a question."""
    flows: list[Flows] = Field(default=[])
    """Traffic between groups of platforms: one `[[flows]]` a kind."""
    packets: list[Packets] = Field(default=[])
    """Packets to follow along their routes: one `[[packets]]` a stream."""
    messages: list[Messages] = Field(default=[])
    """What devices have to say: one `[[messages]]` a kind."""
    deliveries: Deliveries = Deliveries()
    """How messages travel on, and what is written of them."""
    failures: list[Failures] = Field(default=[])
    """What is out of order when traffic is routed: one `[[failures]]` a cause."""
    gateways: Gateways | None = None
    """Candidate gateways to choose from; nothing is planned unless this table is there."""
    coverage: Coverage | None = None
    """What coverage to measure; none unless this table is there."""

    @property
    def rule_names(self) -> list[str]:
        """Return how tables call each rule of `[[links]]`.

        Source/target, with a number where the same two come again.
        """
        names: list[str] = []
        for link in self.links:
            name = "/".join(link.between)
            again = sum(each.partition(" ")[0] == name for each in names)
            names.append(f"{name} ({again + 1})" if again else name)
        return names

    @model_validator(mode="after")
    def _whole(self) -> Self:
        errors = list(islice(references(_plain(self)), REFERENCES_MAX))
        if errors:
            lines = "\n".join(f"{where}: {words}" for where, words in errors)
            raise PydanticCustomError("references", "{lines}", {"lines": lines})
        return self


def _plain(scenario: Scenario) -> dict[str, Any]:
    return scenario.model_dump(exclude_unset=True)
