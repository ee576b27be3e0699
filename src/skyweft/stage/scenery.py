"""What a stage adds to a scene, the page's picture of a run: its module `scene`, found by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.scenario.scenario import Scenario

Arrays = dict[str, NDArray[Any]]
Ints = NDArray[np.int32]


class Held(Protocol):
    """A run's folder, as far as scenes and answers look into it."""

    @property
    def scenario(self) -> Scenario:
        """Return what was run."""

    @property
    def simulated_s(self) -> float:
        """Return how far it came. [s]."""

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        bounds: Sequence[tuple[str, str, float]] | None = None,
    ) -> pa.Table:
        """Return some columns and rows of a table."""


@dataclass(frozen=True, slots=True)
class View:
    """A window of a run that a scene shows.

    Parameters
    ----------
    run : Held
        The run.
    names : pyarrow.Array
        The platforms that are drawn, in the scene's order.
    met : (3, C)
        Rule, source and target of every contact in the window: rows of the rules and of `names`.
    from_s, to_s : float
        From the scenario's start. [s]
    loads_max, nodes_max : int
        How many rows of loads, and platforms on paths, may be told.
    """

    run: Held
    names: pa.Array
    met: Ints
    from_s: float
    to_s: float
    loads_max: int
    nodes_max: int

    def rows(self, names: pa.ChunkedArray | pa.Array) -> Ints:
        """Return the row of each name; -1 for null and for those who are not drawn."""
        return rows_among(self.names, names)


@dataclass(frozen=True, slots=True)
class Scenery:
    """What a stage adds to a scene.

    Parameters
    ----------
    arrays : mapping of str to array
        By their names in the scene; of types f4, f8, i4 or u1.
    header : mapping
        What is said in words, ready for JSON.
    notes : sequence of str
        What is left out.
    """

    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()


def rows_among(drawn: pa.Array, names: pa.ChunkedArray | pa.Array) -> Ints:
    """Return the row of each name among those drawn; -1 for null and for those who are not."""
    whole = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    row_of_code = pc.index_in(whole.dictionary, drawn).fill_null(-1).to_numpy(False)
    codes = whole.indices.fill_null(len(row_of_code)).to_numpy(False)
    return np.append(row_of_code, -1).astype(np.int32)[codes]
