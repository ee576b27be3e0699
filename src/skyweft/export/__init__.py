"""A run in the formats of other programs: Cesium, flight dynamics, maps, arrays."""

from skyweft.export.whole import FORMATS, export

__all__ = ["FORMATS", "export"]
