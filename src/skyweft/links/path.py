"""One direction of a link at many moments, as causes of loss look at it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skyweft.fleet import Fleet, Motion
from skyweft.links.geometry import Geometry, states_of
from skyweft.scenario.terminals import Link, Radio, Terminal
from skyweft.world.constants import SPEED_OF_LIGHT_M_S
from skyweft.world.ellipsoid import to_geodetic

Floats = NDArray[np.float64]
Rows = NDArray[np.integer]

LAYERS = ("ground", "air", "near_space", "space")  # from the lowest


@dataclass(frozen=True, slots=True)
class Place:
    """Geodetic places, columns of shape (K,): WGS84, degrees and metres; NaN where absent."""

    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats


@dataclass(frozen=True)
class Ends:
    """Who is at both ends of links at many moments, (K,), and what they see of each other.

    Parameters
    ----------
    start : datetime
        Of the run, from which times count. UTC.
    fleet, motion : Fleet, Motion
        Who and where.
    source, target : (K,)
        Rows of `fleet`.
    time_s : (K,)
        Within the motion. [s]
    geometry : Geometry
        Of these ends at these moments.
    """

    start: datetime
    fleet: Fleet
    motion: Motion
    source: Rows
    target: Rows
    time_s: Floats
    geometry: Geometry

    @cached_property
    def elevation_deg(self) -> Floats:
        """Return the elevation of the end of the higher layer at the other; NaN in one layer."""
        fleet, seen = self.fleet, self.geometry
        height = np.array([LAYERS.index(layer) for layer in fleet.layers])[fleet.group]
        above = height[self.source] - height[self.target]
        rise = np.where(above < 0, seen.rise_source, seen.rise_target)
        rise[above == 0] = np.nan
        elevation_deg: Floats = np.degrees(np.arcsin(rise))
        return elevation_deg

    @cached_property
    def places(self) -> tuple[Place, Place]:
        """Return where source and target are; worked out when first asked for."""
        source, target = (
            Place(*to_geodetic(states_of(self.fleet, self.motion, end, self.time_s)[0]))
            for end in (self.source, self.target)
        )
        return source, target

    def taking(self, rows: Rows) -> "Ends":
        """Return the chosen samples."""
        return Ends(
            self.start,
            self.fleet,
            self.motion,
            self.source[rows],
            self.target[rows],
            self.time_s[rows],
            self.geometry.taking(rows),
        )


@dataclass(frozen=True)
class Path:
    """One direction of a link at K moments, by radio or by light.

    Parameters
    ----------
    link : Link
        The rule that allows it.
    sender, receiver : Radio or Optical
        The two terminals.
    ends : Ends
        Who, where and when.
    back : bool
        Whether it runs from the target of `ends` to their source.
    """

    link: Link
    sender: Terminal
    receiver: Terminal
    ends: Ends
    back: bool = False

    def __len__(self) -> int:
        return len(self.ends.time_s)

    @property
    def start(self) -> datetime:
        """Return the run's start, from which `time_s` counts. UTC."""
        return self.ends.start

    @property
    def time_s(self) -> Floats:
        """Return the moments, (K,). [s]."""
        return self.ends.time_s

    @cached_property
    def geometry(self) -> Geometry:
        """Return what the ends see of each other; the sender is the source."""
        return self.ends.geometry.swapped() if self.back else self.ends.geometry

    @property
    def range_m(self) -> Floats:
        """Return the distance, (K,); NaN where an end is absent. [m]."""
        return self.ends.geometry.range_m

    @property
    def elevation_deg(self) -> Floats:
        """Return the elevation at the end of the lower layer, (K,); NaN in one layer. [deg]."""
        return self.ends.elevation_deg

    @property
    def sender_place(self) -> Place:
        """Return where the sender is."""
        return self.ends.places[int(self.back)]

    @property
    def receiver_place(self) -> Place:
        """Return where the receiver is."""
        return self.ends.places[1 - int(self.back)]

    @property
    def frequency_hz(self) -> float:
        """Return the sender's carrier, of a laser its light's. [Hz]."""
        if isinstance(self.sender, Radio):
            return self.sender.frequency_hz
        return SPEED_OF_LIGHT_M_S / self.sender.wavelength_m

    @property
    def wavelength_m(self) -> float:
        """Return the wavelength of that carrier. [m]."""
        return SPEED_OF_LIGHT_M_S / self.frequency_hz
