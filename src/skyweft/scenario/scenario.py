"""The whole of what a user decides: what every scenario holds, and what stages add."""

from itertools import islice
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, GetCoreSchemaHandler, create_model, model_validator
from pydantic_core import CoreSchema, PydanticCustomError

from skyweft.scenario.energy import Energy
from skyweft.scenario.entry import Entry, Line, Moment
from skyweft.scenario.motion import AnyMotion
from skyweft.scenario.parts import Part, Rule, Settings, parts
from skyweft.scenario.quantities import positive
from skyweft.scenario.references import references
from skyweft.scenario.storage import Storage
from skyweft.scenario.terminals import Link, Terminal
from skyweft.scenario.waveforms import AnyWaveform

R = TypeVar("R", bound=Rule)
S = TypeVar("S", bound=Settings)
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
    energy: Energy | None = None
    """What each lives on."""

    @property
    def passes_on(self) -> bool:
        """Return whether they pass traffic on."""
        return self.layer != "ground" if self.relay is None else self.relay


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

    @property
    def rule_names(self) -> list[str]:
        """Return how tables call each rule of `[[links]]`.

        Source/target, with a number where the same two come again.
        """
        names: list[str] = []
        for link in self.links:
            name = "/".join(link.between)
            again = sum(other.partition(" ")[0] == name for other in names)
            names.append(f"{name} ({again + 1})" if again else name)
        return names

    def rules(self, model: type[R]) -> list[R]:
        """Return the tables `[[key]]` of a stage, `scenario.rules(Packets)`; none without it."""
        found: list[R] = getattr(self, model.key) if self._knows(model) else []
        return found

    def settings(self, model: type[S]) -> S | None:
        """Return the table `[key]` of a stage, None where there is none."""
        found: S | None = getattr(self, model.key) if self._knows(model) else None
        return found

    def _knows(self, model: type[Part]) -> bool:
        """Whether the stage is there that a table is of."""
        return model.key in type(self).model_fields

    @model_validator(mode="after")
    def _whole(self) -> Self:
        errors = list(islice(references(_plain(self)), REFERENCES_MAX))
        if errors:
            lines = "\n".join(f"{where}: {words}" for where, words in errors)
            raise PydanticCustomError("references", "{lines}", {"lines": lines})
        return self

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Make the model of what every scenario holds and of the tables that stages add."""
        if cls is not Scenario:
            return handler(source)
        fields: dict[str, Any] = {model.key: model.field() for model in parts()}
        full = create_model("Scenario", __base__=Scenario, __doc__=cls.__doc__, **fields)
        full.model_rebuild()  # what is read is one of these: it would be built once more
        return handler.generate_schema(full)

    def __reduce__(self) -> tuple[Any, ...]:
        """Be made again of plain tables: the class with the stages' tables has no name to find."""
        return _again, (_plain(self),)


def _again(tables: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(tables, context={"look": False})


def _plain(scenario: Scenario) -> dict[str, Any]:
    return scenario.model_dump(exclude_unset=True)
