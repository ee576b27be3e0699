"""What every way of moving hands back for one group of a scenario."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from skyweft.errors import UndeclaredReadError
from skyweft.fleet import Mover, Sites
from skyweft.fleet.planes import Planes
from skyweft.scenario.energy import Energy
from skyweft.weather.model import Wind
from skyweft.world.clock import Clock

CALM = Wind(source="calm")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a way of moving may know of the scenario beside its own table."""

    clock: Clock
    duration_s: float
    seed: int  # there only for kinds that say `draws`
    wind: Wind = CALM
    energy: Energy | None = None  # of the group

    def __getattr__(self, name: str) -> int:
        """Refuse a seed that was taken away; called for what is not there alone."""
        if name == "seed":
            raise UndeclaredReadError("the seed is read by a motion that does not say draws = True")
        raise AttributeError(name)

    def without_seed(self) -> "Setting":
        """Return what a way of moving knows that draws nothing."""
        found = replace(self)
        object.__delattr__(found, "seed")
        return found


@dataclass(frozen=True, slots=True)
class Members:
    """One group's platforms: either `movers` (together one row a name) or `sites`."""

    names: tuple[str, ...]
    geometry: str  # derived geometry, without the group's name
    movers: tuple[Mover, ...] = ()
    sites: Sites | None = None
    planes: Planes | None = None
    altitude_m: tuple[float, float] | None = None  # least and greatest, where it means something
    lines: Sequence[int] | None = None  # of the file each name was read from
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert bool(self.movers) != (self.sites is not None)
        rows = len(self.sites.up) if self.sites else sum(mover.count for mover in self.movers)
        assert rows == len(self.names)


def numbered(group: str, count: int, digits: int = 2) -> tuple[str, ...]:
    """Return `group-01`, `group-02`, ...: as many digits as the last one needs."""
    digits = max(digits, len(str(count)))
    return tuple(f"{group}-{k:0{digits}d}" for k in range(1, count + 1))
