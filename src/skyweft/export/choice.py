"""Which platforms of a run an export holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.naming import escaped, normal, wrong_name
from skyweft.store.reading import Folder
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]

_COLUMNS = (
    "name",
    "group",
    "layer",
    "moves",
    "latitude_deg",
    "longitude_deg",
    "altitude_m",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows of platforms.parquet in its order, N of them."""

    table: pa.Table

    def __len__(self) -> int:
        return len(self.table)

    def texts(self, column: str) -> list[str]:
        """Return a column of text."""
        return [str(value) for value in self.table[column].to_pylist()]

    @property
    def moving(self) -> "Choice":
        """Return those that move."""
        return Choice(self.table.filter(self.table["moves"]))

    @property
    def standing(self) -> "Choice":
        """Return those that stand."""
        return Choice(self.table.filter(pc.invert(self.table["moves"])))

    def inside(self, layer: str) -> "Choice":
        """Return those of a layer."""
        return Choice(self.table.filter(pc.equal(self.table["layer"], layer)))

    @property
    def geodetic(self) -> Floats:
        """Return latitude, longitude and altitude of those that stand, (N, 3). [deg, deg, m]."""
        names = ("latitude_deg", "longitude_deg", "altitude_m")
        return np.stack([self.table[name].to_numpy() for name in names], axis=-1)

    @property
    def place_m(self) -> Floats:
        """Return where those that stand are, (N, 3), ITRS. [m]."""
        return ellipsoid.to_ecef(*self.geodetic.T)


def choose(run: Folder, only: Sequence[str]) -> Choice:
    """Return the platforms called by their own or their group's name; all where none is given.

    Raises
    ------
    ScenarioError
        Nobody has such a name.
    """
    table = run.table("platforms", _COLUMNS)
    only = [normal(name) for name in only]
    if not only:
        return _sound(run, Choice(table))
    known = set(table["name"].to_pylist()) | set(table["group"].to_pylist())
    wrong = [name for name in only if name not in known]
    if wrong:
        lines = []
        for name in wrong:
            near = get_close_matches(name, sorted(known), 3)
            meant = f"; did you mean {', '.join(near)}?" if near else ""
            lines.append(f"{run.folder}: no platform or group is called {escaped(name)}{meant}")
        raise ScenarioError("\n".join(lines))
    wanted = pa.array(list(only), pa.string())
    mine = pc.or_(pc.is_in(table["name"], wanted), pc.is_in(table["group"], wanted))
    return _sound(run, Choice(table.filter(mine)))


def _sound(run: Folder, chosen: Choice) -> Choice:
    """Refuse names that no format can hold: a run of before they were looked at may have some."""
    wrong = next(filter(None, map(wrong_name, chosen.texts("name"))), None)
    if wrong:
        raise ScenarioError(f"{run.folder}: {wrong}; run its scenario again with another name")
    return chosen
