"""How much a scene may hold: a page asks for the next piece, a file has to do with one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Upper bounds of a scene; what does not fit is cut in time first, then thinned and noted.

    `tracks_bytes` bounds positions and velocities; `sites`, `contacts`, `link_loads` and
    `path_nodes` count platforms that stand, contacts, rows of loads (and of beams), and platforms
    on paths.
    """

    tracks_bytes: int
    sites: int
    contacts: int
    loads: int
    path_nodes: int


PAGE = Budget(16_000_000, 20_000, 250_000, 500_000, 1_000_000)
FILE = Budget(800_000, 5_000, 40_000, 40_000, 40_000)
