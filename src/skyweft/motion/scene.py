"""Which airships of a scene are off their stations, and when."""

import numpy as np

from skyweft.scenario.motion import Airship
from skyweft.stage.scenery import Scenery, View

ROW_S = 600.0


def scene(view: View) -> Scenery:
    """Return the stretches of a window in which airships are off station, by platform and time."""
    if not any(
        isinstance(platform.motion, Airship) for platform in view.run.scenario.platforms.values()
    ):
        return Scenery()
    bounds = [("time_s", ">=", view.from_s - ROW_S), ("time_s", "<=", view.to_s)]
    table = view.run.table("flights", ("platform", "time_s", "on_station"), bounds)
    row, time_s = view.rows(table["platform"]), table["time_s"].to_numpy()
    order = np.lexsort((time_s, row))
    row, time_s = row[order], time_s[order]
    off = (row >= 0) & ~table["on_station"].to_numpy(zero_copy_only=False)[order]
    # A row tells of the time until the next one.
    begun = off & ~np.concatenate([[False], off[:-1] & (row[1:] == row[:-1])])
    ended = off & ~np.concatenate([off[1:] & (row[1:] == row[:-1]), [False]])
    return Scenery(
        {
            "off.platform": row[begun].astype(np.int32),
            "off.start": time_s[begun].astype(np.float32),
            "off.end": (time_s[ended] + ROW_S).astype(np.float32),
        }
    )
