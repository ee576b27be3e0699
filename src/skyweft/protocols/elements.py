"""Mean orbital elements and the formats they travel in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Elements:
    """SGP4 mean elements (TEME of epoch). Columns have shape (N,)."""

    names: tuple[str, ...]
    catalogue_number: NDArray[np.int64]
    epoch_tai_ns: NDArray[np.int64]  # TAI, nanoseconds since 1970-01-01 00:00:00 TAI
    mean_motion_rev_day: Floats  # Kozai, as printed in element sets
    eccentricity: Floats
    inclination_deg: Floats
    raan_deg: Floats
    argument_of_perigee_deg: Floats
    mean_anomaly_deg: Floats
    bstar: Floats  # per earth radius

    def __post_init__(self) -> None:
        columns = [getattr(self, name) for name in self.__slots__]
        assert len({len(column) for column in columns}) == 1

    def __len__(self) -> int:
        return len(self.names)
