"""What any file of standing places says, whichever notation it is in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from skyweft.fleet import Floats
from skyweft.motion.members import numbered
from skyweft.motion.rings import wrapped


@dataclass(frozen=True, slots=True)
class Places:
    """Named places, (S,) each: degrees (longitude from -180 to 180), metres."""

    names: tuple[str, ...]
    longitude_deg: Floats
    latitude_deg: Floats
    altitude_m: Floats
    lines: Sequence[int] | None = None  # of the file each one was read from
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Sequence[str], rows: Floats, warnings: Sequence[str] = ()) -> "Places":
        """Return places from rows (S, 3) of longitude, latitude, altitude."""
        longitude, latitude, altitude = rows.T.copy()
        return cls(tuple(names), wrapped(longitude), latitude, altitude, None, tuple(warnings))


def numbered_within(names: Sequence[str], owners: Sequence[int]) -> list[str]:
    """Return names of places; where one owner has several places, they are numbered."""
    counts = Counter(owners)
    reported = {}
    for name, owner in zip(names, owners, strict=True):
        if owner not in reported:
            count = counts[owner]
            reported[owner] = iter([name] if count == 1 else numbered(name, count))
    return [next(reported[owner]) for owner in owners]
