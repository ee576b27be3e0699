"""The Earth and its time: clocks, frames, the ellipsoid, land, the Sun. Imports nothing of ours."""
