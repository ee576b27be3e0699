"""What a scenario may say of the weather."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skyweft.scenario.entry import Entry, File
from skyweft.scenario.parts import Settings

Speed = Annotated[float, Field(ge=-150, le=150)]


class Wind(Entry):
    """Where the wind of a run comes from. What cannot steer against it drifts with it."""

    source: Literal["climatology", "file", "steady", "calm"] = "climatology"
    """`climatology`: drawn so that its speed has the 95th percentile of place, height and month;
    `file`: of a reanalysis or forecast, linear between its grid points; `steady`: the same
    everywhere and always; `calm`: none."""
    file: File | None = None
    """Of `file`: NetCDF or, with cfgrib, GRIB, with eastward and northward wind over time, level
    (pressure, taken at its height in the standard atmosphere, or height), latitude, longitude."""
    correlation_time_s: Annotated[float, Field(ge=3600, le=30 * 86_400)] | None = None
    """Of `climatology`: after so long the correlation of the wind with itself is 1/e; 36 hours
    unless given. An assumption: the percentiles do not say it."""
    shape: Annotated[float, Field(ge=1, le=5)] | None = None
    """Of `climatology`: k of the Weibull distribution of speeds; 2 unless given, which is two
    independent Gaussian components without a mean. An assumption likewise."""
    east_m_s: Speed | None = None
    """Of `steady`: towards the east; 0 unless given."""
    north_m_s: Speed | None = None
    """Of `steady`: towards the north; 0 unless given."""

    @model_validator(mode="after")
    def _no_word_in_vain(self) -> Self:
        """Refuse keys that the source does not read."""
        read = {
            "climatology": {"correlation_time_s", "shape"},
            "file": {"file"},
            "steady": {"east_m_s", "north_m_s"},
            "calm": set[str](),
        }[self.source]
        idle = sorted(self.model_fields_set - read - {"source"})
        if idle:
            raise ValueError(f"source = {self.source!r} does not read {', '.join(idle)}")
        if self.source == "file" and self.file is None:
            raise ValueError("source = 'file' needs file")
        return self

    def words(self) -> str:
        """Say what is assumed, for the echo of who flies in it."""
        if self.source == "calm":
            return "no wind"
        if self.source == "file":
            assert self.file is not None
            return f"winds of {self.file.name}, as at its edges beyond"
        if self.source == "steady":
            return (
                f"steady wind, {self.east_m_s or 0:g} m/s east, {self.north_m_s or 0:g} m/s north"
            )
        hours = (self.correlation_time_s or CORRELATION_S) / 3600
        return (
            f"winds by the 95th percentile of place and month; assumed: Weibull shape "
            f"{self.shape or SHAPE:g}, any direction alike, correlated over {hours:g} h, "
            f"{LENGTH_M / 1e3:,.0f} km and {DEPTH_M / 1e3:g} km of height"
        )


CORRELATION_S, SHAPE = 129_600.0, 2.0
LENGTH_M, DEPTH_M = 1_000e3, 3_000.0
"""Over which winds are alike: a weather system is that wide, a layer of the stratosphere that deep.
Assumptions, chosen before any result was looked at."""


class Weather(Settings):
    """What the air does."""

    key = "weather"
    words = "what the air does"

    wind: Wind = Wind()
