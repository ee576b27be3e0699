"""Mistakes in a scenario that show only once it is known who the platforms are."""

from skyweft.delivery.access import traffic
from skyweft.motion.product import Fleet
from skyweft.network import sound as network
from skyweft.network.flows.demand import Wanted, wanted
from skyweft.network.queues.sending import asked
from skyweft.network.siting import ground
from skyweft.run import amounts
from skyweft.scenario.scenario import Scenario


def sound(scenario: Scenario, fleet: Fleet) -> Wanted:
    """Complain before anything is computed; return what flows there are.

    Raises
    ------
    ScenarioError
        What is wrong, a line each, with its place.
    """
    amounts.sound(scenario, fleet)  # first: the others may count what there is too much of
    flows = wanted(scenario, fleet)  # for its files' mistakes too
    ground.sound(scenario, fleet, flows)
    asked(scenario, fleet)  # for mistakes in names
    network.sound(scenario, fleet)
    traffic.sound(scenario, fleet)
    return flows
