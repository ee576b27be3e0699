"""Where and by whom coverage is measured."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from skyweft.scenario.parts import Settings
from skyweft.scenario.raw import Found, Plain, restless, strangers


class Coverage(Settings):
    """Where and by whom coverage is measured."""

    key = "coverage"
    words = "What coverage to measure; none unless this table is there."

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

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of groups that are not there, and of sites that move."""
        coverage = data.get(cls.key)
        if isinstance(coverage, Mapping):
            for key in ("platforms", "sites"):
                yield from strangers(data, coverage, (cls.key,), key)
            yield from restless(data, coverage, (cls.key,), "sites", "sites must stand still")

    @model_validator(mode="after")
    def _south_to_north(self) -> Self:
        if self.latitude_min_deg >= self.latitude_max_deg:
            raise ValueError("latitude_min_deg must be below latitude_max_deg")
        return self
