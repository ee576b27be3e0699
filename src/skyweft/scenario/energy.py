"""What a platform lives on: its array, its battery, and what its payload takes."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from skyweft.scenario.entry import Entry

Share = Annotated[float, Field(gt=0, le=1)]


class Energy(Entry):
    """Solar array, battery and stated consumption. Without it a platform never runs out."""

    heeded_by: ClassVar[str] = "energy"  # the stage that silences whose battery is empty
    array_m2: Annotated[float, Field(ge=0, le=1e5)]
    """Area of the solar array."""
    array_efficiency: Annotated[float, Field(gt=0, le=0.5)] = 0.2
    """Of light into electricity at the battery's door."""
    array: Literal["level", "tracking"] = "level"
    """`level`: lies flat, light counts by the sine of the Sun's elevation; `tracking`: faces it."""
    battery_wh: Annotated[float, Field(gt=0, le=1e9)]
    """What the battery holds when full."""
    battery_efficiency: Share = 0.9
    """Of what is put in, the part that comes out again."""
    charge: Share = 1.0
    """Part of the battery that is full at the run's start."""
    reserve: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Part that flight leaves untouched, for the payload. Who was emptied starts again with it."""
    payload_w: Annotated[float, Field(ge=0, le=1e7)]
    """What payload and avionics take all the time."""
