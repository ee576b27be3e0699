"""What messages add to a scene."""

import numpy as np
import pyarrow as pa

from skyweft.delivery.model import Burst, Messages
from skyweft.delivery.scene import scene
from skyweft.results import Run
from skyweft.stage.scenery import View


class _Held:
    """A run whose scenario has a burst, of which nothing else is asked."""

    def __init__(self, run: Run) -> None:
        burst = Burst(start_s=60.0, spread_s=30.0, share=0.2, radius_m=3e5)
        rule = Messages(
            source="stations", target="sats", size_bytes=20, arrivals="burst", burst=burst
        )
        self.scenario = run.scenario.model_copy(update={"messages": [rule]})
        self.simulated_s, self.table = run.simulated_s, run.table


def test_bursts_are_told(small: Run) -> None:
    nobody = pa.array([], pa.string()), np.zeros((3, 0), np.int32)
    told = scene(View(_Held(small), *nobody, 0.0, 600.0, 1, 1))
    assert told.header["bursts"] == [
        {"source": "stations", "start_s": 60.0, "spread_s": 30.0, "share": 0.2, "radius_m": 3e5}
    ]
    assert not told.arrays
