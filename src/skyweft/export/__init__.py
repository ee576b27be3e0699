"""A run in the formats of other programs: Cesium, flight dynamics, maps, arrays."""

from skyweft.export.whole import export
from skyweft.store.formats import FORMATS

__all__ = ["FORMATS", "export"]
