"""What a number in a scenario may be at all: a range for each unit, and the types that carry them.

A range is wider than anything anyone builds and narrower than what arithmetic can bear: no square,
quotient or sum of values within it leaves the floating-point numbers. A key is of the unit its
name ends in; where it can be less than the unit's range, it says so beside the key.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least positive and greatest value in one unit, and why no more makes sense."""

    least: float
    most: float
    why: str


BOUNDS = {
    "s": Bounds(1e-6, 1e11, "a microsecond to three thousand years"),
    "days": Bounds(1e-3, 36_525, "at most a century"),
    "hz": Bounds(1e-3, 3e12, "radio ends at 3 THz"),
    "bps": Bounds(1e-3, 1e18, "a thousand times what the whole Internet carries"),
    "m": Bounds(1e-7, 1e13, "from a wavelength of light to beyond Neptune"),
    "m_s": Bounds(1e-3, 3e5, "far beyond what leaves the Sun's pull"),
    "deg": Bounds(1e-3, 360, "a full turn"),
    "deg_s": Bounds(1e-6, 1e4, "a turn in ten years to 28 turns a second"),
    "rev_day": Bounds(0.01, 17.5, "from beyond the Moon to the ground"),
    "db": Bounds(1e-3, 400, "a factor of 1e40"),
    "dbi": Bounds(1e-3, 200, "a dish of 1 km at 3 THz has 150 dBi"),
    "dbw": Bounds(1e-3, 300, "the Sun radiates 266 dBW"),
    "db_k": Bounds(1e-3, 300, "200 dBi over a noise far below 1 K"),
    "k": Bounds(0.1, 1e12, "0.1 K to the noise of the air at long waves"),
    "w": Bounds(1e-12, 1e12, "a picowatt to a terawatt"),
    "j": Bounds(1e-6, 1e18, "what a thousand power stations give in ten days"),
    "bytes": Bounds(1, 1e18, "an exabyte"),
}


def positive(
    unit: str, least: float | None = None, most: float | None = None, why: str | None = None
) -> Any:
    """Return the field of a value above zero; `least` and `most` narrow the unit's range."""
    bounds = BOUNDS[unit]
    if least is None and most is None and why is None:
        why = bounds.why  # of the whole range; a narrower one has its own reason or says none
    low = bounds.least if least is None else least
    return _field(low, bounds.most if most is None else most, why)


def not_negative(unit: str) -> Any:
    """Return the field of a value of 0 or more."""
    return _field(0, BOUNDS[unit].most, BOUNDS[unit].why)


def signed(unit: str) -> Any:
    """Return the field of a value of either sign."""
    return _field(-BOUNDS[unit].most, BOUNDS[unit].most, BOUNDS[unit].why)


def _field(least: float, most: float, why: str | None) -> Any:
    return Field(ge=least, le=most, json_schema_extra={"$comment": why} if why else None)


Time = Annotated[float, not_negative("s")]
PositiveTime = Annotated[float, positive("s")]
Step = Annotated[float, positive("s", least=1e-3, why="at most a thousand steps a second")]
Frequency = Annotated[float, positive("hz")]
Carrier = Annotated[float, positive("hz", least=3e3, why="radio ends at 3 THz")]  # VLF, ITU-R V.431
Rate = Annotated[float, not_negative("bps")]
PositiveRate = Annotated[float, positive("bps")]
Distance = Annotated[float, positive("m", least=1e-3)]
Aperture = Annotated[float, positive("m", least=1e-3, most=1e3)]
TurnRate = Annotated[float, positive("deg_s")]
Loss = Annotated[float, not_negative("db")]
SignalToNoise = Annotated[float, signed("db")]
Gain = Annotated[float, signed("dbi")]
PowerLevel = Annotated[float, signed("dbw")]
FigureOfMerit = Annotated[float, signed("db_k")]
Temperature = Annotated[float, positive("k")]
Power = Annotated[float, not_negative("w")]
PositivePower = Annotated[float, positive("w")]
Work = Annotated[float, positive("j")]
Bytes = Annotated[float, not_negative("bytes")]
PositiveBytes = Annotated[float, positive("bytes")]
Days = Annotated[float, positive("days")]
Factor = Annotated[float, Field(ge=0, le=1e6)]
PositiveShare = Annotated[float, Field(ge=1e-9, le=1)]
