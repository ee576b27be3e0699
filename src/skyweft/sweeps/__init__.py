"""One scenario in many variants: on processes or a cluster, resumable, one table of figures."""

from skyweft.sweeps.product import Sweep, open_sweep
from skyweft.sweeps.runner import sweep

__all__ = ["Sweep", "open_sweep", "sweep"]
