"""The key figures of a run, as they stand in summary.json: plain numbers, units in their names."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.coverage import Coverage
from skyweft.motion.product import Fleet
from skyweft.run.disk.columns import rule_names
from skyweft.run.figures import failures
from skyweft.run.figures.tally import LAYERS, Meetings, Rates, quantile
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]

DAY_S = 86_400.0


def summarise(
    scenario: Scenario,
    fleet: Fleet,
    finished_s: float,
    meetings: Meetings,
    rates: Rates,
    coverage: Coverage | None,
    routes: Sequence[Mapping[str, Any]] | None = None,
    flows: Mapping[str, Any] | None = None,
    gateways: Mapping[str, Any] | None = None,
    packets: Sequence[Mapping[str, Any]] | None = None,
    deliveries: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a run's key figures, ready for JSON; what does not exist is None.

    Parameters
    ----------
    scenario, fleet
        What was run.
    finished_s : float
        How far: shares and days refer to it. [s]
    meetings, rates, coverage
        Sums over all contacts, samples and places.
    routes
        Key figures of every `[[routes]]`, from `routing.summary`.
    flows
        Key figures of the flows, from `throughput.summary`.
    gateways
        Key figures of the plan of gateways, from `gateways.summary`.
    packets
        Key figures of every pair that sends packets, from `packets.summary`.
    deliveries
        Key figures of messages, from `deliveries.summary`.
    """
    days = finished_s / DAY_S
    number, total_s = (float(meetings.rule[:, column].sum()) for column in (0, 1))
    sites = fleet.site >= 0
    figures: dict[str, Any] = _plain(
        {
            "name": scenario.name,
            "start": scenario.start.isoformat().replace("+00:00", "Z"),
            "duration_s": scenario.duration_s,
            "finished_s": finished_s,
            "platforms": {
                "total": len(fleet.names),
                "movers": int(np.count_nonzero(~sites)),
                "sites": int(np.count_nonzero(sites)),
                "by_layer": _by_layer(fleet),
            },
            "contacts": {
                "total": int(number),
                "total_s": total_s,
                "mean_s": _ratio(total_s, number),
                "median_s": _median_s(meetings.weight.sum(axis=0), meetings.top),
                "passes_per_site_per_day": _ratio(
                    float(meetings.platform[sites, 2].sum()), np.count_nonzero(sites) * days
                ),
                "sites_never_met": int(np.count_nonzero(meetings.platform[sites, 2] == 0)),
            },
            "groups": {
                name: _group(fleet, meetings, row, finished_s)
                for row, name in enumerate(fleet.groups)
            },
            "layers": _layers(meetings, finished_s),
            "links": _links(rule_names(scenario), meetings, rates, finished_s),
            "coverage": coverage and _coverage(scenario, coverage),
            "failures": failures.summary(scenario, fleet),
            "routes": None if routes is None else list(routes),
            "flows": flows,
            "gateways": gateways,
            "packets": None if packets is None else list(packets),
            "deliveries": deliveries,
        }
    )
    return figures


def _by_layer(fleet: Fleet) -> dict[str, int]:
    layers = np.array(fleet.layers)[fleet.group]
    return {layer: int(np.count_nonzero(layers == layer)) for layer in LAYERS}


def _group(fleet: Fleet, meetings: Meetings, row: int, finished_s: float) -> dict[str, Any]:
    members = meetings.platform[fleet.group == row]
    shares = members[:, 0] / finished_s
    return {
        "layer": fleet.layers[row],
        "members": len(members),
        "contacts_per_member_per_day": _ratio(
            float(members[:, 2].sum()), len(members) * finished_s / DAY_S
        ),
        "share_any_member_in_contact": float(meetings.group[row, 0] / finished_s),
        "share_in_contact_mean": float(shares.mean()) if len(shares) else None,
        "share_in_contact_min": float(shares.min()) if len(shares) else None,
        "members_never_met": int(np.count_nonzero(members[:, 2] == 0)),
    }


def _layers(meetings: Meetings, finished_s: float) -> list[dict[str, Any]]:
    """Return who sees whom, one entry a pair of layers that met."""
    return [
        {
            "between": [LAYERS[one], LAYERS[other]],
            "contacts": int(meetings.layers[4 * one + other, 2]),
            "total_s": float(meetings.layers_total[4 * one + other]),
            "share_any": float(meetings.layers[4 * one + other, 0] / finished_s),
        }
        for one in range(4)
        for other in range(one, 4)
        if meetings.layers[4 * one + other, 2] > 0
    ]


def _links(
    names: Sequence[str], meetings: Meetings, rates: Rates, finished_s: float
) -> dict[str, Any]:
    found = {}
    for row, name in enumerate(names):
        number, total_s, longest_s, shortest_s = (float(each) for each in meetings.rule[row])
        found[name] = {
            "contacts": int(number),
            "total_s": total_s,
            "mean_s": _ratio(total_s, number),
            "median_s": _median_s(meetings.weight[row], meetings.top[row : row + 1]),
            "min_s": shortest_s,
            "max_s": longest_s if number else None,
            "forward": _rate(rates, 2 * row, finished_s),
            "reverse": _rate(rates, 2 * row + 1, finished_s),
        }
    return found


def _rate(rates: Rates, row: int, finished_s: float) -> dict[str, Any] | None:
    """Return what a direction carries while in contact; None where it never does."""
    seconds, bits = (float(each) for each in rates.total[row])
    if bits == 0:
        return None
    return {
        "mean_bps": bits / seconds,
        "p05_bps": rates.quantile(row, 0.05),
        "median_bps": rates.quantile(row, 0.5),
        "p95_bps": rates.quantile(row, 0.95),
        "bits_per_day": bits / (finished_s / DAY_S),
    }


def _coverage(scenario: Scenario, coverage: Coverage) -> dict[str, Any]:
    cell = np.array([not name for name in coverage.name])
    asked = scenario.coverage
    assert asked is not None
    return {
        "by": asked.platforms,
        "elevation_min_deg": asked.elevation_min_deg,
        "cells": _places(coverage, cell),
        "sites": _places(coverage, ~cell),
    }


def _places(coverage: Coverage, rows: NDArray[np.bool_]) -> dict[str, Any] | None:
    if not rows.any():
        return None
    revisit_s = coverage.revisit_mean_s[rows]
    seen = np.isfinite(revisit_s)
    return {
        "places": int(np.count_nonzero(rows)),
        "share_covered_mean": float(coverage.share_covered[rows].mean()),
        "share_covered_min": float(coverage.share_covered[rows].min()),
        "in_view_mean": float(coverage.in_view_mean[rows].mean()),
        "in_view_min": int(coverage.in_view_min[rows].min()),
        "in_view_max": int(coverage.in_view_max[rows].max()),
        "longest_gap_s": float(coverage.longest_gap_s[rows].max()),
        "revisit_mean_s": float(revisit_s[seen].mean()) if seen.any() else None,
        "wait_mean_s": float(coverage.wait_mean_s[rows].mean()),
        "passes_per_day_mean": float(coverage.passes_per_day[rows].mean()),
        "never_covered": int(np.count_nonzero(coverage.share_covered[rows] == 0)),
    }


def _median_s(weight: Floats, top: Floats) -> float:
    """Return the median duration from a histogram in milliseconds; NaN without any."""
    return quantile(weight, top.max(axis=0, initial=0.0), 0.5) / 1e3


def _ratio(value: float, by: float) -> float | None:
    return value / by if by else None


def _plain(value: Any) -> Any:
    """Replace what JSON has no word for by None."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
