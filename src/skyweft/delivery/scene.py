"""The bursts of a scene: when and where many devices report at once."""

from skyweft.delivery.model import Messages
from skyweft.stage.scenery import Scenery, View


def scene(view: View) -> Scenery:
    """Return the bursts that the scenario asks for."""
    bursts = [
        {
            "source": rule.source,
            "start_s": rule.burst.start_s,
            "spread_s": rule.burst.spread_s,
            "share": rule.burst.share,
            "radius_m": rule.burst.radius_m,
        }
        for rule in view.run.scenario.rules(Messages)
        if rule.burst is not None
    ]
    return Scenery(header={"bursts": bursts})
