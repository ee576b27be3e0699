"""The state of charge of a scene's platforms: what the globe fills their marks by."""

import numpy as np

from skyweft.stage.scenery import Scenery, View

ROWS_MAX = 400_000


def scene(view: View) -> Scenery:
    """Return the charge of those drawn over a window, by platform and time."""
    if all(platform.energy is None for platform in view.run.scenario.platforms.values()):
        return Scenery()
    bounds = [("time_s", ">=", view.from_s - 600.0), ("time_s", "<=", view.to_s)]
    table = view.run.table("energy", ("platform", "time_s", "charge"), bounds)
    row = view.rows(table["platform"])
    drawn = np.flatnonzero(row >= 0)
    time_s = table["time_s"].to_numpy()[drawn]
    order = drawn[np.lexsort((time_s, row[drawn]))]
    every = max(1, -(-len(order) // ROWS_MAX))
    order = order[::every]
    platform, first = np.unique(row[order], return_index=True)
    arrays = {
        "charge.platform": platform.astype(np.int32),
        "charge.first": np.append(first, len(order)).astype(np.int32),
        "charge.time": table["time_s"].to_numpy()[order].astype(np.float32),
        "charge.share": table["charge"].to_numpy()[order].astype(np.float32),
    }
    notes = [f"charge: every {every}th row of {len(drawn):,}"] if every > 1 else []
    return Scenery(arrays, notes=notes)
