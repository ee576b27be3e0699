"""Why a contact that is up carries nothing at an instant: our own causes, before those of stages.

Routes, flows and messages name the same ones. Codes are 0 where a contact carries traffic, else one
more than the place in `CAUSES`, and behind those in the causes of restrictions.
"""

from skyweft.network.graph.pointing import REASONS

CAUSES: tuple[str, ...] = (
    "out of order",
    *REASONS[1:],  # slew rate, sun exclusion, latitude
    "no beam free",
    "no antenna free",
    "acquisition",
)
OUT_OF_ORDER, NO_BEAM, NO_ANTENNA, ACQUISITION = (
    1 + CAUSES.index(cause)
    for cause in ("out of order", "no beam free", "no antenna free", "acquisition")
)
POINTING = OUT_OF_ORDER  # what is added to a place in `REASONS`
