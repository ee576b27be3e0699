"""CZML, the scenes of Cesium: packets of places, movers and links as plain JSON values.

References
----------
CZML Guide, AnalyticalGraphicsInc/czml-writer: positions are Earth-fixed metres, times ISO 8601.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Packet = dict[str, Any]
Colour = tuple[int, int, int, int]

DOCUMENT = "document"  # the id of the first packet, and of no other
MILLIMETRES = 3  # digits kept
NAMED_M = 5e6  # names show from nearer than this, else a shell of them hides the Earth


def document(name: str, start_utc: str, end_utc: str) -> Packet:
    """Return the first packet: what it is, and a clock that loops over the run at 60 times."""
    return {
        "id": DOCUMENT,
        "name": name,
        "version": "1.0",
        "clock": {
            "interval": f"{start_utc}/{end_utc}",
            "currentTime": start_utc,
            "multiplier": 60,
            "range": "LOOP_STOP",
            "step": "SYSTEM_CLOCK_MULTIPLIER",
        },
    }


def standing(identity: str, name: str, place_m: Floats, colour: Colour) -> Packet:
    """Return the packet of something that stands at `place_m` (3,)."""
    return {
        "id": identity,
        "name": name,
        "position": {"cartesian": np.round(place_m, MILLIMETRES).tolist()},
        **_mark(name, colour, 6),
    }


def moving(
    identity: str,
    name: str,
    spans: Sequence[tuple[str, str, Floats, Floats]],
    degree: int,
    colour: Colour,
) -> Packet:
    """Return the packet of a mover.

    Parameters
    ----------
    identity, name : str
        Its id, which no other packet has, and what stands beside it.
    spans : sequence of (start, end, time_s (T,), position_m (3, T))
        When it is there, ISO 8601, and where; `time_s` counts from that start.
    degree : int
        Of the Lagrange polynomial between nodes; 1 is straight.
    colour : Colour
        Red, green, blue, alpha in 0..255.
    """
    places = []
    for start, end, time_s, position_m in spans:
        numbers = np.round(np.vstack([time_s, position_m]), MILLIMETRES).T.ravel().tolist()
        how = {"interpolationAlgorithm": "LAGRANGE" if degree > 1 else "LINEAR"}
        places.append(
            {
                "interval": f"{start}/{end}",
                "epoch": start,
                "referenceFrame": "FIXED",
                **how,
                "interpolationDegree": degree,
                "cartesian": numbers,
            }
        )
    return {
        "id": identity,
        "name": name,
        "availability": [place["interval"] for place in places],
        "position": places,
        **_mark(name, colour, 5),
    }


def link(
    identity: str,
    name: str,
    ends: tuple[str, str],
    spans: Sequence[tuple[str, str]],
    colour: Colour,
) -> Packet:
    """Return the packet of a straight line between two others, by id, seen only at its times."""
    whole = f"{spans[0][0]}/{spans[-1][1]}"
    seen: list[Packet] = [{"interval": whole, "boolean": False}]
    seen += [{"interval": f"{start}/{end}", "boolean": True} for start, end in spans]
    return {
        "id": identity,
        "name": name,
        "availability": whole,
        "polyline": {
            "show": seen,
            "positions": {"references": [f"{_escaped(end)}#position" for end in ends]},
            "arcType": "NONE",
            "width": 1,
            "material": {"solidColor": {"color": {"rgba": list(colour)}}},
        },
    }


def _escaped(name: str) -> str:
    """Write an id as references want it: their own marks behind a backslash."""
    return name.replace("\\", "\\\\").replace("#", "\\#").replace(".", "\\.")


def _mark(name: str, colour: Colour, pixels: int) -> Packet:
    tint = {"rgba": list(colour)}
    return {
        "point": {"pixelSize": pixels, "color": tint},
        "label": {
            "text": name,
            "font": "11pt sans-serif",
            "fillColor": tint,
            "horizontalOrigin": "LEFT",
            "pixelOffset": {"cartesian2": [8, 0]},
            "distanceDisplayCondition": {"distanceDisplayCondition": [0, NAMED_M]},
        },
    }


def intervals(times: Iterable[tuple[float, float]], apart_s: float) -> list[tuple[float, float]]:
    """Return times sorted and joined where they touch or lie less than `apart_s` apart."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(times):
        if joined and start <= joined[-1][1] + apart_s:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
