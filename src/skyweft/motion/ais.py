"""Positions of ships that AIS receivers wrote down, as CSV: MarineCadastre's, and Denmark's.

Every vessel, told apart by its MMSI, is a track. What AIS itself says is not available (latitude
91, longitude 181: ITU-R M.1371, table 48) is passed over, and so is what cannot belong to a track;
each with a count. Times are UTC.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.files import beginning
from skyweft.motion.members import Setting
from skyweft.motion.tables import LATITUDE, read_table
from skyweft.motion.texts import Texts, held
from skyweft.motion.track_rows import Rows, seconds
from skyweft.world.ellipsoid import SEMI_MAJOR_M, up

TIMES = ("basedatetime", "base_date_time", "timestamp")
PLACES = (("lat", "lon"), ("latitude", "longitude"))
NO_LATITUDE, NO_LONGITUDE = 91.0, 181.0
LONGITUDE = (-180.0, 360.0)
DANISH = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d:\d\d:\d\d)")  # 31/12/2026 23:59:59
SPEED_MAX_M_S = 100.0  # four times the fastest ferry: beyond it a position is another vessel's
# What these files hold beside times and places; none of it moves a ship.
KNOWN = (
    "a b c d callsign call_sign cargo cargo type cog course data source type destination draft "
    "draught eta gnss heading height imo length name navigational status status rot sog ship type "
    "size_a size_b size_c size_d state transceiver transceiverclass transceiver_class type of "
    "mobile type of position fixing device vesselname vessel_name vesseltype vessel_type width"
)


def columns_of(path: Path) -> list[str]:
    """Return the names of a table's columns, in small letters."""
    first = beginning(path, 4_096).decode("utf-8-sig", "replace").lstrip("# ").splitlines()[:1]
    separator = max(",;\t", key=first[0].count) if first else ","
    return [
        name.strip().strip('"').lower() for name in (first[0] if first else "").split(separator)
    ]


def is_ais(path: Path) -> bool:
    """Tell whether a table is one of AIS: it has MMSI, a time and a place as AIS tables do."""
    columns = {*columns_of(path)}
    return (
        "mmsi" in columns
        and any(name in columns for name in TIMES)
        and any(columns.issuperset(names) for names in PLACES)
    )


def read_ais(path: Path, _group: str, setting: Setting) -> tuple[Rows, tuple[str, ...]]:
    """Return the positions of all vessels that have two or more, and warnings.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, at most 20 lines of it; or no vessel has two positions.
    """
    columns = columns_of(path)
    time = next(name for name in TIMES if name in columns)
    latitude, longitude = next(names for names in PLACES if {*names} <= {*columns})
    table = read_table(
        path,
        needed={latitude: (LATITUDE[0], NO_LATITUDE), longitude: LONGITUDE},
        optional={},
        texts=("mmsi", time),
        elsewhere=[column for column in columns if set(column.split()) <= set(KNOWN.split())],
    )
    lines = table.lines

    def place(row: int) -> str:
        return f"line {lines[row]}"

    texts = [DANISH.sub(r"\3-\2-\1T\4", text) for text in table.texts[time]]
    time_s = seconds(path, texts, place, setting)
    where = table.numbers[latitude], table.numbers[longitude]
    there = (where[0] <= LATITUDE[1]) & (where[1] != NO_LONGITUDE)
    normal = up(*where)
    coded = table.texts["mmsi"].coded(len(table))
    assert coded is not None
    names, codes = coded
    kept, passed = _tracks(time_s, normal, codes, there)
    if not len(kept):
        raise ScenarioError(f"{path.name}: no vessel has two positions")
    rows = Rows(
        names=Texts([held([names[code] for code in codes[kept]])]),
        place=lambda row: place(int(kept[row])),
        lines=[lines[row] for row in kept],
        time_s=time_s[kept],
        normal=normal[kept],
        altitude_m=np.zeros(len(kept)),
    )
    said = (f"{path.name}: {words}, passed over: {count:,}" for words, count in passed if count)
    return rows, (*table.warnings, *said)


def _tracks(
    time_s: NDArray[np.float64],
    normal: NDArray[np.float64],
    codes: NDArray[np.int32],
    there: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], list[tuple[str, int]]]:
    """Return the rows that make tracks, in the order of times, and what was passed over."""
    order = np.flatnonzero(there)
    order = order[np.lexsort((time_s[order], codes[order]))]
    chosen: list[int] = []
    twice = jumps = alone = 0
    bounds = np.flatnonzero(np.diff(codes[order], prepend=-1, append=-1))
    for low, high in pairwise(bounds):
        mine = order[low:high]
        first = np.append(True, np.diff(time_s[mine]) > 0)
        twice += int(np.count_nonzero(~first))
        rows = _reached(mine[first], time_s, normal)
        jumps += int(np.count_nonzero(first)) - len(rows)
        alone += len(rows) == 1
        chosen += rows if len(rows) > 1 else []
    kept = np.array(chosen, np.int64)
    return kept, [
        ("positions that AIS says are not available", int(np.count_nonzero(~there))),
        ("further positions of a vessel at one time", twice),
        (f"positions that take more than {SPEED_MAX_M_S:g} m/s from the one before", jumps),
        ("vessels with one position", alone),
    ]


def _reached(
    rows: NDArray[np.int64], time_s: NDArray[np.float64], normal: NDArray[np.float64]
) -> Sequence[int]:
    """Return the rows of a vessel that it can reach one from the other.

    Positions that cannot be joined make several runs; the longest is kept: where two vessels share
    a number, the one that is told of more often.
    """
    way_m = np.linalg.norm(np.diff(normal[rows], axis=0), axis=1) * SEMI_MAJOR_M
    if np.all(way_m <= SPEED_MAX_M_S * np.diff(time_s[rows])):
        found: list[int] = rows.tolist()
        return found
    runs: list[list[int]] = []
    for row in rows.tolist():
        for run in runs:
            way = float(np.linalg.norm(normal[row] - normal[run[-1]])) * SEMI_MAJOR_M
            if way <= SPEED_MAX_M_S * (time_s[row] - time_s[run[-1]]):
                run.append(row)
                break
        else:
            runs.append([row])
    return max(runs, key=len)
