"""What a contact plan and the routes through it come to, in figures and in words."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from skyweft.delivery.plan.product import ContactPlan, Route
from skyweft.delivery.plan.routes import arrivals, routes
from skyweft.world.lasting import lasting


def plan_facts(plan: ContactPlan) -> dict[str, Any]:
    """Return how many nodes, contacts and bytes, and from when to when."""
    return {
        "nodes": len(plan.names),
        "contacts": len(plan),
        "start_s": float(plan.start_s.min(initial=np.inf)) if len(plan) else None,
        "end_s": float(plan.end_s.max(initial=-np.inf)) if len(plan) else None,
        "volume_bytes": float(plan.volume_bytes.sum()),
        "delay_max_s": float(plan.delay_s.max(initial=0.0)),
    }


def plan_lines(plan: ContactPlan) -> Iterator[str]:
    """Say the same on a line."""
    found = plan_facts(plan)
    yield f"{found['nodes']:,} nodes, {found['contacts']:,} directed contacts"
    if len(plan):
        yield f"from {found['start_s']:,.10g} s to {found['end_s']:,.10g} s"
        yield f"{found['volume_bytes']:,.4g} bytes fit through them; light needs up to " + (
            lasting(found["delay_max_s"])
        )


def route_facts(plan: ContactPlan, path: Route) -> dict[str, Any]:
    """Return a route as figures, a list of hops among them."""
    hops = [
        {
            "from": plan.names[plan.source[row]],
            "to": plan.names[plan.target[row]],
            "begin_s": float(path.begin_s[hop]),
            "sent_s": float(path.sent_s[hop]),
            "received_s": float(path.received_s[hop]),
            "contact_start_s": float(plan.start_s[row]),
            "contact_end_s": float(plan.end_s[row]),
            "rate_bps": float(plan.rate_bps[row]),
            "delay_s": float(plan.delay_s[row]),
        }
        for hop, row in enumerate(path.contact)
    ]
    return {"arrival_s": path.arrival_s, "expiry_s": path.expiry_s, "hops": hops}


def route_lines(plan: ContactPlan, paths: Sequence[Route]) -> Iterator[str]:
    """Say every route on a line, and each of its hops on one."""
    for rank, path in enumerate(paths, start=1):
        yield (
            f"{rank}. {' - '.join(path.nodes(plan))}: there at {path.arrival_s:,.10g} s, "
            f"{len(path)} hop{'s' * (len(path) > 1)}, good until {path.expiry_s:,.10g} s"
        )
        for fact in route_facts(plan, path)["hops"]:
            yield (
                f"   {fact['from']} - {fact['to']}: sent from {fact['begin_s']:,.10g} s to "
                f"{fact['sent_s']:,.10g} s, there at {fact['received_s']:,.10g} s; contact "
                f"{fact['contact_start_s']:,.10g} s to {fact['contact_end_s']:,.10g} s"
            )


def why_not(
    plan: ContactPlan, source: str, target: str, at_s: float = 0.0, size_bytes: float = 0.0
) -> str:
    """Return why there is no route from one node to another.

    Parameters
    ----------
    plan : ContactPlan
        Who can send to whom.
    source, target : str
        Names of two nodes.
    at_s : float
        From when on the bundle is at the source. [s]
    size_bytes : float
        Its size. [byte]

    Returns
    -------
    str
        The first that applies: nothing leaves the source any more, nothing reaches the target, the
        bundle is too large, the contacts come in the wrong order. Empty where there is a route.
    """
    source_row, target_row = plan.node(source), plan.node(target)
    if source == target:
        return f"{source} is where it is already"
    if routes(plan, source, target, at_s, size_bytes):
        return ""
    leaving, coming = plan.source == source_row, plan.target == target_row
    for end, none, every in (
        ("leaves " + source, "there is none", leaving),
        ("reaches " + target, "there is none", coming),
    ):
        last_s = plan.end_s[every].max(initial=-np.inf)
        if last_s <= at_s:
            said = f"the last ends at {last_s:,.10g} s" if every.any() else none
            return f"no contact {end} after {at_s:,.10g} s: {said}"
    if size_bytes and routes(plan, source, target, at_s):
        return (
            f"{size_bytes:,.10g} bytes are too many for the contacts on every route; a smaller "
            "bundle arrives"
        )
    reached = int(np.isfinite(arrivals(plan, source, at_s)).sum()) - 1
    return (
        f"no contacts follow each other from {source} to {target}: after {at_s:,.10g} s it "
        f"reaches {reached:,} of {len(plan.names) - 1:,} other nodes"
    )
