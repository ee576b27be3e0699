"""Key metrics of contacts: in all, of every group, and between the layers."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.histogram import quantile
from skyweft.contacts.meetings import LAYERS, Meetings
from skyweft.fleet import Fleet

Floats = NDArray[np.float64]

DAY_S = 86_400.0
_OF_CONTACTS = (
    "contacts_per_member_per_day",
    "share_any_member_in_contact",
    "share_in_contact_mean",
    "share_in_contact_min",
    "members_never_met",
)


def metrics(
    fleet: Fleet, meetings: Meetings, end_s: float, without: Collection[str] = ()
) -> dict[str, Any]:
    """Return the key metrics of a run's contacts, ready for JSON.

    Parameters
    ----------
    fleet : Fleet
        Who met.
    meetings : Meetings
        Sums over all contacts.
    end_s : float
        How far the run came: shares and days refer to it. [s]
    without : collection of str
        Groups of which no windows were searched: whether they meet anybody is not known.
    """
    number, total_s = (float(meetings.rule[:, column].sum()) for column in (0, 1))
    searched = np.array([name not in without for name in fleet.groups], np.bool_)
    sites = (fleet.site >= 0) & searched[fleet.group]
    passes = meetings.platform[sites, 2]
    return {
        "contacts": {
            "total": int(number),
            "total_s": total_s,
            "mean_s": ratio(total_s, number),
            "median_s": median_s(meetings.weight.sum(axis=0), meetings.top),
            "passes_per_site_per_day": ratio(float(passes.sum()), len(passes) * (end_s / DAY_S)),
            "sites_never_met": int(np.count_nonzero(passes == 0)),
        },
        "groups": {
            name: _group(fleet, meetings, row, end_s, known=bool(searched[row]))
            for row, name in enumerate(fleet.groups)
        },
        "layers": _layers(meetings, end_s),
    }


def _group(
    fleet: Fleet, meetings: Meetings, row: int, end_s: float, *, known: bool
) -> dict[str, Any]:
    members = meetings.platform[fleet.group == row]
    shares = members[:, 0] / end_s
    about = {"layer": fleet.layers[row], "members": len(members)}
    if not known:
        return about | dict.fromkeys(_OF_CONTACTS)
    return about | {
        "contacts_per_member_per_day": ratio(
            float(members[:, 2].sum()), len(members) * end_s / DAY_S
        ),
        "share_any_member_in_contact": float(meetings.group[row, 0] / end_s),
        "share_in_contact_mean": float(shares.mean()) if len(shares) else None,
        "share_in_contact_min": float(shares.min()) if len(shares) else None,
        "members_never_met": int(np.count_nonzero(members[:, 2] == 0)),
    }


def _layers(meetings: Meetings, end_s: float) -> list[dict[str, Any]]:
    """Return who sees whom, one entry a pair of layers that met."""
    return [
        {
            "between": [LAYERS[one], LAYERS[other]],
            "contacts": int(meetings.layers[4 * one + other, 2]),
            "total_s": float(meetings.layers_total[4 * one + other]),
            "share_any": float(meetings.layers[4 * one + other, 0] / end_s),
        }
        for one in range(4)
        for other in range(one, 4)
        if meetings.layers[4 * one + other, 2] > 0
    ]


def durations(meetings: Meetings, rule: int) -> dict[str, Any]:
    """Return how many contacts a rule had, and how long they lasted."""
    number, total_s, longest_s, shortest_s = (float(value) for value in meetings.rule[rule])
    return {
        "contacts": int(number),
        "total_s": total_s,
        "mean_s": ratio(total_s, number),
        "median_s": median_s(meetings.weight[rule], meetings.top[rule : rule + 1]),
        "min_s": shortest_s,
        "max_s": longest_s if number else None,
    }


def median_s(weight: Floats, top: Floats) -> float:
    """Return the median duration from a histogram in milliseconds; NaN without any."""
    return quantile(weight, top.max(axis=0, initial=0.0), 0.5) / 1e3


def ratio(value: float, by: float) -> float | None:
    """Return one number over another; None over nothing."""
    return value / by if by else None
