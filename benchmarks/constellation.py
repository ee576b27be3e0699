"""What the routing benchmarks share: shells at one instant, their lasers, and places below."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.world.constants import SPEED_OF_LIGHT_M_S
from skyweft.world.ellipsoid import to_ecef, up

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

EARTH_M = 6_371_000.0


@dataclass(frozen=True)
class Shell:
    """A Walker delta pattern: circular orbits in evenly spaced planes."""

    planes: int
    per_plane: int
    inclination_deg: float = 53.0
    altitude_m: float = 550_000.0

    def position_m(self) -> Floats:
        """Return where the satellites are, plane by plane, (N, 3)."""
        plane, slot = np.divmod(np.arange(self.planes * self.per_plane), self.per_plane)
        node = 2 * np.pi * plane / self.planes
        along = 2 * np.pi * (slot / self.per_plane + plane / (self.planes * self.per_plane))
        tilt = np.radians(self.inclination_deg)
        ahead, aside = np.cos(along), np.sin(along) * np.cos(tilt)
        parts = (
            ahead * np.cos(node) - aside * np.sin(node),
            ahead * np.sin(node) + aside * np.cos(node),
            np.sin(along) * np.sin(tilt),
        )
        return (EARTH_M + self.altitude_m) * np.stack(parts, axis=1)

    def lasers(self) -> tuple[Ints, Ints]:
        """Return both ends of every edge of +grid, in both directions."""
        plane, slot = np.divmod(np.arange(self.planes * self.per_plane), self.per_plane)
        ahead = plane * self.per_plane + (slot + 1) % self.per_plane
        # One step of phase a plane adds up to one slot around the seam.
        seam = plane == self.planes - 1
        beside = (plane + 1) % self.planes * self.per_plane + (slot + seam) % self.per_plane
        here = np.tile(np.arange(len(plane)), 2)
        there = np.concatenate([ahead, beside])
        both = np.append(here, there), np.append(there, here)
        return both[0].astype(np.int32), both[1].astype(np.int32)


def places(count: int, seed: int = 7) -> tuple[Floats, Floats]:
    """Return positions and verticals of places evenly spread between 52 deg south and north."""
    rng = np.random.default_rng(seed)
    sine = np.sin(np.radians(52)) * rng.uniform(-1, 1, count)
    latitude, longitude = np.degrees(np.arcsin(sine)), rng.uniform(-180, 180, count)
    return to_ecef(latitude, longitude), up(latitude, longitude)


def delay_ns(a_m: Floats, b_m: Floats) -> Ints:
    """Return the delay between points in whole nanoseconds."""
    range_m = np.linalg.norm(a_m - b_m, axis=-1)
    return np.rint(range_m / SPEED_OF_LIGHT_M_S * 1e9).astype(np.int32)


def in_view(
    satellite_m: Floats, place_m: Floats, vertical: Floats, mask_deg: float
) -> tuple[Ints, Ints, Ints]:
    """Return the satellite and the place of every pair in view, and their delay."""
    satellites: list[Ints] = []
    places_: list[Ints] = []
    for number, (place, upward) in enumerate(zip(place_m, vertical, strict=True)):
        line = satellite_m - place
        seen = np.flatnonzero(
            line @ upward >= np.sin(np.radians(mask_deg)) * np.linalg.norm(line, axis=1)
        )
        satellites.append(seen.astype(np.int32))
        places_.append(np.full(len(seen), number, np.int32))
    satellite, place = np.concatenate(satellites), np.concatenate(places_)
    return satellite, place, delay_ns(satellite_m[satellite], place_m[place])
