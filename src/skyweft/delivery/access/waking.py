"""When a thing with a message sends: at once, in its slot, in a predicted pass, after a beacon."""

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.tables import Messages
from skyweft.motion.product import Fleet
from skyweft.scenario.messages import Blind, Schedule
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]


def due(scenario: Scenario, fleet: Fleet, number: int, messages: Messages) -> Floats:
    """Return when messages of one rule are first sent.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.
    number : int
        The rule's place among `[[messages]]`.
    messages : Messages
        Of that rule, made but not sent yet, (M,).

    Returns
    -------
    due_s : (M,)
        NaN where that is not known yet. [s]
    """
    rule = scenario.messages[number]
    match rule.wake:
        case Blind():
            return messages.created_s
        case Schedule():
            place = messages.thing - fleet.rows_of(rule.source)[0]
            own_s = (place % rule.wake.slots) * (rule.wake.cycle_s / rule.wake.slots)
            cycles = np.ceil((messages.created_s - own_s) / rule.wake.cycle_s)
            later: Floats = np.maximum(cycles, 0) * rule.wake.cycle_s + own_s
            return later
        case _:
            raise NotImplementedError
