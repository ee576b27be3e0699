"""How many platforms there are, layer by layer."""

from skyweft.drawing.markup import tile
from skyweft.drawing.palette import SPOKEN
from skyweft.drawing.reading import words
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder


def section(folder: Folder) -> Section:
    """Return the number of platforms; where each of them is, the globe shows."""
    layers = words(folder.platforms, "layer").to_pylist()
    made_of = " · ".join(
        f"{number:,} {spoken}"
        for layer, spoken in SPOKEN.items()
        if (number := layers.count(layer))
    )
    return Section(
        tiles=[tile("Platforms", f"{len(layers):,}", "", made_of)],
        sources=[("platforms, derived geometry", "motion", "platforms.parquet")],
    )
