"""Colours of the drawings, and the layers they tell apart."""

from dataclasses import dataclass

LAYERS = ("space", "near_space", "air", "ground")
SPOKEN = {"space": "space", "near_space": "near space", "air": "air", "ground": "ground"}


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours; every entry is anything matplotlib takes for a colour."""

    ink: str
    muted: str
    line: str
    accent: str
    space: str
    near_space: str
    air: str
    ground: str
    water: str
    land: str
    coast: str
    warning: str
    ramp: tuple[str, ...]  # least to most

    def layer(self, name: str) -> str:
        """Return the colour of a layer."""
        return str(getattr(self, name))


LIGHT = Palette(
    ink="#14202e",
    muted="#54657a",
    line="#c9d4e0",
    accent="#0b6fa8",
    space="#2b7fb0",
    near_space="#7a5cc2",
    air="#b27a2a",
    ground="#1f8a61",
    water="#f3f7fa",
    land="#dfe7ee",
    coast="#5a7085",
    warning="#8a5a00",
    ramp=("#eaf1f6", "#cfe3ef", "#acd1e6", "#82bbd9", "#579fc7", "#3382b0", "#166595", "#0a4a74"),
)
DARK = Palette(
    ink="#dbe7f5",
    muted="#8ea3bd",
    line="#1c2b40",
    accent="#4fc3f7",
    space="#2b7fb0",
    near_space="#8b73d9",
    air="#b27a2a",
    ground="#2aa876",
    water="#07182b",
    land="#16324a",
    coast="#4fa3c7",
    warning="#ffb547",
    ramp=("#0c1f35", "#10304f", "#14456c", "#195d8b", "#2077aa", "#2f95c8", "#55b6e3", "#9adcf8"),
)
